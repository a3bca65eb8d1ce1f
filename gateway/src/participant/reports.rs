//! `GET /reports…`: business days that have ended, and the participant's own statements of them: as JSON with the
//! totals, as camt.053 with every entry.

use actix_web::http::header::LINK;
use actix_web::{HttpResponse, web};
use payments::clearing::BusinessDay;
use payments::iso20022::camt053;
use payments::money::Currency;
use serde::{Deserialize, Serialize};

use super::{Api, Participant};
use crate::days::{DayBody, StatementBody};
use crate::error::Problem;
use crate::http::body;

/// The most days in one answer.
const MOST_DAYS: u16 = 366;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DaysQuery {
    /// Days before this one.
    cursor: Option<BusinessDay>,
    limit: Option<u16>,
}

#[derive(Serialize)]
struct Days {
    items: Vec<DayBody>,
    next: Option<BusinessDay>,
}

/// The days that have ended, the latest first.
pub(super) async fn days(
    _: Participant,
    api: web::Data<Api>,
    query: Result<web::Query<DaysQuery>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let query = query.map_err(|_| Problem::bad_request("The query is cursor= (a day) and limit=."))?.into_inner();
    let limit = query.limit.unwrap_or(31).clamp(1, MOST_DAYS);
    let closed = web::block(move || api.switch.closed_days(query.cursor, limit)).await??;
    let next = closed.last().filter(|_| closed.len() == usize::from(limit)).map(|day| day.business_day);
    Ok(HttpResponse::Ok().json(Days { items: closed.iter().map(DayBody::from).collect(), next }))
}

#[derive(Serialize)]
struct Statements {
    #[serde(flatten)]
    day: DayBody,
    statements: Vec<StatementBody>,
}

/// The totals of the participant's own positions.
pub(super) async fn statements(
    Participant(participant): Participant,
    api: web::Data<Api>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let day = business_day(&path)?;
    let found = web::block(move || api.switch.statements(day)).await??;
    let (day, statements) = found.ok_or_else(not_ended)?;
    let own = statements.iter().filter(|of| of.participant == participant).map(StatementBody::from).collect();
    Ok(HttpResponse::Ok().json(Statements { day: DayBody::from(&day), statements: own }))
}

/// Where in a statement's entries to go on: the values of a `next` link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageQuery {
    #[serde(default)]
    after: i64,
    #[serde(default = "first_page")]
    page: u32,
}

const fn first_page() -> u32 {
    1
}

/// The participant's own statement in one currency, a page of entries at a time.
pub(super) async fn statement(
    Participant(participant): Participant,
    api: web::Data<Api>,
    path: web::Path<(String, String)>,
    query: Result<web::Query<PageQuery>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let (day, currency) = path.into_inner();
    let day = business_day(&day)?;
    let currency: Currency = currency.parse().map_err(|_| Problem::not_found("A statement is in HKD or in CNY."))?;
    let query = query.map_err(|_| Problem::bad_request("The query is that of a `next` link: after= and page=."))?;
    let PageQuery { after, page } = query.into_inner();
    if !(1..=99_999).contains(&page) || after < 0 {
        return Err(Problem::bad_request("The query is that of a `next` link: after= and page=.").field("page"));
    }
    let found =
        web::block(move || api.switch.detailed_statement(day, participant, currency, after, camt053::MAX_ENTRIES))
            .await??;
    let found = found.ok_or_else(not_ended)?;
    let mut answer = HttpResponse::Ok();
    if let Some(after) = found.page.next {
        let next = page + 1;
        answer.insert_header((
            LINK,
            format!("</participant/v1/reports/{day}/{currency}?after={after}&page={next}>; rel=\"next\""),
        ));
    }
    Ok(answer.content_type(body::XML).body(camt053::render(&found, page)))
}

fn business_day(text: &str) -> Result<BusinessDay, Problem> {
    text.parse().map_err(|_| Problem::not_found("A business day is a date: 2026-11-22."))
}

fn not_ended() -> Problem {
    Problem::not_found("This day has not ended, or was no business day, or there was no such position.")
}
