//! `…/proof` and `…/proof/answer`: a customer shows that a number or address is theirs.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use payments::directory::{OneTimeCode, ProofOutcome, ProofSubject};
use serde::{Deserialize, Serialize};

use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;
use crate::http::body;
use crate::messages::NotSent;

#[derive(Serialize)]
struct SentBody {
    expires: String,
}

/// Sends a code to the number or address of an entry or a claim: 202.
pub(super) async fn send(
    Participant(participant): Participant,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    api.may_act(participant)?;
    let subject = subject(&path)?;
    let of_this = api.clone();
    let (code, bank) = web::block(move || -> Result<_, Problem> {
        let code = of_this.directory.start_proof(participant, subject, clock::now())?;
        let bank = of_this.switch.participants()?.into_iter().find(|one| one.clearing_code == participant);
        Ok((code, bank.ok_or_else(|| Problem::internal(&"a caller that the switch does not know"))?))
    })
    .await??;
    api.messages.send_code(&code, &bank.name_zh, &bank.name_en).await.map_err(|failed| match failed {
        NotSent::NoGateway => Problem::new(
            StatusCode::NOT_IMPLEMENTED,
            "no-gateway",
            "No such messages are sent here",
            failed.to_string(),
        ),
        NotSent::Refused(cause) => {
            tracing::warn!(%cause, "a one-time code could not be sent");
            Problem::unavailable("The code could not be sent; ask for another in a minute.", 60)
        }
    })?;
    Ok(HttpResponse::Accepted().json(SentBody { expires: code.expires.to_string() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerBody {
    code: String,
}

/// Takes the code that the customer was sent: 204 when it is right.
pub(super) async fn answer(
    Participant(participant): Participant,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body: AnswerBody = body::json(&request, payload).await?;
    api.may_act(participant)?;
    let subject = subject(&path)?;
    let code =
        OneTimeCode::parse(&body.code).ok_or_else(|| Problem::bad_request("A code has six digits.").field("code"))?;
    let outcome = web::block(move || api.directory.answer_proof(participant, subject, &code, clock::now())).await??;
    let refused = |detail: String| {
        Problem::new(StatusCode::CONFLICT, "not-proven", "Possession is not proven", detail).field("code")
    };
    match outcome {
        ProofOutcome::Proven => Ok(HttpResponse::NoContent().finish()),
        ProofOutcome::Wrong(left) => Err(refused(format!("This is not the code; {left} tries are left."))),
        ProofOutcome::Spent => Err(refused("The code is spent; ask for another.".to_owned())),
    }
}

fn subject((of, id): &(String, String)) -> Result<ProofSubject, Problem> {
    let unknown = || Problem::not_found("You have no such entry or claim.");
    match of.as_str() {
        "proxies" => id.parse().map(ProofSubject::Entry).map_err(|_| unknown()),
        "claims" => id.parse().map(ProofSubject::Claim).map_err(|_| unknown()),
        _ => Err(unknown()),
    }
}
