//! A bucket of tokens as one number: the moment at which it will be full again.
//!
//! With nothing taken it is full already. Taking a token puts that moment off by the time in which one comes back, so
//! filling needs no clockwork, and several gateways can add to the number without reading it first.

use std::time::Duration;

use store::Timestamp;

/// How many tokens a bucket holds, and how many come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Tokens of a full bucket.
    pub size: u32,
    /// Tokens that come back in a minute, at least one.
    pub refill_per_minute: u32,
}

/// When a bucket will be full again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FullAt(pub Timestamp);

impl FullAt {
    /// A bucket that nobody took from.
    pub const FULL: Self = Self(Timestamp::from_micros(0));
}

impl Limit {
    /// Microseconds in which one token comes back.
    pub(crate) fn interval(self) -> i64 {
        60_000_000 / i64::from(self.refill_per_minute.max(1))
    }

    /// Tokens that are there now. Less than none after a miss that cost more than was left.
    pub fn tokens(self, full_at: FullAt, now: Timestamp) -> i64 {
        let missing = full_at.0.micros().saturating_sub(now.micros()).max(0);
        // A token that has not come back whole is not there.
        i64::from(self.size) - missing.div_euclid(self.interval()) - i64::from(missing % self.interval() != 0)
    }

    /// Whether a bucket that was written down as `recorded` is to be written down again: it has a quarter less by now, or
    /// nothing. So whoever begins with what was written down gives nobody more than a quarter too much, and whoever had
    /// nothing left still has nothing.
    pub(crate) fn is_worth_recording(self, recorded: FullAt, full_at: FullAt, now: Timestamp) -> bool {
        let left = self.tokens(full_at, now);
        let less = self.tokens(recorded, now) - left;
        less > i64::from(self.size) / 4 || (less > 0 && left <= 0)
    }

    /// How long until there is a token; no time when there is one.
    pub fn wait(self, full_at: FullAt, now: Timestamp) -> Duration {
        let without_one = i64::from(self.size).saturating_sub(1).saturating_mul(self.interval());
        let until = full_at.0.micros().saturating_sub(without_one);
        Timestamp::from_micros(until).since(now)
    }

    /// The bucket after `tokens` were taken.
    #[must_use]
    pub fn spend(self, full_at: FullAt, tokens: u32, now: Timestamp) -> FullAt {
        let time = i64::from(tokens).saturating_mul(self.interval());
        FullAt(Timestamp::from_micros(full_at.0.max(now).micros().saturating_add(time)))
    }

    /// The bucket after `tokens` came back before their time: never more than full.
    #[must_use]
    pub fn give_back(self, full_at: FullAt, tokens: u32, now: Timestamp) -> FullAt {
        let time = i64::from(tokens).saturating_mul(self.interval());
        FullAt(Timestamp::from_micros(full_at.0.micros().saturating_sub(time)).max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
    const LIMIT: Limit = Limit { size: 10, refill_per_minute: 60 };

    #[test]
    fn tokens_come_back_one_after_the_other_and_stop_when_it_is_full() {
        let bucket = LIMIT.spend(FullAt::FULL, 10, NOW);
        for (later, tokens) in [(0, 0), (999, 0), (1_000, 1), (2_500, 2), (10_000, 10), (99_000, 10)] {
            assert_eq!(LIMIT.tokens(bucket, NOW + Duration::from_millis(later)), tokens, "after {later} ms");
        }
        assert_eq!(LIMIT.wait(bucket, NOW), Duration::from_secs(1));
        assert_eq!(LIMIT.wait(bucket, NOW + Duration::from_secs(1)), Duration::ZERO);
    }

    #[test]
    fn a_bucket_is_written_down_when_it_has_a_quarter_less_or_nothing() {
        let (large, mut recorded, mut bucket) = (Limit { size: 100, ..LIMIT }, FullAt::FULL, FullAt::FULL);
        let mut written = Vec::new();
        for spent in 1..=100 {
            bucket = large.spend(bucket, 1, NOW);
            if large.is_worth_recording(recorded, bucket, NOW) {
                recorded = bucket;
                written.push(spent);
            }
            assert!(large.tokens(recorded, NOW) - large.tokens(bucket, NOW) <= 25);
        }
        assert_eq!(written, [26, 52, 78, 100]);
        assert!(!large.is_worth_recording(recorded, bucket, NOW), "it is");
        let later = NOW + Duration::from_mins(1);
        assert!(!large.is_worth_recording(recorded, large.spend(bucket, 20, later), later), "as much came back there");
    }

    #[test]
    fn what_is_given_back_never_makes_more_than_full() {
        let bucket = LIMIT.spend(FullAt::FULL, 2, NOW);
        assert_eq!(LIMIT.tokens(LIMIT.give_back(bucket, 1, NOW), NOW), 9);
        assert_eq!(LIMIT.tokens(LIMIT.give_back(bucket, 5, NOW), NOW), 10);
    }
}
