//! What can go wrong between the program and its database.

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
    /// The work panicked; nothing of it was kept.
    #[error("the work on the database panicked; nothing of it was kept")]
    Panicked,
}

impl Error {
    /// Whether the statement failed because a unique constraint holds already.
    pub fn is_unique_violation(&self) -> bool {
        use diesel::result::{DatabaseErrorKind, Error as Diesel};
        matches!(self, Self::Query(Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))
    }
}
