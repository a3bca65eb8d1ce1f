//! Why a bank could not do what a customer asked.

use super::client::ClientError;
use super::store;

/// A bank's failures and refusals.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// The books refuse it, or cannot be reached.
    #[error(transparent)]
    Books(#[from] store::Error),
    /// The switch refuses it, or cannot be reached.
    #[error(transparent)]
    Switch(#[from] ClientError),
    /// Nobody registered this number or address.
    #[error("this number or address is not registered to be paid")]
    UnknownPayee,
    /// No randomness from the operating system.
    #[error("no randomness")]
    NoRandomness,
    /// The bank is stopping.
    #[error("the bank is stopping")]
    Stopping(#[from] actix_web::error::BlockingError),
}
