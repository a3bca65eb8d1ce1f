//! A connection of either kind, and the macro that writes a query once for both.

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use diesel::{PgConnection, SqliteConnection};
use std::time::Duration;

use crate::Error;

/// A connection inside a piece of work. Use it through [`on_db!`](crate::on_db).
pub enum Conn<'a> {
    /// To a PostgreSQL server.
    Postgres(&'a mut PgConnection),
    /// To an embedded database.
    Sqlite(&'a mut SqliteConnection),
}

/// Which of the two databases is behind a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A PostgreSQL server.
    Postgres,
    /// An embedded SQLite database.
    Sqlite,
}

impl Conn<'_> {
    /// Which database this is.
    pub fn backend(&self) -> Backend {
        match self {
            Self::Postgres(_) => Backend::Postgres,
            Self::Sqlite(_) => Backend::Sqlite,
        }
    }
}

/// Runs one query body on whichever database is connected, type-checked for each.
///
/// `on_db!(conn, c => body)`: `conn` is a `&mut Conn`, and in `body` `c` is the backend's own connection.
#[macro_export]
macro_rules! on_db {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::Conn::Postgres(connection) => {
                let $c: &mut $crate::macro_support::diesel::PgConnection = connection;
                $body
            }
            $crate::Conn::Sqlite(connection) => {
                let $c: &mut $crate::macro_support::diesel::SqliteConnection = connection;
                $body
            }
        }
    };
}

pub(crate) type PostgresPool = Pool<ConnectionManager<PgConnection>>;
pub(crate) type SqlitePool = Pool<ConnectionManager<SqliteConnection>>;

/// How long a caller waits for a connection before it is told that the database cannot be reached.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) fn postgres_pool(url: &str, size: u32) -> Result<PostgresPool, Error> {
    Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(ACQUIRE_TIMEOUT)
        .connection_customizer(Box::new(Steady))
        .build(ConnectionManager::new(url))
        .map_err(|e| Error::Unavailable(e.to_string()))
}

/// What a PostgreSQL session writes goes to the disk as it comes (`backend_flush_after`: 32 pages, where the server's system can
/// do that). Otherwise the kernel gathers it for half a minute, then writes it all at once, and every commit of that moment
/// waits behind it.
#[derive(Debug)]
struct Steady;

const STEADY: &str = "SELECT set_config(name, LEAST(max_val::int, 32)::text, false) FROM pg_settings \
    WHERE name = 'backend_flush_after'";

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Steady {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute(STEADY).map_err(diesel::r2d2::Error::QueryError)
    }
}

/// How readers of SQLite come to a page of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pages {
    /// They copy it, and keep it until the next commit that they see.
    Copied,
    /// It is mapped into memory until then, up to 16 GB; the rest is copied.
    Mapped,
}

pub(crate) fn sqlite_read_pool(path: &str, size: u32) -> Result<SqlitePool, Error> {
    Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(ACQUIRE_TIMEOUT)
        // A file does not go away as a server may: a statement before each piece of work would find out nothing.
        .test_on_check_out(false)
        .connection_customizer(Box::new(ReadOnly))
        .build(ConnectionManager::new(path))
        .map_err(|e| Error::Unavailable(e.to_string()))
}

/// Readers of SQLite cannot write, not even by mistake: writing belongs to the one writer.
#[derive(Debug)]
struct ReadOnly;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for ReadOnly {
    fn on_acquire(&self, conn: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        prepare_reader(conn, Pages::Copied).map_err(diesel::r2d2::Error::QueryError)
    }
}

/// Sets a reading connection up.
pub(crate) fn prepare_reader(conn: &mut SqliteConnection, pages: Pages) -> diesel::QueryResult<()> {
    conn.batch_execute("PRAGMA busy_timeout=5000; PRAGMA query_only=ON; PRAGMA cache_size=-16384;")?;
    if pages == Pages::Mapped { conn.batch_execute("PRAGMA mmap_size=17179869184") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;
    use diesel::sql_types::Text;

    use super::*;
    use crate::testing::TestDatabase;

    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Text)]
        setting: String,
    }

    #[test]
    fn what_a_postgresql_session_writes_goes_to_the_disk_as_it_comes() {
        for database in TestDatabase::each().unwrap() {
            let set: Option<Setting> = database
                .db()
                .read(|conn| match conn {
                    Conn::Sqlite(_) => Ok::<_, Error>(None),
                    Conn::Postgres(conn) => {
                        let name = "name = 'backend_flush_after'";
                        let asked = format!("SELECT setting FROM pg_settings WHERE {name} AND max_val <> '0'");
                        Ok(diesel::sql_query(asked).get_result(*conn).optional()?)
                    }
                })
                .unwrap();
            assert!(set.is_none_or(|set| set.setting == "32"));
        }
    }
}
