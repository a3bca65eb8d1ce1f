//! Codes to put on the counter: shown, as pictures, and as posters to print.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use payments::merchant::{Duty, Merchant, TillLabel, counter_code};
use payments::qr::render::poster::{Paper, Wording};
use payments::qr::render::{Picture, Purpose, RenderError, poster};
use serde::Deserialize;

use super::desk;
use crate::pages::merchant::Part;
use crate::pages::merchant::codes::Codes;
use crate::public::page;
use crate::public::refusal::PageError;
use crate::public::session::{SignedIn, StronglySignedIn};
use crate::server::Gateway;

#[derive(Deserialize)]
pub(super) struct Query {
    till: Option<String>,
}

impl Query {
    fn till(&self) -> Result<Option<TillLabel>, PageError> {
        self.till.as_deref().map(str::parse).transpose().map_err(|_| PageError::NothingHere)
    }
}

pub(super) async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let page = page::context(&request, Some(&session.0));
    let on_duty = desk::on_duty(&gateway, &session, &id, Duty::ShowCodes).await?;
    let till = query.till()?;
    if let Some(till) = &till {
        on_duty.merchant.must_have(till).map_err(|_| PageError::NothingHere)?;
    }
    let query = till.as_ref().map(|till| format!("?till={till}")).unwrap_or_default();
    let till = till.map(|till| till.to_string());
    page::render(Codes { page, shop: desk::shop(&on_duty), part: Part::Codes, till, query }.render())
}

/// The merchant and the text of its code.
async fn code(
    gateway: &web::Data<Gateway>,
    session: &SignedIn,
    id: &str,
    query: &Query,
) -> Result<(Merchant, String), PageError> {
    let merchant = desk::on_duty(gateway, session, id, Duty::ShowCodes).await?.merchant;
    merchant.must_be_active().map_err(PageError::Merchant)?;
    let till = query.till()?;
    if let Some(till) = &till {
        merchant.must_have(till).map_err(|_| PageError::NothingHere)?;
    }
    let text = counter_code(&merchant, till.as_ref()).map_err(|failed| PageError::Failed(failed.to_string()))?;
    Ok((merchant, text))
}

pub(super) async fn svg(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let (_, text) = code(&gateway, &session, &id, &query).await?;
    file("image/svg+xml", "code.svg", svg_of(&text))
}

pub(super) async fn png(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let (_, text) = code(&gateway, &session, &id, &query).await?;
    file("image/png", "code.png", Picture::of(&text, Purpose::Print).and_then(|picture| picture.png()))
}

pub(super) async fn poster(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String)>,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let paper = match path.1.as_str() {
        "a5" => Paper::A5,
        "a6" => Paper::A6,
        _ => return Err(PageError::NothingHere),
    };
    let (merchant, text) = code(&gateway, &session, &path.0, &query).await?;
    let wording = Wording {
        name_zh: Some(merchant.names.zh().to_owned()),
        name: Some(merchant.names.en().to_owned()),
        amount: None,
    };
    file("application/pdf", "poster.pdf", poster::pdf(&text, &wording, paper))
}

/// A code for a screen, as an SVG picture.
pub(super) fn svg_of(text: &str) -> Result<Vec<u8>, RenderError> {
    Picture::of(text, Purpose::Screen).and_then(|picture| picture.svg()).map(String::into_bytes)
}

/// A picture or a page to print; nothing of it may be kept by a cache.
pub(super) fn file(
    content_type: &str,
    name: &str,
    drawn: Result<Vec<u8>, RenderError>,
) -> Result<HttpResponse, PageError> {
    let drawn = drawn.map_err(|failed| PageError::Failed(failed.to_string()))?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")))
        .content_type(content_type)
        .body(drawn))
}
