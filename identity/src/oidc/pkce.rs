//! Proof key for code exchange (RFC 7636): who redeems a code shows what only its asker knows.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde::{Deserialize, Serialize};

use super::error::OAuthError;

/// An S256 challenge: the base64url SHA-256 of a verifier. `plain` does not exist here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads `code_challenge` and `code_challenge_method`.
    ///
    /// # Errors
    /// `invalid_request`: a method other than `S256` (a missing one means `plain`), or no SHA-256.
    pub fn parse(challenge: &str, method: Option<&str>) -> Result<Self, OAuthError> {
        if method != Some("S256") {
            return Err(OAuthError::invalid_request("it must be S256").of("code_challenge_method"));
        }
        match URL_SAFE_NO_PAD.decode(challenge) {
            Ok(hash) if hash.len() == digest::SHA256_OUTPUT_LEN => Ok(Self(challenge.to_owned())),
            _ => Err(OAuthError::invalid_request("it is not the base64url of a SHA-256").of("code_challenge")),
        }
    }

    /// A challenge as it stands in the database.
    pub(crate) fn from_stored(challenge: String) -> Self {
        Self(challenge)
    }

    /// The challenge as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `verifier` is well formed (section 4.1) and hashes to this challenge.
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        (43..=128).contains(&verifier.len())
            && verifier.bytes().all(unreserved)
            // Both sides are digests, and the challenge was public: time tells nothing.
            && URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes())) == self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_verifier_of_the_standard_meets_its_challenge() {
        let challenge = CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap();
        assert!(challenge.is_met_by(VERIFIER));
        for wrong in ["", "short", CHALLENGE, &VERIFIER.repeat(3), &format!("{VERIFIER}=")] {
            assert!(!challenge.is_met_by(wrong), "{wrong}");
        }
    }

    #[test]
    fn plain_is_refused_even_where_it_is_the_default() {
        for method in [Some("plain"), None, Some("s256")] {
            let refused = CodeChallenge::parse(CHALLENGE, method).unwrap_err();
            assert_eq!((refused.code.as_str(), refused.parameter), ("invalid_request", Some("code_challenge_method")));
        }
        assert!(CodeChallenge::parse("not-a-hash", Some("S256")).is_err());
    }

    proptest! {
        #[test]
        fn only_its_own_verifier_meets_a_challenge(one in "[A-Za-z0-9._~-]{43,128}", other in "[A-Za-z0-9._~-]{43,128}") {
            let hash = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, one.as_bytes()));
            let challenge = CodeChallenge::parse(&hash, Some("S256")).unwrap();
            prop_assert!(challenge.is_met_by(&one));
            prop_assert_eq!(challenge.is_met_by(&other), one == other);
        }
    }
}
