//! Settings under which a crash could lose what was acknowledged are refused at start.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::Error;

/// What every SQLite connection that writes is set to, before the first transaction.
/// Waiting comes first: another process may just be closing the file, which holds it for a moment. What a savepoint may
/// have to undo is kept in memory: it would be a temporary file for every commit that many share.
const SQLITE_WRITER: &str = "
    PRAGMA busy_timeout=5000;
    PRAGMA page_size=8192;
    PRAGMA journal_mode=WAL;
    PRAGMA synchronous=FULL;
    PRAGMA foreign_keys=ON;
    PRAGMA cache_size=-65536;
    PRAGMA temp_store=MEMORY;
    PRAGMA wal_autocheckpoint=0;";

/// `synchronous` as SQLite numbers it: 2 is FULL, 3 is EXTRA.
const SQLITE_FULL: i32 = 2;

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    setting: String,
}

#[derive(QueryableByName)]
struct Synchronous {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    synchronous: i32,
}

#[derive(QueryableByName)]
struct JournalMode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

/// Sets a writing connection up and makes sure that the settings took.
pub(crate) fn prepare_sqlite(conn: &mut SqliteConnection) -> Result<(), Error> {
    conn.batch_execute(SQLITE_WRITER)?;
    let journal: JournalMode = diesel::sql_query("PRAGMA journal_mode").get_result(conn)?;
    if journal.journal_mode != "wal" {
        return Err(Error::Unsafe(format!("SQLite journal_mode is {}, not wal", journal.journal_mode)));
    }
    let sync: Synchronous = diesel::sql_query("PRAGMA synchronous").get_result(conn)?;
    if sync.synchronous < SQLITE_FULL {
        return Err(Error::Unsafe("SQLite synchronous is below FULL".to_owned()));
    }
    Ok(())
}

/// Refuses a PostgreSQL server, or session, that may forget a commit.
pub(crate) fn check_postgres(conn: &mut PgConnection) -> Result<(), Error> {
    let settings: Vec<Setting> = diesel::sql_query(
        "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')",
    )
    .load(conn)?;
    match settings.iter().find(|s| s.setting == "off") {
        Some(bad) => Err(Error::Unsafe(format!("PostgreSQL {} is off", bad.name))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(QueryableByName)]
    struct Built {
        #[diesel(sql_type = Text)]
        compile_options: String,
    }

    #[test]
    fn sqlite_is_built_as_the_configuration_of_cargo_says() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        let built: Vec<Built> = diesel::sql_query("PRAGMA compile_options").load(&mut conn).unwrap();
        let is_built = |with: &str| built.iter().any(|option| option.compile_options == with);
        assert!(is_built("MAX_MMAP_SIZE=17179869184"), "see .cargo/config.toml");
        assert!(is_built("THREADSAFE=2") && !is_built("ENABLE_MEMORY_MANAGEMENT"), "see .cargo/config.toml");
    }
}
