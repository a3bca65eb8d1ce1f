//! A bank's books on disk: an SQLite file of its own, written in whole transactions.
//!
//! Every change of a payment reads its state, asks [`ledger`](super::ledger) what follows, and writes both the
//! state and the posting, all in one transaction of the database's only writer.

mod accounts;
mod given_back;
mod history;
mod incoming;
mod links;
mod outgoing;
mod presented;
mod returned;
mod schema;

use std::path::Path;

use diesel::SqliteConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use store::{Conn, Db, Options};
use tokio::sync::watch;

use super::ledger::Refusal;

pub use given_back::{Cause, GivenBack};
pub use history::{Credit, Entry, EntryState};
pub use links::Link;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/bank");
/// A bank of the demo has few readers at once.
const CONNECTIONS: u32 = 4;

/// Why the books did not take a change, or could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such payment of this customer.
    #[error("there is no such payment")]
    UnknownPayment,
    /// There is no such account.
    #[error("there is no such account")]
    UnknownAccount,
    /// The file says something that this program never writes.
    #[error("the books hold something unreadable: {0}")]
    Unreadable(&'static str),
    /// The books do not add up.
    #[error("the books do not balance: {0}")]
    Unbalanced(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A bank's books. Cheap to clone. Its methods block: call them from `web::block`.
#[derive(Clone)]
pub struct Books {
    db: Db,
    posted: watch::Sender<i64>,
}

impl Books {
    /// Opens the books in `file`, making them when they are not there.
    pub fn open(file: &Path) -> Result<Self, Error> {
        let options = Options { connections: CONNECTIONS, ..Options::default() };
        let db = Db::open(&format!("sqlite:{}", file.display()), &options)?;
        let books = Self { db, posted: watch::Sender::new(0) };
        books.write(|conn| {
            let applied = conn.run_pending_migrations(MIGRATIONS);
            applied.map(|_| ()).map_err(|e| store::Error::Migration(e.to_string()).into())
        })?;
        let last = books.read(accounts::last_posting)?;
        books.posted.send_replace(last);
        Ok(books)
    }

    /// Changes whenever something was posted; the value is the posting's number.
    pub fn postings(&self) -> watch::Receiver<i64> {
        self.posted.subscribe()
    }

    fn read<T>(&self, work: impl FnOnce(&mut SqliteConnection) -> Result<T, Error>) -> Result<T, Error> {
        self.db.snapshot(|conn| work(sqlite(conn)?))
    }

    fn write<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut SqliteConnection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.db.write(move |conn| work(sqlite(conn)?))
    }

    /// Writes what may post, and wakes those who wait for postings.
    fn post<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut SqliteConnection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (done, last) = self.write(move |conn| Ok((work(conn)?, accounts::last_posting(conn)?)))?;
        self.posted.send_if_modified(|posted| {
            let newer = last > *posted;
            *posted = last.max(*posted);
            newer
        });
        Ok(done)
    }
}

fn sqlite<'c>(conn: &'c mut Conn<'_>) -> Result<&'c mut SqliteConnection, Error> {
    match conn {
        Conn::Sqlite(conn) => Ok(conn),
        Conn::Postgres(_) => Err(Error::Unreadable("a simulated bank keeps its books in SQLite")),
    }
}

#[cfg(test)]
mod tests;
