//! A day's books: totals, payments, and files to take away.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use payments::clearing::BusinessDay;
use payments::iso20022::camt054::{self, Movement, Notification};
use payments::merchant::{Duty, MerchantId, Receipt, ReceiptPage, ReceiptQuery, day_csv};
use payments::money::Currency;
use serde::Deserialize;

use super::desk;
use crate::clock;
use crate::http::body;
use crate::pages::merchant::books::Books;
use crate::pages::merchant::{Download, Part};
use crate::public::page;
use crate::public::refusal::PageError;
use crate::public::session::StronglySignedIn;
use crate::server::Gateway;

/// Payments on a page.
const LISTED: i64 = 100;
/// Payments in a file: far more than a shop has in a day.
const MOST: usize = 200_000;

#[derive(Deserialize)]
pub(super) struct Query {
    day: Option<String>,
    bill: Option<String>,
    before: Option<i64>,
}

pub(super) async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let page = page::context(&request, Some(&session.0));
    let on_duty = desk::on_duty(&gateway, &session, &id, Duty::SeeAll).await?;
    let (shop, merchant) = (desk::shop(&on_duty), on_duty.merchant.id);
    let asked: Option<BusinessDay> = query.day.as_deref().and_then(|day| day.parse().ok());
    let bill = query.bill.as_deref().map(str::trim).filter(|bill| !bill.is_empty()).map(str::to_owned);
    let (wanted, before) = (bill.clone(), query.before);
    let (day, found, totals) = web::block(move || -> Result<_, PageError> {
        let day = asked.map_or_else(|| desk::today(&gateway), Ok)?;
        let receipts = ReceiptQuery {
            day: wanted.is_none().then_some(day),
            bill_number: wanted,
            before,
            limit: LISTED,
            till: None,
        };
        let found = gateway.merchants.receipts(merchant, &receipts)?;
        Ok((day, found, gateway.merchants.day_totals(merchant, day, day)?))
    })
    .await??;
    let downloads = downloads(&shop.id, day, totals.iter().map(|(key, total)| (key.currency, total)));
    let next = next_page(&shop.id, day, bill.as_deref(), &found);
    let (totals, sum) = desk::totals(&totals);
    let lines = found.receipts.iter().map(desk::line).collect();
    let day = day.to_string();
    page::render(Books { page, shop, part: Part::Books, day, bill, totals, sum, lines, next, downloads }.render())
}

fn next_page(shop: &str, day: BusinessDay, bill: Option<&str>, found: &ReceiptPage) -> Option<String> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("day", &day.to_string()).append_pair("before", &found.next?.to_string());
    if let Some(bill) = bill {
        query.append_pair("bill", bill);
    }
    Some(format!("/merchant/{shop}/books?{}", query.finish()))
}

/// The day's files: one of comma-separated values, and for each currency so many pages of camt.054.
fn downloads<'t>(
    shop: &str,
    day: BusinessDay,
    totals: impl Iterator<Item = (Currency, &'t payments::merchant::DayTotal)>,
) -> Vec<Download> {
    let download = |file: String, label_zh: String, label_en: String| Download {
        href: format!("/merchant/{shop}/books/{file}"),
        label_zh,
        label_en,
    };
    let mut files = vec![download(format!("{day}.csv"), "試算表 (CSV)".to_owned(), "Spreadsheet (CSV)".to_owned())];
    let mut entries: std::collections::BTreeMap<Currency, usize> = std::collections::BTreeMap::new();
    for (currency, total) in totals {
        let more = usize::try_from(total.count.saturating_add(total.refund_count)).unwrap_or(0);
        *entries.entry(currency).or_default() += more;
    }
    for (currency, count) in entries {
        for page in 1..=count.div_ceil(camt054::MAX_ENTRIES) {
            let label = format!("camt.054 {currency} {page}");
            files.push(download(format!("{day}-{currency}-{page}.xml"), label.clone(), label));
        }
    }
    files
}

/// Every payment of a day, oldest first.
fn whole_day(gateway: &Gateway, merchant: MerchantId, day: BusinessDay) -> Result<Vec<Receipt>, PageError> {
    let (mut receipts, mut before) = (Vec::new(), None);
    loop {
        let query = ReceiptQuery { day: Some(day), before, limit: i64::MAX, ..ReceiptQuery::default() };
        let page = gateway.merchants.receipts(merchant, &query)?;
        receipts.extend(page.receipts);
        before = page.next;
        if before.is_none() || receipts.len() >= MOST {
            receipts.reverse();
            return Ok(receipts);
        }
    }
}

pub(super) async fn csv(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let merchant = desk::on_duty(&gateway, &session, &path.0, Duty::SeeAll).await?.merchant.id;
    let day: BusinessDay = path.1.parse().map_err(|_| PageError::NothingHere)?;
    let file = web::block(move || -> Result<String, PageError> {
        let receipts = whole_day(&gateway, merchant, day)?;
        Ok(day_csv(&receipts, &gateway.merchants.returned_on(merchant, day)?))
    })
    .await??;
    // A byte order mark, by which spreadsheets know that it is UTF-8.
    Ok(attachment("text/csv; charset=utf-8", &format!("{day}.csv"), format!("\u{feff}{file}")))
}

pub(super) async fn notification(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    path: web::Path<(String, String, String, usize)>,
) -> Result<HttpResponse, PageError> {
    let (id, day, currency, page) = path.into_inner();
    let merchant = desk::on_duty(&gateway, &session, &id, Duty::SeeAll).await?.merchant;
    let day: BusinessDay = day.parse().map_err(|_| PageError::NothingHere)?;
    let currency: Currency = currency.parse().map_err(|_| PageError::NothingHere)?;
    let file = web::block(move || -> Result<String, PageError> {
        let receipts = whole_day(&gateway, merchant.id, day)?;
        let refunds = gateway.merchants.returned_on(merchant.id, day)?;
        let received = receipts.iter().map(Movement::Received);
        let returned = refunds.iter().map(|(refund, receipt)| Movement::Returned(refund, receipt));
        let movements: Vec<Movement<'_>> =
            received.chain(returned).filter(|movement| movement.amount().currency() == currency).collect();
        let pages = movements.len().div_ceil(camt054::MAX_ENTRIES).max(1);
        let first = page.checked_sub(1).filter(|_| page <= pages).ok_or(PageError::NothingHere)?;
        let rest = movements.get(first * camt054::MAX_ENTRIES..).unwrap_or_default();
        Ok(camt054::render(&Notification {
            merchant: &merchant,
            day,
            currency,
            created: clock::now(),
            page,
            is_last: page == pages,
            movements: rest.get(..camt054::MAX_ENTRIES).unwrap_or(rest),
        }))
    })
    .await??;
    Ok(attachment(body::XML, &format!("camt054-{day}-{currency}-{page}.xml"), file))
}

fn attachment(content_type: &str, name: &str, file: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .content_type(content_type)
        .body(body::in_pieces(file))
}
