//! Whether a participant and the directory hold the same: one number for each entry, and one for all of them, as Pix
//! compares them.
//!
//! The content identifier of an entry is HMAC-SHA256 (RFC 2104) with the sixteen bytes of its `entry_id` as the key,
//! over these attributes in UTF-8, joined by `&`:
//!
//! | | attribute | as |
//! |---|---|---|
//! | 1 | kind of the proxy | `MBNO`, `EMAL`, … |
//! | 2 | the proxy | in its normal form |
//! | 3 | kind of the owner | `person`, `organisation` |
//! | 4, 5 | the owner's names, Chinese and English | empty when there is none |
//! | 6 | the participant | three digits |
//! | 7 | the account | as it was registered |
//! | 8 | the currencies | `HKD`, `CNY`, `HKD CNY` |
//! | 9 | default | `true`, `false` |
//!
//! The digest of a set is all its content identifiers combined by exclusive or; of the empty set, zeros. It is the same
//! in any order, and an entry is taken out of it as it is put in. An identity card number is written as the account's
//! token, everywhere outside the directory.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

use ring::hmac;

use super::{AccountNumber, Currencies, Entry, EntryId, Owner, Proxy};
use crate::participant::ClearingCode;

/// What an entry holds, or a set of entries, in thirty-two bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ContentId([u8; 32]);

/// The text is not sixty-four hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a content identifier is 64 hexadecimal digits")]
pub struct NotAContentId;

impl ContentId {
    /// Of these attributes, under this key.
    pub fn of_attributes(key: &[u8; 16], attributes: &[&str]) -> Self {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), attributes.join("&").as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        Self(bytes)
    }

    /// Of an entry.
    pub fn of(entry: &Entry) -> Self {
        let Entry { id, participant, proxy, account, owner, currencies, default, .. } = entry;
        Self::of_content(*id, *participant, (proxy, account, owner), *currencies, *default)
    }

    /// Of what an entry will be.
    pub(crate) fn of_content(
        id: EntryId,
        participant: ClearingCode,
        (proxy, account, owner): (&Proxy, &AccountNumber, &Owner),
        currencies: Currencies,
        default: bool,
    ) -> Self {
        let attributes = [
            proxy.kind().code(),
            proxy.value(),
            owner.kind().code(),
            owner.name_zh().unwrap_or(""),
            owner.name_en().unwrap_or(""),
            &participant.to_string(),
            account.as_str(),
            &currencies.to_string(),
            if default { "true" } else { "false" },
        ];
        Self::of_attributes(id.as_uuid().as_bytes(), &attributes)
    }

    /// The bytes that [`Self::as_bytes`] gave.
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// With another one put in, or taken out: exclusive or does both.
    #[must_use]
    pub fn combined(mut self, other: Self) -> Self {
        for (byte, of_other) in self.0.iter_mut().zip(other.0) {
            *byte ^= of_other;
        }
        self
    }
}

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ContentId {
    type Err = NotAContentId;
    fn from_str(text: &str) -> Result<Self, NotAContentId> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAContentId)?;
        Ok(Self(bytes))
    }
}

/// All entries of a participant in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SetDigest {
    /// How many they are.
    pub entries: u64,
    /// Their content identifiers, combined.
    pub digest: ContentId,
}

impl SetDigest {
    /// With one more entry.
    #[must_use]
    pub fn with(self, entry: &Entry) -> Self {
        Self { entries: self.entries + 1, digest: self.digest.combined(ContentId::of(entry)) }
    }
}

/// Where a participant's entries differ from the directory's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differences {
    /// The directory has them and the participant does not, or not as they are here.
    pub current: Vec<Entry>,
    /// The participant has them and the directory does not.
    pub gone: Vec<EntryId>,
}

impl Differences {
    /// Compares the directory's entries with what a participant believes them to be.
    pub fn between(ours: Vec<Entry>, theirs: &[(EntryId, ContentId)]) -> Self {
        let here: HashSet<EntryId> = ours.iter().map(|entry| entry.id).collect();
        let held: HashMap<EntryId, ContentId> = theirs.iter().copied().collect();
        let gone = theirs.iter().map(|(id, _)| *id).filter(|id| !here.contains(id)).collect();
        let is_other = |entry: &Entry| held.get(&entry.id) != Some(&ContentId::of(entry));
        Self { gone, current: ours.into_iter().filter(is_other).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_that_pix_publishes_come_out() {
        let key = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        let attributes =
            ["PHONE", "+5511987654321", "11122233300", "João Silva", "", "12345678", "00001", "0007654321", "CACC"];
        let id = |hex: &str| hex.parse::<ContentId>().unwrap();
        let of_one = id("28c06eb41c4dc9c3ae114831efcac7446c8747777fca8b145ecd31ff8480ae88");
        assert_eq!(ContentId::of_attributes(&key, &attributes), of_one);
        let all = of_one
            .combined(id("4d4abb9168114e349672b934d16ed201a919cb49e28b7f66a240e62c92ee007f"))
            .combined(id("fce514f84f37934bc8aa0f861e4f7392273d71b9d18e8209d21e4192a7842058"));
        assert_eq!(all, id("996fc1dd3b6b14bcf0c9fe8320eb66d7e2a3fd874ccf767b2e939641b1ea8eaf"));
        assert_eq!(ContentId::default().to_string(), "0".repeat(64), "the empty set");
        assert_eq!(all.combined(all), ContentId::default());
    }
}
