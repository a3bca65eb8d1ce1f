//! The hash chain: every batch carries the hash of the batch before it and of its own rows, so that nothing
//! recorded can be changed, left out or put in without breaking every hash after it.

use store::Timestamp;

use super::canonical::{Canonical, Digest};
use super::row::Row;

/// What one transaction appended to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// Its first row.
    pub first: i64,
    /// Its last row.
    pub last: i64,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// The hash of the batch before it; all zero for the first.
    pub previous: Digest,
    /// The hash over all of this and the digests of its rows.
    pub hash: Digest,
}

/// The batch of these rows, which follow each other without a gap, and of their digests; `None` when there are
/// none.
pub fn batch(previous: Digest, rows: &[Row], digests: &[Digest]) -> Option<Batch> {
    let (first, last) = (rows.first()?, rows.last()?);
    Some(seal(previous, first.sequence(), last.sequence(), last.recorded(), digests.iter().copied()))
}

/// Chains digests of rows `first..=last` to the batch before.
pub fn seal(
    previous: Digest,
    first: i64,
    last: i64,
    recorded: Timestamp,
    digests: impl IntoIterator<Item = Digest>,
) -> Batch {
    let mut canonical = Canonical::new("lionrock:batch:1");
    canonical.bytes(previous.as_bytes()).number(first).number(last).number(recorded.micros());
    for digest in digests {
        canonical.bytes(digest.as_bytes());
    }
    Batch { first, last, recorded, previous, hash: canonical.finish() }
}
