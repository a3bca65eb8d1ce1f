//! The times of a token (RFC 7519, sections 4.1.4 to 4.1.6), checked against a `now` that is handed in.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use store::Timestamp;

/// Seconds since the epoch. A fraction is allowed by the standard and dropped here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NumericDate(pub i64);

impl NumericDate {
    /// The moment itself.
    pub const fn timestamp(self) -> Timestamp {
        Timestamp::from_seconds(self.0)
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?.to_string();
        let whole = number.split('.').next().unwrap_or_default();
        if number.contains(['e', 'E']) {
            return Err(serde::de::Error::custom("not a date"));
        }
        whole.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// The three times that a token may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Times {
    /// Not valid from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<NumericDate>,
    /// Not valid before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<NumericDate>,
    /// Made then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<NumericDate>,
}

/// How far a token's clock may be from ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    /// How far ahead of us `iat` and `nbf` may be.
    pub ahead: Duration,
    /// How far ahead of us `exp` may be at most.
    pub lifetime: Duration,
}

/// Why a token's times are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeRefusal {
    /// There is no `exp`.
    #[error("exp is missing")]
    ExpiryMissing,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `exp` is further away than is allowed.
    #[error("exp is too far ahead")]
    ExpiryTooFar,
    /// `nbf` is still to come.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `iat` is still to come.
    #[error("the token was issued in the future")]
    IssuedInFuture,
}

impl Times {
    /// Checks `exp` (which must be there), `nbf` and `iat`.
    pub fn check(&self, now: Timestamp, tolerance: &Tolerance) -> Result<(), TimeRefusal> {
        let exp = self.exp.ok_or(TimeRefusal::ExpiryMissing)?.timestamp();
        if exp <= now {
            return Err(TimeRefusal::Expired);
        }
        if exp > now + tolerance.lifetime + tolerance.ahead {
            return Err(TimeRefusal::ExpiryTooFar);
        }
        let latest = now + tolerance.ahead;
        if self.nbf.is_some_and(|nbf| nbf.timestamp() > latest) {
            return Err(TimeRefusal::NotYetValid);
        }
        if self.iat.is_some_and(|iat| iat.timestamp() > latest) {
            return Err(TimeRefusal::IssuedInFuture);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLERANCE: Tolerance = Tolerance { ahead: Duration::from_secs(30), lifetime: Duration::from_mins(10) };

    fn check(json: &str) -> Result<(), TimeRefusal> {
        serde_json::from_str::<Times>(json).unwrap().check(Timestamp::from_seconds(1_000), &TOLERANCE)
    }

    #[test]
    fn each_time_is_held_to_its_bounds() {
        for (json, expected) in [
            (r#"{"exp":1001}"#, Ok(())),
            (r#"{"exp":1001.9,"nbf":1030,"iat":1030}"#, Ok(())),
            (r"{}", Err(TimeRefusal::ExpiryMissing)),
            (r#"{"exp":1000}"#, Err(TimeRefusal::Expired)),
            (r#"{"exp":-5}"#, Err(TimeRefusal::Expired)),
            (r#"{"exp":1630}"#, Ok(())),
            (r#"{"exp":1631}"#, Err(TimeRefusal::ExpiryTooFar)),
            (r#"{"exp":9223372036854775807}"#, Err(TimeRefusal::ExpiryTooFar)),
            (r#"{"exp":1100,"nbf":1031}"#, Err(TimeRefusal::NotYetValid)),
            (r#"{"exp":1100,"iat":1031}"#, Err(TimeRefusal::IssuedInFuture)),
        ] {
            assert_eq!(check(json), expected, "{json}");
        }
    }

    #[test]
    fn what_is_no_number_is_no_time() {
        for bad in [r#"{"exp":"1001"}"#, r#"{"exp":1e400}"#, r#"{"exp":1e30}"#, r#"{"exp":[]}"#, r#"{"exp":true}"#] {
            assert!(serde_json::from_str::<Times>(bad).is_err(), "{bad}");
        }
    }
}
