//! Moments and choices that follow from a seed (SplitMix64).
#![allow(clippy::disallowed_methods)] // each run has a seed of its own, unless one is given

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A source of numbers; the same seed gives the same ones.
pub(super) struct Random(AtomicU64);

impl Random {
    /// From `LIONROCK_SEED`, or from the clock. Says which, for whoever wants to see a failure again.
    pub(super) fn seeded() -> Self {
        let given = std::env::var("LIONROCK_SEED").ok();
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let seed = given.map_or(since_epoch.as_secs(), |seed| seed.parse().expect("LIONROCK_SEED is a number"));
        println!("LIONROCK_SEED={seed}");
        Self(AtomicU64::new(seed))
    }

    /// A number below `end`.
    pub(super) fn below(&self, end: u64) -> u64 {
        mix(self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)) % end
    }

    /// The same of what is counted in memory.
    pub(super) fn index(&self, end: usize) -> usize {
        usize::try_from(self.below(u64::try_from(end).unwrap())).unwrap()
    }

    /// A moment from now, in milliseconds.
    pub(super) async fn moment(&self, milliseconds: std::ops::Range<u64>) {
        let moment = milliseconds.start + self.below(milliseconds.end - milliseconds.start);
        tokio::time::sleep(Duration::from_millis(moment)).await;
    }
}

/// A number that follows from another and looks like any.
pub(super) fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
