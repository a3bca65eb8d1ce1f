//! `GET /metrics`: numbers for Prometheus. None of them says anything about a person.

use actix_web::{HttpResponse, web};

use payments::clearing::Position;
use payments::money::Currency;
use payments::participant::{ClearingCode, Participant};

use super::Operations;
use super::exposition::{self, Family, Kind};
use crate::error::Problem;

/// As Prometheus counts.
fn count(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// The current numbers of this process.
pub(super) async fn scrape(operations: web::Data<Operations>) -> Result<HttpResponse, Problem> {
    let switch = operations.switch.clone();
    let (participants, positions) =
        web::block(move || Ok::<_, payments::Error>((switch.participants()?, switch.positions()?))).await??;
    let metrics = operations.switch.metrics();
    let head = *operations.switch.head().borrow();
    let waiters = operations.participants.as_ref().map_or(0, |api| api.inbox_waiters());
    let families = [
        Family {
            name: "lionrock_payments_total",
            help: "Payments by what was decided, since this process started. A reserved one counts again when it ends.",
            kind: Kind::Counter,
            label: Some("state"),
            samples: vec![
                ("reserved".to_owned(), count(metrics.reserved)),
                ("refused".to_owned(), count(metrics.refused)),
                ("settled".to_owned(), count(metrics.settled)),
                ("rejected".to_owned(), count(metrics.rejected)),
                ("timed_out".to_owned(), count(metrics.timed_out)),
            ],
        },
        Family::single("lionrock_payments_open", "Payments that wait for an answer.", Kind::Gauge, count(metrics.open)),
        Family::single("lionrock_batches_total", "Batches committed.", Kind::Counter, count(metrics.batches)),
        Family::single(
            "lionrock_rows_total",
            "Rows appended to the log; divided by the batches it is the batch size.",
            Kind::Counter,
            count(metrics.rows),
        ),
        Family::single("lionrock_queue_length", "Steps that wait for a batch.", Kind::Gauge, count(metrics.queued)),
        Family::single(
            "lionrock_head_moved_total",
            "How often another gateway on this database was first.",
            Kind::Counter,
            count(metrics.head_moved),
        ),
        Family::single("lionrock_log_sequence", "The last row of the log.", Kind::Gauge, head),
        Family::single(
            "lionrock_inbox_waiters",
            "Participants waiting for their inbox in a long poll.",
            Kind::Gauge,
            waiters,
        ),
        online(&participants),
        low(&positions),
    ];
    Ok(HttpResponse::Ok().content_type(exposition::CONTENT_TYPE).body(exposition::render(&families)))
}

fn online(participants: &[Participant]) -> Family {
    let sample = |one: &Participant| (one.clearing_code.to_string(), i64::from(!one.is_offline));
    Family {
        name: "lionrock_participant_online",
        help: "1, or 0 while payments to the participant are refused because it is offline.",
        kind: Kind::Gauge,
        label: Some("participant"),
        samples: participants.iter().map(sample).collect(),
    }
}

fn low(positions: &[(ClearingCode, Currency, Position)]) -> Family {
    let watched = positions.iter().filter(|(.., position)| position.limits.low_liquidity.is_some());
    Family {
        name: "lionrock_liquidity_low",
        help: "1 while a position is below the threshold at which its participant is warned, else 0.",
        kind: Kind::Gauge,
        label: Some("position"),
        samples: watched.map(|(code, currency, one)| (format!("{code} {currency}"), i64::from(one.is_low))).collect(),
    }
}
