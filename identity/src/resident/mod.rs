//! Residents: who the city knows, and how they come to use their identity. Pure; the store keeps it.

mod activation;
mod attributes;
mod hkid;
mod profile;

use store::Timestamp;

pub use activation::{ACTIVATION_LIFETIME, Activation, ActivationCode, ActivationSecret};
pub(crate) use activation::{CONFIRMATION_LIFETIME, MOST_BEGINNINGS};
pub use attributes::{Attributes, Registration};
pub use hkid::Hkid;
pub use profile::{Address, Profile};

store::identifier! {
    /// One resident. Internal: relying parties see a pairwise subject instead.
    pub struct ResidentId;
}

/// Where a resident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResidentState {
    /// Known, but without a way to sign in yet.
    Registered,
    /// Has activated their identity and can sign in.
    Active,
    /// Stopped by an operator: cannot sign in, sessions are refused.
    Suspended,
}

impl ResidentState {
    /// As the database has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        [Self::Registered, Self::Active, Self::Suspended].into_iter().find(|state| state.as_str() == text)
    }
}

/// What is known of a resident without opening their attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// Which resident.
    pub id: ResidentId,
    /// Where they stand.
    pub state: ResidentState,
    /// When they were entered.
    pub registered_at: Timestamp,
    /// When they first activated their identity.
    pub activated_at: Option<Timestamp>,
}

/// Why something about a resident or an activation is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A field of a registration is not acceptable.
    #[error("{field}: {expected}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// Somebody with this HKID number is registered already.
    #[error("hkid: a resident with this number is registered already")]
    HkidRegistered,
    /// There is no such resident.
    #[error("there is no such resident")]
    UnknownResident,
    /// The resident is suspended.
    #[error("this identity is suspended")]
    Suspended,
    /// What was typed is not an activation code: a character is wrong or missing.
    #[error("code: this is not an activation code; a character is wrong or missing")]
    CodeMistyped,
    /// No such code is waiting: it was used, replaced, or never issued.
    #[error("code: no activation is waiting for this code; it was used, or replaced by a newer one")]
    CodeUnknown,
    /// The code was not used in time.
    #[error("code: this activation code has expired")]
    CodeExpired,
    /// The code was tried too often without being used.
    #[error("code: this activation code was tried too often")]
    CodeExhausted,
    /// The browser that confirms an activation took too long, or it was completed elsewhere.
    #[error("this activation has to be begun again")]
    ActivationOver,
}
