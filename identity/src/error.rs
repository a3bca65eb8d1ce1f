//! What can go wrong when this crate is asked for something.

use crate::authenticator::{PasswordRefusal, Refusal as PasskeyRefusal};
use crate::resident::Refusal as ResidentRefusal;

/// A refusal, or a failure of what the crate stands on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What was asked about a resident or an activation is refused.
    #[error(transparent)]
    Resident(#[from] ResidentRefusal),
    /// What was asked about a passkey is refused.
    #[error(transparent)]
    Passkey(#[from] PasskeyRefusal),
    /// What was asked about a password is refused.
    #[error(transparent)]
    Password(#[from] PasswordRefusal),
    /// A stored value does not open under this installation's keys, or is not what was written.
    #[error("a stored {0} is damaged, or was written under another master key")]
    Damaged(&'static str),
    /// The settings cannot be used.
    #[error("identity settings: {0}")]
    Settings(String),
    /// The operating system gave no random bytes, or a cryptographic operation failed.
    #[error("a cryptographic operation failed: {0}")]
    Cryptography(&'static str),
}

impl Error {
    /// Whether nothing was done because it takes waiting. Only [`Identity::at_once`](crate::Identity::at_once) says so.
    pub fn would_wait(&self) -> bool {
        matches!(self, Self::Store(store::Error::WouldWait))
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}
