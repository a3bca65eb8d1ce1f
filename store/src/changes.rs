//! Whether an embedded database has changed since it was last looked at: what was read from it may be kept in memory
//! until then, and no longer, whoever changes it, from whichever process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use diesel::SqliteConnection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Integer;
use diesel::sqlite::Sqlite;

use crate::Error;

/// A state of an embedded database. The same as before: nobody has changed anything in between that could have been
/// read. Greater: somebody may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct State(u64);

/// What a piece of work did to what others may have read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It changed it, or nobody says that it did not.
    Changed,
    /// It added rows, and changed none that anybody keeps by its [`State`] or reads [widely](crate::Db::read_widely).
    Added,
}

/// A connection that does nothing but look whether others changed something.
pub(crate) struct Watch(Mutex<Watched>);

struct Watched {
    conn: SqliteConnection,
    /// SQLite's own number, which means something to this connection only: it is another after anybody's commit.
    version: i32,
    /// The same of the writer's connection, which its own commits leave as it is.
    writers_version: Option<i32>,
    state: State,
}

impl Watched {
    fn look(&mut self) -> Result<State, Error> {
        let found = version(&mut self.conn)?;
        if found != self.version {
            self.version = found;
            self.state.0 += 1;
        }
        Ok(self.state)
    }
}

impl Watch {
    pub(crate) fn new(mut conn: SqliteConnection) -> Result<Self, Error> {
        let version = version(&mut conn)?;
        Ok(Self(Mutex::new(Watched { conn, version, writers_version: None, state: State(0) })))
    }

    /// The state now: whatever was committed before this call is in it.
    pub(crate) fn state(&self) -> Result<State, Error> {
        self.lock().look()
    }

    /// The writer has just committed something of this effect; work that found nothing to do has changed nothing.
    pub(crate) fn committed(&self, writer: &mut SqliteConnection, effect: Effect) {
        match effect {
            Effect::Changed => {
                let mut watched = self.lock();
                if watched.look().is_err() {
                    watched.state.0 += 1;
                }
            }
            Effect::Added => self.follow(writer),
        }
    }

    /// Takes over what the writer has just committed: the state stays, unless somebody else has committed, too.
    ///
    /// The order matters. Another process's commit before the first look is told to the writer's connection by the
    /// second one; a commit after the first look is found by the next call of [`Watch::state`].
    pub(crate) fn follow(&self, writer: &mut SqliteConnection) {
        let mut watched = self.lock();
        let found = version(&mut watched.conn);
        let writers = version(writer).ok();
        if writers.is_none() || writers != watched.writers_version {
            watched.state.0 += 1;
        }
        watched.writers_version = writers;
        // Of a look that failed the next one finds what this one would have.
        if let Ok(found) = found {
            watched.version = found;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn version(conn: &mut SqliteConnection) -> Result<i32, Error> {
    Ok(DataVersion.get_result(conn)?)
}

/// `PRAGMA data_version`: prepared once, two microseconds a call.
#[derive(Debug, Clone, Copy, QueryId)]
struct DataVersion;

impl QueryFragment<Sqlite> for DataVersion {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("PRAGMA data_version");
        Ok(())
    }
}

impl Query for DataVersion {
    type SqlType = Integer;
}

impl RunQueryDsl<SqliteConnection> for DataVersion {}

#[cfg(test)]
mod tests {
    use crate::testing::TestDatabase;
    use crate::{Backend, Conn, Db, Effect, Error, Options, on_db, wait};
    use diesel::prelude::*;

    fn change_it(conn: &mut Conn<'_>) -> Result<usize, Error> {
        Ok(on_db!(conn, c => diesel::sql_query("CREATE TABLE IF NOT EXISTS changed (at INTEGER)").execute(c))
            .and(on_db!(conn, c => diesel::sql_query("INSERT INTO changed VALUES (1)").execute(c)))?)
    }

    fn change(db: &Db) {
        db.write(change_it).unwrap();
    }

    fn add(db: &Db) {
        wait(db.write_soon(change_it, |_| Effect::Added)).unwrap();
    }

    #[test]
    fn every_commit_is_noticed_by_whomever_it_is() {
        for database in TestDatabase::each().unwrap() {
            let db = database.db();
            let before = db.state().unwrap();
            assert_eq!(before.is_some(), db.backend() == Backend::Sqlite, "PostgreSQL is asked itself");
            assert_eq!(db.state().unwrap(), before, "nothing happened");
            db.write(|_| Ok::<_, Error>(())).unwrap();
            assert_eq!(db.state().unwrap(), before, "somebody found nothing to do");
            change(&db);
            let after = db.state().unwrap();
            if before.is_some() {
                assert!(after > before, "our own");
                change(&Db::open(&database.url, &Options::default()).unwrap());
                assert!(db.state().unwrap() > after, "another process's");
            }
        }
    }

    #[test]
    fn what_only_adds_leaves_the_state_as_it_is_and_hides_nothing_that_others_do() {
        let database = TestDatabase::sqlite().unwrap();
        let (db, other) = (database.db(), Db::open(&database.url, &Options::default()).unwrap());
        change(&db);
        let before = db.state().unwrap();
        for _ in 0..3 {
            add(&db);
            assert_eq!(db.state().unwrap(), before, "only added");
        }
        change(&other);
        add(&db);
        let after = db.state().unwrap();
        assert!(after > before, "what another process did before our own is not hidden by it");
        add(&other);
        assert!(db.state().unwrap() > after, "what others add may be anything");
        let after = db.state().unwrap();
        wait(db.write_soon(change_it, |_| Effect::Changed)).unwrap();
        add(&db);
        assert!(db.state().unwrap() > after, "nor is our own");
    }

    #[test]
    fn what_shares_a_commit_with_a_change_is_one() {
        let database = TestDatabase::sqlite().unwrap();
        let db = database.db();
        change(&db);
        let before = db.state().unwrap();
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let db = db.clone();
                std::thread::spawn(move || if number == 4 { change(&db) } else { add(&db) })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        add(&db);
        assert!(db.state().unwrap() > before);
    }
}
