//! Proof of what a payer was shown: a message authentication code over it, which the payment carries.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use store::Timestamp;

use super::{AccountToken, BucketKey, EntryVersion, OwnerKind, Proxy};
use crate::participant::ClearingCode;

/// The first byte says the form, and what the payer is. Form 1 named no payer.
const BY_PERSON: u8 = 2;
const BY_ORGANISATION: u8 = 3;
/// Half of a code is enough, and longer ones do not fit the message (RFC 2104, section 5).
const CODE: usize = 16;
const OPEN: usize = 1 + 8 + 8 + 16;
const LENGTH: usize = OPEN + CODE;

/// What a look-up showed, as the payment repeats it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// Whose customer pays (`DbtrAgt`).
    pub payer_agent: ClearingCode,
    /// What the payer typed or scanned (`CdtrAcct/Prxy`).
    pub proxy: &'a Proxy,
    /// Where it leads (`CdtrAgt`).
    pub creditor_agent: ClearingCode,
    /// What stands for the account (`CdtrAcct/Id/Othr/Id`).
    pub account_token: &'a AccountToken,
}

/// Which bucket a look-up took its token from, so that a payment can give one back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayerBucket {
    /// A keyed hash: it says nothing about the payer.
    pub(crate) key: BucketKey,
    /// What the payer is.
    pub(crate) kind: OwnerKind,
}

/// What a good reference proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The version of the entry that was shown.
    pub version: EntryVersion,
    /// Who paid for the look-up.
    pub(crate) payer: PayerBucket,
    /// Until when it is good.
    pub(crate) expires: Timestamp,
    /// Tells this look-up from all others.
    pub(crate) code: [u8; CODE],
}

/// The reference as text: base64url without padding, 66 characters. It carries the entry's version, its expiry and
/// the payer's bucket in the open, and a code that only the directory can make.
#[derive(Clone, PartialEq, Eq)]
pub struct LookupReference(String);

/// Why a reference proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LookupReferenceError {
    /// Not a reference.
    #[error("not the reference of a look-up")]
    Malformed,
    /// Not made here, or for another payer's bank, proxy, creditor agent or account.
    #[error("the reference does not belong to this payment")]
    Forged,
    /// Too old: the payer must look again.
    #[error("the look-up is too long ago")]
    Expired,
}

/// The key that makes and checks references.
#[derive(Clone)]
pub struct LookupReferenceKey(hmac::Key);

impl LookupReferenceKey {
    /// From 32 secret bytes that live outside the database.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// Makes the reference of a look-up of an entry in this version; `expires` counts in whole seconds.
    pub fn issue(
        &self,
        shown: &Shown<'_>,
        version: EntryVersion,
        expires: Timestamp,
        payer: PayerBucket,
    ) -> LookupReference {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(match payer.kind {
            OwnerKind::Person => BY_PERSON,
            OwnerKind::Organisation => BY_ORGANISATION,
        });
        bytes.extend_from_slice(&version.number().to_be_bytes());
        bytes.extend_from_slice(&expires.seconds().to_be_bytes());
        bytes.extend_from_slice(&payer.key);
        let code = self.code(&bytes, shown);
        bytes.extend_from_slice(&code);
        LookupReference(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn code(&self, open: &[u8], shown: &Shown<'_>) -> [u8; CODE] {
        let mut code = [0; CODE];
        code.copy_from_slice(&hmac::sign(&self.0, &authenticated(open, shown)).as_ref()[..CODE]);
        code
    }

    /// Checks that `reference` was issued for exactly this and is still good, and says which version of the
    /// entry it was issued for. Whether that is still the current one is for the payment's transaction to ask.
    #[allow(clippy::disallowed_methods)] // the one place of this crate where a keyed hash is compared
    pub fn verify(&self, reference: &str, shown: &Shown<'_>, now: Timestamp) -> Result<Verified, LookupReferenceError> {
        let bytes = decode(reference)?;
        let (open, given) = bytes.split_at(OPEN);
        let code = self.code(open, shown);
        // Half a code cannot be verified by ring, but the code of one half by that of the other: in constant time.
        let of_given = hmac::sign(&self.0, given);
        hmac::verify(&self.0, &code, of_given.as_ref()).map_err(|_| LookupReferenceError::Forged)?;
        let expires = Timestamp::from_seconds(number(open, 9)?);
        if expires <= now {
            return Err(LookupReferenceError::Expired);
        }
        let kind = if open.first() == Some(&BY_PERSON) { OwnerKind::Person } else { OwnerKind::Organisation };
        let key = open.last_chunk().copied().ok_or(LookupReferenceError::Malformed)?;
        let version = number(open, 1).map(EntryVersion::from_number)?;
        Ok(Verified { version, payer: PayerBucket { key, kind }, expires, code })
    }
}

impl fmt::Debug for LookupReferenceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupReferenceKey")
    }
}

