//! How far a sign-in can be trusted, and by what: `acr` and `amr` of OpenID Connect.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An eIDAS level of assurance (Implementing Regulation (EU) 2015/1502), as `acr` names it. Higher is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Assurance {
    /// A password alone.
    Low,
    /// Two factors, such as a passkey that is unlocked by its owner.
    Substantial,
    /// An attested key that cannot leave its device.
    High,
}

impl Assurance {
    /// All levels, lowest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Substantial, Self::High];

    /// The value of `acr`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "http://eidas.europa.eu/LoA/low",
            Self::Substantial => "http://eidas.europa.eu/LoA/substantial",
            Self::High => "http://eidas.europa.eu/LoA/high",
        }
    }

    /// Reads a value of `acr`.
    pub fn parse(acr: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == acr)
    }
}

impl TryFrom<String> for Assurance {
    type Error = &'static str;
    fn try_from(acr: String) -> Result<Self, &'static str> {
        Self::parse(&acr).ok_or("unknown level of assurance")
    }
}

impl From<Assurance> for &'static str {
    fn from(level: Assurance) -> Self {
        level.as_str()
    }
}

impl fmt::Display for Assurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a sign-in by passkey proves (RFC 8176): possession of a key, presence of its owner, two factors at once.
pub const PASSKEY_AMR: [&str; 3] = ["mfa", "pop", "user"];

/// What a sign-in by passkey is worth: substantial, since without attestation the key may be one that is synced.
pub const PASSKEY_ASSURANCE: Assurance = Assurance::Substantial;
