//! `/infractions`: frauds that one bank reports to another.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::directory::{
    AlertReason, InfractionId, InfractionRecord, InfractionReport, InfractionState, InfractionStep,
};
use payments::participant::ClearingCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::paging::{Cursor, page};
use super::proxies::ProxyBody;
use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportBody {
    proxy: ProxyBody,
    creditor_agent: ClearingCode,
    reason: AlertReason,
    uetr: Option<Uuid>,
}

#[derive(Serialize)]
struct RecordBody {
    infraction_id: String,
    entry_id: String,
    reporter: ClearingCode,
    reported: ClearingCode,
    reason: AlertReason,
    uetr: Option<Uuid>,
    state: InfractionState,
    reported_at: String,
    changed: String,
}

impl From<&InfractionRecord> for RecordBody {
    fn from(record: &InfractionRecord) -> Self {
        Self {
            infraction_id: record.id.to_string(),
            entry_id: record.entry.to_string(),
            reporter: record.reporter,
            reported: record.reported,
            reason: record.reason,
            uetr: record.uetr,
            state: record.state,
            reported_at: record.reported_at.to_string(),
            changed: record.changed.to_string(),
        }
    }
}

/// Reports a fraud to the bank whose customer it is about: 201.
pub(super) async fn report(
    Participant(participant): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body: ReportBody = body::json(&request, payload).await?;
    api.may_act(participant)?;
    let report = InfractionReport {
        proxy: body.proxy.parse()?,
        reported: body.creditor_agent,
        reason: body.reason,
        uetr: body.uetr,
    };
    let made = web::block(move || api.directory.report_infraction(participant, &report, clock::now())).await??;
    Ok(HttpResponse::Created().json(RecordBody::from(&made)))
}

/// The reports of both sides, oldest first, a page at a time.
pub(super) async fn list(
    Participant(participant): Participant,
    api: web::Data<Api>,
    Cursor(cursor): Cursor<InfractionId>,
) -> Result<HttpResponse, Problem> {
    let found = web::block(move || api.directory.infractions(participant, cursor)).await??;
    Ok(page::<RecordBody, _, _>("infractions", &found))
}

/// Takes a step: `acknowledge`, `agree`, `disagree`, or `cancel`. The same step again is the same.
pub(super) async fn step(
    Participant(participant): Participant,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, name) = path.into_inner();
    let id: InfractionId = id.parse().map_err(|_| Problem::not_found("You have no such report."))?;
    let step = match name.as_str() {
        "acknowledge" => InfractionStep::Acknowledge,
        "agree" => InfractionStep::Agree,
        "disagree" => InfractionStep::Disagree,
        "cancel" => InfractionStep::Cancel,
        _ => return Err(Problem::not_found("A report has no such step.")),
    };
    api.may_act(participant)?;
    let after = web::block(move || api.directory.take_infraction_step(participant, id, step, clock::now())).await??;
    Ok(HttpResponse::Ok().json(RecordBody::from(&after)))
}
