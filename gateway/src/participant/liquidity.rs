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
}

/// What it has, what is under way, how far it may go, and what is left.
pub(super) async fn read(Participant(participant): Participant, api: web::Data<Api>) -> Result<HttpResponse, Problem> {
    let positions = web::block(move || api.switch.positions()).await??;
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
            }
        })
        .collect();
    Ok(HttpResponse::Ok().json(Liquidity { positions }))
}
