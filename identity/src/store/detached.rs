//! Signing what is sent to others' servers, so that they know it is ours.

use ::store::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::Error;
use crate::jose::{self, SigningAlgorithm};
use crate::store::Identity;

/// `typ` of such a signature.
const TYP: &str = "webhook+jws";

impl Identity {
    /// Writes `document` as JSON and signs it (ES256): the bytes to send, and a JWS over them without its payload
    /// (RFC 7515, appendix F), `header..signature`. Whoever has the published keys puts the bytes in between and verifies.
    ///
    /// # Errors
    /// Those of the signing keys.
    pub fn sign_detached(&self, document: &Value, now: Timestamp) -> Result<(Vec<u8>, String), Error> {
        let jws = jose::sign(&*self.signing_key(SigningAlgorithm::Es256, now)?, TYP, document)?;
        let damaged = || Error::Damaged("JWS");
        let (header, rest) = jws.split_once('.').ok_or_else(damaged)?;
        let (payload, signature) = rest.split_once('.').ok_or_else(damaged)?;
        let body = URL_SAFE_NO_PAD.decode(payload).map_err(|_| damaged())?;
        Ok((body, format!("{header}..{signature}")))
    }
}
