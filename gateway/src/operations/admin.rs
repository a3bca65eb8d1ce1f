//! What an officer decides: suspension, blocking and their end. Each leaves an event in the log with who did it.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::participant::ClearingCode;
use serde::Deserialize;

use super::Operations;
use super::officer::Officer;
use crate::error::Problem;
use crate::http::body;

pub(super) fn clearing_code(path: &str) -> Result<ClearingCode, Problem> {
    path.parse().map_err(|_| Problem::not_found("A clearing code is three digits."))
}

/// Takes a participant out of clearing: payments from and to it are refused until it is resumed.
pub(super) async fn suspend(
    Officer(by): Officer,
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(&request, payload).await?;
    operations.switch.suspend(&by, clearing_code(&path)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes it in again.
pub(super) async fn resume(
    Officer(by): Officer,
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(&request, payload).await?;
    operations.switch.resume(&by, clearing_code(&path)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes nothing more from a participant: it may only read until it is resumed.
pub(super) async fn block(
    Officer(by): Officer,
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(&request, payload).await?;
    operations.switch.block(&by, clearing_code(&path)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An empty JSON object. Asking for JSON keeps other sites' forms away: a browser sends `application/json`
/// across origins only after a preflight, which this listener never grants.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}
