//! Payment links: `/pay/{id}` shows whoever has the link what is asked, and how it stands; never whom it asks.

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use payments::app_link::banks_that_open;
use payments::merchant::{Merchant, asked_by, merchant_of, request_code};
use payments::participant::Participant;
use payments::qr::render::{Picture, Purpose};
use payments::request_to_pay::{RequestId, RequestState, RequestToPay};

use super::page;
use super::refusal::PageError;
use crate::clock;
use crate::pages::moment;
use crate::pages::money::money;
use crate::pages::pay::{Pay, PayersBank, State};
use crate::server::Gateway;

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.route("/pay/{id}", web::get().to(show)).route("/pay/{id}/code.svg", web::get().to(code));
}

/// The request behind a link, when a merchant made it, with its code.
async fn find(gateway: web::Data<Gateway>, id: &str) -> Result<(RequestToPay, Merchant, String), PageError> {
    let id: RequestId = id.parse().map_err(|_| PageError::NothingHere)?;
    web::block(move || {
        let request = gateway.requests.get(id)?.ok_or(PageError::NothingHere)?;
        let merchant = gateway.merchants.get(merchant_of(&request).ok_or(PageError::NothingHere)?)?;
        // A bank may write what it likes where a merchant is named, also another bank's.
        if !asked_by(&request, &merchant) {
            return Err(PageError::NothingHere);
        }
        let code = request_code(&merchant, &request).map_err(|failed| PageError::Failed(failed.to_string()))?;
        Ok((request, merchant, code))
    })
    .await?
}

/// Where the payer can open it.
async fn banks(gateway: web::Data<Gateway>, request: &RequestToPay) -> Result<Vec<PayersBank>, PageError> {
    let participants = web::block(move || gateway.switch.participants()).await?;
    let participants = participants.map_err(|failed| PageError::Failed(failed.to_string()))?;
    let bank = |(bank, link): (&Participant, String)| PayersBank {
        name_zh: bank.name_zh.clone(),
        name_en: bank.name_en.clone(),
        link,
    };
    Ok(banks_that_open(&participants, request.id).map(bank).collect())
}

/// What is asked, and how it stands; what is over leads back to the shop, where that said so.
async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let page = page::context(&request, None);
    let (found, merchant, code) = find(gateway.clone(), &id).await?;
    let state = found.state_at(clock::now());
    if state.is_final() {
        let (returning, id) = (gateway.clone(), found.id);
        if let Some(address) = web::block(move || returning.merchants.return_of(id)).await?? {
            return Ok(HttpResponse::SeeOther().insert_header((LOCATION, address.after(id, state))).finish());
        }
    }
    let banks = banks(gateway, &found).await?;
    let asked = &found.asked;
    let html = Pay {
        page,
        id: found.id.to_string(),
        name_zh: merchant.names.zh().to_owned(),
        name_en: merchant.names.en().to_owned(),
        amount: money(asked.amount),
        purpose: asked.purpose.clone(),
        bill: asked.bill_number.clone(),
        due: asked.due.map(|date| date.to_string()),
        expires: moment::minute(asked.expires),
        state: match state {
            RequestState::Waiting | RequestState::Accepted => State::Waiting,
            RequestState::Paying => State::UnderWay,
            RequestState::Paid => State::Paid,
            RequestState::Refused | RequestState::Cancelled | RequestState::Expired => State::Over,
        },
        banks,
        code,
    };
    page::render(html.render())
}

async fn code(gateway: web::Data<Gateway>, id: web::Path<String>) -> Result<HttpResponse, PageError> {
    let (_, _, code) = find(gateway, &id).await?;
    let svg = Picture::of(&code, Purpose::Screen).and_then(|picture| picture.svg());
    let svg = svg.map_err(|failed| PageError::Failed(failed.to_string()))?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).content_type("image/svg+xml").body(svg))
}
