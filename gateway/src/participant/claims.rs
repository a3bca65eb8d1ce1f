//! `/claims`: proxies that change hands. Both sides see a claim; what either may do is the library's to say.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::directory::{CancelReason, ClaimId, ClaimKind, ClaimRecord, ClaimState, ClaimStep};
use payments::participant::ClearingCode;
use serde::{Deserialize, Serialize};

use super::paging::{Cursor, page};
use super::proxies::{ProxyBody, RegistrationBody};
use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

#[derive(Serialize)]
struct ClaimBody {
    claim_id: String,
    kind: ClaimKind,
    state: ClaimState,
    proxy: ProxyBody,
    claimant: ClearingCode,
    donor: ClearingCode,
    claimant_proved: bool,
    donor_proved: bool,
    cancelled: Option<CancelReason>,
    opened: String,
    changed: String,
    deadline: String,
}

impl From<&ClaimRecord> for ClaimBody {
    fn from(record: &ClaimRecord) -> Self {
        Self {
            claim_id: record.id.to_string(),
            kind: record.claim.kind,
            state: record.claim.state,
            proxy: ProxyBody::from(&record.proxy),
            claimant: record.claimant,
            donor: record.donor,
            claimant_proved: record.claim.claimant_proved,
            donor_proved: record.claim.donor_proved,
            cancelled: record.claim.cancelled,
            opened: record.opened.to_string(),
            changed: record.changed.to_string(),
            deadline: record.claim.deadline.to_string(),
        }
    }
}

/// Opens a claim with what shall be registered when it completes: 201; the claim that is open already, again.
pub(super) async fn open(
    Participant(participant): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body: RegistrationBody = body::json(&request, payload).await?;
    api.may_act(participant)?;
    let registration = body.parse(&api.directory)?;
    let claim = web::block(move || api.directory.open_claim(participant, &registration, clock::now())).await??;
    Ok(HttpResponse::Created().json(ClaimBody::from(&claim)))
}

/// The claims of both sides, oldest first, a page at a time.
pub(super) async fn list(
    Participant(participant): Participant,
    api: web::Data<Api>,
    Cursor(cursor): Cursor<ClaimId>,
) -> Result<HttpResponse, Problem> {
    let found = web::block(move || api.directory.claims(participant, cursor)).await??;
    Ok(page::<ClaimBody, _, _>("claims", &found))
}

/// One claim.
pub(super) async fn read(
    Participant(participant): Participant,
    api: web::Data<Api>,
    claim: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parse(&claim)?;
    let claim = web::block(move || api.directory.claim(participant, id)).await??;
    Ok(HttpResponse::Ok().json(ClaimBody::from(&claim)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CancelBody {
    reason: Reason,
}

/// The reasons that a side may give.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    Withdrawn,
    OwnerProvedAgain,
    OwnerObjects,
    Fraud,
}

impl From<Reason> for CancelReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Withdrawn => Self::Withdrawn,
            Reason::OwnerProvedAgain => Self::OwnerProvedAgain,
            Reason::OwnerObjects => Self::OwnerObjects,
            Reason::Fraud => Self::Fraud,
        }
    }
}

/// Takes a step: `acknowledge`, `confirm`, `complete`, or `cancel` with its reason. The same step again is the same.
pub(super) async fn step(
    Participant(participant): Participant,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (id, name) = path.into_inner();
    let id = parse(&id)?;
    let step = match name.as_str() {
        "acknowledge" => ClaimStep::Acknowledge,
        "confirm" => ClaimStep::Confirm,
        "complete" => ClaimStep::Complete,
        "cancel" => ClaimStep::Cancel(body::json::<CancelBody>(&request, payload).await?.reason.into()),
        _ => return Err(Problem::not_found("A claim has no such step.")),
    };
    api.may_act(participant)?;
    let claim = web::block(move || api.directory.take_claim_step(participant, id, step, clock::now())).await??;
    Ok(HttpResponse::Ok().json(ClaimBody::from(&claim)))
}

fn parse(id: &str) -> Result<ClaimId, Problem> {
    id.parse().map_err(|_| Problem::not_found("You have no such claim."))
}
