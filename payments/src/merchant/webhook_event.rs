//! What a merchant's own server is told when one of its requests to pay is over: paid, refused, taken back or expired.

use std::time::Duration;

use serde_json::{Value, json};

use super::{DeliveryId, MerchantId};
use crate::request_to_pay::{Change, RequestState, RequestToPay};

/// After so many attempts nothing more is tried by itself: about three days.
pub const MOST_ATTEMPTS: i64 = 15;
/// The first wait after a failure; each next one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(10);
/// No wait is longer.
const LONGEST_WAIT: Duration = Duration::from_hours(12);

/// The event of a change, when it is one that a merchant's server is told of: the request is over. `id` tells a
/// repetition from another event.
pub fn event(id: DeliveryId, merchant: MerchantId, change: &Change, request: &RequestToPay) -> Option<Value> {
    if !change.state.is_final() {
        return None;
    }
    let mut event = told(merchant, change, request);
    event["id"] = Value::from(id.to_string());
    Some(event)
}

/// A change as a merchant's programs are told of it.
pub fn told(merchant: MerchantId, change: &Change, request: &RequestToPay) -> Value {
    let asked = &request.asked;
    let paid = change.payment.filter(|_| change.state == RequestState::Paid);
    json!({
        "type": format!("payment_request.{}", change.state.name()),
        "at": change.at.to_string(),
        "merchant_id": merchant.to_string(),
        "payment_request": {
            "id": request.id.to_string(),
            "state": change.state.name(),
            "amount": asked.amount.to_decimal(),
            "currency": asked.amount.currency().code(),
            "paid_amount": paid.map(|paid| paid.amount.to_decimal()),
            "bill_number": asked.bill_number,
            "till": asked.creditor.till,
        },
    })
}

/// How long to wait after the attempt with this number, from 1.
pub fn wait_after(attempt: i64) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1).clamp(0, 20)).unwrap_or(20);
    FIRST_WAIT.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_add_up_to_days() {
        assert_eq!((wait_after(1), wait_after(2), wait_after(3)), (FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4));
        let all: Duration = (1..MOST_ATTEMPTS).map(wait_after).sum();
        assert!((Duration::from_hours(24)..Duration::from_hours(7 * 24)).contains(&all), "{all:?}");
    }
}
