//! How long things took, counted in buckets that are about three per cent wide.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Buckets for each doubling, as a power of two.
const FINE_BITS: u32 = 5;
const BUCKETS: usize = (64 - FINE_BITS as usize) << FINE_BITS;

/// Counts durations from any thread.
pub(crate) struct Histogram(Box<[AtomicU64]>);

impl Histogram {
    pub(crate) fn new() -> Self {
        Self((0..BUCKETS).map(|_| AtomicU64::new(0)).collect())
    }

    pub(crate) fn record(&self, took: Duration, times: u64) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = self.0.get(bucket(micros)) {
            bucket.fetch_add(times, Ordering::Relaxed);
        }
    }

    /// How many were counted.
    pub(crate) fn count(&self) -> u64 {
        self.0.iter().map(|bucket| bucket.load(Ordering::Relaxed)).sum()
    }

    /// So many per mille took at most this many microseconds.
    pub(crate) fn per_mille(&self, per_mille: u64) -> u64 {
        let rank = (self.count() * per_mille).div_ceil(1_000).max(1);
        let mut seen = 0;
        let reached = self.0.iter().position(|bucket| {
            seen += bucket.load(Ordering::Relaxed);
            seen >= rank
        });
        reached.map_or(0, upper_end)
    }
}

/// Exact below 64; above, by the highest bit and the five after it.
fn bucket(micros: u64) -> usize {
    let bits = (u64::BITS - micros.leading_zeros()).saturating_sub(FINE_BITS + 1);
    let fine = usize::try_from(micros >> bits).unwrap_or(usize::MAX);
    ((bits as usize) << FINE_BITS) + fine
}

fn upper_end(bucket: usize) -> u64 {
    let bits = (bucket >> FINE_BITS).saturating_sub(1);
    let fine = bucket - (bits << FINE_BITS);
    (((fine as u64) + 1) << bits) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_found_again_within_three_per_cent() {
        for micros in [0, 1, 31, 63, 64, 65, 100, 1_000, 12_345, 9_999_999] {
            let end = upper_end(bucket(micros));
            assert!(end >= micros && (end - micros) * 32 <= micros, "{micros} in a bucket to {end}");
        }
    }

    #[test]
    fn half_of_a_hundred_took_at_most_fifty() {
        let histogram = Histogram::new();
        for micros in 1..=100 {
            histogram.record(Duration::from_micros(micros), 1);
        }
        assert_eq!((histogram.per_mille(500), histogram.count()), (50, 100));
        assert!((99..=101).contains(&histogram.per_mille(990)));
    }
}
