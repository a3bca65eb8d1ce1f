//! The merchants' handle. Every method blocks while it works on the database.

mod audit;
mod day_totals;
mod follow;
pub(super) mod kept;
mod members;
mod onboarding;
mod programs;
mod receipts;
mod refunds;
mod return_addresses;
mod row;
mod schema;
mod webhooks;

use store::{Conn, Db};

pub use audit::{Actor, AuditEntry};
pub use follow::Followed;
pub use members::{Accepted, Member, Membership};
pub use onboarding::{Change, Onboarded, Onboarding};
pub use programs::Program;
pub use receipts::{ReceiptPage, ReceiptQuery};
pub use webhooks::{Delivery, DeliveryRecord};

use super::random::NoRandomness;
use crate::directory::{CannotOpen, Directory, DirectoryError};
use crate::merchant::MerchantRefusal;

/// Merchants, those who work for them, and what they received. Cheap to clone.
#[derive(Clone)]
pub struct Merchants {
    directory: Directory,
}

/// What can go wrong about a merchant.
#[derive(Debug, thiserror::Error)]
pub enum MerchantError {
    /// It is against the rules.
    #[error(transparent)]
    Refused(#[from] MerchantRefusal),
    /// What is stored cannot be read.
    #[error("what is stored of a merchant is damaged: {0}")]
    Damaged(&'static str),
    /// The directory failed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The clearing log cannot be read.
    #[error(transparent)]
    Log(#[from] crate::Error),
    /// The requests to pay cannot be read.
    #[error("requests to pay: {0}")]
    Requests(String),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<diesel::result::Error> for MerchantError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<CannotOpen> for MerchantError {
    fn from(error: CannotOpen) -> Self {
        Self::Directory(error.into())
    }
}

impl Merchants {
    /// The merchants in the database of this directory, which knows where their FPS IDs lead.
    pub fn new(directory: Directory) -> Self {
        Self { directory }
    }

    fn db(&self) -> &Db {
        self.directory.db()
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Conn<'_>) -> Result<T, MerchantError> + Send + 'static,
    ) -> Result<T, MerchantError> {
        self.db().write(work)
    }

    fn read<T>(&self, work: impl FnOnce(&mut Conn<'_>) -> Result<T, MerchantError>) -> Result<T, MerchantError> {
        self.db().snapshot(work)
    }
}
