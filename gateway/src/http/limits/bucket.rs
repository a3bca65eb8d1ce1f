//! How often somebody may come: so many at once, and then steadily (GCRA, the leaky bucket as a clock). Pure: the time
//! comes in, as what has passed since the beginning.
//!
//! Of each caller one moment is remembered, and no more callers than there is room for: when a crowd fills it, those
//! who come new share one bucket.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// Callers that are remembered, at most: some megabytes.
const ROOM: usize = 65_536;
/// Callers who may come again without waiting are forgotten, so often at most.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// A bucket for each caller.
pub(super) struct Buckets<K> {
    every: Duration,
    burst: Duration,
    /// When the bucket of each will be full again.
    callers: HashMap<K, Duration>,
    newcomers: Duration,
    swept: Duration,
}

impl<K: Eq + Hash> Buckets<K> {
    /// Buckets that take `burst` at once and `per_second` steadily.
    pub(super) fn new(per_second: u32, burst: u32) -> Self {
        let every = Duration::from_secs(1) / per_second.max(1);
        let burst = every * burst.max(1);
        Self { every, burst, callers: HashMap::new(), newcomers: Duration::ZERO, swept: Duration::ZERO }
    }

    /// How long this caller has to wait; `None` when not at all.
    pub(super) fn wait(&self, caller: &K, now: Duration) -> Option<Duration> {
        let full = match self.callers.get(caller) {
            Some(full) => *full,
            None if self.callers.len() >= ROOM => self.newcomers,
            None => return None,
        };
        let after = full.max(now) + self.every;
        after.checked_sub(now + self.burst).filter(|wait| !wait.is_zero())
    }

    /// Counts that this caller came.
    pub(super) fn charge(&mut self, caller: K, now: Duration) {
        if self.callers.len() >= ROOM && now >= self.swept + SWEEP_EVERY {
            self.callers.retain(|_, full| *full > now);
            self.swept = now;
        }
        let has_room = self.callers.len() < ROOM;
        let full = match self.callers.get_mut(&caller) {
            Some(full) => full,
            None if has_room => self.callers.entry(caller).or_default(),
            None => &mut self.newcomers,
        };
        // Never further ahead than a full burst: who is refused is not punished beyond it.
        *full = (now.max(*full) + self.every).min(now + self.burst);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// Comes, if it may.
    fn take(buckets: &mut Buckets<u32>, caller: u32, now: Duration) -> Result<(), Duration> {
        let wait = buckets.wait(&caller, now);
        if wait.is_none() {
            buckets.charge(caller, now);
        }
        wait.map_or(Ok(()), Err)
    }

    #[test]
    fn a_burst_is_taken_and_then_one_by_one() {
        let mut buckets = Buckets::new(10, 3);
        for _ in 0..3 {
            assert_eq!(take(&mut buckets, 1, at(0)), Ok(()));
        }
        assert_eq!(take(&mut buckets, 1, at(0)), Err(at(100)));
        assert_eq!(take(&mut buckets, 2, at(0)), Ok(()), "somebody else");
        assert_eq!(take(&mut buckets, 1, at(60)), Err(at(40)));
        assert_eq!(take(&mut buckets, 1, at(100)), Ok(()));
        assert_eq!(take(&mut buckets, 1, at(100)), Err(at(100)));
        assert_eq!((0..4).filter(|_| take(&mut buckets, 1, at(10_000)).is_ok()).count(), 3, "full again");
    }

    #[test]
    fn a_crowd_does_not_fill_the_memory_and_does_not_touch_who_was_there() {
        let mut buckets = Buckets::new(1, 2);
        for caller in 0..u32::try_from(ROOM).unwrap() * 2 {
            buckets.charge(caller, at(0));
        }
        assert_eq!(buckets.callers.len(), ROOM);
        assert!(take(&mut buckets, 1_000_000, at(0)).is_err(), "newcomers share a bucket");
        assert_eq!(take(&mut buckets, 7, at(0)), Ok(()), "who was there has its own");
        assert_eq!(take(&mut buckets, 1_000_000, at(3_000)), Ok(()));
        assert!(buckets.callers.len() <= 2, "{} who may come again are still remembered", buckets.callers.len());
    }

    proptest! {
        /// Whatever the times, nobody comes more often than a burst and the steady rate allow.
        #[test]
        fn nobody_exceeds_the_rate(gaps in prop::collection::vec(0_u64..40, 1..200), per_second in 1_u32..100, burst in 1_u32..20) {
            let mut buckets = Buckets::new(per_second, burst);
            let (mut now, mut taken) = (0, 0_u64);
            for gap in gaps {
                now += gap;
                taken += u64::from(take(&mut buckets, 1, at(now)).is_ok());
                prop_assert!(taken <= u64::from(burst) + now * u64::from(per_second) / 1_000 + 1);
            }
        }
    }
}
