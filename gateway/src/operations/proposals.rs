//! Money in and out of positions: one officer proposes, another approves.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::clearing::{Movement, Proposal, ProposedMovement};
use payments::money::{Amount, Currency};
use payments::participant::ClearingCode;
use serde::{Deserialize, Serialize};

use super::Operations;
use super::admin::{Nothing, clearing_code};
use super::officer::Officer;
use crate::clock;
use crate::error::Problem;
use crate::http::body;

/// The most proposals in one answer.
pub(super) const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    movement: String,
    amount: String,
    currency: Currency,
}

/// Proposes. The `Idempotency-Key` makes a repetition the same proposal.
pub(super) async fn propose(
    Officer(by): Officer,
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let key = key.ok_or_else(|| Problem::bad_request("Send a key of your own.").field("Idempotency-Key"))?;
    let wanted: Wanted = body::json(&request, payload).await?;
    let movement: Movement =
        wanted.movement.parse().map_err(|wrong| Problem::bad_request(format!("{wrong}")).field("movement"))?;
    let amount = Amount::parse(&wanted.amount, wanted.currency)
        .map_err(|wrong| Problem::bad_request(wrong.to_string()).field("amount"))?;
    let wanted = ProposedMovement { participant: clearing_code(&path)?, movement, amount, key };
    let proposal = operations.switch.propose(&by, wanted).await?;
    Ok(HttpResponse::Created().json(serde_json::json!({ "proposal": proposal })))
}

#[derive(Serialize)]
struct ProposalBody {
    proposal: i64,
    clearing_code: ClearingCode,
    movement: &'static str,
    amount: String,
    currency: Currency,
    state: &'static str,
    proposed_by: String,
    proposed: String,
    expires: String,
    decided_by: Option<String>,
    decided: Option<String>,
}

impl From<Proposal> for ProposalBody {
    fn from(proposal: Proposal) -> Self {
        Self {
            state: proposal.state(clock::now()).name(),
            proposal: proposal.id,
            clearing_code: proposal.participant,
            movement: proposal.movement.name(),
            amount: proposal.amount.to_decimal(),
            currency: proposal.amount.currency(),
            proposed_by: proposal.proposed_by,
            proposed: proposal.proposed.to_string(),
            expires: proposal.expires.to_string(),
            decided: proposal.decision.as_ref().map(|decision| decision.at.to_string()),
            decided_by: proposal.decision.map(|decision| decision.by),
        }
    }
}

/// The latest proposals, newest first.
pub(super) async fn list(operations: web::Data<Operations>) -> Result<HttpResponse, Problem> {
    let proposals = web::block(move || operations.switch.proposals(MOST)).await??;
    let items: Vec<ProposalBody> = proposals.into_iter().map(ProposalBody::from).collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "items": items, "next": null })))
}

/// What an officer decides; the last part of the path.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Decision {
    /// For what another officer proposed: the money moves.
    Approve,
    /// Against it, or one's own is taken back.
    Refuse,
}

/// Decides: 204.
pub(super) async fn decide(
    Officer(by): Officer,
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<(i64, Decision)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(&request, payload).await?;
    let (proposal, decision) = path.into_inner();
    operations.switch.decide_proposal(&by, proposal, matches!(decision, Decision::Approve)).await?;
    Ok(HttpResponse::NoContent().finish())
}
