//! What of an entry identifies a person, sealed with AES-256-GCM (NIST SP 800-38D) for the database.
//!
//! The first byte says in which form:
//!
//! | form | then |
//! |---|---|
//! | 0 | account token as text (24 bytes), nonce, sealed bytes: entries from before the compact form |
//! | 1 | nonce, sealed bytes; the account token follows from the entry's id |
//! | 2 | account token (16 bytes), nonce, sealed bytes: an entry of form 0 that has changed since and keeps its token |

use ring::aead::{Aad, NONCE_LEN, Nonce};
use zeroize::Zeroizing;

use super::sealed_text::{self, Private};
use super::{AccountToken, DirectoryKeys, EntryId};
use crate::participant::ClearingCode;

const BEFORE: u8 = 0;
const COMPACT: u8 = 1;
const COMPACT_WITH_TOKEN: u8 = 2;

/// Letters of an account token as text.
const TOKEN_TEXT: usize = 24;

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

/// The sealed bytes in their parts.
struct Parts<'a> {
    /// Everything before the nonce: it is authenticated, except in form 0.
    head: &'a [u8],
    token: Option<AccountToken>,
    nonce: [u8; NONCE_LEN],
    sealed: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let (form, rest) = bytes.split_first()?;
        let (token, rest) = match *form {
            BEFORE => {
                let (text, rest) = rest.split_at_checked(TOKEN_TEXT)?;
                (Some(AccountToken::parse(std::str::from_utf8(text).ok()?)?), rest)
            }
            COMPACT => (None, rest),
            COMPACT_WITH_TOKEN => {
                let (token, rest) = rest.split_first_chunk::<16>()?;
                (Some(AccountToken::from_bytes(token)), rest)
            }
            _ => return None,
        };
        let head = &bytes[..bytes.len() - rest.len()];
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
        Some(Self { head, token, nonce: *nonce, sealed })
    }

    fn authenticated(&self, place: Place) -> Vec<u8> {
        let head = if self.head.first() == Some(&BEFORE) { &[] } else { self.head };
        [head, &place.bytes()].concat()
    }
}

/// Seals `private`; `nonce` is random and used once. `kept` is the token of an entry whose token does not follow
/// from its id.
pub(crate) fn seal(
    keys: &DirectoryKeys,
    place: Place,
    private: &Private,
    kept: Option<&AccountToken>,
    nonce: [u8; NONCE_LEN],
) -> Result<Vec<u8>, CannotOpen> {
    let mut bytes = match kept {
        None => vec![COMPACT],
        Some(token) => [&[COMPACT_WITH_TOKEN], token.bytes().ok_or(CannotOpen)?.as_slice()].concat(),
    };
    let aad = Aad::from([bytes.as_slice(), &place.bytes()].concat());
    let mut plain = sealed_text::encode(private);
    let tag = keys
        .sealing
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, plain.as_mut_slice())
        .map_err(|_| CannotOpen)?;
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&plain);
    bytes.extend_from_slice(tag.as_ref());
    Ok(bytes)
}

/// Opens what [`seal`] made.
pub(crate) fn open(keys: &DirectoryKeys, place: Place, sealed: &[u8]) -> Result<Private, CannotOpen> {
    let parts = Parts::of(sealed).ok_or(CannotOpen)?;
    let mut bytes = Zeroizing::new(parts.sealed.to_vec());
    let aad = Aad::from(parts.authenticated(place));
    let plain = keys
        .sealing
        .open_in_place(Nonce::assume_unique_for_key(parts.nonce), aad, bytes.as_mut_slice())
        .map_err(|_| CannotOpen)?;
    let decoded =
        if sealed.first() == Some(&BEFORE) { sealed_text::decode_before(plain) } else { sealed_text::decode(plain) };
    decoded.ok_or(CannotOpen)
}

/// The token that an entry keeps although it does not follow from its id; most have none.
pub(crate) fn kept_token(sealed: &[u8]) -> Result<Option<AccountToken>, CannotOpen> {
    Parts::of(sealed).map(|parts| parts.token).ok_or(CannotOpen)
}

/// Seals as it was done before the compact form.
#[cfg(test)]
pub(crate) fn seal_before(keys: &DirectoryKeys, place: Place, private: &Private) -> Vec<u8> {
    let owner = &private.owner;
    let mut bytes = vec![1, 1];
    let names = [owner.name_zh().unwrap_or(""), owner.name_en().unwrap_or("")];
    for text in [private.proxy.value(), private.account.as_str(), names[0], names[1]] {
        bytes.extend_from_slice(&u16::try_from(text.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    let nonce = [9; NONCE_LEN];
    let aad = Aad::from(place.bytes());
    keys.sealing.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut bytes).unwrap();
    [nonce.as_slice(), &bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{AccountNumber, Owner, OwnerKind, Proxy, ProxyKind};

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

    fn keys() -> DirectoryKeys {
        DirectoryKeys::from_master(&[1; 32])
    }

    #[test]
    fn what_was_sealed_opens_in_its_own_place_only() {
        let keys = keys();
        let token = AccountToken::from_bytes(&[3; 16]);
        for kept in [None, Some(&token)] {
            let sealed = seal(&keys, place(7, "012"), &private(), kept, [9; NONCE_LEN]).unwrap();
            assert_eq!(open(&keys, place(7, "012"), &sealed), Ok(private()));
            assert_eq!(kept_token(&sealed).unwrap().as_ref(), kept);
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

    #[test]
    fn an_entry_sealed_before_the_compact_form_opens_and_keeps_its_token() {
        let token = AccountToken::from_bytes(&[3; 16]);
        let stored = [&[0], token.as_str().as_bytes(), &seal_before(&keys(), place(7, "012"), &private())].concat();
        assert_eq!(open(&keys(), place(7, "012"), &stored), Ok(private()));
        assert_eq!(kept_token(&stored), Ok(Some(token)));
        assert_eq!(open(&keys(), place(8, "012"), &stored), Err(CannotOpen));
    }

    #[test]
    fn an_ordinary_entry_is_sealed_in_seventy_five_bytes() {
        let owner = Owner::new(OwnerKind::Person, Some("陳大文"), Some("CHAN Tai Man")).unwrap();
        let sealed = seal(&keys(), place(7, "012"), &Private { owner, ..private() }, None, [9; NONCE_LEN]).unwrap();
        assert!(sealed.len() <= 75, "{} bytes", sealed.len());
    }
}
