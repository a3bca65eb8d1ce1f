//! Business days that have ended, and their statements, for programs.

use actix_web::{HttpResponse, web};
use payments::clearing::BusinessDay;
use payments::iso20022::camt053;
use payments::money::Currency;
use payments::report;
use serde::{Deserialize, Serialize};

use super::Operations;
use crate::days::{DayBody, StatementBody};
use crate::error::Problem;
use crate::http::body;

/// The most days in one answer.
const MOST: u16 = 366;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    /// Days before this one.
    cursor: Option<BusinessDay>,
    limit: Option<u16>,
}

#[derive(Serialize)]
struct Days {
    /// The day that has begun; none before anything has happened.
    current: Option<BusinessDay>,
    items: Vec<DayBody>,
    next: Option<BusinessDay>,
}

/// The days, the latest first.
pub(super) async fn list(
    operations: web::Data<Operations>,
    query: Result<web::Query<Query>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let query = query.map_err(|_| Problem::bad_request("The query is cursor= (a day) and limit=."))?.into_inner();
    let limit = query.limit.unwrap_or(31).clamp(1, MOST);
    let (current, closed) = web::block(move || -> Result<_, payments::Error> {
        Ok((operations.switch.business_day()?, operations.switch.closed_days(query.cursor, limit)?))
    })
    .await??;
    let next = closed.last().filter(|_| closed.len() == usize::from(limit)).map(|day| day.business_day);
    Ok(HttpResponse::Ok().json(Days { current, items: closed.iter().map(DayBody::from).collect(), next }))
}

#[derive(Serialize)]
struct Closed {
    #[serde(flatten)]
    day: DayBody,
    statements: Vec<StatementBody>,
}

/// One day with the statement of every position.
pub(super) async fn show(operations: web::Data<Operations>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let day: BusinessDay = path.parse().map_err(|_| Problem::not_found("A business day is a date: 2026-11-22."))?;
    let found = web::block(move || operations.switch.statements(day)).await??;
    let (day, statements) =
        found.ok_or_else(|| Problem::not_found("This day has not ended, or was no business day."))?;
    let statements = statements.iter().map(StatementBody::from).collect();
    Ok(HttpResponse::Ok().json(Closed { day: DayBody::from(&day), statements }))
}

/// The settlement file of one currency: `HKD.xml` is camt.053, `HKD.csv` comma-separated values.
pub(super) async fn settlement(
    operations: web::Data<Operations>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (day, file) = path.into_inner();
    let day: BusinessDay = day.parse().map_err(|_| Problem::not_found("A business day is a date: 2026-11-22."))?;
    let no_such = || Problem::not_found("A settlement file is a currency with .xml or .csv: HKD.xml.");
    let (currency, kind) = file.split_once('.').ok_or_else(no_such)?;
    let currency: Currency = currency.parse().map_err(|_| no_such())?;
    let found = web::block(move || operations.switch.statements(day)).await??;
    let (day, statements) =
        found.ok_or_else(|| Problem::not_found("This day has not ended, or was no business day."))?;
    let (media, file) = match kind {
        "csv" => ("text/csv; charset=utf-8", Some(report::settlement_csv(&day, currency, &statements))),
        "xml" => (body::XML, camt053::render_settlement(&day, currency, &statements)),
        _ => return Err(no_such()),
    };
    let file = file.ok_or_else(|| Problem::not_found("Nobody had a position in this currency."))?;
    Ok(HttpResponse::Ok().content_type(media).body(file))
}
