//! Showing a code at a till: how much at most, the code for a minute, what was paid by it.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpResponse, web};
use payments::money::{Amount, Currency};
use payments::presented_code::PresentedCodeId;
use payments::qr::render::{Picture, Purpose};
use serde::Deserialize;

use super::failure::Failure;
use super::pay::balance;
use super::session::SignedIn;
use super::view::View;
use super::words::{self, Words};
use crate::clock;
use crate::demo::bank::payment::Payment;
use crate::demo::bank::presented::Presented;
use crate::demo::bank::{Bank, Customer};

/// What is proposed: a day's small shopping.
const PROPOSED: &str = "500";

/// A code, and what was paid by it.
pub(super) struct Shown {
    pub(super) presented: Presented,
    /// The payment that a shop asked for by it.
    pub(super) payment: Option<Payment>,
    /// Whether its minute is over.
    pub(super) is_late: bool,
}

/// The form.
pub(super) async fn form(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
) -> Result<HttpResponse, Failure> {
    Ok(view.show_form(balance(&bank, &customer).await?, PROPOSED, None))
}

#[derive(Deserialize)]
pub(super) struct LimitForm {
    #[serde(default)]
    limit: String,
}

/// Has a code made, and goes on to it.
pub(super) async fn make(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
    form: web::Form<LimitForm>,
) -> Result<HttpResponse, Failure> {
    let has = balance(&bank, &customer).await?;
    let Ok(limit) = Amount::parse(&form.limit.trim().replace(',', ""), Currency::Hkd) else {
        let wrong = Words::new("金額寫成 250 或 250.50。", "Write the amount as 250 or 250.50.");
        return Ok(view.show_form(has, &form.limit, Some(&wrong)));
    };
    if has < limit.minor() {
        return Ok(view.show_form(has, &form.limit, Some(&words::insufficient_funds(has, limit))));
    }
    let id = bank.present(&customer, limit).await?;
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, format!("/show/{id}"))).finish())
}

/// The code, until a shop has scanned it or its minute is over.
pub(super) async fn code(
    view: View,
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
    id: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let presented = find(&bank, &customer, &id).await?;
    let payment = match presented.payment {
        None => None,
        Some(uetr) => {
            let account = customer.account.clone();
            Some(bank.books(move |books| books.payment(uetr, &account)).await?)
        }
    };
    let is_late = clock::now() >= presented.expires;
    Ok(view.shown(balance(&bank, &customer).await?, &Shown { presented, payment, is_late }))
}

/// The picture of a code that can still be scanned, as SVG or PNG.
pub(super) async fn picture(
    SignedIn { customer }: SignedIn,
    bank: web::Data<Arc<Bank>>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Failure> {
    let (id, kind) = path.into_inner();
    let presented = find(&bank, &customer, &id).await?;
    if presented.over || presented.payment.is_some() || clock::now() >= presented.expires {
        return Err(Failure::NotFound);
    }
    let picture = Picture::of(&presented.code, Purpose::Screen).map_err(|failed| Failure::internal(&failed))?;
    let (media_type, bytes) = match kind.as_str() {
        "svg" => ("image/svg+xml", picture.svg().map(String::into_bytes)),
        _ => ("image/png", picture.png()),
    };
    let bytes = bytes.map_err(|failed| Failure::internal(&failed))?;
    Ok(HttpResponse::Ok().content_type(media_type).insert_header((CACHE_CONTROL, "no-store")).body(bytes))
}

async fn find(bank: &Arc<Bank>, customer: &Customer, id: &str) -> Result<Presented, Failure> {
    let id: PresentedCodeId = id.parse().map_err(|_| Failure::NotFound)?;
    let account = customer.account.clone();
    Ok(bank.books(move |books| books.presented(id, &account)).await?)
}
