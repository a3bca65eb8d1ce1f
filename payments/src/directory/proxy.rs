//! What can be paid instead of an account number, in its one normal form.
//!
//! Whoever writes a number or an address writes it in many ways; the directory knows one. Two spellings of the same
//! proxy are equal, so nobody is reachable under one spelling by one bank and under another by a second.

mod email;
mod fps_id;
mod mobile;

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{AccountToken, hkid};

pub use fps_id::FpsIdLength;

/// What kind of proxy; the code is ISO 20022's (`CdtrAcct/Prxy/Tp/Cd`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProxyKind {
    /// A mobile number.
    #[serde(rename = "MBNO")]
    Mobile,
    /// An e-mail address.
    #[serde(rename = "EMAL")]
    Email,
    /// An FPS ID: a number that the directory itself issued for one account.
    #[serde(rename = "SHID")]
    FpsId,
    /// A Hong Kong identity card number: for payments by institutions.
    #[serde(rename = "NIDN")]
    Hkid,
}

impl ProxyKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Mobile, Self::Email, Self::FpsId, Self::Hkid];

    /// The ISO 20022 external code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mobile => "MBNO",
            Self::Email => "EMAL",
            Self::FpsId => "SHID",
            Self::Hkid => "NIDN",
        }
    }

    /// The kind with this ISO 20022 external code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether it can be in one bank's hands only.
    pub const fn is_exclusive(self) -> bool {
        matches!(self, Self::FpsId)
    }

    /// Whether its owner may lose it some day and somebody else be given it, by a telephone company or a mail provider.
    pub const fn is_recycled(self) -> bool {
        matches!(self, Self::Mobile | Self::Email)
    }
}

/// A proxy in normal form. Two spellings of the same number or address are equal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Zeroize, ZeroizeOnDrop)]
pub struct Proxy {
    #[zeroize(skip)]
    kind: ProxyKind,
    value: String,
}

/// Why a text is not a proxy of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// Not a mobile number.
    #[error("a mobile number is written +852-91234567, or as eight digits")]
    Mobile,
    /// Not an e-mail address.
    #[error("an e-mail address is written name@example.hk")]
    Email,
    /// Not an FPS ID.
    #[error("an FPS ID has seven or nine digits")]
    FpsId,
    /// Not an identity card number, or its check digit is wrong.
    #[error("an identity card number is written A123456(3)")]
    Hkid,
}

/// The longest text that is looked at: longer than any spelling of a number or an address.
const MAX_TEXT: usize = 320;

impl Proxy {
    /// Reads what a person or a bank writes and brings it into normal form.
    pub fn parse(kind: ProxyKind, text: &str) -> Result<Self, ProxyError> {
        let read: fn(&str) -> Option<String> = match kind {
            ProxyKind::Mobile => mobile::normal,
            ProxyKind::Email => email::normal,
            ProxyKind::FpsId => fps_id::normal,
            ProxyKind::Hkid => hkid::normal,
        };
        let value = if text.len() > MAX_TEXT { None } else { read(text) };
        value.map(|value| Self { kind, value }).ok_or(match kind {
            ProxyKind::Mobile => ProxyError::Mobile,
            ProxyKind::Email => ProxyError::Email,
            ProxyKind::FpsId => ProxyError::FpsId,
            ProxyKind::Hkid => ProxyError::Hkid,
        })
    }

    /// What [`Self::value`] gave before, as the database kept it.
    pub(crate) const fn from_normal_form(kind: ProxyKind, value: String) -> Self {
        Self { kind, value }
    }

    /// An identity card number as it is written outside the directory: by the token of the account that it leads to.
    /// The number itself is in no payment, list or export, and the directory keeps its hash alone.
    pub(crate) fn hidden_hkid(token: &AccountToken) -> Self {
        Self { kind: ProxyKind::Hkid, value: token.as_str().to_owned() }
    }

    /// Reads a proxy as a payment carries it: of an identity card number the token that stands for it.
    ///
    /// # Errors
    /// Also for an identity card number that is not hidden: it has no place in a message that is kept.
    pub fn parse_paid(kind: ProxyKind, text: &str) -> Result<Self, ProxyError> {
        match kind {
            ProxyKind::Hkid => AccountToken::parse(text).map(|token| Self::hidden_hkid(&token)).ok_or(ProxyError::Hkid),
            ProxyKind::Mobile | ProxyKind::Email | ProxyKind::FpsId => Self::parse(kind, text),
        }
    }

