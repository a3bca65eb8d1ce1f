//! What is asked of the directory before somebody pays, and what the answer shows.

use std::fmt;
use std::time::Duration;

use store::Timestamp;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{AccountToken, Currencies, LookupReference, MaskedName, NameMatch, OwnerKind, Proxy, ProxyKind, Suspicion};
use crate::participant::ClearingCode;

/// Why somebody is looked up; the audit says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LookupPurpose {
    /// A payer is about to pay.
    #[default]
    Payment,
    /// An institution prepares a list of payments, such as salaries or benefits.
    Bulk,
    /// The participant's own service, such as checking a standing instruction.
    Service,
}

/// Who pays, as the payer's bank knows its customer: an identifier of the bank's own, which is only ever hashed.
#[derive(Clone, PartialEq, Eq)]
pub struct Payer {
    reference: String,
    kind: OwnerKind,
}

/// The text cannot be a bank's identifier of a payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a payer is 1 to 64 characters of the bank's own choice, always the same for the same customer")]
pub struct NotAPayer;

impl Payer {
    /// A payer whom its bank tells apart from others.
    pub fn named(reference: &str, kind: OwnerKind) -> Result<Self, NotAPayer> {
        let length = reference.chars().count();
        if !(1..=64).contains(&length) || reference.chars().any(char::is_control) {
            return Err(NotAPayer);
        }
        Ok(Self { reference: reference.to_owned(), kind })
    }

    /// All payers whom a bank does not tell apart: they share one bucket.
    pub const fn unnamed() -> Self {
        Self { reference: String::new(), kind: OwnerKind::Organisation }
    }

    /// What the payer is: companies look up more than people.
    pub const fn kind(&self) -> OwnerKind {
        self.kind
    }

    /// Whether the bank tells it apart from others.
    pub const fn is_named(&self) -> bool {
        !self.reference.is_empty()
    }

    pub(crate) fn reference(&self) -> &str {
        &self.reference
    }
}

/// Says the kind only.
impl fmt::Debug for Payer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payer({})", self.kind.code())
    }
}

/// A name as a payer typed it. Never shown.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct TypedName(String);

impl TypedName {
    /// This text, whatever it is: what is no name is nobody's.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Never shown.
impl fmt::Debug for TypedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedName")
    }
}

/// What a participant asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupRequest {
    /// Whose customer pays: who asks.
    pub payer_agent: ClearingCode,
    /// The customer.
    pub payer: Payer,
    /// Why.
    pub purpose: LookupPurpose,
    /// Whom the customer wants to pay.
    pub proxy: Proxy,
    /// At this bank instead of the default one.
    pub creditor_agent: Option<ClearingCode>,
    /// The name that the payer typed, to be compared with the owner's.
    pub name: Option<TypedName>,
}

impl LookupRequest {
    /// A payer whom the bank does not name is about to pay `proxy`.
    pub const fn for_payment(payer_agent: ClearingCode, proxy: Proxy) -> Self {
        Self {
            payer_agent,
            payer: Payer::unnamed(),
            purpose: LookupPurpose::Payment,
            proxy,
            creditor_agent: None,
            name: None,
        }
    }
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
    /// How the name that the payer typed compares with the owner's; nothing when none was typed.
    pub name_match: Option<NameMatch>,
    /// What the owner is.
    pub owner_kind: OwnerKind,
    /// The currencies that the account takes.
    pub currencies: Currencies,
    /// What is suspected, and how many frauds there were.
    pub suspicion: Suspicion,
    /// What the payment must carry.
    pub reference: LookupReference,
    /// Until when the reference is good.
    pub expires: Timestamp,
}

/// Rounded up, so that whoever waits so long need not wait again.
pub(crate) fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// Telephone numbers and addresses are what strangers guess: they are counted apart from the other kinds.
pub(crate) const fn is_guessable(kind: ProxyKind) -> bool {
    matches!(kind, ProxyKind::Mobile | ProxyKind::Email)
}
