//! `/payment-requests`: a basket, a bill or a till's sale, to be paid once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use payments::RequestError;
use payments::merchant::{
    Merchant, MerchantError, MerchantRefusal, RefundId, ReturnAddress, asked_by, must_fit_a_code,
};
use payments::money::Amount;
use payments::request_to_pay::{RequestId, RequestState, RequestToPay};
use ring::digest::{SHA256, digest};

use super::body::{PaymentRequest, Read, Wanted, WantedRefund};
use super::caller::{Caller, caller};
use super::debtor;
use crate::clock;
use crate::error::Problem;
use crate::http::body;
use crate::server::Gateway;

/// The header that tells a repetition from another request (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The caller's own identifier of what it asks: 1 to 200 visible characters.
fn idempotency_key(request: &HttpRequest) -> Result<&str, Problem> {
    let key = request.headers().get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok());
    let is_key = |key: &&str| (1..=200).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    key.filter(is_key).ok_or_else(|| {
        Problem::bad_request("Say by 1 to 200 visible characters what tells this from another request.")
            .field(IDEMPOTENCY_KEY)
    })
}

/// A key as a request or a refund carries it: of the same length whatever the caller sends.
fn digest_of(what: &str, merchant: &str, key: &str) -> [u8; 16] {
    let hash = digest(&SHA256, format!("{what}\n{merchant}\n{key}").as_bytes());
    let mut short = [0; 16];
    short.copy_from_slice(&hash.as_ref()[..16]);
    short
}

/// Asks for a payment: 201; the same key again is the same request.
pub(super) async fn create(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Caller { merchant, client, .. } = caller(&request, &gateway).await?;
    merchant.must_be_active()?;
    let key = idempotency_key(&request)?;
    let reference = hex::encode(digest_of("request", &merchant.id.to_string(), key));
    let now = clock::now();
    let wanted: Wanted = body::json(&request, payload).await?;
    let presented = wanted.presented_code()?;
    let Read { mut asking, debtor, return_address } = wanted.parse(reference, now)?;
    if let Some(till) = &asking.till {
        merchant.must_have(till)?;
    }
    if let Some(proxy) = debtor {
        asking.debtor = Some(debtor::find(&gateway, &merchant, proxy).await?);
    }
    let asked = asking.on_behalf_of(&merchant);
    // What is wrong in itself is told first, below.
    if asked.check(now).is_ok() {
        must_fit_a_code(&merchant, &asked).map_err(|wrong| refused(wrong.into()))?;
    }
    let (requests, merchants) = (gateway.requests.clone(), gateway.merchants.clone());
    let made = web::block(move || -> Result<RequestToPay, Problem> {
        // Looked at before, so that what is refused has made nothing.
        if let Some(address) = &return_address {
            merchants.must_return_to(client.as_str(), address)?;
        }
        let made = match presented {
            Some(token) => requests.ask_presented(&token, &asked, now),
            None => requests.create(&asked, now),
        };
        let made = made.map_err(refused)?;
        if let Some(address) = return_address {
            merchants.return_from(made.id, client.as_str(), address)?;
        }
        Ok(made)
    })
    .await??;
    Ok(HttpResponse::Created().json(shown(&gateway, &merchant, &made).await?))
}

/// A request as its merchant sees it.
async fn shown(
    gateway: &web::Data<Gateway>,
    merchant: &Merchant,
    request: &RequestToPay,
) -> Result<PaymentRequest, Problem> {
    let (merchants, id) = (gateway.merchants.clone(), request.id);
    let returns = web::block(move || -> Result<Option<ReturnAddress>, MerchantError> { merchants.return_of(id) });
    let returns = returns.await??;
    PaymentRequest::of(request, merchant, returns.as_ref(), &gateway.identity.settings().issuer, clock::now())
}

pub(super) async fn own(gateway: &web::Data<Gateway>, caller: &Caller, id: &str) -> Result<RequestToPay, Problem> {
    let unknown = || Problem::not_found("You made no such payment request.");
    let id: RequestId = id.parse().map_err(|_| unknown())?;
    let requests = gateway.requests.clone();
    let found = web::block(move || requests.get(id)).await?.map_err(refused)?;
    found.filter(|request| asked_by(request, &caller.merchant)).ok_or_else(unknown)
}

/// How a request stands.
pub(super) async fn read(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &gateway).await?;
    let found = own(&gateway, &caller, &id).await?;
    Ok(HttpResponse::Ok().json(shown(&gateway, &caller.merchant, &found).await?))
}

/// Takes a request back; one that is being paid, or is paid, stays: 409.
pub(super) async fn cancel(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &gateway).await?;
    let found = own(&gateway, &caller, &id).await?;
    let (requests, bank, id) = (gateway.requests.clone(), caller.merchant.participant, found.id);
    let after = web::block(move || requests.cancel(bank, id, clock::now())).await?.map_err(refused)?;
    Ok(HttpResponse::Ok().json(shown(&gateway, &caller.merchant, &after).await?))
}

/// Sends money of a paid request back: 201; the same key again is the same refund.
pub(super) async fn refund(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let caller = caller(&request, &gateway).await?;
    let key = idempotency_key(&request)?;
    let refund = RefundId::from_uuid(uuid::Uuid::from_bytes(digest_of("refund", &caller.merchant.id.to_string(), key)));
    let wanted: WantedRefund = body::json(&request, payload).await?;
    let paid = own(&gateway, &caller, &id).await?;
    let payment = paid.payment.filter(|_| paid.state == RequestState::Paid).ok_or_else(|| {
        Problem::new(StatusCode::CONFLICT, "not-paid", "The request is not paid", "Nothing was received for it yet.")
    })?;
    let amount = Amount::parse(&wanted.amount, paid.asked.amount.currency())
        .map_err(|wrong| Problem::bad_request(wrong.to_string()).field("amount"))?;
    let Caller { merchant, actor, .. } = caller;
    let made = web::block(move || {
        gateway.merchants.instruct_refund(actor, merchant.id, payment.sequence, refund, amount, clock::now())
    })
    .await??;
    Ok(HttpResponse::Created().json(serde_json::json!({
        "refund_id": made.id.to_string(),
        "amount": made.amount.to_decimal(),
        "currency": made.amount.currency().code(),
        "state": made.state.name(),
        "instructed": made.instructed.to_string(),
    })))
}

fn refused(error: RequestError) -> Problem {
    let detail = error.to_string();
    match error {
        RequestError::Invalid(wrong) => Problem::bad_request(detail).field(wrong.field),
        RequestError::ReferenceUsed => {
            let refusal: Problem = MerchantRefusal::RequestUsed.into();
            refusal.field(IDEMPOTENCY_KEY)
        }
        RequestError::NotFound => Problem::not_found(detail),
        RequestError::NotPresentable(_) => {
            Problem::new(StatusCode::CONFLICT, "not-presentable", "Nothing can be asked by this code", detail)
                .field("presented_code")
        }
        RequestError::Refused(_) => {
            Problem::new(StatusCode::CONFLICT, "request-state", "The request does not take this", detail)
        }
        other => Problem::internal(&other),
    }
}
