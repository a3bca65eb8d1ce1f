//! `/alerts`: proxies, accounts and names that a participant suspects.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::directory::{Alert, AlertEffect, AlertId, AlertReason, AlertRecord, Raiser, Subject, SuspectedName};
use payments::participant::ClearingCode;
use serde::{Deserialize, Serialize};
use store::Timestamp;

use super::paging::{Cursor, page};
use super::proxies::{ProxyBody, parse_account};
use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AlertBody {
    subject: SubjectBody,
    reason: AlertReason,
    #[serde(default = "warn")]
    effect: AlertEffect,
    expires: String,
}

const fn warn() -> AlertEffect {
    AlertEffect::Warn
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum SubjectBody {
    Proxy(ProxyBody),
    Account { participant: ClearingCode, number: String },
    Name(String),
}

impl SubjectBody {
    fn parse(&self) -> Result<Subject, Problem> {
        match self {
            Self::Proxy(proxy) => Ok(Subject::Proxy(proxy.parse()?)),
            Self::Account { participant, number } => Ok(Subject::Account(*participant, parse_account(number)?)),
            Self::Name(name) => SuspectedName::parse(name)
                .map(Subject::Name)
                .map_err(|wrong| Problem::bad_request(wrong.to_string()).field("subject.name")),
        }
    }
}

#[derive(Serialize)]
struct RecordBody {
    alert_id: String,
    subject: String,
    reason: AlertReason,
    effect: AlertEffect,
    created: String,
    expires: String,
}

impl From<&AlertRecord> for RecordBody {
    fn from(record: &AlertRecord) -> Self {
        Self {
            alert_id: record.id.to_string(),
            subject: record.subject.clone(),
            reason: record.reason,
            effect: record.effect,
            created: record.created.to_string(),
            expires: record.expires.to_string(),
        }
    }
}

/// Raises an alert: 201. It warns the banks of payers until it expires, at most 180 days from now.
pub(super) async fn raise(
    Participant(participant): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body: AlertBody = body::json(&request, payload).await?;
    api.may_act(participant)?;
    let no_time = || Problem::bad_request("A time is written as 2026-12-24T18:00:00Z.").field("expires");
    let expires = Timestamp::parse_rfc3339(&body.expires).ok_or_else(no_time)?;
    let alert = Alert { subject: body.subject.parse()?, reason: body.reason, effect: body.effect, expires };
    let raiser = Raiser::Participant(participant);
    let raised = web::block(move || api.directory.raise_alert(&raiser, &alert, clock::now())).await??;
    Ok(HttpResponse::Created().json(RecordBody::from(&raised)))
}

/// The participant's own alerts, oldest first, a page at a time.
pub(super) async fn list(
    Participant(participant): Participant,
    api: web::Data<Api>,
    Cursor(cursor): Cursor<AlertId>,
) -> Result<HttpResponse, Problem> {
    let found = web::block(move || api.directory.alerts(participant, cursor)).await??;
    Ok(page::<RecordBody, _, _>("alerts", &found))
}

/// Ends an alert now: 204.
pub(super) async fn withdraw(
    Participant(participant): Participant,
    api: web::Data<Api>,
    alert: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    api.may_act(participant)?;
    let id: AlertId = alert.parse().map_err(|_| Problem::not_found("You have no such alert."))?;
    web::block(move || api.directory.withdraw_alert(&Raiser::Participant(participant), id, clock::now())).await??;
    Ok(HttpResponse::NoContent().finish())
}