    /// Reads what a payer types, who does not say what it is: what holds an `@` is an address, seven or nine digits
    /// are an FPS ID, everything else should be a number.
    pub fn parse_any(text: &str) -> Result<Self, ProxyError> {
        if text.contains(['@', '＠']) {
            return Self::parse(ProxyKind::Email, text);
        }
        Self::parse(ProxyKind::FpsId, text).or_else(|_| Self::parse(ProxyKind::Mobile, text))
    }

    /// An FPS ID that was not there before, out of a random number: see [`FpsIdLength`]. The caller makes sure that
    /// it was never issued.
    pub fn new_fps_id(length: FpsIdLength, random: u64) -> Self {
        Self { kind: ProxyKind::FpsId, value: fps_id::from_random(length, random) }
    }

    /// What kind it is.
    pub const fn kind(&self) -> ProxyKind {
        self.kind
    }

    /// The normal form: `+852-91234567` (the schema's PhoneNumber), the address in lower case with its domain in
    /// ASCII, the digits of an FPS ID, or `A123456(3)`; of a hidden identity card number the token that stands for it.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Says the kind only: a number or an address identifies a person and never reaches a log.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.kind.code())
    }
}

/// Chinese keyboards give these wide forms of ASCII (Unicode block Halfwidth and Fullwidth Forms).
pub(super) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        _ => c,
    }
}

/// What a reader of one kind makes of a text, for tests.
#[cfg(test)]
fn read(kind: ProxyKind, text: &str) -> Option<String> {
    Proxy::parse(kind, text).ok().map(|proxy| proxy.value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_proxy_is_not_shown_by_debug() {
        let proxy = Proxy::parse(ProxyKind::Mobile, "91234567").unwrap();
        assert_eq!(format!("{proxy:?}"), "Proxy(MBNO)");
    }

    #[test]
    fn a_payment_carries_what_stands_for_an_identity_card_number_and_never_the_number() {
        assert_eq!(Proxy::parse_paid(ProxyKind::Hkid, "A123456(3)"), Err(ProxyError::Hkid));
        let token = AccountToken::from_bytes(&[7; 16]);
        let hidden = Proxy::parse_paid(ProxyKind::Hkid, token.as_str()).unwrap();
        assert_eq!((hidden.kind(), hidden.value()), (ProxyKind::Hkid, token.as_str()));
        assert_eq!(Proxy::parse(ProxyKind::Hkid, token.as_str()), Err(ProxyError::Hkid), "and nobody looks that up");
        assert_eq!(Proxy::parse_paid(ProxyKind::Mobile, "91234567"), Proxy::parse(ProxyKind::Mobile, "91234567"));
    }

    #[test]
    fn what_a_payer_types_is_told_apart_by_its_form() {
        for (text, kind) in [
            ("9123 4567", ProxyKind::Mobile),
            ("+65 9876 5432", ProxyKind::Mobile),
            ("chan＠例子.hk", ProxyKind::Email),
            ("166 1234 56", ProxyKind::FpsId),
            ("1234567", ProxyKind::FpsId),
        ] {
            assert_eq!(Proxy::parse_any(text).map(|proxy| proxy.kind()), Ok(kind), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_normal_form_is_its_own_normal_form(
            text in "\\+?[0-9 ()-]{0,20}| ?[a-zA-Z]{1,2}[0-9]{6} ?\\(?[0-9aA]\\)?|[a-zA-Z0-9.+@-]{0,40}|[a-z]{1,4}@[例子香港ß.ａe\u{301}Ⅷ-]{1,8}\\.(hk|香港)"
        ) {
            for kind in ProxyKind::ALL {
                if let Ok(proxy) = Proxy::parse(kind, &text) {
                    prop_assert_eq!(Proxy::parse(kind, proxy.value()), Ok(proxy));
                }
            }
        }

        #[test]
        fn wide_forms_and_capitals_make_no_other_proxy(text in "[4-9][0-9]{7}|[0-9]{7}|[a-z]{1,8}@[a-z]{1,8}\\.hk") {
            let wide = |c: char| char::from_u32(u32::from(c) + 0xfee0).unwrap();
            for kind in ProxyKind::ALL {
                let normal = read(kind, &text);
                prop_assert_eq!(read(kind, &text.chars().map(wide).collect::<String>()), normal.clone());
                prop_assert_eq!(read(kind, &text.to_uppercase()), normal);
            }
        }
    }
}
