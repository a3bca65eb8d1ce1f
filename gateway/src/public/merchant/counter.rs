//! What comes in today.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use payments::merchant::{Duty, ReceiptQuery};

use super::desk;
use crate::pages::merchant::Part;
use crate::pages::merchant::counter::Counter;
use crate::public::page;
use crate::public::refusal::PageError;
use crate::public::session::StronglySignedIn;
use crate::server::Gateway;

/// Payments that are listed.
const LISTED: i64 = 50;

pub(super) async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let page = page::context(&request, Some(&session.0));
    let on_duty = desk::on_duty(&gateway, &session, &id, Duty::SeeToday).await?;
    let (shop, merchant, sees_totals) = (desk::shop(&on_duty), on_duty.merchant.id, on_duty.role.may(Duty::SeeAll));
    let (receipts, totals) = web::block(move || -> Result<_, PageError> {
        let today = desk::today(&gateway)?;
        let query = ReceiptQuery { day: Some(today), limit: LISTED, ..ReceiptQuery::default() };
        let totals = if sees_totals { gateway.merchants.day_totals(merchant, today, today)? } else { Vec::new() };
        Ok((gateway.merchants.receipts(merchant, &query)?.receipts, totals))
    })
    .await??;
    let (totals, sum) = desk::totals(&totals);
    let lines = receipts.iter().map(desk::line).collect();
    page::render(Counter { page, shop, part: Part::Counter, lines, totals, sum }.render())
}
