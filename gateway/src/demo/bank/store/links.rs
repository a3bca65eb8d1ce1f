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
    /// Remembers that a link is wanted, before the directory is asked: after a crash it is asked again. A link
    /// that stands stays as it is until the directory has confirmed the new one.
    pub fn ask_link(&self, proxy: &Proxy, account: &AccountNumber, now: Timestamp) -> Result<(), Error> {
        let row = (
            proxy_link::kind.eq(proxy.kind().code().to_owned()),
            proxy_link::value.eq(proxy.value().to_owned()),
            proxy_link::account.eq(account.to_string()),
            proxy_link::account_token.eq(None::<String>),
            proxy_link::asked.eq(now),
        );
        self.write(move |conn| {
            diesel::insert_or_ignore_into(proxy_link::table).values(row.clone()).execute(conn)?;
            Ok(())
        })
    }

    /// The directory confirmed that the proxy leads to this account; payments will name it by this token.
    pub fn confirm_link(&self, proxy: &Proxy, account: &AccountNumber, account_token: String) -> Result<(), Error> {
        let key = (proxy.kind().code().to_owned(), proxy.value().to_owned());
        let account = account.to_string();
        self.write(move |conn| {
            let confirmed = (proxy_link::account.eq(&account), proxy_link::account_token.eq(&account_token));
            diesel::update(proxy_link::table.find((&key.0, &key.1))).set(confirmed).execute(conn)?;
            Ok(())
        })
    }

    /// Forgets a wish that the directory refused. What was confirmed before stands.
    pub fn forget_link(&self, proxy: &Proxy) -> Result<(), Error> {
        let key = (proxy.kind().code().to_owned(), proxy.value().to_owned());
        self.write(move |conn| {
            let wish = proxy_link::table.find((&key.0, &key.1)).filter(proxy_link::account_token.is_null());
            diesel::delete(wish).execute(conn)?;
            Ok(())
        })
    }

    /// The tokens by which the directory tells others of this account.
    pub fn tokens(&self, account: &AccountNumber) -> Result<Vec<String>, Error> {
        let tokens: Vec<Option<String>> = self.read(|conn| {
            let own = proxy_link::table.filter(proxy_link::account.eq(account.as_str()));
            Ok(own.select(proxy_link::account_token).load(conn)?)
        })?;
        Ok(tokens.into_iter().flatten().collect())
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
