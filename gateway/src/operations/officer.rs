//! Who acts: an officer on this machine, by the token in `Authorization: Bearer …` (RFC 6750).

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use payments::OperatorError;
use payments::operator::OperatorToken;

use super::Operations;
use crate::error::Problem;
use crate::pages::Page;

/// An officer, as the log names them.
pub(super) struct Officer(pub(super) String);

impl FromRequest for Officer {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let operations = request.app_data::<web::Data<Operations>>().cloned();
        let here = on_this_machine(request);
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).map(OperatorToken::presented);
        Box::pin(async move {
            here?;
            let operations = operations.ok_or_else(|| Problem::internal(&"the operations API is not configured"))?;
            by_token(&operations, token.ok_or_else(unknown)?).await.map(Self)
        })
    }
}

/// Tokens travel in the clear here, so only within this machine.
pub(super) fn on_this_machine(request: &HttpRequest) -> Result<(), Problem> {
    match request.peer_addr() {
        Some(peer) if peer.ip().is_loopback() => Ok(()),
        _ => Err(Problem::forbidden("Only an operator on this machine may do this.")),
    }
}

/// The officer with this token.
///
/// # Errors
/// 401 when it is nobody's, 403 when it is an auditor's.
pub(super) async fn by_token(operations: &web::Data<Operations>, token: OperatorToken) -> Result<String, Problem> {
    let operators = operations.operators.clone();
    let operator = web::block(move || operators.authenticate(&token)).await?.map_err(|error| match error {
        OperatorError::Unknown => unknown(),
        OperatorError::Store(error) => error.into(),
        other => Problem::internal(&other),
    })?;
    operator.acts_as().ok_or_else(|| Problem::forbidden("An auditor may only look."))
}

fn unknown() -> Problem {
    let detail = "Send the token of an officer: Authorization: Bearer …".into();
    Problem { detail, ..Problem::from_status(StatusCode::UNAUTHORIZED) }
}

/// Why something was not done, for the reader, and as which status.
pub(super) struct Objection {
    pub(super) status: StatusCode,
    pub(super) words: String,
}

/// The officer whose token a page's form carries, or what to tell the reader.
pub(super) async fn officer_of_form(
    page: &Page,
    operations: &web::Data<Operations>,
    token: &str,
) -> Result<String, Objection> {
    by_token(operations, OperatorToken::presented(token)).await.map_err(|problem| {
        let words = match problem.status {
            StatusCode::UNAUTHORIZED => page.say("這個權杖不屬於任何人。", "This token is nobody’s."),
            StatusCode::FORBIDDEN => page.say("審計員只可以查看。", "An auditor may only look."),
            _ => page.say("現在做不到，稍後再試。", "Not possible now. Try again later."),
        };
        Objection { status: problem.status, words: words.to_owned() }
    })
}
