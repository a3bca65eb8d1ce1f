//! `/requests-to-pay`: asking for money, what becomes of it, and answering.
//!
//! A request is made by the creditor's bank, in JSON or as a pain.013. Whoever has a request's id, from a code or a link,
//! may read it, so that the payer can be shown what is asked; whom it asks is told to the two banks alone.

mod body;
mod message;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use payments::directory::{LookupPurpose, LookupRequest, Proxy};
use payments::iso20022::ReasonCode;
use payments::merchant::{MerchantError, code_for, merchant_of};
use payments::participant::ClearingCode;
use payments::request_to_pay::{Debtor, NewRequest, RequestId, RequestToPay};
use serde::Deserialize;

use self::body::{DebtorBody, NewRequestBody, RequestBody};
use super::members::member;
use super::paging::Cursor;
use super::{Api, Participant, resource};
use crate::clock;
use crate::error::Problem;
use crate::http::body as http_body;

/// Mounts these endpoints.
pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(resource("/requests-to-pay", "GET, POST").route(web::get().to(list)).route(web::post().to(create)))
        .service(resource("/requests-to-pay/changes", "GET").route(web::get().to(changes)))
        .service(resource("/requests-to-pay/asking", "GET").route(web::get().to(asking)))
        .service(resource("/requests-to-pay/answers", "POST").route(web::post().to(message::answer)))
        .service(resource("/requests-to-pay/{request_id}", "GET").route(web::get().to(read)))
        .service(resource("/requests-to-pay/{request_id}/{step}", "POST").route(web::post().to(step)));
}

/// Takes a request, as JSON or as a pain.013: 201, and the same again for the same reference.
async fn create(
    Participant(creditor): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let is_xml = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == http_body::XML.as_bytes());
    if is_xml {
        return message::create(creditor, &api, &request, payload).await;
    }
    let body: NewRequestBody = http_body::json(&request, payload).await?;
    api.may_act(creditor)?;
    let debtor = match &body.debtor {
        Some(debtor) => Some(find(&api, creditor, debtor).await?),
        None => None,
    };
    let asked = body.parse(creditor, debtor)?;
    let made = make(&api, asked).await?;
    let code = code(&api, creditor, &made).await?;
    Ok(HttpResponse::Created().json(RequestBody::new(&made, creditor, clock::now()).with_code(code)))
}

/// Makes a request that was parsed.
async fn make(api: &web::Data<Api>, asked: NewRequest) -> Result<RequestToPay, Problem> {
    let requests = api.switch.requests_to_pay();
    Ok(web::block(move || requests.create(&asked, clock::now())).await??)
}

/// The text of a request's code, for the bank that asks for a merchant of its own.
async fn code(api: &web::Data<Api>, reader: ClearingCode, request: &RequestToPay) -> Result<Option<String>, Problem> {
    let own = merchant_of(request).filter(|_| request.asked.creditor.agent == reader);
    let Some(id) = own else { return Ok(None) };
    let merchants = api.merchants.clone();
    match web::block(move || merchants.get(id)).await? {
        Ok(merchant) => Ok(code_for(&merchant, request)),
        Err(MerchantError::Refused(_)) => Ok(None),
        Err(failed) => Err(failed.into()),
    }
}

/// Where the debtor is asked: a proxy is looked up, and charged as every look-up is.
async fn find(api: &Api, creditor: ClearingCode, debtor: &DebtorBody) -> Result<Debtor, Problem> {
    let proxy = match debtor {
        DebtorBody::Account { agent, account } => return Ok(Debtor { agent: *agent, account: account.clone() }),
        DebtorBody::Proxy { proxy } => proxy.parse().map_err(|problem| problem.field("debtor.proxy.id"))?,
    };
    find_by_proxy(api, creditor, proxy).await
}

async fn find_by_proxy(api: &Api, creditor: ClearingCode, proxy: Proxy) -> Result<Debtor, Problem> {
    let wanted = LookupRequest { purpose: LookupPurpose::Service, ..LookupRequest::for_payment(creditor, proxy) };
    let found = api.directory.lookup(wanted, clock::now()).await?;
    Ok(Debtor { agent: found.participant, account: found.account_token.as_str().to_owned() })
}

