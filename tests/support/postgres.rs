//! A fresh PostgreSQL database for a test, in the cluster that tests/run starts.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

/// A database of its own; it is dropped with this.
pub(crate) struct Postgres {
    administration: String,
    name: String,
    url: String,
}

impl Postgres {
    #[allow(clippy::disallowed_methods)] // any name that is not taken
    pub(crate) fn create() -> Self {
        let administration = std::env::var("LIONROCK_TEST_POSTGRES").expect("tests/run starts a cluster and sets this");
        let name = format!("integration_{}", uuid::Uuid::new_v4().simple());
        let (server, _) = administration.rsplit_once('/').unwrap();
        let url = format!("{server}/{name}");
        administer(&administration, &format!("CREATE DATABASE {name}"));
        Self { administration, name, url }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        administer(&self.administration, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn administer(url: &str, statement: &str) {
    PgConnection::establish(url).unwrap().batch_execute(statement).unwrap();
}
