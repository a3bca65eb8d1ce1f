//! Numbers and addresses that the bank registered for its customers in the directory.

use diesel::prelude::*;
use payments::directory::Proxy;
use store::Timestamp;

use super::outgoing::proxy_of;
use super::schema::proxy_link;
use super::{Books, Error};
use crate::demo::bank::account::AccountNumber;

/// A proxy that leads, or is about to lead, to a customer's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The number or address.
    pub proxy: Proxy,
    /// Whose account.
    pub account: AccountNumber,
    /// Whether the directory has confirmed it.
    pub confirmed: bool,
}

impl Books {
    /// Remembers that a link is wanted, before the directory is asked: after a crash it is asked again.
    pub fn ask_link(&self, proxy: &Proxy, account: &AccountNumber, now: Timestamp) -> Result<(), Error> {
        let key = (proxy.kind().code().to_owned(), proxy.value().to_owned());
        let account = account.to_string();
        self.write(move |conn| {
            let row = (
                proxy_link::kind.eq(&key.0),
                proxy_link::value.eq(&key.1),
                proxy_link::account.eq(&account),
                proxy_link::account_token.eq(None::<String>),
                proxy_link::asked.eq(now),
            );
            diesel::insert_into(proxy_link::table)
                .values(row)
                .on_conflict((proxy_link::kind, proxy_link::value))
                .do_update()
                .set((proxy_link::account.eq(&account), proxy_link::asked.eq(now)))
                .execute(conn)?;
            Ok(())
        })
    }

    /// The directory confirmed it; payments will name the account by this token.
    pub fn confirm_link(&self, proxy: &Proxy, account_token: String) -> Result<(), Error> {
        let key = (proxy.kind().code().to_owned(), proxy.value().to_owned());
        self.write(move |conn| {
            let link = proxy_link::table.find((&key.0, &key.1));
            diesel::update(link).set(proxy_link::account_token.eq(&account_token)).execute(conn)?;
            Ok(())
        })
    }

    /// Forgets a link that the directory refused.
    pub fn forget_link(&self, proxy: &Proxy) -> Result<(), Error> {
        let key = (proxy.kind().code().to_owned(), proxy.value().to_owned());
        self.write(move |conn| {
            diesel::delete(proxy_link::table.find((&key.0, &key.1))).execute(conn)?;
            Ok(())
        })
    }

    /// Every link, oldest first.
    pub fn links(&self) -> Result<Vec<Link>, Error> {
        let rows: Vec<(String, String, String, Option<String>)> = self.read(|conn| {
            let columns = (proxy_link::kind, proxy_link::value, proxy_link::account, proxy_link::account_token);
            Ok(proxy_link::table.order(proxy_link::asked).select(columns).load(conn)?)
        })?;
        let link = |(kind, value, account, token): (String, String, String, Option<String>)| {
            Ok(Link {
                proxy: proxy_of(&kind, &value)?,
                account: account.parse().map_err(|_| Error::Unreadable("account number"))?,
                confirmed: token.is_some(),
            })
        };
        rows.into_iter().map(link).collect()
    }
}
