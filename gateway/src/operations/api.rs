//! The console's JSON twin: participants, positions and payments for programs. Amounts are decimal strings.

use actix_web::{HttpResponse, web};
use payments::clearing::Payment;
use payments::money::{Currency, format_minor};
use payments::participant::{ClearingCode, Standing};
use serde::{Deserialize, Serialize};

use super::{Operations, search};
use crate::error::Problem;

/// The most payments in one answer.
const MOST: u16 = 500;
/// The states by their names.
const STATES: [&str; 4] = ["reserved", "settled", "rejected", "timed_out"];

/// A page of a list. Lists that are always short have no `next`.
#[derive(Serialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

#[derive(Serialize)]
struct ParticipantBody {
    clearing_code: ClearingCode,
    bic: Option<String>,
    name_zh: String,
    name_en: String,
    /// `active`, `suspended` or `blocked`.
    standing: &'static str,
    suspended: bool,
    online: bool,
    /// How a request to pay is opened in its app.
    app_link: Option<String>,
    added: String,
}

/// Everybody who takes part.
pub(super) async fn participants(operations: web::Data<Operations>) -> Result<HttpResponse, Problem> {
    let participants = web::block(move || operations.switch.participants()).await??;
    let items: Vec<_> = participants
        .into_iter()
        .map(|one| ParticipantBody {
            clearing_code: one.clearing_code,
            bic: one.bic,
            name_zh: one.name_zh,
            name_en: one.name_en,
            standing: one.standing.name(),
            suspended: one.standing == Standing::Suspended,
            online: !one.is_offline,
            app_link: one.app_link.map(|link| link.to_string()),
            added: one.added.to_string(),
        })
        .collect();
    Ok(HttpResponse::Ok().json(Page { items, next: None }))
}

#[derive(Serialize)]
struct PositionBody {
    clearing_code: ClearingCode,
    currency: Currency,
    balance: String,
    reserved: String,
    net_debit_cap: String,
    available: String,
    payment_maximum: Option<String>,
    daily_maximum: Option<String>,
    sent_today: String,
    low_liquidity: Option<String>,
    is_low: bool,
}

/// Every participant's money.
pub(super) async fn positions(operations: web::Data<Operations>) -> Result<HttpResponse, Problem> {
    let (today, positions) = web::block(move || -> Result<_, payments::Error> {
        Ok((operations.switch.business_day()?.unwrap_or_default(), operations.switch.positions()?))
    })
    .await??;
    let items: Vec<_> = positions
        .iter()
        .map(|(clearing_code, currency, position)| {
            let decimal = |minor| format_minor(minor, *currency);
            PositionBody {
                clearing_code: *clearing_code,
                currency: *currency,
                balance: decimal(position.balance),
                reserved: decimal(position.reserved),
                net_debit_cap: decimal(position.net_debit_cap),
                available: decimal(position.available()),
                payment_maximum: position.limits.payment_maximum.map(decimal),
                daily_maximum: position.limits.daily_maximum.map(decimal),
                sent_today: decimal(position.sent.on(today)),
                low_liquidity: position.limits.low_liquidity.map(decimal),
                is_low: position.is_low,
            }
        })
        .collect();
    Ok(HttpResponse::Ok().json(Page { items, next: None }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    cursor: Option<i64>,
    limit: Option<u16>,
    /// Only payments in this state.
    state: Option<String>,
    /// Only payments with this UETR, transaction id or end-to-end id, whatever their state.
    id: Option<String>,
}

#[derive(Serialize)]
struct PaymentBody {
    sequence: i64,
    uetr: String,
    transaction_id: String,
    end_to_end_id: String,
    debtor_agent: ClearingCode,
    creditor_agent: ClearingCode,
    currency: Currency,
    amount: String,
    state: &'static str,
    reason: Option<String>,
    recorded: String,
    state_recorded: String,
}

impl From<&Payment> for PaymentBody {
    fn from(payment: &Payment) -> Self {
        Self {
            sequence: payment.sequence,
            uetr: payment.uetr.to_string(),
            transaction_id: payment.transaction_id.clone(),
            end_to_end_id: payment.end_to_end_id.clone(),
            debtor_agent: payment.debtor_agent,
            creditor_agent: payment.creditor_agent,
            currency: payment.amount.currency(),
            amount: payment.amount.to_decimal(),
            state: search::name(payment.state),
            reason: search::reason(payment.state),
            recorded: payment.recorded.to_string(),
            state_recorded: payment.state_recorded.to_string(),
        }
    }
}

/// Payments, the latest first.
pub(super) async fn payments(
    operations: web::Data<Operations>,
    query: Result<web::Query<Query>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let query = query.map_err(|_| Problem::bad_request("The query is cursor=, limit=, state= or id=."))?.into_inner();
    if query.state.as_deref().is_some_and(|state| !STATES.contains(&state)) {
        return Err(Problem::bad_request(format!("A state is one of {}.", STATES.join(", "))).field("state"));
    }
    let limit = usize::from(query.limit.unwrap_or(100).clamp(1, MOST));
    let found = web::block(move || match &query.id {
        Some(id) => search::known_as(&operations.switch, id, limit),
        None => search::payments(&operations.switch, query.cursor, query.state.as_deref(), limit),
    })
    .await??;
    let next = found.older.map(|older| older.to_string());
    Ok(HttpResponse::Ok().json(Page { items: found.payments.iter().map(PaymentBody::from).collect(), next }))
}
