//! A simulated bank: a real participant with customers, books of its own and a mobile-banking page.
//!
//! It speaks to the switch over mutual TLS by the participants' API and in no other way. A customer's money is
//! set aside, durably, before the switch hears of a payment; whatever happens then, the same message sent again
//! gets the same outcome, so that a payment in doubt is always resolved.

pub mod account;
pub mod behaviour;
pub mod client;
pub mod config;
mod error;
pub mod ledger;
mod link;
mod merchants;
pub mod message;
pub mod outcome;
mod pay;
pub mod payment;
pub mod presented;
mod recalls;
mod refunds;
pub mod request;
mod running;
pub mod store;
mod web;
mod worker;

use std::sync::Arc;

pub use account::AccountNumber;
pub use behaviour::Behaviour;
pub use config::{ApiKey, BankConfig, ClientCertificate, Customer};
pub use error::BankError;
pub use merchants::MerchantProfile;
pub use payment::Names;
pub use running::{RunningBank, start};

use client::SwitchClient;
use store::Books;

/// A bank at work: who it is, its books, its way to the switch.
struct Bank {
    config: BankConfig,
    books: Books,
    switch: SwitchClient,
}

impl Bank {
    /// The customer who has this account.
    fn customer(&self, account: &AccountNumber) -> Option<&Customer> {
        self.config.customers.iter().find(|customer| customer.account == *account)
    }

    /// Works on the books, away from the threads that answer.
    async fn books<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Books) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, BankError> {
        let books = self.books.clone();
        Ok(actix_web::web::block(move || work(&books)).await??)
    }
}

#[cfg(test)]
mod tests;
