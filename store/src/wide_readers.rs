//! Readers of a large table in an embedded database that see the same state for as long as nobody changes it.
//!
//! When anything was committed since its last transaction, SQLite lets go of every page that a reader has in memory or
//! mapped, also when all that came is a row at the end of some other table. So these readers end their transaction only when
//! the [state](crate::State) is another, or when the log is to be folded into the database, which it cannot be beyond
//! what the oldest reader sees.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::changes::{State, Watch};
use crate::connection::{Pages, prepare_reader};
use crate::{Conn, Error};

/// The readers.
pub(crate) struct WideReaders {
    path: String,
    /// How many are kept while nobody needs them.
    most: usize,
    /// Whether they keep what they see from one time to the next.
    keep: AtomicBool,
    /// Whether one has, since all let go last.
    kept: AtomicBool,
    /// Shared by those who read, and for itself by whoever needs all others to let go of what they see.
    turn: RwLock<()>,
    idle: Mutex<Vec<Reader>>,
}

struct Reader {
    conn: SqliteConnection,
    /// What its transaction sees, if it is in one: this or a later state.
    sees: Option<State>,
}

impl WideReaders {
    /// None yet; the first is opened when somebody reads.
    pub(crate) fn new(path: &str, most: u32) -> Self {
        Self {
            path: path.to_owned(),
            most: usize::try_from(most).unwrap_or(1),
            keep: AtomicBool::new(true),
            kept: AtomicBool::new(false),
            turn: RwLock::default(),
            idle: Mutex::default(),
        }
    }

    /// Reads what is there now, but for what was only [added](crate::Effect::Added): that may be lacking.
    pub(crate) fn read<T, E: From<Error>>(
        &self,
        watch: &Watch,
        work: impl FnOnce(&mut Conn<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _turn = self.turn.read().unwrap_or_else(PoisonError::into_inner);
        // First the state and then its transaction: what the reader sees is never older.
        let state = watch.state()?;
        let reader = self.idle().pop();
        let mut reader = reader.map_or_else(|| self.open(), Ok)?;
        reader.see(state)?;
        let done = work(&mut Conn::Sqlite(&mut reader.conn));
        if done.is_err() || !self.keep.load(Ordering::Relaxed) {
            reader.let_go();
        }
        let mut idle = self.idle();
        if idle.len() < self.most {
            self.kept.fetch_or(reader.sees.is_some(), Ordering::Relaxed);
            idle.push(reader);
        }
        done
    }

    /// Makes all readers let go of what they see; nobody reads until what is returned is dropped.
    pub(crate) fn let_go(&self) -> RwLockWriteGuard<'_, ()> {
        let turn = self.turn.write().unwrap_or_else(PoisonError::into_inner);
        self.idle().iter_mut().for_each(Reader::let_go);
        self.kept.store(false, Ordering::Relaxed);
        turn
    }

    /// Whether any keeps what it sees since all let go last.
    pub(crate) fn keep_something(&self) -> bool {
        self.kept.load(Ordering::Relaxed)
    }

    /// Says how long the log is. A long one is to begin anew, maybe by another process that writes much, and that takes a
    /// moment at which nobody sees anything in it; so nothing is kept then.
    pub(crate) fn log_is_long(&self, is_long: bool) {
        self.keep.store(!is_long, Ordering::Relaxed);
    }

    fn open(&self) -> Result<Reader, Error> {
        let unavailable = |error: String| Error::Unavailable(format!("{}: {error}", self.path));
        let mut conn = SqliteConnection::establish(&self.path).map_err(|error| unavailable(error.to_string()))?;
        prepare_reader(&mut conn, Pages::Mapped).map_err(|error| unavailable(error.to_string()))?;
        Ok(Reader { conn, sees: None })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    /// Sees at least this state from here on.
    fn see(&mut self, state: State) -> Result<(), Error> {
        if self.sees != Some(state) {
            self.let_go();
            self.conn.batch_execute("BEGIN")?;
            self.sees = Some(state);
        }
        Ok(())
    }

    fn let_go(&mut self) {
        if self.sees.take().is_some() {
            // It has only read: when this fails, the next BEGIN does, and says so.
            let _ = self.conn.batch_execute("COMMIT");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;
    use crate::testing::TestDatabase;
    use crate::{Db, Effect, Options, on_db};

    fn execute(db: &Db, sql: &'static str, effect: Effect) {
        let work = move |conn: &mut Conn<'_>| -> Result<usize, Error> {
            Ok(on_db!(conn, c => diesel::sql_query(sql).execute(c))?)
        };
        db.write_with(work, move |_| effect).unwrap();
    }

    fn value(db: &Db) -> i64 {
        let value = diesel::dsl::sql::<diesel::sql_types::BigInt>("SELECT COALESCE(MAX(value), 0) FROM something");
        db.read_widely(|conn| -> Result<i64, Error> { Ok(on_db!(conn, c => value.get_result(c))?) }).unwrap()
    }

    #[test]
    fn a_reader_sees_every_change_of_whomever_at_once() {
        for database in TestDatabase::each().unwrap() {
            let (db, other) = (database.db(), Db::open(&database.url, &Options::default()).unwrap());
            execute(&db, "CREATE TABLE something (value BIGINT)", Effect::Changed);
            assert_eq!(value(&db), 0);
            for (writer, sql, expected) in [
                (&db, "INSERT INTO something VALUES (1)", 1),
                (&db, "UPDATE something SET value = 2", 2),
                (&other, "UPDATE something SET value = 3", 3),
                (&db, "UPDATE something SET value = 4", 4),
            ] {
                execute(writer, sql, Effect::Changed);
                assert_eq!((value(&db), value(&db)), (expected, expected));
            }
        }
    }

    #[test]
    fn what_is_only_added_disturbs_nobody_and_the_log_is_folded_all_the_same() {
        let database = TestDatabase::sqlite().unwrap();
        let db = database.db();
        execute(&db, "CREATE TABLE something (value INTEGER)", Effect::Changed);
        assert_eq!(value(&db), 0);
        execute(&db, "INSERT INTO something VALUES (1)", Effect::Added);
        assert_eq!(value(&db), 0, "it still sees what it saw");
        let file = database.url.trim_start_matches("sqlite:").to_owned();
        let pages = || std::fs::metadata(&file).unwrap().len();
        let before = pages();
        execute(
            &db,
            "INSERT INTO something SELECT randomblob(8) IS NULL FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL \
             SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n)",
            Effect::Added,
        );
        let folded = (0..200).any(|_| {
            value(&db);
            sleep(Duration::from_millis(50));
            pages() > before
        });
        assert!(folded, "readers let go when the log is to be folded");
        assert_eq!(value(&db), 1, "and see all of it then");
    }
}
