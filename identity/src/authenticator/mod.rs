//! How residents prove who they are: passkeys (WebAuthn level 3), or where that is allowed passwords.
//!
//! The WebAuthn library draws its own challenges and salts, which is why this module is exempt from the rule
//! that randomness is an argument.

mod assurance;
mod methods;
mod passkey;
mod password;
pub(crate) mod throttle;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store::Timestamp;

use crate::keys::Purpose;
use crate::secret::secret;

pub use assurance::{Assurance, PASSKEY_AMR, PASSKEY_ASSURANCE};
pub use methods::SignInMethod;
pub(crate) use methods::default_methods;
pub(crate) use passkey::{CEREMONY_LIFETIME, CeremonyState, MOST_PASSKEYS, RelyingParty, label};
pub use password::{PASSWORD_AMR, PASSWORD_ASSURANCE, Password, PasswordRefusal, UserName};

store::identifier! {
    /// One passkey of a resident. Not its WebAuthn credential id.
    pub struct PasskeyId;
}

secret! {
    /// What a browser shows to answer the challenge it was given: another browser's answer is refused.
    pub struct CeremonySecret: Purpose::Ceremony;
}

/// A sign-in that has begun, sealed for the browser to keep: anybody may begin one, so nothing of it is written down
/// here until it succeeds.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedCeremony(Vec<u8>);

impl SealedCeremony {
    pub(crate) fn new(sealed: Vec<u8>) -> Self {
        Self(sealed)
    }

    pub(crate) fn sealed(&self) -> &[u8] {
        &self.0
    }

    /// Reads what [`Self::expose`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() <= LONGEST_SEALED).then(|| URL_SAFE_NO_PAD.decode(text).ok().map(Self))?
    }

    /// The text, for a cookie.
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}

impl std::fmt::Debug for SealedCeremony {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealedCeremony(…)")
    }
}

/// No sealed ceremony is longer, in characters: browsers keep cookies of 4 KB.
const LONGEST_SEALED: usize = 3_500;

/// A WebAuthn ceremony that has begun.
#[derive(Debug)]
pub struct Ceremony<S = CeremonySecret> {
    /// For a cookie; comes back with the answer.
    pub secret: S,
    /// The options for `navigator.credentials.create()` or `.get()`, in the JSON form of WebAuthn, section 5.1:
    /// `{"publicKey": …}`.
    pub options: serde_json::Value,
}

/// A passkey as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeySummary {
    /// Which passkey.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub label: String,
    /// Whether it is kept by more than one device.
    pub backed_up: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last signed its owner in.
    pub last_used_at: Option<Timestamp>,
}

/// Why something about a passkey is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The ceremony is over: it took too long, was answered before, or was begun by another browser.
    #[error("this took too long or was answered already; begin again")]
    CeremonyOver,
    /// The answer is not what a browser sends.
    #[error("credential: not a WebAuthn credential")]
    Malformed,
    /// The answer does not hold: another origin, another challenge, no user verification, a wrong signature.
    /// The text is for logs; it names the check, never a value.
    #[error("the passkey could not be verified: {0}")]
    Unverified(String),
    /// No resident who may sign in has this passkey.
    #[error("this passkey is not known here")]
    UnknownCredential,
    /// The passkey is registered already.
    #[error("this passkey is registered already")]
    Registered,
    /// The resident has no such passkey.
    #[error("there is no such passkey")]
    UnknownPasskey,
    /// Whoever adds or removes a passkey has signed in a moment ago.
    #[error("sign in again first")]
    SignInAgain,
    /// The last passkey stays: without it its owner could not sign in.
    #[error("the last passkey cannot be removed")]
    LastPasskey,
    /// A resident may have only so many.
    #[error("there are too many passkeys already")]
    TooMany,
    /// A label has 1 to 60 characters.
    #[error("label: 1 to 60 characters")]
    Label,
}
