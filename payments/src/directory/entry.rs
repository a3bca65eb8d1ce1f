//! What the directory holds of a proxy: whose it is, where it leads, and which version of that is current.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use store::Timestamp;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{LookupReference, MaskedName, Proxy};
use crate::participant::ClearingCode;

store::identifier! {
    /// One registration of a proxy at one participant.
    pub struct EntryId;
}

/// Counts the changes of where an entry's money goes. A look-up of an older version pays nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryVersion(i64);

impl EntryVersion {
    /// The version of a new entry.
    pub const FIRST: Self = Self(1);

    /// From the number in the database or in a reference.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The number, from one.
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// Stands for an account towards payers: random, the same as long as the entry lives, 24 characters.
/// It goes where an account number goes (`CdtrAcct/Id/Othr/Id`, at most 34 characters).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AccountToken(String);

impl AccountToken {
    /// From random bytes.
    pub fn from_random(random: &[u8; 16]) -> Self {
        Self(format!("LR{}", URL_SAFE_NO_PAD.encode(random)))
    }

    /// Reads what a payment carries as its creditor account; nothing when that is not a token.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix("LR")?).ok()?;
        (bytes.len() == 16).then(|| Self(text.to_owned()))
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
    let words: Vec<&str> = text.unwrap_or("").split(' ').filter(|word| !word.is_empty()).collect();
    let name = words.join(" ");
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
    /// Whether payers who name no bank reach this one.
    pub default: bool,
    /// Counts the changes of where the money goes.
    pub version: EntryVersion,
    /// When it was registered.
    pub created: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
}

/// What a payer may see of an entry, and the proof of having seen it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The bank that holds the account.
    pub participant: ClearingCode,
    /// What stands for the account.
    pub account_token: AccountToken,
    /// The owner's names, masked.
    pub masked_name: MaskedName,
    /// What the owner is.
    pub owner_kind: OwnerKind,
    /// What the payment must carry.
    pub reference: LookupReference,
    /// Until when the reference is good.
    pub expires: Timestamp,
}
