//! What can go wrong besides a refusal.

use std::time::Duration;

use crate::clearing::{BrokenLog, OperationRefusal};
use crate::directory::DirectoryError;

/// A failure of the switch, its database, or the log in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The database lacks tables of this program: `lionrock migrate` first.
    #[error("the database needs a migration first")]
    NeedsMigration,
    /// The log holds something that cannot have happened.
    #[error(transparent)]
    BrokenLog(#[from] BrokenLog),
    /// What is stored contradicts itself; `lionrock audit` says more.
    #[error("the log is damaged: {0}")]
    Damaged(String),
    /// The directory cannot say where a proxy leads.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Somebody else has appended to the log since it was last read.
    #[error("the head of the log has moved")]
    HeadMoved,
    /// A day cannot be archived, or an archive cannot be used.
    #[error(transparent)]
    Archive(#[from] crate::store::archive::ArchiveError),
    /// The thread of the sequencer could not be started.
    #[error("the sequencer could not be started: {0}")]
    Thread(#[from] std::io::Error),
}

impl Error {
    /// Whether it is something in a batch that fails, rather than the way to the database: trying the same
    /// again will not help.
    pub(crate) fn lies_in_the_batch(&self) -> bool {
        match self {
            Self::Store(error) | Self::Directory(DirectoryError::Store(error)) => {
                matches!(error, store::Error::Query(_) | store::Error::Panicked) && !error.may_pass()
            }
            Self::BrokenLog(_) | Self::Directory(_) => true,
            Self::NeedsMigration | Self::Damaged(_) | Self::HeadMoved | Self::Thread(_) | Self::Archive(_) => false,
        }
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(store::Error::Query(error))
    }
}

/// Why nothing can be said about what was submitted, except to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The queue is full. Nothing was taken.
    #[error("the switch is busy; nothing was taken")]
    Busy {
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// The transaction with this index names a debtor agent other than the sender. Nothing was taken.
    #[error("transaction {index} is not the sender's own: its debtor agent is another participant")]
    NotDebtorAgent {
        /// Counted from 0.
        index: usize,
    },
    /// The switch is stopping or its database cannot be reached. Whether it was taken is not known: send the
    /// same again, under the same ids, and the outcome will be the same.
    #[error("the switch is not available; send the same again later")]
    Unavailable,
}

/// Why an operator's act did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OperationError {
    /// The rules are against it.
    #[error(transparent)]
    Refused(#[from] OperationRefusal),
    /// The queue is full. Nothing was done.
    #[error("the switch is busy; nothing was done")]
    Busy,
    /// The switch is stopping or its database cannot be reached. Whether it was done is not known: look at the
    /// position before trying again.
    #[error("the switch is not available; look before trying again")]
    Unavailable,
}

/// Why something cannot be done with the register of operators.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The token, or the name, is nobody's.
    #[error("there is no such operator")]
    Unknown,
    /// The name is or was somebody's.
    #[error("this name is taken; no name is used twice")]
    NameTaken,
    /// Once there are two officers, an officer registers the others.
    #[error("once there are two officers, an officer registers the others")]
    NotAllowed,
    /// The operating system gave no random bytes.
    #[error("no random bytes are to be had")]
    Randomness,
    /// A row of the register cannot be read.
    #[error("the row of operator {0:?} cannot be read")]
    Damaged(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<diesel::result::Error> for OperatorError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(store::Error::Query(error))
    }
}
