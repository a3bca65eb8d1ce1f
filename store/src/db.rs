//! The handle: open by URL, migrate, read, write.

use std::error::Error as StdError;
use std::sync::Arc;

use diesel::{Connection, SqliteConnection};

use crate::changes::{Effect, State, Watch};
use crate::connection::{PostgresPool, SqlitePool, postgres_pool, sqlite_read_pool};
use crate::group_commit::{Haste, Writer};
use crate::log_file::LogFile;
use crate::wide_readers::WideReaders;
use crate::{Backend, Conn, DatabaseUrl, Error, durability, migrate, retry, wait};

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections at most: to PostgreSQL in all, of SQLite for reading.
    pub connections: u32,
    /// Accept a PostgreSQL server elsewhere although this build speaks no TLS to it.
    pub allow_plaintext: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections: 16, allow_plaintext: false }
    }
}

/// A database. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Db(Arc<Inner>, Writes);

/// Whether a handle writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writes {
    /// And waits until what it wrote is durable.
    Durably,
    /// Not at all, because its holder must not wait.
    Never,
}

enum Inner {
    Postgres(PostgresPool),
    Sqlite {
        readers: SqlitePool,
        /// For [`Db::read_widely`].
        wide_readers: Arc<WideReaders>,
        writer: Writer,
        watch: Arc<Watch>,
    },
}

