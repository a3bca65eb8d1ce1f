//! What keeps scrapers from walking through the directory: buckets of tokens, as Pix has them.
//!
//! A look-up takes a token from the payer's bucket and one from its participant's; one that finds nobody takes
//! twenty and three, because ordinary payers rarely mistype and whoever walks through numbers nearly always misses.
//! Tokens come back with time. Whoever has none left is refused before anything is looked up.

mod bucket;
mod limits;

pub use bucket::{FullAt, Limit};
pub use limits::{Category, Limits};

use std::time::Duration;

use store::Timestamp;

/// One bucket that a look-up takes from: its limit, and what each outcome costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// How large the bucket is and how fast it fills.
    pub limit: Limit,
    /// Tokens for a look-up that finds nobody. One that finds somebody costs one.
    pub miss: u32,
}

impl Charge {
    /// What this outcome costs here.
    pub const fn tokens(self, found: bool) -> u32 {
        if found { 1 } else { self.miss }
    }
}

/// Takes a look-up's tokens from each of its buckets, or from none when one of them is empty.
///
/// # Errors
/// How long it takes until none of them is empty.
pub fn take<const N: usize>(buckets: [(&mut FullAt, Charge); N], found: bool, now: Timestamp) -> Result<(), Duration> {
    let wait = |(full_at, charge): &(&mut FullAt, Charge)| charge.limit.wait(**full_at, now);
    let longest = buckets.iter().map(wait).max().unwrap_or(Duration::ZERO);
    if longest > Duration::ZERO {
        return Err(longest);
    }
    for (full_at, charge) in buckets {
        *full_at = charge.limit.spend(*full_at, charge.tokens(found), now);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
    const PERSON: Charge = Charge { limit: Limit { size: 100, refill_per_minute: 2 }, miss: 20 };

    #[test]
    fn a_miss_costs_as_much_as_twenty_finds() {
        let mut bucket = FullAt::FULL;
        for _ in 0..5 {
            assert_eq!(take([(&mut bucket, PERSON)], false, NOW), Ok(()));
        }
        assert_eq!(PERSON.limit.tokens(bucket, NOW), 0);
        assert_eq!(take([(&mut bucket, PERSON)], true, NOW), Err(Duration::from_secs(30)), "a token in half a minute");
        assert_eq!(take([(&mut bucket, PERSON)], true, NOW + Duration::from_secs(30)), Ok(()));
    }

    #[test]
    fn who_is_refused_by_one_bucket_pays_in_none() {
        let (mut payer, mut bank) = (PERSON.limit.spend(FullAt::FULL, 100, NOW), FullAt::FULL);
        let bank_charge = Charge { limit: Limit { size: 1_000, refill_per_minute: 50 }, miss: 3 };
        assert!(take([(&mut payer, PERSON), (&mut bank, bank_charge)], true, NOW).is_err());
        assert_eq!(bank_charge.limit.tokens(bank, NOW), 1_000);
    }

    proptest! {
        /// Whatever the order and the timing, whoever asks finds at most the bucket and what has come back since.
        #[test]
        fn nobody_finds_more_than_the_bucket_and_its_refill(
            asked in proptest::collection::vec((0..20_000_000_i64, any::<bool>()), 1..400),
        ) {
            let (mut bucket, mut now, mut found) = (FullAt::FULL, NOW, 0_u64);
            for (pause, hit) in asked {
                now = now + Duration::from_micros(pause.unsigned_abs());
                if take([(&mut bucket, PERSON)], hit, now).is_ok() && hit {
                    found += 1;
                }
                let refilled = now.since(NOW).as_secs() / 30;
                prop_assert!(found <= 100 + refilled, "{found} after {:?}", now.since(NOW));
            }
        }

        #[test]
        fn a_bucket_never_holds_more_than_its_size(spent in 0..100_u32, later in 0..10_000_u64, back in 0..200_u32) {
            let at = NOW + Duration::from_secs(later);
            let bucket = PERSON.limit.give_back(PERSON.limit.spend(FullAt::FULL, spent, NOW), back, at);
            prop_assert!(PERSON.limit.tokens(bucket, at) <= 100);
        }
    }
}
