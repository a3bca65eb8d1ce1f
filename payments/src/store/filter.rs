//! Ids that were certainly not used within two business days. Nearly all payments are new, and for these nothing has
//! to be looked up.
//!
//! A split block Bloom filter, in parts that double as the log grows: thirty-two bits a key, two keys a payment, so ten
//! million payments take 80 MB, or up to twice as much when the last part has just begun. It never overlooks an id;
//! about one new payment in five thousand is looked up in vain.

use std::collections::VecDeque;

use crate::clearing::{BusinessDay, SearchKey};

/// Keys in the first part.
const LEAST: usize = 1 << 20;
/// Keys in the largest.
const MOST: usize = 1 << 24;
/// Keys for each block of 256 bits.
const KEYS_A_BLOCK: usize = 8;
const WORDS: usize = 8;
/// Odd numbers that spread a key over the words of its block, as in Apache Parquet's filter.
const SALT: [u32; WORDS] =
    [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

/// What is known of the ids of two business days.
pub(super) struct Filter {
    parts: VecDeque<Part>,
}

struct Part {
    blocks: Vec<[u32; WORDS]>,
    room: usize,
    /// The latest day of a payment in it.
    day: BusinessDay,
}

impl Filter {
    pub(super) const fn new() -> Self {
        Self { parts: VecDeque::new() }
    }

    /// Takes in a key of a payment of `day`.
    pub(super) fn insert(&mut self, key: SearchKey, day: BusinessDay) {
        if self.parts.back().is_none_or(|part| part.room == 0) {
            let last = self.parts.back().map_or(0, |part| part.blocks.len() * KEYS_A_BLOCK);
            self.parts.push_back(Part::new((last * 2).clamp(LEAST, MOST), day));
        }
        if let Some(part) = self.parts.back_mut() {
            part.insert(key, day);
        }
    }

    /// Whether a payment may have this key; `false` is certain.
    pub(super) fn may_hold(&self, key: SearchKey) -> bool {
        let hash = spread(key);
        self.parts.iter().any(|part| part.may_hold(hash))
    }

    /// Forgets what only payments from before `day` had.
    pub(super) fn forget_before(&mut self, day: BusinessDay) {
        self.parts.retain(|part| part.day >= day);
    }

    /// Takes in another, which was made of older payments.
    pub(super) fn join(&mut self, older: Self) {
        for part in older.parts.into_iter().rev() {
            self.parts.push_front(part);
        }
    }
}

impl Part {
    fn new(room: usize, day: BusinessDay) -> Self {
        Self { blocks: vec![[0; WORDS]; room / KEYS_A_BLOCK], room, day }
    }

    fn insert(&mut self, key: SearchKey, day: BusinessDay) {
        let hash = spread(key);
        let mask = mask(hash);
        if let Some(block) = block(hash, self.blocks.len()).and_then(|index| self.blocks.get_mut(index)) {
            for (word, bit) in block.iter_mut().zip(mask) {
                *word |= bit;
            }
        }
        self.room -= 1;
        self.day = self.day.max(day);
    }

    fn may_hold(&self, hash: u64) -> bool {
        let block = block(hash, self.blocks.len()).and_then(|index| self.blocks.get(index));
        block.is_some_and(|block| block.iter().zip(mask(hash)).all(|(word, bit)| word & bit != 0))
    }
}

/// Keys are shorter than sixty-four bits; this lets each of their bits matter everywhere.
fn spread(key: SearchKey) -> u64 {
    let mixed = key.hash().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

fn block(hash: u64, blocks: usize) -> Option<usize> {
    let blocks = u64::try_from(blocks).ok()?;
    usize::try_from(((hash >> 32) * blocks) >> 32).ok()
}

fn mask(hash: u64) -> [u32; WORDS] {
    let low = u32::try_from(hash & u64::from(u32::MAX)).unwrap_or_default();
    SALT.map(|salt| 1 << (low.wrapping_mul(salt) >> 27))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u32) -> SearchKey {
        SearchKey::end_to_end_id(&number.to_string())
    }

    #[test]
    fn what_was_put_in_is_always_found() {
        let mut filter = Filter::new();
        (0..10_000).for_each(|number| filter.insert(key(number), BusinessDay::FIRST));
        assert!((0..10_000).all(|number| filter.may_hold(key(number))));
    }

    #[test]
    fn even_when_full_hardly_anything_else_is() {
        let mut part = Part::new(4_096, BusinessDay::FIRST);
        (0..4_096).for_each(|number| part.insert(key(number), BusinessDay::FIRST));
        let wrong = (10_000..210_000).filter(|number| part.may_hold(spread(key(*number)))).count();
        assert!(wrong < 20, "{wrong} of 200,000");
    }

    #[test]
    fn days_that_are_over_are_forgotten() {
        let (before, today) = (BusinessDay::FIRST, BusinessDay::LAST);
        let mut older = Filter::new();
        older.insert(key(1), before);
        let mut filter = Filter::new();
        filter.insert(key(2), today);
        filter.join(older);
        assert!(filter.may_hold(key(1)) && filter.may_hold(key(2)));
        filter.forget_before(today);
        assert!(!filter.may_hold(key(1)) && filter.may_hold(key(2)));
    }
}
