//! A number or an address that can be paid, in its one normal form.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of proxy; the code is ISO 20022's (`CdtrAcct/Prxy/Tp/Cd`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProxyKind {
    /// A mobile number.
    #[serde(rename = "MBNO")]
    Mobile,
    /// An e-mail address.
    #[serde(rename = "EMAL")]
    Email,
}

impl ProxyKind {
    /// The ISO 20022 external code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mobile => "MBNO",
            Self::Email => "EMAL",
        }
    }
}

/// A proxy in normal form. Two spellings of the same number or address are equal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proxy {
    kind: ProxyKind,
    value: String,
}

/// Why a text is not a proxy of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// Not a telephone number.
    #[error("a mobile number is written +852-91234567, or as eight digits")]
    Mobile,
    /// Not an e-mail address.
    #[error("an e-mail address is written name@example.hk")]
    Email,
}

impl Proxy {
    /// What kind it is.
    pub const fn kind(&self) -> ProxyKind {
        self.kind
    }

    /// The normal form: `+852-91234567` (the schema's PhoneNumber), or the address in lower case.
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
