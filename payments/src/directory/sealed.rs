//! What of an entry identifies a person, sealed with AES-256-GCM (NIST SP 800-38D) for the database.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::{AccountNumber, DirectoryKeys, EntryId, Owner, OwnerKind, Proxy, ProxyKind};
use crate::participant::ClearingCode;

/// The part of an entry that is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Private {
    pub(crate) proxy: Proxy,
    pub(crate) account: AccountNumber,
    pub(crate) owner: Owner,
}

/// Not sealed by these keys, for another entry, or changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a directory entry cannot be opened")]
pub struct CannotOpen;

/// Which entry: binds the sealed bytes to it, so that they cannot be moved to another row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) id: EntryId,
    pub(crate) participant: ClearingCode,
}

impl Place {
    fn bytes(self) -> [u8; 18] {
        let mut bytes = [0; 18];
        bytes[..16].copy_from_slice(self.id.as_uuid().as_bytes());
        bytes[16..].copy_from_slice(&self.participant.number().to_be_bytes());
        bytes
    }
}

/// Seals `private`; `nonce` is random and used once. The nonce stands in front.
pub(crate) fn seal(
    keys: &DirectoryKeys,
    place: Place,
    private: &Private,
    nonce: [u8; NONCE_LEN],
) -> Result<Vec<u8>, CannotOpen> {
    let mut bytes = encode(private);
    let aad = Aad::from(place.bytes());
    let tag = cipher(keys)?
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, bytes.as_mut_slice())
        .map_err(|_| CannotOpen)?;
    Ok([&nonce, bytes.as_slice(), tag.as_ref()].concat())
}

/// Opens what [`seal`] made.
pub(crate) fn open(keys: &DirectoryKeys, place: Place, sealed: &[u8]) -> Result<Private, CannotOpen> {
    let (nonce, bytes) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(CannotOpen)?;
    let mut bytes = Zeroizing::new(bytes.to_vec());
    let aad = Aad::from(place.bytes());
    let plain = cipher(keys)?
        .open_in_place(Nonce::assume_unique_for_key(*nonce), aad, bytes.as_mut_slice())
        .map_err(|_| CannotOpen)?;
    decode(plain).ok_or(CannotOpen)
}

fn cipher(keys: &DirectoryKeys) -> Result<LessSafeKey, CannotOpen> {
    UnboundKey::new(&AES_256_GCM, &*keys.sealing).map(LessSafeKey::new).map_err(|_| CannotOpen)
}

/// A byte for each kind, then each text behind its length in two bytes; an absent name has none.
fn encode(private: &Private) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(128));
    bytes.push(match private.proxy.kind() {
        ProxyKind::Mobile => 1,
        ProxyKind::Email => 2,
    });
    bytes.push(match private.owner.kind() {
        OwnerKind::Person => 1,
        OwnerKind::Organisation => 2,
    });
    let owner = &private.owner;
    let names = [owner.name_zh().unwrap_or(""), owner.name_en().unwrap_or("")];
    for text in [private.proxy.value(), private.account.as_str(), names[0], names[1]] {
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&text.as_bytes()[..usize::from(length)]);
    }
    bytes
}

fn decode(bytes: &[u8]) -> Option<Private> {
    let [proxy, owner, rest @ ..] = bytes else { return None };
    let proxy_kind = match proxy {
        1 => ProxyKind::Mobile,
        2 => ProxyKind::Email,
        _ => return None,
    };
    let owner_kind = match owner {
        1 => OwnerKind::Person,
        2 => OwnerKind::Organisation,
        _ => return None,
    };
    let mut rest = rest;
    let mut text = || -> Option<&str> {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        let (text, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        rest = behind;
        std::str::from_utf8(text).ok()
    };
    let proxy = Proxy::parse(proxy_kind, text()?).ok()?;
    let account = AccountNumber::parse(text()?).ok()?;
    let owner = Owner::new(owner_kind, text().filter(|name| !name.is_empty()), text()).ok()?;
    Some(Private { proxy, account, owner })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn private() -> Private {
        Private {
            proxy: Proxy::parse(ProxyKind::Mobile, "91234567").unwrap(),
            account: AccountNumber::parse("012-345678-001").unwrap(),
            owner: Owner::new(OwnerKind::Person, Some("陳大文"), None).unwrap(),
        }
    }

    fn place(id: u128, participant: &str) -> Place {
        Place { id: EntryId::from_uuid(uuid::Uuid::from_u128(id)), participant: participant.parse().unwrap() }
    }

    #[test]
    fn what_was_sealed_opens_in_its_own_place_only() {
        let keys = DirectoryKeys::from_master(&[1; 32]);
        let sealed = seal(&keys, place(7, "012"), &private(), [9; NONCE_LEN]).unwrap();
        assert_eq!(open(&keys, place(7, "012"), &sealed), Ok(private()));
        assert_eq!(open(&keys, place(8, "012"), &sealed), Err(CannotOpen), "another entry");
        assert_eq!(open(&keys, place(7, "027"), &sealed), Err(CannotOpen), "another participant");
        let others = DirectoryKeys::from_master(&[2; 32]);
        assert_eq!(open(&others, place(7, "012"), &sealed), Err(CannotOpen), "another key");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(open(&keys, place(7, "012"), &changed), Err(CannotOpen), "byte {at} changed");
            assert_eq!(open(&keys, place(7, "012"), &sealed[..at]), Err(CannotOpen), "cut at {at}");
        }
    }
}
