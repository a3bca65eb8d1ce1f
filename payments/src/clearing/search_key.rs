//! What a payment is looked up by: a short hash, so that one narrow table answers for every kind of id.

use uuid::Uuid;

use super::canonical::Canonical;
use crate::participant::ClearingCode;

/// A key belongs to a stretch of so many rows of the log (as a power of two).
const SEGMENT_BITS: u32 = 20;
/// The length of the hash in a key. Two payments of one segment share a hash once in a million segments; who looks
/// up compares the payment itself anyway.
const HASH_BITS: u32 = 40;
const KIND_BITS: u32 = 2;
const UETR: i64 = 0;
const TRANSACTION: i64 = 1;
const END_TO_END: i64 = 2;

/// The hash of something that a payment is known by.
///
/// Stored keys carry the segment of the log in front of it: random ids that are recorded at the same time then stand
/// close together, and what was recorded long ago is not touched by what is recorded now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SearchKey(i64);

impl SearchKey {
    /// Of a UETR.
    pub(crate) fn uetr(uetr: &Uuid) -> Self {
        let mut canonical = Canonical::new("lionrock:key:uetr");
        canonical.bytes(uetr.as_bytes());
        Self::of(canonical, UETR)
    }

    /// Of a `TxId` and whose it is: what makes a payment the same payment.
    pub(crate) fn transaction_id(debtor_agent: ClearingCode, transaction_id: &str) -> Self {
        let mut canonical = Canonical::new("lionrock:key:transaction");
        canonical.number(debtor_agent.number().into()).text(transaction_id);
        Self::of(canonical, TRANSACTION)
    }

    /// Of an `EndToEndId`, which means something to payers only.
    pub(crate) fn end_to_end_id(end_to_end_id: &str) -> Self {
        let mut canonical = Canonical::new("lionrock:key:end-to-end");
        canonical.text(end_to_end_id);
        Self::of(canonical, END_TO_END)
    }

    fn of(canonical: Canonical, kind: i64) -> Self {
        let mut head = [0; 8];
        head.copy_from_slice(&canonical.finish().as_bytes()[..8]);
        let hash = i64::from_be_bytes(head) & ((1 << (HASH_BITS - KIND_BITS)) - 1);
        Self(hash << KIND_BITS | kind)
    }

    /// The key under which the payment with this sequence number is stored.
    pub(crate) const fn of_row(self, sequence: i64) -> i64 {
        self.in_segment(sequence >> SEGMENT_BITS)
    }

    /// The stored keys, were the payment among these rows.
    pub(crate) fn among(self, first: i64, last: i64) -> impl Iterator<Item = i64> {
        (first.max(0) >> SEGMENT_BITS..=last >> SEGMENT_BITS).map(move |segment| self.in_segment(segment))
    }

    /// The hash alone.
    pub(crate) const fn hash(self) -> u64 {
        self.0.cast_unsigned()
    }

    /// Reads a stored key; `None` when ids of its kind may be used again.
    pub(crate) const fn of_unique(stored: i64) -> Option<Self> {
        let key = Self(stored & ((1 << HASH_BITS) - 1));
        if key.0 & ((1 << KIND_BITS) - 1) == END_TO_END { None } else { Some(key) }
    }

    /// The smallest key under which rows from this one on are stored.
    pub(crate) const fn least_of(sequence: i64) -> i64 {
        Self(0).of_row(sequence)
    }

    const fn in_segment(self, segment: i64) -> i64 {
        segment << HASH_BITS | self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_one_stretch_of_the_log_stand_together() {
        let (some, other) = (SearchKey::end_to_end_id("A"), SearchKey::end_to_end_id("B"));
        let next = 1 << SEGMENT_BITS;
        assert!(some.of_row(next - 1).max(other.of_row(1)) < some.of_row(next).min(other.of_row(next)));
    }

    #[test]
    fn a_row_is_found_among_the_rows_around_it() {
        let key = SearchKey::uetr(&Uuid::from_u128(7));
        let row = 5 << SEGMENT_BITS | 3;
        assert!(key.among(1, row).any(|stored| stored == key.of_row(row)));
        assert!(key.among(row, row).eq([key.of_row(row)]));
        assert!(!key.among(1, row - (1 << SEGMENT_BITS)).any(|stored| stored == key.of_row(row)));
    }

    #[test]
    fn an_id_is_one_key_for_each_of_its_owners_and_meanings() {
        let bank = |code: &str| code.parse::<ClearingCode>().unwrap();
        let keys = [
            SearchKey::transaction_id(bank("012"), "A"),
            SearchKey::transaction_id(bank("027"), "A"),
            SearchKey::transaction_id(bank("012"), "B"),
            SearchKey::end_to_end_id("A"),
        ];
        let different: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
    }
}
