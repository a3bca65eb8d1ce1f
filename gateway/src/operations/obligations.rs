//! What creditor agents owe after settlement.

use actix_web::{HttpResponse, web};
use payments::clearing::Obligation;
use payments::participant::ClearingCode;
use serde::Serialize;

use super::Operations;
use crate::clock;
use crate::error::Problem;

#[derive(Serialize)]
struct ObligationBody {
    /// The payment's sequence number.
    payment: i64,
    clearing_code: ClearingCode,
    owed: &'static str,
    since: String,
    overdue: bool,
}

impl From<Obligation> for ObligationBody {
    fn from(one: Obligation) -> Self {
        Self {
            payment: one.payment,
            clearing_code: one.participant,
            owed: one.owed.name(),
            since: one.since.to_string(),
            overdue: one.is_overdue(clock::now()),
        }
    }
}

/// All of it, longest first.
pub(super) async fn list(operations: web::Data<Operations>) -> Result<HttpResponse, Problem> {
    let owed = web::block(move || operations.switch.obligations()).await??;
    let items: Vec<ObligationBody> = owed.into_iter().map(ObligationBody::from).collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": items, "next": null })))
}
