//! Signing in at a simulated bank: whoever comes chooses which customer to be.

use std::sync::Arc;

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use payments::request_to_pay::RequestId;
use serde::Deserialize;

use super::failure::Failure;
use super::session::{self, Sessions};
use super::view::View;
use crate::demo::bank::{AccountNumber, Bank};
use crate::{clock, random};

/// The page that somebody wanted, when that was a request to pay: a link leads there from outside.
#[derive(Deserialize)]
pub(super) struct Wanted {
    request: Option<String>,
}

impl Wanted {
    fn request(&self) -> Option<RequestId> {
        self.request.as_deref()?.parse().ok()
    }
}

#[derive(Deserialize)]
pub(super) struct Choice {
    account: String,
    #[serde(flatten)]
    wanted: Wanted,
}

/// The customers to choose from.
pub(super) async fn page(view: View, wanted: web::Query<Wanted>) -> HttpResponse {
    view.login(wanted.request())
}

/// Begins a session under a fresh id.
pub(super) async fn sign_in(
    bank: web::Data<Arc<Bank>>,
    sessions: web::Data<Sessions>,
    choice: web::Form<Choice>,
) -> Result<HttpResponse, Failure> {
    let account: Option<AccountNumber> = choice.account.parse().ok();
    let customer = account.and_then(|account| bank.customer(&account)).ok_or(Failure::NotFound)?;
    let place = choice.wanted.request().map_or_else(|| "/".to_owned(), |id| format!("/requests/{id}"));
    let id = random::token().map_err(|error| Failure::internal(&error))?;
    let cookie = session::cookie(bank.config.clearing_code, id.clone());
    sessions.begin(id, customer.account.clone(), clock::now());
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, place)).cookie(cookie).finish())
}

/// Ends the session.
pub(super) async fn sign_out(
    request: HttpRequest,
    bank: web::Data<Arc<Bank>>,
    sessions: web::Data<Sessions>,
) -> HttpResponse {
    let code = bank.config.clearing_code;
    if let Some(cookie) = request.cookie(&session::cookie_name(code)) {
        sessions.end(cookie.value());
    }
    let ended = session::cookie(code, String::new());
    HttpResponse::SeeOther().insert_header((LOCATION, "/login")).cookie(ended).finish()
}
