//! The id_token (OpenID Connect Core, section 2): who signed in, when and how, signed for one client.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::client::ClientId;
use super::issuer::Issuer;
use crate::jose::{self, NumericDate, SigningKey};

const TYP: &str = "JWT";

/// The claims of an id_token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IdTokenClaims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) exp: NumericDate,
    pub(crate) iat: NumericDate,
    pub(crate) auth_time: NumericDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    pub(crate) acr: String,
    pub(crate) amr: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_hash: Option<String>,
    /// The session in which the resident signed in, as this client knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sid: Option<String>,
    /// What the client asked to have in the id_token itself.
    #[serde(flatten)]
    pub(crate) attributes: Map<String, Value>,
}

impl IdTokenClaims {
    pub(crate) fn sign(&self, key: &SigningKey) -> Result<String, crate::Error> {
        jose::sign(key, TYP, self)
    }
}

/// Ties the id_token to the access token beside it (section 3.1.3.6): the left half of its SHA-256.
pub(crate) fn at_hash(access_token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
}

/// The claims of an id_token that we once gave, expired or not (`id_token_hint`).
pub(crate) fn hinted(hint: &str, keys: &[jose::Jwk], issuer: &Issuer) -> Option<IdTokenClaims> {
    let ours = jose::verify::<IdTokenClaims>(hint, keys, jose::OWN_ALGORITHMS).ok()?;
    let holds = jose::has_typ(&ours.header, TYP) && ours.claims.iss == issuer.as_str();
    holds.then_some(ours.claims)
}

/// The subject of an id_token that we once gave this client, expired or not.
pub(crate) fn hinted_subject(hint: &str, keys: &[jose::Jwk], issuer: &Issuer, client: &ClientId) -> Option<String> {
    hinted(hint, keys, issuer).filter(|claims| claims.aud == client.as_str()).map(|claims| claims.sub)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::SigningAlgorithm;
    use ring::rand::SystemRandom;

    fn claims() -> IdTokenClaims {
        IdTokenClaims {
            iss: "https://id.example".to_owned(),
            sub: "s".to_owned(),
            aud: "shop".to_owned(),
            exp: NumericDate(1),
            iat: NumericDate(0),
            auth_time: NumericDate(0),
            nonce: None,
            acr: "a".to_owned(),
            amr: vec!["hwk".to_owned()],
            at_hash: None,
            sid: None,
            attributes: Map::new(),
        }
    }

    #[test]
    fn a_hint_is_ours_for_this_client_and_may_have_expired() {
        let issuer = Issuer::new(&url::Url::parse("https://id.example").unwrap());
        let (shop, bank) = (ClientId::parse("shop").unwrap(), ClientId::parse("bank").unwrap());
        let make = |algorithm| SigningKey::generate(algorithm, &SystemRandom::new()).unwrap().0;
        let (key, stranger) = (make(SigningAlgorithm::Es256), make(SigningAlgorithm::Es256));
        let keys = [key.jwk().clone()];
        let token = claims().sign(&key).unwrap();
        assert_eq!(hinted_subject(&token, &keys, &issuer, &shop).as_deref(), Some("s"));
        assert_eq!(hinted_subject(&token, &keys, &issuer, &bank), None);
        assert_eq!(hinted_subject(&claims().sign(&stranger).unwrap(), &keys, &issuer, &shop), None);
        let as_access_token = jose::sign(&key, "at+jwt", &claims()).unwrap();
        assert_eq!(hinted_subject(&as_access_token, &keys, &issuer, &shop), None);
        assert_eq!(hinted_subject("rubbish", &keys, &issuer, &shop), None);
    }

    #[test]
    fn a_hint_may_be_signed_by_any_key_of_ours() {
        let issuer = Issuer::new(&url::Url::parse("https://id.example").unwrap());
        for algorithm in SigningAlgorithm::ALL {
            let key = SigningKey::generate(algorithm, &SystemRandom::new()).unwrap().0;
            let shop = ClientId::parse("shop").unwrap();
            let token = claims().sign(&key).unwrap();
            assert_eq!(hinted_subject(&token, &[key.jwk().clone()], &issuer, &shop).as_deref(), Some("s"));
        }
    }

    #[test]
    fn a_request_without_nonce_gets_a_token_without() {
        assert!(serde_json::to_value(claims()).unwrap().get("nonce").is_none());
    }

    #[test]
    fn at_hash_is_half_a_sha_256() {
        assert_eq!(at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
