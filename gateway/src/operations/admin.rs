//! What the operator decides: funding, suspension and its end. Each leaves an event in the log with who did it.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::money::{Amount, Currency};
use payments::participant::ClearingCode;
use serde::Deserialize;

use super::Operations;
use crate::error::Problem;
use crate::http::body;

/// Who acts, for the log. Only this machine may: the listener has no other way to know an operator.
pub(super) fn operator(request: &HttpRequest) -> Result<String, Problem> {
    match request.peer_addr() {
        Some(peer) if peer.ip().is_loopback() => Ok(format!("operations {}", peer.ip())),
        _ => Err(Problem::forbidden("Only an operator on this machine may do this.")),
    }
}

pub(super) fn clearing_code(path: &str) -> Result<ClearingCode, Problem> {
    path.parse().map_err(|_| Problem::not_found("A clearing code is three digits."))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Funding {
    amount: String,
    currency: Currency,
}

/// Adds to a participant's position what it has paid in at the settlement institution.
pub(super) async fn fund(
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let by = operator(&request)?;
    let funding: Funding = body::json(&request, payload).await?;
    let amount = Amount::parse(&funding.amount, funding.currency)
        .map_err(|wrong| Problem::bad_request(wrong.to_string()).field("amount"))?;
    operations.switch.fund(&by, clearing_code(&path)?, amount).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a participant out of clearing: payments from and to it are refused until it is resumed.
pub(super) async fn suspend(
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let by = operator(&request)?;
    let Nothing {} = body::json(&request, payload).await?;
    operations.switch.suspend(&by, clearing_code(&path)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes it in again.
pub(super) async fn resume(
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let by = operator(&request)?;
    let Nothing {} = body::json(&request, payload).await?;
    operations.switch.resume(&by, clearing_code(&path)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes nothing more from a participant: it may only read until it is resumed.
pub(super) async fn block(
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let by = operator(&request)?;
    let Nothing {} = body::json(&request, payload).await?;
    operations.switch.block(&by, clearing_code(&path)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An empty JSON object. Asking for JSON keeps other sites' forms away: a browser sends `application/json`
/// across origins only after a preflight, which this listener never grants.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}