impl Db {
    /// Opens the database behind `url`, creating an embedded one that is not there yet.
    ///
    /// # Errors
    /// [`Error::Url`], [`Error::Unavailable`], and [`Error::Unsafe`] when its settings could lose a commit.
    pub fn open(url: &str, options: &Options) -> Result<Self, Error> {
        let url: DatabaseUrl = url.parse()?;
        if !cfg!(feature = "postgres-tls") && !url.is_local() && !options.allow_plaintext {
            return Err(Error::Unsafe(format!(
                "{url} is on another machine and this build speaks no TLS to PostgreSQL; \
                 build with the feature postgres-tls, or set allow_plaintext"
            )));
        }
        let inner = match &url {
            DatabaseUrl::Postgres(url) => {
                let pool = postgres_pool(url, options.connections)?;
                durability::check_postgres(&mut *checkout(&pool)?)?;
                Inner::Postgres(pool)
            }
            DatabaseUrl::Sqlite(path) => {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder)
                        .map_err(|e| Error::Unavailable(format!("{}: {e}", folder.display())))?;
                }
                let path = path.to_string_lossy();
                let open = || -> Result<SqliteConnection, Error> {
                    let mut conn =
                        SqliteConnection::establish(&path).map_err(|e| Error::Unavailable(format!("{path}: {e}")))?;
                    durability::prepare_sqlite(&mut conn)?;
                    Ok(conn)
                };
                let watch = Arc::new(Watch::new(open()?)?);
                let wide_readers = Arc::new(WideReaders::new(&path, options.connections));
                let log = LogFile::of(&path);
                let writer = Writer::start(open()?, open()?, log, Arc::clone(&watch), Arc::clone(&wide_readers))?;
                let readers = sqlite_read_pool(&path, options.connections)?;
                Inner::Sqlite { readers, wide_readers, writer, watch }
            }
        };
        Ok(Self(Arc::new(inner), Writes::Durably))
    }

    /// A handle for a thread that must not wait: what it reads is in a file beside it, and what would write is refused
    /// as [`Error::WouldWait`] before it has begun, but for [`Db::write_soon`]. `None` for PostgreSQL, where reading is waiting, too.
    pub fn at_once(&self) -> Option<Self> {
        (self.backend() == Backend::Sqlite).then(|| Self(Arc::clone(&self.0), Writes::Never))
    }

    /// Whether this handle writes, and so waits.
    pub fn may_wait(&self) -> bool {
        self.1 == Writes::Durably
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        match &*self.0 {
            Inner::Postgres(_) => Backend::Postgres,
            Inner::Sqlite { .. } => Backend::Sqlite,
        }
    }

    /// Applies the migrations that are missing and names them.
    pub fn migrate(&self) -> Result<Vec<String>, Error> {
        match &*self.0 {
            Inner::Postgres(pool) => migrate::postgres(&mut *checkout(pool)?),
            Inner::Sqlite { writer, .. } => write_now(writer, |conn| match conn {
                Conn::Sqlite(conn) => migrate::sqlite(conn),
                Conn::Postgres(_) => Ok(Vec::new()),
            }),
        }
    }

    /// Whether a migration of this program is missing in the database.
    pub fn needs_migration(&self) -> Result<bool, Error> {
        match &*self.0 {
            Inner::Postgres(pool) => migrate::postgres_pending(&mut *checkout(pool)?),
            // By the writer, because asking creates the table of migrations when it is not there.
            Inner::Sqlite { writer, .. } => write_now(writer, |conn| match conn {
                Conn::Sqlite(conn) => migrate::sqlite_pending(conn),
                Conn::Postgres(_) => Ok(false),
            }),
        }
    }

    /// The state of an embedded database: a row that was read in it is as it was for as long as this gives the same.
    /// `None` for PostgreSQL, where asking would take as long as reading.
    ///
    /// # Errors
    /// [`Error::Query`] when it cannot be looked at.
    pub fn state(&self) -> Result<Option<State>, Error> {
        match &*self.0 {
            Inner::Postgres(_) => Ok(None),
            Inner::Sqlite { watch, .. } => watch.state().map(Some),
        }
    }

    /// Reads. Each statement sees what was committed when it began; see [`Db::snapshot`] for several.
    pub fn read<T, E>(&self, work: impl FnOnce(&mut Conn<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        match &*self.0 {
            Inner::Postgres(pool) => work(&mut Conn::Postgres(&mut *checkout(pool)?)),
            Inner::Sqlite { readers, .. } => work(&mut Conn::Sqlite(&mut *checkout(readers)?)),
        }
    }

    /// Reads for whoever reads here and there in a large table while others write: in an embedded database straight from
    /// the file's pages, which count as memory of this process then, and all statements see the same state: everything that
    /// is there, but for what was only [added](Effect::Added), which may be lacking.
    pub fn read_widely<T, E>(&self, work: impl FnOnce(&mut Conn<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        match &*self.0 {
            Inner::Postgres(_) => self.read(work),
            Inner::Sqlite { wide_readers, watch, .. } => wide_readers.read(watch, work),
        }
    }

    /// Reads with all statements seeing the same state.
    pub fn snapshot<T, E>(&self, work: impl FnOnce(&mut Conn<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error> + From<diesel::result::Error>,
    {
        match &*self.0 {
            Inner::Postgres(pool) => {
                let mut conn = checkout(pool)?;
                conn.build_transaction().read_only().repeatable_read().run(|c| work(&mut Conn::Postgres(c)))
            }
            Inner::Sqlite { readers, .. } => checkout(readers)?.transaction(|c| work(&mut Conn::Sqlite(c))),
        }
    }

    /// Writes: `work` is one transaction, durable when this returns `Ok`, undone whole when it returns `Err`
    /// (but see [`Error::CommitUnknown`]).
    ///
    /// PostgreSQL runs it under READ COMMITTED and tries again, a bounded number of times, what it undid
    /// because of another transaction; so `work` may be called more than once and decides by conditional
    /// statements (`UPDATE … WHERE state = …`, row counts), never by an earlier read alone.
    pub fn write<T, E>(&self, work: impl FnMut(&mut Conn<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + From<diesel::result::Error> + StdError + Send + 'static,
    {
        self.write_with(work, |_| Effect::Changed)
    }

    /// The same; `effect` says, by what came of the work, whether the [state](Db::state) is another now.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_with<T, E>(
        &self,
        mut work: impl FnMut(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        effect: impl FnOnce(&T) -> Effect + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + From<diesel::result::Error> + StdError + Send + 'static,
    {
        if self.1 == Writes::Never {
            return Err(Error::WouldWait.into());
        }
        let pool = match &*self.0 {
            Inner::Sqlite { writer, .. } => return wait(writer.write(Haste::Now, work, effect)),
            Inner::Postgres(pool) => pool,
        };
        let mut attempt = 1;
        loop {
            let mut conn = checkout(pool)?;
            match conn.transaction(|c| work(&mut Conn::Postgres(c))) {
                Err(failed) if attempt < retry::ATTEMPTS && retry::may_retry(&failed) => {
                    drop(conn);
                    std::thread::sleep(retry::pause(attempt));
                    attempt += 1;
                }
                done => return done,
            }
        }
    }

    /// The same for whoever goes on meanwhile: `then` is told what came of it, by the thread that committed an embedded
    /// database, which commits nothing else until it returns. It is dropped untold when the work was not begun. On
    /// PostgreSQL all of it happens before this returns.
    pub fn write_then<T, E>(
        &self,
        work: impl FnMut(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        effect: impl FnOnce(&T) -> Effect + Send + 'static,
        then: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<Error> + From<diesel::result::Error> + StdError + Send + 'static,
    {
        match &*self.0 {
            Inner::Sqlite { writer, .. } => writer.submit(Haste::Now, work, effect, then),
            Inner::Postgres(_) => then(self.write_with(work, effect)),
        }
    }

    /// The same for whoever can do something else until it is durable, also with a handle that [never
    /// waits](Db::at_once): some milliseconds later than [`Db::write`] when many write at once, because they share a
    /// commit then. To PostgreSQL it waits all the same. `effect` says, by what came of the work, whether the
    /// [state](Db::state) is another now.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_soon<T, E>(
        &self,
        work: impl FnMut(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        effect: impl FnOnce(&T) -> Effect + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + From<diesel::result::Error> + StdError + Send + 'static,
    {
        match &*self.0 {
            Inner::Sqlite { writer, .. } => writer.write(Haste::Soon, work, effect).await,
            Inner::Postgres(_) => self.write(work),
        }
    }
}

/// Writes at once, whatever that changes.
fn write_now<T, E>(writer: &Writer, work: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error> + From<diesel::result::Error> + Send + 'static,
{
    wait(writer.write(Haste::Now, work, |_| Effect::Changed))
}

fn checkout<M: diesel::r2d2::ManageConnection>(
    pool: &diesel::r2d2::Pool<M>,
) -> Result<diesel::r2d2::PooledConnection<M>, Error> {
    pool.get().map_err(|e| Error::Unavailable(e.to_string()))
}
