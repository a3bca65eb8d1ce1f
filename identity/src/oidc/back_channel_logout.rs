//! Telling relying parties that a session has ended (OpenID Connect Back-Channel Logout): the logout token, and how long
//! it is tried. Pure.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use store::Timestamp;

use super::client::ClientId;
use crate::jose::{self, NumericDate, SigningKey};

store::identifier! {
    /// One relying party that is still to be told of one session (`jti`).
    pub struct LogoutNoticeId;
}

/// `typ` of a logout token (section 2.4).
const TYP: &str = "logout+jwt";

/// A logout token is made for each attempt and lives this long (section 2.4 asks for two minutes at most).
pub(crate) const LIFETIME: Duration = Duration::from_mins(2);

/// How long after each attempt the next one is made; after the last, nobody tries any more.
const RETRIES: [Duration; 5] = [
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_hours(1),
    Duration::from_hours(3),
];

/// A notice is forgotten at the latest after this long, whether somebody tried or not.
pub(crate) const KEPT: Duration = Duration::from_hours(24);

/// The claims of a logout token.
#[derive(Debug, Serialize)]
pub(crate) struct LogoutTokenClaims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) iat: NumericDate,
    pub(crate) exp: NumericDate,
    pub(crate) jti: String,
    pub(crate) sid: String,
    /// What makes it a logout token and nothing else.
    pub(crate) events: Value,
}

impl LogoutTokenClaims {
    /// The value of `events`.
    pub(crate) fn event() -> Value {
        json!({ "http://schemas.openid.net/event/backchannel-logout": {} })
    }

    pub(crate) fn sign(&self, key: &SigningKey) -> Result<String, crate::Error> {
        jose::sign(key, TYP, self)
    }
}

/// When to try again after so many attempts, the last of them now; `None` when that was the last.
pub(crate) fn next_attempt(attempts: usize, now: Timestamp) -> Option<Timestamp> {
    RETRIES.get(attempts.checked_sub(1)?).map(|wait| now + *wait)
}

/// A relying party that is to be told now: post `logout_token` as a form.
#[derive(Clone)]
pub struct LogoutDelivery {
    /// Which notice.
    pub id: LogoutNoticeId,
    /// Whom.
    pub client: ClientId,
    /// Where.
    pub url: String,
    /// What.
    pub logout_token: String,
    /// How often it was tried before.
    pub attempts_before: usize,
}

/// Without the token.
impl std::fmt::Debug for LogoutDelivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LogoutDelivery({} to {})", self.id, self.client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;

    #[test]
    fn attempts_grow_rare_and_end() {
        let mut now = NOW;
        let mut attempts = 1;
        while let Some(next) = next_attempt(attempts, now) {
            assert!(next > now);
            (now, attempts) = (next, attempts + 1);
        }
        assert_eq!(attempts, 6);
        assert!(now < NOW + KEPT, "a notice is kept until its last attempt");
        assert_eq!(next_attempt(0, now), None);
    }
}