/// The requests that this participant's customers have made, oldest first, a page at a time.
async fn list(
    Participant(creditor): Participant,
    api: web::Data<Api>,
    Cursor(cursor): Cursor<i64>,
) -> Result<HttpResponse, Problem> {
    let requests = api.switch.requests_to_pay();
    let found = web::block(move || requests.by_creditor(creditor, cursor.unwrap_or_default())).await??;
    let now = clock::now();
    let items: Vec<_> = found.iter().map(|request| RequestBody::new(request, creditor, now)).collect();
    let next = found.last().map(|last| last.number.to_string());
    Ok(HttpResponse::Ok().json(serde_json::json!({ "requests": items, "next": next })))
}

/// One request, for whoever has its id and may read it.
async fn read(
    Participant(reader): Participant,
    api: web::Data<Api>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = parse(&id)?;
    let requests = api.switch.requests_to_pay();
    let found = web::block(move || requests.get(id)).await??.ok_or_else(unknown)?;
    let bank = member(&api, found.asked.creditor.agent).await?;
    let code = code(&api, reader, &found).await?;
    Ok(HttpResponse::Ok().json(RequestBody::new(&found, reader, clock::now()).naming(&bank).with_code(code)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountQuery {
    account: String,
}

/// The latest requests that ask an account of this participant, latest first.
async fn asking(
    Participant(agent): Participant,
    api: web::Data<Api>,
    query: Result<web::Query<AccountQuery>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let bad = |_| Problem::bad_request("`account` is the account, or its token in the directory.").field("account");
    let debtor = Debtor { agent, account: query.map_err(bad)?.into_inner().account };
    let requests = api.switch.requests_to_pay();
    let found = web::block(move || requests.by_debtor(&debtor)).await??;
    let (now, mut items) = (clock::now(), Vec::with_capacity(found.len()));
    for request in &found {
        let bank = member(&api, request.asked.creditor.agent).await?;
        items.push(RequestBody::new(request, agent, now).naming(&bank));
    }
    Ok(HttpResponse::Ok().json(serde_json::json!({ "requests": items })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefusalBody {
    reason: String,
}

/// Takes a step: `accept`, or `refuse` with its reason, by the debtor's bank; `cancel` by the creditor's. The same again
/// is the same.
async fn step(
    Participant(participant): Participant,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (id, name) = path.into_inner();
    let (id, requests) = (parse(&id)?, api.switch.requests_to_pay());
    api.may_act(participant)?;
    let now = clock::now();
    let done = match name.as_str() {
        "accept" => web::block(move || requests.accept(participant, id, now)).await?,
        "cancel" => web::block(move || requests.cancel(participant, id, now)).await?,
        "refuse" => {
            let reason = http_body::json::<RefusalBody>(&request, payload).await?.reason;
            let wrong = |_| Problem::bad_request("A reason is four capital letters or digits.").field("reason");
            let reason: ReasonCode = reason.parse().map_err(wrong)?;
            web::block(move || requests.refuse(participant, id, reason, now)).await?
        }
        _ => return Err(Problem::not_found("A request to pay has no such step.")),
    };
    Ok(HttpResponse::Ok().json(RequestBody::new(&done?, participant, now)))
}

fn parse(id: &str) -> Result<RequestId, Problem> {
    id.parse().map_err(|_| unknown())
}

fn unknown() -> Problem {
    Problem::not_found("There is no such request to pay.").reason("IRNR")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    #[serde(default)]
    after: i64,
}

/// What happened to the requests that this participant made, or that ask its customers, after `after`, oldest first: JSON,
/// or pain.013 and pain.014 for whoever accepts XML. The server remembers no cursor.
async fn changes(
    Participant(reader): Participant,
    api: web::Data<Api>,
    query: Result<web::Query<Query>, actix_web::Error>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let bad = |_| Problem::bad_request("`after` is the `next` of an earlier answer.").field("after");
    let after = query.map_err(bad)?.after;
    let requests = api.switch.requests_to_pay();
    let found = web::block(move || requests.changes_for(reader, after)).await??;
    let next = found.last().map_or(after, |(change, _)| change.sequence);
    if message::is_wanted(&request) {
        return Ok(message::changes(reader, &found, next));
    }
    let now = clock::now();
    let item = |(change, request): &(payments::request_to_pay::Change, RequestToPay)| {
        serde_json::json!({
            "seq": change.sequence,
            "state": change.state.name(),
            "status": change.state.status(),
            "reason": change.reason.map(|reason| reason.to_string()),
            "at": change.at.to_string(),
            "amount_paid": change.payment.map(|payment| payment.amount.to_decimal()),
            "request": RequestBody::new(request, reader, now),
        })
    };
    let items: Vec<_> = found.iter().map(item).collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "changes": items, "next": next })))
}
