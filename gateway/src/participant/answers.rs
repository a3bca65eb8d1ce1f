//! `POST /answers`: the creditor agent's pacs.002; the answer is the state that stands.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::iso20022::pacs002;

use super::payments::acts_for_itself;
use super::refusals::answer_refused;
use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

/// Takes the answers. ACSC in what comes back means settled and final: the creditor may be credited.
pub(super) async fn submit(
    Participant(sender): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let bytes = body::xml(&request, payload).await?;
    // An answer is judged by when it arrived whole, not by when its turn comes.
    let arrived = clock::now();
    let message = pacs002::parse(&bytes)?;
    acts_for_itself(sender, "InstgAgt", message.instructing_agent)?;
    let switch = api.switch.clone();
    let taken = actix_web::rt::spawn(async move { switch.answer(sender, message.answers, arrived).await });
    let answered = taken.await.map_err(|ended| Problem::internal(&ended))??;
    let mut reports = Vec::with_capacity(answered.len());
    for (index, answer) in answered.into_iter().enumerate() {
        reports.push(answer.map_err(|refusal| answer_refused(index, refusal))?);
    }
    Ok(HttpResponse::Ok().content_type(body::XML).body(pacs002::render(&reports)))
}
