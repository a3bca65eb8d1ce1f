//! The ways of signing in, and which of them a relying party takes.

use std::collections::BTreeSet;

use super::Assurance;
use super::assurance::PASSKEY_ASSURANCE;
use super::password::PASSWORD_ASSURANCE;

/// A way of signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignInMethod {
    /// A passkey.
    Passkey,
    /// A password.
    Password,
}

impl SignInMethod {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Passkey, Self::Password];

    /// As client metadata names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Password => "password",
        }
    }

    /// Reads such a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }

    /// What a sign-in in this way is worth.
    pub const fn assurance(self) -> Assurance {
        match self {
            Self::Passkey => PASSKEY_ASSURANCE,
            Self::Password => PASSWORD_ASSURANCE,
        }
    }

    /// The way that led to these `amr` values (RFC 8176).
    pub fn of(amr: &[String]) -> Self {
        if amr.iter().any(|method| method == "pwd") { Self::Password } else { Self::Passkey }
    }
}

/// What a relying party takes when it does not say.
pub(crate) fn default_methods() -> BTreeSet<SignInMethod> {
    [SignInMethod::Passkey].into()
}
