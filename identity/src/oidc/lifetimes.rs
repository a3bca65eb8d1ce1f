//! How long each thing lives.

use std::time::Duration;

/// A pushed request waits this long for the browser (RFC 9126, section 2.2, as short as is comfortable).
pub const REQUEST_URI: Duration = Duration::from_secs(90);
/// An interaction (sign-in and consent) may take this long.
pub const INTERACTION: Duration = Duration::from_mins(15);
/// An authorization code.
pub const CODE: Duration = Duration::from_mins(1);
/// An access token under the `fapi2` profile.
pub const FAPI2_ACCESS_TOKEN: Duration = Duration::from_mins(5);
/// An access token under the `oidc` profile.
pub const ACCESS_TOKEN: Duration = Duration::from_mins(10);
/// An id_token.
pub const ID_TOKEN: Duration = Duration::from_mins(5);
/// A refresh token that is not used for this long has ended.
pub const REFRESH_TOKEN_IDLE: Duration = Duration::from_hours(30 * 24);
/// A refresh token and those that follow it end after this long, however much they are used.
pub const REFRESH_TOKEN: Duration = Duration::from_hours(365 * 24);
/// Use of a refresh token is written down at most this often.
pub const REFRESH_TOKEN_USE: Duration = Duration::from_hours(1);
/// A refresh token that was replaced can be shown again for this long, by a client that lost the answer.
pub const REFRESH_RETRY: Duration = Duration::from_mins(1);
/// A refresh token that was replaced is remembered for this long, so that showing it is noticed.
pub const REPLACED_REFRESH_TOKEN: Duration = Duration::from_hours(7 * 24);
/// The `exp` of a client assertion lies at most this far ahead.
pub const ASSERTION: Duration = Duration::from_mins(10);
/// A request object: `nbf` lies at most this far back, and `exp` at most this far ahead (FAPI 2.0 Message Signing,
/// section 5.3.1).
pub const REQUEST_OBJECT: Duration = Duration::from_hours(1);
/// A proof of possession (DPoP) may be this old.
pub const DPOP_PAST: Duration = Duration::from_mins(1);
/// A nonce for proofs is good for this long, and so is a proof that carries one, whatever the client's clock says.
pub const DPOP_NONCE: Duration = Duration::from_mins(5);
/// The clock of a client may be this much ahead of ours: 10 s must be accepted, 60 s must not.
pub const CLOCK_AHEAD: Duration = Duration::from_secs(30);
