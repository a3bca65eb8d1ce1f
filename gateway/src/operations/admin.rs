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

/// What becomes of a participant; the last part of the path.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// Out of clearing: payments from and to it are refused until it is resumed.
    Suspend,
    /// In again.
    Resume,
    /// It may only read until it is resumed: nothing is taken from it.
    Block,
}

/// Takes the step: 204.
pub(super) async fn take_step(
    Officer(by): Officer,
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<(String, Step)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body::json(&request, payload).await?;
    let (code, step) = path.into_inner();
    let code = clearing_code(&code)?;
    match step {
        Step::Suspend => operations.switch.suspend(&by, code).await,
        Step::Resume => operations.switch.resume(&by, code).await,
        Step::Block => operations.switch.block(&by, code).await,
    }?;
    Ok(HttpResponse::NoContent().finish())
}

/// An empty JSON object. Asking for JSON keeps other sites' forms away: a browser sends `application/json`
/// across origins only after a preflight, which this listener never grants.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}
