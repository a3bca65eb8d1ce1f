//! `GET /inbox`: what concerns this participant, after a cursor that it keeps itself; by long polling.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use payments::Switch;
use payments::clearing::Inbox;
use payments::iso20022::inbox;
use payments::participant::ClearingCode;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{Api, Participant};
use crate::error::Problem;
use crate::http::body;

/// The longest long poll.
const LONGEST_WAIT: u64 = 20;
/// The most messages in one answer.
const MOST: u16 = 500;

/// Which messages, and how long to wait for the first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    #[serde(default)]
    after: i64,
    #[serde(default)]
    wait: u64,
    #[serde(default = "most")]
    max: u16,
}

const fn most() -> u16 {
    MOST
}

impl Query {
    fn check(&self) -> Result<(), Problem> {
        let wrong = |field, detail| Err(Problem::bad_request(detail).field(field));
        match self {
            Self { after: ..0, .. } => wrong("after", "A cursor is the `next` of an earlier answer, or 0."),
            Self { wait, .. } if *wait > LONGEST_WAIT => wrong("wait", "Wait 0 to 20 seconds."),
            Self { max, .. } if *max == 0 || *max > MOST => wrong("max", "Ask for 1 to 500 messages."),
            _ => Ok(()),
        }
    }
}

/// 200 with messages, 204 when none came within `wait`.
pub(super) async fn read(
    Participant(reader): Participant,
    api: web::Data<Api>,
    query: Result<web::Query<Query>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let query = query.map_err(|_| Problem::bad_request("The query is after=, wait= and max=, each a whole number."))?;
    query.check()?;
    let until = Instant::now() + Duration::from_secs(query.wait);
    let (mut after, max) = (query.after, usize::from(query.max));
    let mut head = api.switch.head();
    let _counted = api.waits();
    if api.switch.hear(reader) {
        let switch = api.switch.clone();
        web::block(move || switch.hear_from(reader)).await??;
    }
    loop {
        if let Some(next) = api.pace.next(reader, Instant::now()) {
            sleep_until(next.min(until)).await;
        }
        // Noted before the look: what is committed between the look and the wait still wakes us.
        let last = *head.borrow_and_update();
        let found = look(&api.switch, reader, after, max).await?;
        if !found.messages.is_empty() {
            // Whoever is behind reads on at once.
            if found.messages.len() < max {
                api.pace.told(reader, Instant::now());
            }
            let page = body::in_pieces(inbox::render(reader, &found));
            return Ok(HttpResponse::Ok().content_type(body::XML).body(page));
        }
        after = found.next;
        if after < last {
            continue; // a long stretch of the log without a word for this reader is looked through in pages
        }
        if Instant::now() >= until {
            return Ok(HttpResponse::NoContent().finish());
        }
        // Woken, or the time is up: either way we look once more.
        tokio::select! {
            woken = timeout_at(until, head.changed()) => if let Ok(Err(_stopped)) = woken {
                return Err(Problem::unavailable("The switch is stopping.", 2));
            },
            () = api.closed() => return Ok(HttpResponse::NoContent().finish()),
        }
    }
}

/// From memory, mostly; only what is not there is worth a thread that may wait for the database.
async fn look(switch: &Switch, reader: ClearingCode, after: i64, max: usize) -> Result<Inbox, Problem> {
    if let Some(found) = switch.recent_inbox(reader, after, max) {
        return Ok(found);
    }
    let switch = switch.clone();
    Ok(web::block(move || switch.inbox(reader, after, max)).await??)
}
