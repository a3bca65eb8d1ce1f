//! Linking a customer's mobile number or e-mail address to their account, in the switch's directory.

use std::sync::Arc;

use payments::directory::Proxy;

use super::client::{ClientError, Registration};
use super::{Bank, BankError, Customer, store};
use crate::clock;

impl Bank {
    /// Links a proxy to a customer's account. Again is the same.
    ///
    /// The wish is kept before the directory is asked: what a crash leaves open is asked again at the next start.
    pub(super) async fn link(self: &Arc<Self>, customer: &Customer, proxy: Proxy) -> Result<(), BankError> {
        let (wanted, account) = (proxy.clone(), customer.account.clone());
        self.books(move |books| books.ask_link(&wanted, &account, clock::now())).await?;
        let registration = Registration {
            proxy: &proxy,
            account: &customer.account,
            names: &customer.names,
            kind: customer.kind,
            hkid: customer.hkid.as_ref(),
        };
        match self.switch.register(&registration).await {
            Ok(token) => {
                let account = customer.account.clone();
                self.books(move |books| books.confirm_link(&proxy, &account, token)).await
            }
            Err(error) => {
                if matches!(&error, ClientError::Refused(call) if call.status.is_client_error()) {
                    self.books(move |books| books.forget_link(&proxy)).await?;
                }
                Err(error.into())
            }
        }
    }

    /// Links what the bank registers for its customers by itself, and what an earlier run left open.
    pub(super) async fn complete_links(self: &Arc<Self>) -> Result<(), BankError> {
        let links = self.books(store::Books::links).await?;
        let done = |proxy: &Proxy| links.iter().any(|link| link.confirmed && link.proxy == *proxy);
        for customer in &self.config.customers {
            let open = links.iter().filter(|link| link.account == customer.account).map(|link| &link.proxy);
            for proxy in open.chain(&customer.proxy).filter(|proxy| !done(proxy)) {
                self.link(customer, proxy.clone()).await?;
            }
        }
        Ok(())
    }
}
