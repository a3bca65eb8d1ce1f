//! Opening the shop and closing it.

use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::rt::task::JoinHandle;
use tokio::sync::watch;
use url::Url;

use super::ShopConfig;
use super::till::Till;
use super::web;

/// The pause after the bank could not be reached.
const PAUSE: Duration = Duration::from_secs(1);

/// A shop at work: its till, and a number that changes with it.
pub(super) struct Shop {
    pub(super) config: ShopConfig,
    till: Mutex<Till>,
    changed: watch::Sender<u64>,
}

impl Shop {
    /// Looks at the till or works it.
    pub(super) fn till<T>(&self, work: impl FnOnce(&mut Till) -> T) -> T {
        work(&mut self.till.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes whenever money came in.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

/// A shop that is open.
pub struct RunningShop {
    /// Where its till is, such as `http://localhost:8092/`.
    pub url: Url,
    pages: ServerHandle,
    stop: watch::Sender<bool>,
    work: Vec<JoinHandle<()>>,
}

/// Opens the shop on `socket`. Call it on the actix runtime. The bank need not be there yet.
pub fn start(config: ShopConfig, socket: TcpListener) -> anyhow::Result<RunningShop> {
    let url = Url::parse(&format!("http://localhost:{}/", socket.local_addr()?.port()))?;
    let shop = Arc::new(Shop { config, till: Mutex::default(), changed: watch::Sender::new(0) });
    let (stop, stopped) = watch::channel(false);
    let server = web::serve(socket, Arc::clone(&shop), stopped.clone())?;
    let pages = server.handle();
    let work = vec![
        actix_web::rt::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "the shop's pages ended");
            }
        }),
        actix_web::rt::spawn(follow_bank(shop, stopped)),
    ];
    Ok(RunningShop { url, pages, stop, work })
}

/// Takes what the bank credits into the till, until `stop`.
async fn follow_bank(shop: Arc<Shop>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let after = shop.till(|till| till.cursor());
        let read = tokio::select! {
            read = shop.config.bank.credits(after) => read,
            _ = stop.changed() => return,
        };
        match read {
            Ok(credits) if credits.is_empty() => {}
            Ok(credits) => {
                shop.till(|till| credits.into_iter().for_each(|credit| till.receive(credit)));
                shop.changed.send_modify(|n| *n += 1);
            }
            Err(error) => {
                tracing::warn!(%error, "the shop's bank does not answer");
                tokio::select! {
                    () = actix_web::rt::time::sleep(PAUSE) => {}
                    _ = stop.changed() => return,
                }
            }
        }
    }
}

impl RunningShop {
    /// Closes the shop.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.pages.stop(false).await;
        for work in self.work {
            // A task that panicked has ended as well.
            let _ = work.await;
        }
    }
}
