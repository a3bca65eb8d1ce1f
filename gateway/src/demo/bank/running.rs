//! Starting a bank and stopping it.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::rt::task::JoinHandle;
use anyhow::Context;
use tokio::sync::watch;
use url::Url;

use super::client::SwitchClient;
use super::store::Books;
use super::{Bank, BankConfig, presented, refunds, web, worker};
use crate::clock;

/// A bank that is at work.
pub struct RunningBank {
    /// Where its pages are, such as `http://localhost:8093/`.
    pub url: Url,
    pub(super) bank: Arc<Bank>,
    pages: ServerHandle,
    stop: watch::Sender<bool>,
    work: Vec<JoinHandle<()>>,
}

/// Opens the books and begins: pages on `socket`, inbox, payments in doubt. Call it on the actix runtime.
///
/// The switch need not be there yet; the bank tries until it is.
pub async fn start(config: BankConfig, socket: TcpListener) -> anyhow::Result<RunningBank> {
    let switch = SwitchClient::new(&config.switch_url, &config.certificate, &config.ca)?;
    let file = config.data_dir.join(format!("bank-{}.db", config.clearing_code));
    let first: Vec<_> = config.customers.iter().map(|c| (c.account.clone(), c.first_money)).collect();
    let books = actix_web::web::block(move || -> Result<Books, super::store::Error> {
        let books = Books::open(&file)?;
        books.open_accounts(first, clock::now())?;
        Ok(books)
    })
    .await?
    .with_context(|| format!("the books of bank {}", config.clearing_code))?;

    let port = socket.local_addr()?.port();
    let bank = Arc::new(Bank { config, books, switch });
    let server = web::serve(socket, Arc::clone(&bank))?;
    let pages = server.handle();
    let (stop, stopped) = watch::channel(false);
    let work = vec![
        actix_web::rt::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "a bank's pages ended");
            }
        }),
        actix_web::rt::spawn(worker::read_inbox(Arc::clone(&bank), stopped.clone())),
        actix_web::rt::spawn(refunds::carry_out(Arc::clone(&bank), stopped.clone())),
        actix_web::rt::spawn(presented::look_after(Arc::clone(&bank), stopped.clone())),
        actix_web::rt::spawn(worker::look_after(Arc::clone(&bank), stopped)),
    ];
    let url = Url::parse(&format!("http://localhost:{port}/"))?;
    Ok(RunningBank { url, bank, pages, stop, work })
}

impl RunningBank {
    /// Waits until the directory has confirmed everything that the bank registers for its customers by itself.
    pub async fn ready(&self) -> anyhow::Result<()> {
        loop {
            let links = self.bank.books(super::store::Books::links).await?;
            let wanted = self.bank.config.customers.iter().filter_map(|customer| customer.proxy.as_ref());
            if wanted.into_iter().all(|proxy| links.iter().any(|link| link.confirmed && link.proxy == *proxy)) {
                return Ok(());
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Takes customers on who are merchants. Again is the same. Returns what the switch knows them by.
    pub async fn take_merchants_on(&self) -> anyhow::Result<Vec<uuid::Uuid>> {
        Ok(self.bank.take_merchants_on().await?)
    }

    /// A fresh invitation for a merchant's owner.
    pub async fn invite_owner(&self, merchant: uuid::Uuid) -> anyhow::Result<String> {
        Ok(self.bank.invite_owner(merchant).await?)
    }

    /// Works the bank's balances out again from its postings; an error says where they differ.
    pub async fn verify_books(&self) -> anyhow::Result<()> {
        Ok(self.bank.books(super::store::Books::verify).await?)
    }

    /// Finishes what is being answered and ends.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.pages.stop(false).await;
        for work in self.work {
            // A task that panicked has ended as well.
            let _ = work.await;
        }
    }
}
