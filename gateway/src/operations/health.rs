//! Whether the process lives, and whether it can do its work.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::Operations;

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

/// 200 as long as the process answers at all: restart it when this fails.
pub(super) async fn health() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "alive" })
}

#[derive(Serialize)]
struct Readiness {
    status: &'static str,
    /// The database answers.
    database: bool,
    /// Its tables are those of this program.
    migrations: bool,
    /// The sequencer takes payments.
    sequencer: bool,
}

/// 200 when all of it works, else 503: send no traffic here while it does.
pub(super) async fn ready(operations: web::Data<Operations>) -> HttpResponse {
    let sequencer = operations.switch.is_running();
    let migration = web::block(move || operations.db.needs_migration()).await;
    let (database, migrations) = match migration {
        Ok(Ok(needed)) => (true, !needed),
        _ => (false, false),
    };
    if database && migrations && sequencer {
        HttpResponse::Ok().json(Readiness { status: "ready", database, migrations, sequencer })
    } else {
        HttpResponse::ServiceUnavailable().json(Readiness { status: "not ready", database, migrations, sequencer })
    }
}
