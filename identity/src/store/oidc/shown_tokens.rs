//! Access tokens of ours that somebody shows. One that this gateway signed or looked at lately is known by its digest; its
//! signature need not be verified again.

use std::sync::Arc;

use ::store::Timestamp;
use ring::digest::{SHA256, digest};

use crate::Error;
use crate::oidc::OAuthError;
use crate::oidc::access_token::{self, AccessToken};
use crate::store::Identity;

impl Identity {
    /// The access token in this text, if it is one of ours and in time. Whether it stands is another question.
    ///
    /// # Errors
    /// `invalid_token`, as a result; those of reading the signing keys.
    pub(super) fn shown_token(
        &self,
        text: &str,
        now: Timestamp,
    ) -> Result<Result<Arc<AccessToken>, OAuthError>, Error> {
        let ring = self.key_ring(now)?;
        let digest = digest_of(text);
        if let Some(known) = self.0.remembered.access_tokens.get(&digest) {
            let is_key_there = ring.keys().iter().any(|held| held.key.kid() == known.kid);
            let is_good = is_key_there && known.is_in_time(now);
            return Ok(if is_good { Ok(known) } else { Err(access_token::invalid()) });
        }
        Ok(access_token::read(text, &ring.jwks().keys, &self.issuer(), now).map(|token| {
            let token = Arc::new(token);
            self.0.remembered.access_tokens.insert(digest, Arc::clone(&token));
            token
        }))
    }

    /// Remembers a token that was just signed: its client will come with it soon.
    pub(super) fn remember_signed(&self, text: &str, token: AccessToken) {
        self.0.remembered.access_tokens.insert(digest_of(text), Arc::new(token));
    }
}

fn digest_of(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    bytes
}
