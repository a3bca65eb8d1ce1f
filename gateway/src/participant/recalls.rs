//! `POST /recalls`: a debtor agent asks for settled money back (camt.056). `POST /recalls/answers`: the creditor
//! agent says whether it will send it (camt.029). Both are forwarded to the other side's inbox.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use payments::clearing::RecallRefusal;
use payments::iso20022::{camt029, camt056};

use super::payments::acts_for_itself;
use super::{Api, Participant};
use crate::error::Problem;
use crate::http::body;

/// 202 when it is recorded, also when it was before.
pub(super) async fn submit(
    Participant(sender): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let message = camt056::parse(&body::xml(&request, payload).await?)?;
    acts_for_itself(sender, "Assgnr", [message.assignment.assigner])?;
    let switch = api.switch.clone();
    let taken = actix_web::rt::spawn(async move { switch.recall(sender, message.request, message.body).await });
    taken.await.map_err(|ended| Problem::internal(&ended))??.map_err(refused)?;
    Ok(HttpResponse::Accepted().finish())
}

/// 202 when it is recorded, also when it was before. What was accepted is sent back by `POST /returns`.
pub(super) async fn answer(
    Participant(sender): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let message = camt029::parse(&body::xml(&request, payload).await?)?;
    acts_for_itself(sender, "Assgnr", [message.assignment.assigner])?;
    let switch = api.switch.clone();
    let taken = actix_web::rt::spawn(async move { switch.answer_recall(sender, message.answer, message.body).await });
    taken.await.map_err(|ended| Problem::internal(&ended))??.map_err(refused)?;
    Ok(HttpResponse::Accepted().finish())
}

fn refused(refusal: RecallRefusal) -> Problem {
    let (status, kind, title) = match refusal {
        RecallRefusal::SenderBlocked => (StatusCode::FORBIDDEN, "forbidden", "Not allowed"),
        RecallRefusal::UnknownPayment | RecallRefusal::OtherTransaction | RecallRefusal::UnknownRecall => {
            (StatusCode::NOT_FOUND, "unknown-payment", "There is no such payment or recall")
        }
        RecallRefusal::NotSettled
        | RecallRefusal::OtherAmount
        | RecallRefusal::AnotherStands
        | RecallRefusal::AlreadyReturned => (StatusCode::CONFLICT, "recall-refused", "The rules are against it"),
    };
    Problem::new(status, kind, title, refusal.to_string()).reason(refusal.reason())
}
