//! `GET /liquidity`: the participant's own positions.

use actix_web::{HttpResponse, web};
use payments::money::format_minor;
use serde::Serialize;

use super::{Api, Participant};
use crate::error::Problem;

#[derive(Serialize)]
struct Liquidity {
    positions: Vec<PositionBody>,
}

/// Amounts as decimal strings: JSON numbers are floats to many readers.
#[derive(Serialize)]
struct PositionBody {
    currency: &'static str,
    balance: String,
    reserved: String,
    net_debit_cap: String,
    available: String,
    /// What is not limited is null.
    payment_maximum: Option<String>,
    daily_maximum: Option<String>,
    sent_today: String,
    low_liquidity: Option<String>,
    is_low: bool,
}

/// What it has, what is under way, how far it may go, and what is left.
pub(super) async fn read(Participant(participant): Participant, api: web::Data<Api>) -> Result<HttpResponse, Problem> {
    let (today, positions) = web::block(move || -> Result<_, payments::Error> {
        Ok((api.switch.business_day()?.unwrap_or_default(), api.switch.positions()?))
    })
    .await??;
    let positions = positions
        .iter()
        .filter(|(code, ..)| *code == participant)
        .map(|(_, currency, position)| {
            let decimal = |minor| format_minor(minor, *currency);
            PositionBody {
                currency: currency.code(),
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
    Ok(HttpResponse::Ok().json(Liquidity { positions }))
}
