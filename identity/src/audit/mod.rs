//! Who did what: an append-only chain of records without personal data.

mod chain;

use std::fmt;

use store::Timestamp;

use crate::resident::ResidentId;

pub use chain::{Chain, Entry, Verification};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A resident, signed in.
    Resident(ResidentId),
    /// A person or program that runs this installation, by the name they go by there.
    Operator(String),
    /// A relying party, by its `client_id`.
    Client(String),
    /// The program by itself, such as a rotation that fell due.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resident(id) => write!(f, "resident:{id}"),
            Self::Operator(name) => write!(f, "operator:{name}"),
            Self::Client(id) => write!(f, "client:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// A resident was entered.
    ResidentRegistered,
    /// A resident was stopped from signing in, and their sessions ended.
    ResidentSuspended,
    /// A suspended resident may sign in again.
    ResidentReinstated,
    /// A code to activate an identity was issued; an older one died.
    ActivationIssued,
    /// Somebody showed an activation code and saw the data to confirm.
    ActivationBegun,
    /// An identity was activated; its code is used up.
    ResidentActivated,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was given another label.
    PasskeyRenamed,
    /// A passkey was removed, and with it every other session of the resident.
    PasskeyRemoved,
    /// A resident was given a password.
    PasswordSet,
    /// A resident signed in.
    SignedIn,
    /// A resident signed out.
    SignedOut,
    /// A session was ended from elsewhere.
    SessionRevoked,
    /// A resident agreed that a relying party may know more.
    ConsentGranted,
    /// A resident withdrew consent; codes and tokens that stood on it ended.
    ConsentRevoked,
    /// A relying party was registered.
    ClientRegistered,
    /// A relying party was registered anew, with other metadata.
    ClientChanged,
    /// A relying party was taken out of the register; consents to it, and what stood on them, ended.
    ClientRemoved,
    /// A relying party was stopped; whatever it held ended.
    ClientStopped,
    /// A relying party that was stopped goes on.
    ClientResumed,
    /// An authorization code was shown a second time; what it gave ended.
    CodeReused,
    /// A refresh token that had been replaced was shown again; what its authorization gave ended.
    RefreshTokenReused,
    /// A relying party ended a token that it had been given.
    TokenRevoked,
    /// Keys to sign tokens were made for the first time.
    SigningKeyMade,
    /// A key was taken out before its time; nothing that it signed is good any more.
    SigningKeyRevoked,
    /// The next key took over from the current one.
    SigningKeyRotated,
}

impl Act {
    /// The name in the record. Names never change: they are part of the chain.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResidentRegistered => "resident.registered",
            Self::ResidentSuspended => "resident.suspended",
            Self::ResidentReinstated => "resident.reinstated",
            Self::ActivationIssued => "activation.issued",
            Self::ActivationBegun => "activation.begun",
            Self::ResidentActivated => "resident.activated",
            Self::PasskeyAdded => "passkey.added",
            Self::PasskeyRenamed => "passkey.renamed",
            Self::PasskeyRemoved => "passkey.removed",
            Self::PasswordSet => "password.set",
            Self::SignedIn => "session.signed_in",
            Self::SignedOut => "session.signed_out",
            Self::SessionRevoked => "session.revoked",
            Self::ConsentGranted => "consent.granted",
            Self::ConsentRevoked => "consent.revoked",
            Self::ClientRegistered => "client.registered",
            Self::ClientChanged => "client.changed",
            Self::ClientRemoved => "client.removed",
            Self::ClientStopped => "client.stopped",
            Self::ClientResumed => "client.resumed",
            Self::CodeReused => "code.reused",
            Self::RefreshTokenReused => "refresh_token.reused",
            Self::TokenRevoked => "token.revoked",
            Self::SigningKeyMade => "signing_key.made",
            Self::SigningKeyRevoked => "signing_key.revoked",
            Self::SigningKeyRotated => "signing_key.rotated",
        }
    }
}

/// One record before it has its place in the chain. `subject` and `detail` name things by identifier only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub act: Act,
    /// To whom or what, such as `resident:…`.
    pub subject: String,
    /// What else an auditor needs, such as which passkey. Never personal data.
    pub detail: String,
}

impl Record {
    /// A record about a resident.
    pub fn of_resident(at: Timestamp, actor: &Actor, act: Act, resident: ResidentId) -> Self {
        Self { at, actor: actor.clone(), act, subject: format!("resident:{resident}"), detail: String::new() }
    }

    /// The same record, saying more.
    #[must_use]
    pub fn with(mut self, detail: impl fmt::Display) -> Self {
        self.detail = detail.to_string();
        self
    }
}
