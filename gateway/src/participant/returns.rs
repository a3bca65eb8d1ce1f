//! `POST /returns`: the creditor agent sends settled money back by pacs.004; the answer is a pacs.002.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::ReturnSubmission;
use payments::iso20022::{pacs002, pacs004};

use super::payments::acts_for_itself;
use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

/// Takes the returns: ACSC in what comes back means that the money has gone back, RJCT that it has not.
pub(super) async fn submit(
    Participant(sender): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let bytes = body::xml(&request, payload).await?;
    let arrived = clock::now();
    let message = pacs004::parse(&bytes)?;
    acts_for_itself(sender, "InstgAgt", message.instructing_agent)?;
    let returns: Vec<_> =
        message.returns.into_iter().map(|one| ReturnSubmission { request: one.request, body: one.body }).collect();
    // On a task of its own: when the caller goes away, what it sent is still taken whole.
    let switch = api.switch.clone();
    let taken = actix_web::rt::spawn(async move { switch.return_payments(sender, returns, arrived).await });
    let reports = taken.await.map_err(|ended| Problem::internal(&ended))??;
    Ok(HttpResponse::Ok().content_type(body::XML).body(pacs002::render(&reports)))
}
