//! How often a participant's inbox answers. What comes within a few milliseconds shares an answer: the bank then asks less
//! often, and answers in fuller requests, which leaves both sides more of their time for payments. Whoever has not been
//! told anything for a while is told at once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use payments::participant::ClearingCode;
use tokio::time::Instant;

/// At least so long between two answers with messages to one participant.
const APART: Duration = Duration::from_millis(5);

/// When participants were last told something.
#[derive(Default)]
pub(super) struct Pace(Mutex<HashMap<ClearingCode, Instant>>);

impl Pace {
    /// Notes that `reader` has been told all there was.
    pub(super) fn told(&self, reader: ClearingCode, now: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(reader, now);
    }

    /// When `reader` is told more at the earliest; `None` when it is now.
    pub(super) fn next(&self, reader: ClearingCode, now: Instant) -> Option<Instant> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&reader).copied()?;
        Some(told + APART).filter(|next| *next > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_soon_after_waits_a_little_and_only_for_that_participant() {
        let (pace, now) = (Pace::default(), Instant::now());
        let [reader, other] = ["012", "027"].map(|code| code.parse().unwrap());
        assert_eq!(pace.next(reader, now), None, "never told anything");
        pace.told(reader, now);
        assert_eq!(pace.next(reader, now + APART / 2), Some(now + APART));
        assert_eq!(pace.next(reader, now + APART), None);
        assert_eq!(pace.next(other, now), None);
    }
}
