//! What the operator allows a participant, and whether it is there.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::clearing::{Limits, Operation};
use payments::money::{Amount, Currency};
use serde::Deserialize;

use super::Operations;
use super::admin::clearing_code;
use super::officer::Officer;
use crate::error::Problem;
use crate::http::body;

/// All limits of one currency, as decimal strings; `null` for none. Each must be named, so that nobody lifts one
/// by forgetting it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsBody {
    #[serde(deserialize_with = "Option::deserialize")]
    payment_maximum: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    daily_maximum: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    low_liquidity: Option<String>,
}

/// Sets them.
pub(super) async fn set(
    Officer(by): Officer,
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (code, currency) = path.into_inner();
    let (code, currency) = (clearing_code(&code)?, currency.parse::<Currency>());
    let currency = currency.map_err(|wrong| Problem::not_found(wrong.to_string()))?;
    let wanted: LimitsBody = body::json(&request, payload).await?;
    let minor = |text: Option<String>, field: &str| {
        let parsed = text.map(|text| Amount::parse(&text, currency).map(Amount::minor)).transpose();
        parsed.map_err(|wrong| Problem::bad_request(wrong.to_string()).field(field))
    };
    let limits = Limits {
        payment_maximum: minor(wanted.payment_maximum, "payment_maximum")?,
        daily_maximum: minor(wanted.daily_maximum, "daily_maximum")?,
        low_liquidity: minor(wanted.low_liquidity, "low_liquidity")?,
    };
    operations.switch.set_limits(&by, code, currency, limits).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Presence {
    online: bool,
}

/// Says that a participant is known to be offline, or to be back. One that reads its inbox is back by that.
pub(super) async fn presence(
    Officer(by): Officer,
    request: HttpRequest,
    operations: web::Data<Operations>,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Presence { online } = body::json(&request, payload).await?;
    let operation = if online { Operation::ComeOnline } else { Operation::GoOffline };
    operations.switch.operate(&by, clearing_code(&path)?, operation).await?;
    Ok(HttpResponse::NoContent().finish())
}
