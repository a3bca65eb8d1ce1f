//! Requests to pay as ISO 20022 messages: pain.013 asks, pain.014 answers and tells.

use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use payments::iso20022::pain013::{self, AskedDebtor};
use payments::iso20022::pain014::{self, Decision};
use payments::iso20022::request_feed;
use payments::participant::ClearingCode;
use payments::request_to_pay::{Change, RequestToPay};

use super::super::payments::acts_for_itself;
use super::super::{Api, Participant};
use super::body::asker;
use super::{find_by_proxy, make};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

/// Takes a pain.013: 201 with the pain.014 that says where its request has got.
pub(super) async fn create(
    creditor: ClearingCode,
    api: &web::Data<Api>,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let message = pain013::parse(&body::xml(request, payload).await?, &asker(creditor))?;
    let mut asked = message.asked;
    acts_for_itself(creditor, "CdtrAgt", [asked.creditor.agent])?;
    api.may_act(creditor)?;
    if let AskedDebtor::Proxy(proxy) = message.debtor {
        asked.debtor = Some(find_by_proxy(api, creditor, proxy).await?);
    }
    let made = make(api, asked).await?;
    Ok(HttpResponse::Created().content_type(body::XML).body(status_of(&made)))
}

/// Takes a pain.014 of the debtor's bank: 200 with the pain.014 that says how the request stands.
pub(super) async fn answer(
    Participant(debtor): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let answer = pain014::parse(&body::xml(&request, payload).await?)?;
    api.may_act(debtor)?;
    let requests = api.switch.requests_to_pay();
    let now = clock::now();
    let done = web::block(move || match answer.decision {
        Decision::Accepted => requests.accept(debtor, answer.request, now),
        Decision::Refused(reason) => requests.refuse(debtor, answer.request, reason, now),
    });
    Ok(HttpResponse::Ok().content_type(body::XML).body(status_of(&done.await??)))
}

/// How a request stands, under the number of its first change.
fn status_of(request: &RequestToPay) -> String {
    let RequestToPay { id, number, state, reason, payment, changed, .. } = request.clone();
    pain014::write(&Change { sequence: number, request: id, state, reason, at: changed, payment }, request)
}

/// Whether the caller would rather read ISO 20022 messages.
pub(super) fn is_wanted(request: &HttpRequest) -> bool {
    request.headers().get(ACCEPT).is_some_and(|accept| accept.as_bytes() == body::XML.as_bytes())
}

/// The feed as messages.
pub(super) fn changes(reader: ClearingCode, found: &[(Change, RequestToPay)], next: i64) -> HttpResponse {
    HttpResponse::Ok().content_type(body::XML).body(request_feed::render(reader, found, next))
}
