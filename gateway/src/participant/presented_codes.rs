//! `/presented-codes`: what a payer's wallet shows and a shop scans. The payer's bank makes a code of what its customer has
//! agreed to; the request to pay that a shop makes of it names the code as its debtor's account.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use payments::money::{Amount, Currency};
use payments::participant::ClearingCode;
use payments::presented_code::{NotPresentable, PayerConsent, PresentedCode, PresentedCodeId, PresentedState};
use serde::{Deserialize, Serialize};
use store::Timestamp;

use super::{Api, Participant, resource};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

/// Mounts these endpoints.
pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(resource("/presented-codes", "POST").route(web::post().to(issue))).service(
        resource("/presented-codes/{presented_code_id}", "GET, DELETE")
            .route(web::get().to(read))
            .route(web::delete().to(withdraw)),
    );
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCodeBody {
    /// The most that the payer agreed to pay.
    limit: String,
    currency: Currency,
    /// What the bank calls its customer's consent.
    consent: String,
}

impl NewCodeBody {
    fn parse(self, debtor_agent: ClearingCode) -> Result<PayerConsent, Problem> {
        let limit = Amount::parse(&self.limit, self.currency);
        let limit = limit.map_err(|wrong| Problem::bad_request(wrong.to_string()).field("limit"))?;
        Ok(PayerConsent { debtor_agent, limit, reference: self.consent })
    }
}

#[derive(Serialize)]
struct CodeBody {
    presented_code_id: String,
    state: &'static str,
    limit: String,
    currency: Currency,
    consent: String,
    created: String,
    expires: String,
    /// What a shop asks by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// The text to show. Said once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

impl CodeBody {
    fn of(code: &PresentedCode, now: Timestamp) -> Self {
        let request = match code.state {
            PresentedState::Spent(request) => Some(request.to_string()),
            PresentedState::Waiting | PresentedState::Withdrawn => None,
        };
        Self {
            presented_code_id: code.id.to_string(),
            state: code.state_name(now),
            limit: code.consent.limit.to_decimal(),
            currency: code.consent.limit.currency(),
            consent: code.consent.reference.clone(),
            created: code.created.to_string(),
            expires: code.expires().to_string(),
            request_id: request,
            code: None,
        }
    }
}

/// Makes a code: 201. Each call makes another one.
async fn issue(
    Participant(agent): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let wanted: NewCodeBody = body::json(&request, payload).await?;
    api.may_act(agent)?;
    let (consent, now, requests) = (wanted.parse(agent)?, clock::now(), api.switch.requests_to_pay());
    let (code, token) = web::block(move || requests.issue_presented_code(&consent, now)).await??;
    let text = token.payload().map_err(|failed| Problem::internal(&failed))?;
    let told = CodeBody { code: Some(text.as_str().to_owned()), ..CodeBody::of(&code, now) };
    Ok(HttpResponse::Created().insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store"))).json(told))
}

/// How a code stands.
async fn read(
    Participant(agent): Participant,
    api: web::Data<Api>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (id, requests) = (parse(&id)?, api.switch.requests_to_pay());
    let code = web::block(move || requests.presented_code(agent, id)).await??;
    Ok(HttpResponse::Ok().json(CodeBody::of(&code, clock::now())))
}

/// Takes a code back that nobody has scanned. Again is the same; one that was scanned stays `spent`.
async fn withdraw(
    Participant(agent): Participant,
    api: web::Data<Api>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (id, requests) = (parse(&id)?, api.switch.requests_to_pay());
    let code = web::block(move || requests.withdraw_presented_code(agent, id)).await??;
    Ok(HttpResponse::Ok().json(CodeBody::of(&code, clock::now())))
}

fn parse(id: &str) -> Result<PresentedCodeId, Problem> {
    id.parse().map_err(|_| Problem::not_found(NotPresentable::Unknown.to_string()))
}
