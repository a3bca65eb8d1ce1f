//! Bringing a database's tables up to this program. Migrations only go forward.

use diesel::{PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::Error;

const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");

/// One number for "Lionrock migrates", so that two gateways that start at once do not both do it.
const ADVISORY_LOCK: i64 = 0x4c69_6f6e_526f_636b;

pub(crate) fn postgres(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    use diesel::RunQueryDsl;
    diesel::sql_query(format!("SELECT pg_advisory_lock({ADVISORY_LOCK})")).execute(conn)?;
    let applied = run(conn, POSTGRES);
    diesel::sql_query(format!("SELECT pg_advisory_unlock({ADVISORY_LOCK})")).execute(conn)?;
    applied
}

pub(crate) fn sqlite(conn: &mut SqliteConnection) -> Result<Vec<String>, Error> {
    run(conn, SQLITE)
}

fn run<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
    migrations: EmbeddedMigrations,
) -> Result<Vec<String>, Error>
where
    EmbeddedMigrations: diesel::migration::MigrationSource<DB>,
{
    let failed = |e: Box<dyn std::error::Error + Send + Sync>| Error::Migration(e.to_string());
    let mut applied = Vec::new();
    for migration in conn.pending_migrations(migrations).map_err(failed)? {
        conn.run_migration(&migration).map_err(failed)?;
        applied.push(migration.name().to_string());
    }
    Ok(applied)
}

/// Names the set of migrations of this program: a database made by one set is not taken for another's.
#[cfg(feature = "testing")]
pub(crate) fn fingerprint() -> String {
    use diesel::migration::{Migration, MigrationSource};
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    let migrations: Vec<Box<dyn Migration<diesel::pg::Pg>>> = POSTGRES.migrations().unwrap_or_default();
    for migration in migrations {
        migration.name().to_string().hash(&mut hasher);
    }
    include_str!(concat!(env!("OUT_DIR"), "/migrations.txt")).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

pub(crate) fn postgres_pending(conn: &mut PgConnection) -> Result<bool, Error> {
    conn.has_pending_migration(POSTGRES).map_err(|e| Error::Migration(e.to_string()))
}

pub(crate) fn sqlite_pending(conn: &mut SqliteConnection) -> Result<bool, Error> {
    conn.has_pending_migration(SQLITE).map_err(|e| Error::Migration(e.to_string()))
}
