//! When a payment has waited long enough.

use std::time::Duration;

use store::Timestamp;

use super::state::State;
use crate::iso20022::ReasonCode;

/// What both agents are told when the creditor agent did not answer in time.
pub const TIMED_OUT: ReasonCode = ReasonCode::literal("AB05");

/// How long after the deadline a time-out is taken, so that an answer that arrived within it and is still on
/// its way to the queue is judged first. Such an answer is judged by its stamp of arrival.
pub const GRACE: Duration = Duration::from_millis(100);

/// The payments (by sequence number) to time out at `now`, at most `limit`, earliest deadline first.
///
/// `oldest_waiting` is when the oldest command that is still queued arrived: a payment whose deadline is not
/// before that may have its answer among what waits, so it is left alone.
pub fn due(state: &State, now: Timestamp, oldest_waiting: Option<Timestamp>, limit: usize) -> Vec<i64> {
    let before = oldest_waiting.map_or(now, |waiting| waiting.min(now));
    state
        .deadlines()
        .take_while(|(deadline, _)| *deadline + GRACE <= now && *deadline < before)
        .take(limit)
        .map(|(_, payment)| payment)
        .collect()
}

/// How long until the earliest deadline falls due; `None` when nothing is open.
pub fn until_next(state: &State, now: Timestamp) -> Option<Duration> {
    state.deadlines().next().map(|(deadline, _)| (deadline + GRACE).since(now))
}
