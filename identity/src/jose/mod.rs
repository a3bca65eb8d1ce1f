//! Signing keys, JSON web signatures and JSON web encryption (RFC 7515 to 7519, 7638).
//!
//! Cryptography is ring's, but for what it does not have: making RSA keys, wrapping keys and AES-CBC. Signing and
//! encrypting draw their own randomness, which is why this module is exempt from the rule that randomness is an argument. Times are checked here against `now`, never against a clock.

mod audience;
mod jwe;
mod jws;
mod key_ring;
mod keys;
mod provider;
mod public_key;
mod rsa_key;
mod times;

pub use audience::Audience;
pub use jsonwebtoken::Algorithm;
pub use jsonwebtoken::jwk::{Jwk, JwkSet};
pub use jwe::{ContentEncryption, KEY_MANAGEMENT, RecipientKey, encrypt};
#[cfg(test)]
pub(crate) use jws::sign_with_header;
pub use jws::{Header, JwsError, Verified, algorithm, has_typ, key_named_in, sign, thumbprint, verify};
pub use key_ring::{KeyRing, KeyState, RingKey};
pub use keys::{SigningAlgorithm, SigningKey};
pub use provider::install_provider;
pub(crate) use public_key::{PublicKeyError, public_key};
pub use times::{NumericDate, TimeRefusal, Times, Tolerance};

/// The signature algorithms that tokens of others may carry (FAPI 2.0 Security Profile, section 5.4).
pub const ACCEPTED_ALGORITHMS: &[Algorithm] = &[Algorithm::ES256, Algorithm::EdDSA, Algorithm::PS256];

/// What they are called.
pub const ACCEPTED_NAMES: [&str; 4] = ["ES256", "EdDSA", "Ed25519", "PS256"];

/// The signature algorithms that tokens of our own may carry.
pub(crate) const OWN_ALGORITHMS: &[Algorithm] =
    &[Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256, Algorithm::PS256];
