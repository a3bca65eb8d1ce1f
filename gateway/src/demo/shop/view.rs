//! The till's page.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::running::Shop;
use super::till::{Bill, Received};
use crate::demo::page;
use crate::pages::Page;
use crate::pages::moment::second;
use crate::pages::till::{Payment, Till};

/// The page of a bill, or of the code on the counter. `wrong` when an amount was typed that is none.
pub(super) fn till(request: &HttpRequest, shop: &Shop, bill: Option<&Bill>, wrong: bool) -> HttpResponse {
    // This page may answer a form, so where it can be opened again is said here.
    let place = bill.map_or_else(String::new, |bill| format!("/bills/{}", bill.number.as_str()));
    let path = if place.is_empty() { "/".to_owned() } else { place.clone() };
    let page = Page { path, ..page::context(request) };
    let problem = page.say("金額寫成 250 或 250.50。", "Write the amount as 250 or 250.50.");
    let till = Till {
        name_zh: shop.config.name_zh.clone(),
        name_en: shop.config.name_en.clone(),
        amount: bill.map(|bill| bill.amount.to_decimal()),
        bill: bill.map(|bill| bill.number.as_str().to_owned()),
        paid: bill.is_some_and(|bill| bill.paid.is_some()),
        svg_href: format!("{place}/code.svg"),
        png_href: format!("{place}/code.png"),
        received: shop.till(|till| till.received().map(payment).collect()),
        problem: wrong.then(|| problem.to_owned()),
        page,
    };
    page::render(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, till.render())
}

fn payment(received: &Received) -> Payment {
    Payment {
        id: received.id,
        amount: received.amount.to_decimal(),
        payer: received.payer.clone(),
        note: received.remittance_information.clone(),
        at: second(received.credited),
    }
}
