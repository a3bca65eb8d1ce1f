//! Databases for tests: an embedded one in a temporary folder, and, when `LIONROCK_TEST_POSTGRES` holds the
//! URL of a PostgreSQL server, a fresh database there. Only with the feature `testing`.

use std::sync::{Mutex, PoisonError};

use diesel::prelude::*;

use crate::{Db, Error, Options};

/// The variable with the URL of a PostgreSQL database from which others may be created.
pub const POSTGRES_VARIABLE: &str = "LIONROCK_TEST_POSTGRES";

/// A database for one test, migrated and empty. Dropping it removes it.
pub struct TestDatabase {
    /// Its URL, for a second handle on the same database.
    pub url: String,
    db: Option<Db>,
    keep: Keep,
}

enum Keep {
    Folder(#[allow(dead_code, reason = "held so that the folder lives as long as the database")] tempfile::TempDir),
    Postgres { admin: String, name: String },
}

impl TestDatabase {
    /// An embedded database.
    pub fn sqlite() -> Result<Self, Error> {
        let folder = tempfile::tempdir().map_err(|e| Error::Unavailable(e.to_string()))?;
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        Self::open(url, Keep::Folder(folder))
    }

    /// A fresh database on the test server; `None` when there is no test server.
    pub fn postgres() -> Result<Option<Self>, Error> {
        let Ok(admin) = std::env::var(POSTGRES_VARIABLE) else { return Ok(None) };
        let template = template(&admin)?;
        let name = format!("lionrock_test_{}_{}", std::process::id(), next_number());
        execute(&admin, &format!("CREATE DATABASE {name} TEMPLATE {template}"))?;
        let url = with_database(&admin, &name);
        Self::open(url, Keep::Postgres { admin, name }).map(Some)
    }

    /// One database of each kind that is to be had here.
    pub fn each() -> Result<Vec<Self>, Error> {
        Ok([Self::sqlite()?].into_iter().chain(Self::postgres()?).collect())
    }

    fn open(url: String, keep: Keep) -> Result<Self, Error> {
        let db = Db::open(&url, &Options { connections: 8, ..Options::default() })?;
        db.migrate()?;
        Ok(Self { url, db: Some(db), keep })
    }

    /// A handle on it.
    ///
    /// # Panics
    /// Never: the handle is only gone while the database is being dropped.
    #[allow(clippy::expect_used)] // only tests come here
    pub fn db(&self) -> Db {
        self.db.clone().expect("open until dropped")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        drop(self.db.take());
        if let Keep::Postgres { admin, name } = &self.keep {
            let _ = execute(admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// The name of a migrated database that others are copied from, made once by whichever process comes first.
/// Copying is many times quicker than migrating each.
fn template(admin: &str) -> Result<String, Error> {
    static TEMPLATE: Mutex<Option<String>> = Mutex::new(None);
    let mut made = TEMPLATE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = made.as_ref() {
        return Ok(name.clone());
    }
    let name = format!("lionrock_template_{}", crate::migrate::fingerprint());
    let mut conn = PgConnection::establish(admin).map_err(|e| Error::Unavailable(e.to_string()))?;
    // One process at a time; the lock goes with the connection.
    diesel::sql_query("SELECT pg_advisory_lock(20261122)").execute(&mut conn)?;
    if diesel::sql_query(format!("CREATE DATABASE {name}")).execute(&mut conn).is_ok() {
        Db::open(&with_database(admin, &name), &Options { connections: 1, ..Options::default() })?.migrate()?;
    }
    *made = Some(name.clone());
    Ok(name)
}

/// Numbers databases within this process.
fn next_number() -> u32 {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

fn execute(url: &str, statement: &str) -> Result<(), Error> {
    let mut conn = PgConnection::establish(url).map_err(|e| Error::Unavailable(e.to_string()))?;
    diesel::sql_query(statement).execute(&mut conn)?;
    Ok(())
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url.split_once('?').map_or((url, None), |(base, query)| (base, Some(query)));
    let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
    let authority = rest.split('/').next().unwrap_or("");
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{authority}/{name}{query}")
}
