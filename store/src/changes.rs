//! Whether an embedded database has changed since it was last looked at: what was read from it may be kept in memory
//! until then, and no longer, whoever changes it, from whichever process.

use std::sync::{Mutex, PoisonError};

use diesel::SqliteConnection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Integer;
use diesel::sqlite::Sqlite;

use crate::Error;

/// A state of an embedded database. The same as before: nobody has committed anything in between. Greater: somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct State(u64);

/// A connection that does nothing but look whether others changed something.
pub(crate) struct Watch(Mutex<Watched>);

struct Watched {
    conn: SqliteConnection,
    /// SQLite's own number, which means something to this connection only.
    version: i32,
    state: State,
}

impl Watch {
    pub(crate) fn new(mut conn: SqliteConnection) -> Result<Self, Error> {
        let version = DataVersion.get_result(&mut conn)?;
        Ok(Self(Mutex::new(Watched { conn, version, state: State(0) })))
    }

    /// The state now: whatever was committed before this call is in it.
    pub(crate) fn state(&self) -> Result<State, Error> {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Watched { conn, version, state } = &mut *watched;
        let found: i32 = DataVersion.get_result(conn)?;
        if found != *version {
            *version = found;
            state.0 += 1;
        }
        Ok(*state)
    }
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
    use crate::{Backend, Db, Error, Options, on_db};
    use diesel::prelude::*;

    fn change(db: &Db) {
        db.write(|conn| -> Result<usize, Error> {
            Ok(on_db!(conn, c => diesel::sql_query("CREATE TABLE IF NOT EXISTS changed (at INTEGER)").execute(c))
                .and(on_db!(conn, c => diesel::sql_query("INSERT INTO changed VALUES (1)").execute(c)))?)
        })
        .unwrap();
    }

    #[test]
    fn every_commit_is_noticed_by_whomever_it_is() {
        for database in TestDatabase::each().unwrap() {
            let db = database.db();
            let before = db.state().unwrap();
            assert_eq!(before.is_some(), db.backend() == Backend::Sqlite, "PostgreSQL is asked itself");
            assert_eq!(db.state().unwrap(), before, "nothing happened");
            change(&db);
            let after = db.state().unwrap();
            if before.is_some() {
                assert!(after > before, "our own");
                change(&Db::open(&database.url, &Options::default()).unwrap());
                assert!(db.state().unwrap() > after, "another process's");
            }
        }
    }
}
