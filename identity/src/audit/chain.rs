//! The chain of hashes over audit records: a record that is changed, taken out or put in shows. Pure.

use ring::digest::{Context, SHA256};
use store::Timestamp;

/// One record in its place, as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place: 1, 2, 3 … without a gap.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who, such as `resident:…`, `operator:…`, `system`.
    pub actor: String,
    /// What, such as `passkey.added`.
    pub act: String,
    /// To whom or what.
    pub subject: String,
    /// What else there is to know.
    pub detail: String,
}

/// What a look at the whole chain found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// Every record is as it was written.
    Whole {
        /// How many there are.
        records: i64,
    },
    /// At this place the chain does not hold: the record, or one before it, is not what was written.
    Broken {
        /// The first place that does not hold.
        seq: i64,
    },
}

/// The end of a chain: how many records it has, and the hash over all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Records so far.
    pub seq: i64,
    /// The hash of the last one, which covers all before it. Zeros before the first.
    pub hash: [u8; 32],
}

impl Chain {
    /// The chain before the first record.
    pub const EMPTY: Self = Self { seq: 0, hash: [0; 32] };

    /// The chain with `entry` at its end.
    #[must_use]
    pub fn followed_by(&self, entry: &Entry) -> Self {
        let mut hash = Context::new(&SHA256);
        hash.update(&self.hash);
        hash.update(&entry.seq.to_be_bytes());
        hash.update(&entry.at.micros().to_be_bytes());
        for text in [&entry.actor, &entry.act, &entry.subject, &entry.detail] {
            // With the length in front, no two different records are the same bytes.
            hash.update(&(text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        let mut end = Self { seq: entry.seq, hash: [0; 32] };
        end.hash.copy_from_slice(hash.finish().as_ref());
        end
    }

    /// Moves on over `entry` when it is the one that follows and `stored` is its hash.
    #[must_use]
    pub fn follow(&mut self, entry: &Entry, stored: &[u8]) -> bool {
        let next = self.followed_by(entry);
        let holds = entry.seq == self.seq + 1 && next.hash == stored;
        *self = next;
        holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seq: i64, detail: &str) -> Entry {
        Entry {
            seq,
            at: Timestamp::from_seconds(seq),
            actor: "system".to_owned(),
            act: "signing_key.made".to_owned(),
            subject: "signing_key".to_owned(),
            detail: detail.to_owned(),
        }
    }

    #[test]
    fn a_chain_holds_until_something_in_it_changes() {
        let (first, second) = (entry(1, "a"), entry(2, "b"));
        let one = Chain::EMPTY.followed_by(&first);
        let two = one.followed_by(&second);

        let mut walk = Chain::EMPTY;
        assert!(walk.follow(&first, &one.hash) && walk.follow(&second, &two.hash));
        assert_eq!(walk, two);

        let mut changed = Chain::EMPTY;
        assert!(!changed.follow(&entry(1, "A"), &one.hash));
        let mut gap = Chain::EMPTY;
        assert!(!gap.follow(&second, &Chain::EMPTY.followed_by(&second).hash));
    }

    #[test]
    fn text_that_moves_between_fields_changes_the_hash() {
        let mut moved = entry(1, "ab");
        moved.subject.push_str("ab");
        moved.detail.clear();
        assert_ne!(Chain::EMPTY.followed_by(&entry(1, "ab")), Chain::EMPTY.followed_by(&moved));
    }
}