/// What the code covers. Parts of varying length come with their length, so that no two readings exist.
fn authenticated(open: &[u8], shown: &Shown<'_>) -> Vec<u8> {
    let mut bytes = b"lionrock look-up reference".to_vec();
    bytes.extend_from_slice(open);
    bytes.extend_from_slice(&shown.payer_agent.number().to_be_bytes());
    bytes.extend_from_slice(&shown.creditor_agent.number().to_be_bytes());
    for part in [shown.proxy.kind().code(), shown.proxy.value(), shown.account_token.as_str()] {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

fn decode(reference: &str) -> Result<Vec<u8>, LookupReferenceError> {
    if reference.len() != LENGTH.div_ceil(3) * 4 - 2 {
        return Err(LookupReferenceError::Malformed);
    }
    let bytes = URL_SAFE_NO_PAD.decode(reference).map_err(|_| LookupReferenceError::Malformed)?;
    let known = matches!(bytes.first(), Some(&(BY_PERSON | BY_ORGANISATION)));
    if bytes.len() == LENGTH && known { Ok(bytes) } else { Err(LookupReferenceError::Malformed) }
}

fn number(open: &[u8], at: usize) -> Result<i64, LookupReferenceError> {
    let bytes = open.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    bytes.map(i64::from_be_bytes).ok_or(LookupReferenceError::Malformed)
}

impl LookupReference {
    /// The text that the payment carries.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks the form only; whether it proves anything is [`LookupReferenceKey::verify`]'s to say.
impl FromStr for LookupReference {
    type Err = LookupReferenceError;
    fn from_str(text: &str) -> Result<Self, LookupReferenceError> {
        decode(text).map(|_| Self(text.to_owned()))
    }
}

impl fmt::Display for LookupReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A reference lets its bearer pay for a while: it is not shown.
impl fmt::Debug for LookupReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupReference")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::ProxyKind;
    use proptest::prelude::*;
    use std::time::Duration;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

    const PAYER: PayerBucket = PayerBucket { key: [6; 16], kind: OwnerKind::Person };

    fn key() -> LookupReferenceKey {
        LookupReferenceKey::new(&[7; 32])
    }

    fn bank(code: &str) -> ClearingCode {
        code.parse().unwrap()
    }

    fn token(byte: u8) -> AccountToken {
        AccountToken::from_bytes(&[byte; 16])
    }

    fn proxy(text: &str) -> Proxy {
        Proxy::parse(ProxyKind::Mobile, text).unwrap()
    }

    #[test]
    fn a_reference_proves_what_was_shown_until_it_expires() {
        let (proxy, token) = (proxy("91234567"), token(1));
        let shown =
            Shown { payer_agent: bank("027"), proxy: &proxy, creditor_agent: bank("012"), account_token: &token };
        let expires = NOW + Duration::from_mins(5);
        let reference = key().issue(&shown, EntryVersion::from_number(3), expires, PAYER);
        assert_eq!(reference.as_str().len(), 66, "fits the message");
        let verified = key().verify(reference.as_str(), &shown, NOW).unwrap();
        assert_eq!((verified.version, verified.payer), (EntryVersion::from_number(3), PAYER));
        assert_eq!(key().verify(reference.as_str(), &shown, expires), Err(LookupReferenceError::Expired));
    }

    #[test]
    fn a_reference_is_good_for_nothing_else() {
        let (mine, other) = (proxy("91234567"), proxy("61234567"));
        let (token, other_token) = (token(1), token(2));
        let shown =
            Shown { payer_agent: bank("027"), proxy: &mine, creditor_agent: bank("012"), account_token: &token };
        let reference = key().issue(&shown, EntryVersion::from_number(1), NOW + Duration::from_mins(5), PAYER);
        for changed in [
            Shown { payer_agent: bank("038"), ..shown },
            Shown { creditor_agent: bank("038"), ..shown },
            Shown { proxy: &other, ..shown },
            Shown { account_token: &other_token, ..shown },
        ] {
            assert_eq!(key().verify(reference.as_str(), &changed, NOW), Err(LookupReferenceError::Forged));
        }
        let another = LookupReferenceKey::new(&[8; 32]);
        assert_eq!(another.verify(reference.as_str(), &shown, NOW), Err(LookupReferenceError::Forged));
    }

    proptest! {
        #[test]
        fn a_changed_reference_is_never_taken(at in 0..66_usize, with in "[A-Za-z0-9_-]") {
            let (proxy, token) = (proxy("91234567"), token(1));
            let shown =
                Shown { payer_agent: bank("027"), proxy: &proxy, creditor_agent: bank("012"), account_token: &token };
            let reference = key().issue(&shown, EntryVersion::from_number(1), NOW + Duration::from_mins(5), PAYER);
            let mut changed = reference.as_str().to_owned();
            changed.replace_range(at..=at, &with);
            prop_assume!(changed != reference.as_str());
            prop_assert!(key().verify(&changed, &shown, NOW).is_err());
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in ".{0,80}") {
            let (proxy, token) = (proxy("91234567"), token(1));
            let shown =
                Shown { payer_agent: bank("027"), proxy: &proxy, creditor_agent: bank("012"), account_token: &token };
            prop_assert!(key().verify(&text, &shown, NOW).is_err());
        }
    }
}
