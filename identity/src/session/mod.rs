//! Browser sessions of residents.

use store::Timestamp;

use crate::resident::ResidentId;

store::identifier! {
    /// One session; the `sid` of OpenID Connect. Not the secret in the cookie.
    pub struct SessionId;
}

/// A resident who is signed in, and how they came to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Which session.
    pub id: SessionId,
    /// Whose.
    pub resident: ResidentId,
    /// When they last proved who they are (`auth_time`).
    pub auth_time: Timestamp,
    /// How they proved it: RFC 8176 values (`amr`).
    pub amr: Vec<String>,
    /// How far the proof can be trusted (`acr`): an eIDAS level of assurance.
    pub acr: String,
}
