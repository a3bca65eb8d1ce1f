//! What is imported, made ready to be written: in stretches of the source, each in the order of what its entries are found by.
//!
//! A proxy's hash says nothing about the proxy's place in a file. Written in the file's order, each entry of a large
//! directory would change a page of the index for itself, and a page is fifty times as large as an entry; neighbours in a
//! long sorted stretch share it.

use std::sync::Arc;

use store::Timestamp;

use super::row::{self, EntryRow};
use super::{Core, Directory, DirectoryError};
use crate::directory::sealed::{self, Place};
use crate::directory::sealed_text::Private;
use crate::directory::{ContentId, DirectoryKeys, EntryId, EntryStatus, Proxy, ProxyHash, ProxyKind, Registration};
use crate::participant::ClearingCode;
use crate::store::random::random;

/// Entries of the first stretch: few, so that something is in soon. Each is twice as long as the one before.
const FIRST: u64 = 10_000;
/// Entries of a stretch at most: about 80 MB.
const LONGEST: u64 = 250_000;

/// How far imports of a source have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportPlace {
    /// Entries from the beginning of the source that are in the directory, all of them.
    pub done: u64,
    /// Where the stretch ends that was under way; beyond `done`.
    pub(super) reaching: u64,
    /// Entries of that stretch, in its own order, that are in the directory.
    pub(super) within: u64,
}

impl ImportPlace {
    /// Entries of the source that are in the directory.
    pub const fn entries(&self) -> u64 {
        self.done + self.within
    }
}

/// Gathers what is imported, in the order of its source, and cuts it into stretches.
pub struct Stretches {
    core: Arc<Core>,
    from: u64,
    until: u64,
    length: u64,
    gathered: Vec<Gathered>,
}

struct Gathered {
    hash: ProxyHash,
    participant: ClearingCode,
    registration: Registration,
}

/// Consecutive entries of a source, ready to be written.
pub struct Stretch {
    /// Entries of the source before it.
    pub(super) from: u64,
    /// When it was made ready.
    pub(super) now: Timestamp,
    pub(super) entries: Vec<NewEntry>,
}

/// An entry to be written.
#[derive(Clone)]
pub(super) struct NewEntry {
    pub(super) row: EntryRow,
    pub(super) content: ContentId,
    /// A number that only the directory gives.
    pub(super) issued: Option<Box<str>>,
}

impl Directory {
    /// Begins an import behind this place of its source; behind [`ImportPlace::default`], the whole.
    pub fn stretches(&self, place: ImportPlace) -> Stretches {
        let from = place.done;
        // What was under way is cut as it was.
        let until = if place.within > 0 { place.reaching } else { from + FIRST };
        Stretches { core: Arc::clone(&self.0.core), from, until, length: FIRST, gathered: Vec::new() }
    }
}

impl Stretches {
    /// Adds the next entry. Returns the stretch that is full with it.
    ///
    /// # Errors
    /// [`DirectoryError::NotItsHolder`]; then the entry is not added.
    pub fn add(
        &mut self,
        participant: ClearingCode,
        registration: Registration,
        now: Timestamp,
    ) -> Result<Option<Stretch>, DirectoryError> {
        let registration = registration.by_its_holder(&self.core.keys)?;
        let hash = self.core.keys.proxy_hash(&registration.proxy);
        self.gathered.push(Gathered { hash, participant, registration });
        if self.from + self.gathered.len() as u64 >= self.until { self.cut(now) } else { Ok(None) }
    }

    /// What has gathered since the last full stretch; it may be empty.
    ///
    /// # Errors
    /// [`DirectoryError::Randomness`].
    pub fn rest(mut self, now: Timestamp) -> Result<Option<Stretch>, DirectoryError> {
        self.cut(now)
    }

    fn cut(&mut self, now: Timestamp) -> Result<Option<Stretch>, DirectoryError> {
        let mut gathered = std::mem::take(&mut self.gathered);
        // Of two that are the same the first one in the source stays the first.
        gathered.sort_by_key(|one| (one.hash, one.participant));
        let (from, many) = (self.from, gathered.len());
        self.from += many as u64;
        self.length = (2 * self.length).min(LONGEST);
        self.until = self.from + self.length;
        let ready = |(place, one)| NewEntry::of(&self.core.keys, one, entry_id(now, place, many)?, now);
        let entries = gathered.into_iter().enumerate().map(ready).collect::<Result<Vec<_>, DirectoryError>>()?;
        Ok(Some(Stretch { from, now, entries }).filter(|_| many > 0))
    }
}

/// An identifier whose first random bits are the place in the stretch (RFC 9562, section 6.2): entries that are written
/// one after the other stand side by side in the index of identifiers, too.
fn entry_id(now: Timestamp, place: usize, many: usize) -> Result<EntryId, DirectoryError> {
    let mut bytes: [u8; 10] = random()?;
    let [high, low] = u16::try_from(place * 4_096 / many.max(1)).unwrap_or(4_095).to_be_bytes();
    bytes[..2].copy_from_slice(&[high, low]);
    Ok(EntryId::new(now, &bytes))
}

impl Stretch {
    /// How many entries it has, one at least.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Entries of the source up to its end.
    pub(super) fn end(&self) -> u64 {
        self.from + self.len()
    }
}

impl NewEntry {
    fn of(keys: &DirectoryKeys, one: Gathered, id: EntryId, now: Timestamp) -> Result<Self, DirectoryError> {
        let Gathered { hash, participant, registration } = one;
        let Registration { proxy, account, owner, owner_key, currencies, default } = registration;
        let issued = proxy.kind().is_exclusive().then(|| proxy.value().into());
        let hidden = (proxy.kind() == ProxyKind::Hkid).then(|| Proxy::hidden_hkid(&keys.account_token(id)));
        let shown = (hidden.as_ref().unwrap_or(&proxy), &account, &owner);
        let content = ContentId::of_content(id, participant, shown, currencies, default);
        let private = Private { proxy, account, owner };
        let row = EntryRow {
            changed_at: now,
            version: 1,
            proven_on: row::day(now),
            last_used_on: 0,
            participant,
            currencies: currencies.bits(),
            status: EntryStatus::Proven.number(),
            is_default: default,
            proxy_hash: hash.to_vec(),
            id,
            sealed: sealed::seal(keys, Place { id, participant }, &private, None, random()?)?,
            owner_key: owner_key.map(|key| key.as_bytes().to_vec()),
        };
        Ok(Self { row, content, issued })
    }

    /// The same entry, and another one is its proxy's default.
    pub(super) fn not_default(&self, keys: &DirectoryKeys) -> Result<Self, DirectoryError> {
        let row = EntryRow { is_default: false, ..self.row.clone() };
        let content = ContentId::of(&row.entry(keys)?);
        Ok(Self { row, content, issued: self.issued.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_a_stretch_are_in_its_order_and_say_when_it_was_made() {
        let now = Timestamp::from_seconds(1_795_000_000);
        let ids: Vec<EntryId> = (0..1_000).map(|place| entry_id(now, place, 1_000).unwrap()).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.registered() == now && id.as_uuid().get_version_num() == 7));
    }
}
