//! By what an owner is known at every bank: an identity card, a passport, a registration. Only a keyed hash is kept.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::hkid;

/// What kind of identifier; the code is ISO 20022's (`OthrId/SchmeNm/Cd`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IdentificationKind {
    /// A Hong Kong identity card number.
    #[serde(rename = "NIDN")]
    Hkid,
    /// A passport number, behind the code of its country: `GB123456789`.
    #[serde(rename = "CCPT")]
    Passport,
    /// A business registration number.
    #[serde(rename = "COID")]
    Company,
}

impl IdentificationKind {
    const fn code(self) -> &'static str {
        match self {
            Self::Hkid => "NIDN",
            Self::Passport => "CCPT",
            Self::Company => "COID",
        }
    }
}

/// An owner's identifier in its one normal form. Never printed, never kept.
#[derive(Clone)]
pub struct Identification {
    kind: IdentificationKind,
    value: Zeroizing<String>,
}

/// The text is no identifier of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no identifier of its kind")]
pub struct NotAnIdentification;

impl Identification {
    /// Reads an identifier, however it is written.
    pub fn parse(kind: IdentificationKind, text: &str) -> Result<Self, NotAnIdentification> {
        if text.len() > 60 {
            return Err(NotAnIdentification);
        }
        let value = match kind {
            IdentificationKind::Hkid => hkid::normal(text),
            IdentificationKind::Passport | IdentificationKind::Company => normal(text),
        };
        Ok(Self { kind, value: Zeroizing::new(value.ok_or(NotAnIdentification)?) })
    }

    /// What is hashed.
    pub(crate) fn parts(&self) -> [&str; 2] {
        [self.kind.code(), &self.value]
    }
}

/// Capital letters and digits, 4 to 35 of them; blanks and hyphens are dropped.
fn normal(text: &str) -> Option<String> {
    let value: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_ascii_uppercase()).collect();
    ((4..=35).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(value)
}

impl fmt::Debug for Identification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identification({})", self.kind.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::DirectoryKeys;

    #[test]
    fn one_owner_has_one_key_however_the_identifier_is_written() {
        let keys = DirectoryKeys::from_master(&[7; 32]);
        let key = |kind, text: &str| Identification::parse(kind, text).ok().map(|id| keys.owner_key(&id));
        let hkid = key(IdentificationKind::Hkid, "A123456(3)");
        assert!(hkid.is_some());
        assert_eq!(hkid, key(IdentificationKind::Hkid, "a1234563"));
        assert_ne!(hkid, key(IdentificationKind::Passport, "A1234563"), "another kind is another owner");
        assert_eq!(key(IdentificationKind::Company, "1234 5678"), key(IdentificationKind::Company, "12345678"));
        for (kind, text) in [
            (IdentificationKind::Hkid, "A123456(4)"),
            (IdentificationKind::Company, ""),
            (IdentificationKind::Passport, "護照12345"),
        ] {
            assert_eq!(key(kind, text), None, "{text}");
        }
    }
}
