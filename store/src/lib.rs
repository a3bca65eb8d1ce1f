//! Databases: one handle over SQLite and PostgreSQL.
//!
//! [`Db`] is opened by URL (`sqlite:path` or `postgres://…`). Work is a closure over a [`Conn`]; what it
//! wrote is durable when [`Db::write`] returns. [`on_db!`] type-checks one query body for each backend.
//!
//! **Invariants.** A write is one whole transaction: all of it is committed or none. SQLite has one writer,
//! which commits everything that gathered while the last commit was on its way to disk (group commit).
//! Settings under which a crash could lose a commit are refused at start.
//!
//! **What this crate does not know:** residents, payments, HTTP. It holds no table of theirs, only the
//! migrations in `migrations/`, the same names for both databases.
//!
//! ```
//! use diesel::prelude::*;
//! # use store::{Db, Options, on_db};
//! # let folder = tempfile::tempdir()?;
//! let url = format!("sqlite:{}", folder.path().join("lionrock.db").display());
//! let db = Db::open(&url, &Options::default())?;
//! db.migrate()?;
//! let applied: i64 = db.read(|conn| -> Result<i64, store::Error> {
//!     Ok(on_db!(conn, c => diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>("40 + 2")).get_result(c))?)
//! })?;
//! assert_eq!(applied, 42);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod changes;
mod connection;
mod db;
mod durability;
mod error;
mod group_commit;
mod identifier;
mod log_file;
mod migrate;
mod retry;
#[cfg(feature = "testing")]
pub mod testing;
mod timestamp;
mod url;
mod wait;
mod wide_readers;

pub use changes::{Effect, State};
pub use connection::{Backend, Conn};
pub use db::{Db, Options};
pub use error::Error;
pub use timestamp::Timestamp;
pub use url::DatabaseUrl;
pub use wait::wait;

/// What [`identifier!`] expands to needs these; not for use by hand.
#[doc(hidden)]
pub mod macro_support {
    pub use diesel;
    pub use uuid;
}
