//! Browser sessions of residents.

use std::time::Duration;

use store::Timestamp;

use crate::authenticator::{Assurance, SignInMethod};
use crate::keys::Purpose;
use crate::resident::ResidentId;
use crate::secret::secret;

/// A session that is not used for this long has ended.
pub const IDLE: Duration = Duration::from_mins(30);

/// A session ends after this long, however much it is used.
pub const LIFETIME: Duration = Duration::from_hours(12);

/// Whoever changes what opens their identity has proved who they are at most this long ago.
pub const FRESH: Duration = Duration::from_mins(10);

/// Use is written down at most this often: a page load need not be a write.
pub(crate) const SEEN_EVERY: Duration = Duration::from_mins(1);

store::identifier! {
    /// One session. Not the secret in the cookie, and not what relying parties know it by: that is `sid`.
    pub struct SessionId;
}

secret! {
    /// What the session cookie carries.
    pub struct SessionSecret: Purpose::Session;
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
    /// How far the proof can be trusted (`acr`).
    pub acr: Assurance,
    /// When it was last used, to the minute.
    pub last_seen: Timestamp,
    /// When it ends, however much it is used.
    pub expires: Timestamp,
}

impl Session {
    /// How it was signed in to.
    pub fn method(&self) -> SignInMethod {
        SignInMethod::of(&self.amr)
    }

    /// Whether the proof is fresh enough for changing what opens the identity.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.auth_time + FRESH
    }

    /// Whether it has neither been left idle nor grown too old.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires && now < self.last_seen + IDLE
    }
}

/// A session that has just begun, with the secret for its cookie.
#[derive(Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// For the cookie, and for nowhere else.
    pub secret: SessionSecret,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_idle_or_old() {
        let begun = Timestamp::from_seconds(1_000_000);
        let mut session = Session {
            id: SessionId::new(begun, &[1; 10]),
            resident: ResidentId::new(begun, &[2; 10]),
            auth_time: begun,
            amr: Vec::new(),
            acr: Assurance::Substantial,
            last_seen: begun,
            expires: begun + LIFETIME,
        };
        assert!(session.is_live(begun + Duration::from_secs(1_799)));
        assert!(!session.is_live(begun + IDLE));
        session.last_seen = begun + LIFETIME - Duration::from_mins(1);
        assert!(session.is_live(begun + LIFETIME - Duration::from_secs(1)));
        assert!(!session.is_live(begun + LIFETIME));
        assert!(session.is_fresh(begun + Duration::from_secs(599)) && !session.is_fresh(begun + FRESH));
    }
}
