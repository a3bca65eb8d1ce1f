//! `lionrock participant limits`.

use anyhow::Context;
use payments::Switch;
use payments::clearing::Limits;
use payments::money::{Amount, Currency, format_minor};
use payments::participant::ClearingCode;
use serde_json::json;

use crate::cli::Output;

/// Limits as they were typed. What is missing stays as it is.
pub(super) struct Wanted {
    pub(super) payment_maximum: Option<String>,
    pub(super) daily_maximum: Option<String>,
    pub(super) low_liquidity: Option<String>,
}

/// Sets what is wanted.
pub(super) async fn set(
    switch: &Switch,
    output: Output,
    by: &str,
    clearing_code: ClearingCode,
    currency: Currency,
    wanted: &Wanted,
) -> anyhow::Result<()> {
    let positions = switch.positions()?;
    let own = positions.iter().find(|(code, of, _)| (*code, *of) == (clearing_code, currency));
    let before = own.map(|(.., position)| position.limits).unwrap_or_default();
    let limit = |text: &Option<String>, before: Option<i64>, option: &'static str| match text.as_deref() {
        None => Ok(before),
        Some("none") => Ok(None),
        Some(text) => Amount::parse(text, currency).map(|amount| Some(amount.minor())).context(option),
    };
    let limits = Limits {
        payment_maximum: limit(&wanted.payment_maximum, before.payment_maximum, "--payment-maximum")?,
        daily_maximum: limit(&wanted.daily_maximum, before.daily_maximum, "--daily-maximum")?,
        low_liquidity: limit(&wanted.low_liquidity, before.low_liquidity, "--low-liquidity")?,
    };
    switch.set_limits(by, clearing_code, currency, limits).await?;
    let decimal = |minor: Option<i64>| minor.map(|minor| format_minor(minor, currency));
    let facts = json!({
        "clearing_code": clearing_code,
        "currency": currency,
        "payment_maximum": decimal(limits.payment_maximum),
        "daily_maximum": decimal(limits.daily_maximum),
        "low_liquidity": decimal(limits.low_liquidity),
    });
    output.print(&facts, |_| {
        let word = |minor| decimal(minor).unwrap_or_else(|| "none".to_owned());
        format!(
            "{clearing_code} in {currency}: one payment at most {}, a day at most {}, warned below {}.",
            word(limits.payment_maximum),
            word(limits.daily_maximum),
            word(limits.low_liquidity)
        )
    })
}
