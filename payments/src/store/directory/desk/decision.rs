//! Which look-ups of a batch are served: the buckets' rule over all of them, in their order.

use std::collections::BTreeMap;
use std::time::Duration;

use store::Timestamp;

use crate::directory::BucketKey;
use crate::directory::anti_scan::{self, Charge, FullAt};

/// A bucket and what a look-up takes from it.
pub(in super::super) type Taken = (BucketKey, Charge);

/// Where buckets stand, while look-ups take from them.
pub(in super::super) trait Buckets {
    /// When it will be full again.
    fn level(&self, key: &BucketKey) -> FullAt;
    /// Somebody took from it.
    fn set(&mut self, key: BucketKey, level: FullAt);
}

/// Where each bucket of a batch stands. Sorted, because rows are locked in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Levels(pub(in super::super) BTreeMap<BucketKey, FullAt>);

impl Buckets for Levels {
    fn level(&self, key: &BucketKey) -> FullAt {
        self.0.get(key).copied().unwrap_or(FullAt::FULL)
    }

    fn set(&mut self, key: BucketKey, level: FullAt) {
        self.0.insert(key, level);
    }
}

/// Takes what a look-up costs from its own bucket and, unless it is of a list, from that of its bank's payers.
///
/// # Errors
/// How long until there are tokens again; then nothing is taken.
pub(super) fn take(buckets: &mut impl Buckets, taken: &[Taken], found: bool, now: Timestamp) -> Result<(), Duration> {
    match taken {
        [(one, charge)] => {
            let mut level = buckets.level(one);
            anti_scan::take([(&mut level, *charge)], found, now)?;
            buckets.set(*one, level);
        }
        [(payer, payers_charge), (bank, banks_charge), ..] => {
            let (mut payers, mut banks) = (buckets.level(payer), buckets.level(bank));
            anti_scan::take([(&mut payers, *payers_charge), (&mut banks, *banks_charge)], found, now)?;
            buckets.set(*payer, payers);
            buckets.set(*bank, banks);
        }
        [] => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::anti_scan::Limit;

    #[test]
    fn look_ups_of_one_payer_in_one_batch_take_from_the_same_bucket() {
        let now = Timestamp::from_seconds(1_795_000_000);
        let charge = |size| Charge { limit: Limit { size, refill_per_minute: 1 }, miss: 20 };
        let (scraper, neighbour, bank) = ([1; 16], [2; 16], [3; 16]);
        let mut levels = Levels::default();
        let mut look = |payer, found| take(&mut levels, &[(payer, charge(3)), (bank, charge(100))], found, now);
        assert!((0..3).all(|_| look(scraper, true).is_ok()));
        assert!(look(scraper, true).is_err());
        assert!(look(neighbour, true).is_ok(), "others at the same bank go on");
        assert_eq!(charge(100).limit.tokens(levels.0[&bank], now), 96, "who was refused took nothing");
    }
}
