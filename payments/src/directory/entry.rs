//! What the directory holds of a proxy: whose it is, where it leads, and which version of that is current.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use store::Timestamp;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Currencies, Proxy};
use crate::participant::ClearingCode;

store::identifier! {
    /// One registration of a proxy at one participant.
    pub struct EntryId;
}

impl EntryId {
    /// When the entry was registered, to the millisecond: a UUIDv7 begins with it (RFC 9562, section 5.7).
    pub fn registered(&self) -> Timestamp {
        let millis = self.as_uuid().as_u128() >> 80;
        Timestamp::from_micros(i64::try_from(millis).unwrap_or(0) * 1_000)
    }
}

/// Counts the changes of where an entry's money goes. A look-up of an older version pays nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryVersion(i64);

impl EntryVersion {
    /// From the number in the database or in a reference.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The number, from one.
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// How far an entry may be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryStatus {
    /// Registered, but nobody has shown yet that the proxy is the owner's: nobody is paid by it.
    Pending,
    /// The proxy is the owner's.
    Proven,
    /// Somebody else claims the proxy: it can be paid, and not be changed, until that is decided.
    Locked,
}

impl EntryStatus {
    /// Whether payers may be shown it, and pay.
    pub const fn is_payable(self) -> bool {
        matches!(self, Self::Proven | Self::Locked)
    }

    /// The number in the database.
    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::Pending => 1,
            Self::Proven => 2,
            Self::Locked => 3,
        }
    }

    /// Reads [`Self::number`] back.
    pub(crate) fn from_number(number: i16) -> Option<Self> {
        [Self::Pending, Self::Proven, Self::Locked].into_iter().find(|status| status.number() == number)
    }
}

/// Stands for whoever owns a proxy, when that is known: a keyed hash of a resident's identifier, made outside this
/// crate. The same resident has the same key at every bank.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OwnerKey([u8; 16]);

impl OwnerKey {
    /// From a keyed hash.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Not shown in logs: it identifies a person here.
impl fmt::Debug for OwnerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnerKey")
    }
}

/// Stands for an account towards payers: says nothing, the same as long as the entry lives, 24 characters.
/// It is the entry's identifier, enciphered, so that it need not be stored and tells no date of registration. It goes where an account number goes (`CdtrAcct/Id/Othr/Id`, at most 34 characters).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AccountToken(String);

impl AccountToken {
    /// The token with these bytes.
    pub(crate) fn from_bytes(bytes: &[u8; 16]) -> Self {
        Self(format!("LR{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> Option<[u8; 16]> {
        URL_SAFE_NO_PAD.decode(self.0.strip_prefix("LR")?).ok()?.try_into().ok()
    }

    /// Reads what a payment carries as its creditor account; nothing when that is not a token.
    pub fn parse(text: &str) -> Option<Self> {
        let token = Self(text.to_owned());
        token.bytes().is_some().then_some(token)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Not shown in logs: it says whom a payment is for.
impl fmt::Debug for AccountToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountToken")
    }
}

/// An account number at a participant, as it registered it: 1 to 34 characters.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct AccountNumber(String);

/// The text cannot be an account number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an account is 1 to 34 letters, digits, blanks, dots, slashes or hyphens")]
pub struct NotAnAccount;

impl AccountNumber {
    /// Reads an account number; blanks around it are dropped.
    pub fn parse(text: &str) -> Result<Self, NotAnAccount> {
        let text = text.trim();
        let valid = (1..=34).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'.' | b'/'));
        if valid { Ok(Self(text.to_owned())) } else { Err(NotAnAccount) }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Never shown.
impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountNumber")
    }
}

/// What an owner is: it decides how the name is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OwnerKind {
    /// A natural person: the name is masked.
    Person,
    /// A company, a government department, a society: its name is public.
    Organisation,
}

impl OwnerKind {
    /// The word of the API and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organisation => "organisation",
        }
    }
}

/// Who owns the account: a name in Chinese, in English, or in both.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Owner {
    #[zeroize(skip)]
    kind: OwnerKind,
    name_zh: Option<String>,
    name_en: Option<String>,
}

/// Why these are not an owner's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnOwner {
    /// Neither name is given.
    #[error("an owner has a name in Chinese, in English, or in both")]
    Nameless,
    /// Longer than 140 characters, or with control characters.
    #[error("a name is at most 140 characters of one line")]
    Name,
}

impl Owner {
    /// An owner with at least one name; blanks around and doubled inside are dropped.
    pub fn new(kind: OwnerKind, name_zh: Option<&str>, name_en: Option<&str>) -> Result<Self, NotAnOwner> {
        let (name_zh, name_en) = (name(name_zh)?, name(name_en)?);
        if name_zh.is_none() && name_en.is_none() {
            return Err(NotAnOwner::Nameless);
        }
        Ok(Self { kind, name_zh, name_en })
    }

    /// What the owner is.
    pub const fn kind(&self) -> OwnerKind {
        self.kind
    }

    /// The name in Chinese.
    pub fn name_zh(&self) -> Option<&str> {
        self.name_zh.as_deref()
    }

    /// The name in English.
    pub fn name_en(&self) -> Option<&str> {
        self.name_en.as_deref()
    }
}

fn name(text: Option<&str>) -> Result<Option<String>, NotAnOwner> {
    let text = text.unwrap_or("");
    let mut name = String::with_capacity(text.len());
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    if name.chars().count() > 140 || name.chars().any(char::is_control) {
        return Err(NotAnOwner::Name);
    }
    Ok(Some(name).filter(|name| !name.is_empty()))
}

/// Says the kind only.
impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Owner({})", self.kind.code())
    }
}

/// What a participant registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The number or address.
    pub proxy: Proxy,
    /// The account that it shall lead to.
    pub account: AccountNumber,
    /// Whose account that is.
    pub owner: Owner,
    /// Whose it is, by an identifier that stays the same at every bank; nothing when the bank gives none.
    pub owner_key: Option<OwnerKey>,
    /// The currencies that the account takes.
    pub currencies: Currencies,
    /// Whether payers who name no bank reach this one. It replaces another bank's default.
    pub default: bool,
}

/// A registration as the directory holds it. Only its own participant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its identifier.
    pub id: EntryId,
    /// Who registered it and holds the account.
    pub participant: ClearingCode,
    /// The number or address.
    pub proxy: Proxy,
    /// The account that it leads to.
    pub account: AccountNumber,
    /// What stands for the account towards payers.
    pub account_token: AccountToken,
    /// Whose account that is.
    pub owner: Owner,
    /// The currencies that the account takes.
    pub currencies: Currencies,
    /// How far it may be relied on.
    pub status: EntryStatus,
    /// Whether payers who name no bank reach this one.
    pub default: bool,
    /// Counts the changes of where the money goes.
    pub version: EntryVersion,
    /// When it was registered.
    pub created: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
}
