//! What can go wrong between the program and its database.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// A failure of the database, or of the way there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL is not one of a database this program knows.
    #[error("database URL: {0}")]
    Url(&'static str),
    /// No connection: wrong address, server down, pool exhausted.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// A setting under which an acknowledged commit could be lost.
    #[error("unsafe database setting refused: {0}")]
    Unsafe(String),
    /// A migration failed or is missing.
    #[error("migration: {0}")]
    Migration(String),
    /// The database refused a statement.
    #[error("the database refused a statement")]
    Query(#[from] diesel::result::Error),
    /// The commit was sent and its answer is not known: the work may or may not have been done.
    #[error("the outcome of the commit is not known: {0}")]
    CommitUnknown(String),
    /// The work writes, which means waiting for the disk; nothing of it was done. See [`Db::at_once`](crate::Db::at_once).
    #[error("this cannot be done without waiting")]
    WouldWait,
    /// The work panicked; nothing of it was kept.
    #[error("the work on the database panicked; nothing of it was kept")]
    Panicked,
}

impl Error {
    /// Whether the statement failed because a unique constraint holds already.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Query(Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))
    }

    /// Whether the database is in the way, and not what was asked of it: it cannot be reached, goes down, or its
    /// disk is full. The same may succeed later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unavailable(_)
            | Self::CommitUnknown(_)
            | Self::Query(Diesel::BrokenTransactionManager | Diesel::RollbackErrorOnCommit { .. }) => true,
            Self::Query(Diesel::DatabaseError(kind, info)) => match kind {
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ReadOnlyTransaction => true,
                _ => PASSING.iter().any(|words| info.message().contains(words)),
            },
            Self::Query(_) | Self::Url(_) | Self::Unsafe(_) | Self::Migration(_) | Self::WouldWait | Self::Panicked => {
                false
            }
        }
    }
}

/// Failures that only their words tell from others: of SQLite on a full or failing disk or a locked file, and of
/// PostgreSQL on a full disk, while it goes down, and in a transaction that failed before.
const PASSING: [&str; 7] = [
    "database or disk is full",
    "disk I/O error",
    "database is locked",
    "No space left on device",
    "terminating connection",
    "the database system is",
    "current transaction is aborted",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &str) -> Error {
        Diesel::DatabaseError(DatabaseErrorKind::Unknown, Box::new(words.to_owned())).into()
    }

    #[test]
    fn a_full_disk_passes_and_a_wrong_statement_does_not() {
        assert!(said("database or disk is full").may_pass());
        assert!(said("could not extend file \"base/5/16384\": No space left on device").may_pass());
        assert!(said("terminating connection due to administrator command").may_pass());
        assert!(!said("column \"amuont\" does not exist").may_pass());
        assert!(!Error::Query(Diesel::NotFound).may_pass());
    }
}
