//! A relying party for tests: its metadata, its key, and the assertions that it signs.

use ring::rand::SystemRandom;
use serde_json::{Value, json};
use store::Timestamp;

use super::client::{Client, ClientId};
use super::{EndpointRequest, Issuer, Parameters};
use crate::jose::{self, SigningAlgorithm, SigningKey};
pub(crate) use crate::testing::{ISSUER, NOW};

/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// What [`VERIFIER`] hashes to.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) fn issuer() -> Issuer {
    Issuer::new(&url::Url::parse(ISSUER).unwrap())
}

/// Parameters as a request carries them.
pub(crate) fn parameters(pairs: &[(&str, &str)]) -> Parameters {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>().into()
}

/// `pairs` with those of `changes` put in their place; an empty value takes the parameter out.
pub(crate) fn changed<'a>(pairs: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all: Vec<_> = pairs.iter().filter(|(n, _)| changes.iter().all(|(c, _)| c != n)).copied().collect();
    all.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    all
}

/// A relying party with its private key.
pub(crate) struct RelyingParty {
    pub(crate) id: String,
    pub(crate) key: SigningKey,
}

impl RelyingParty {
    pub(crate) fn new(id: &str, algorithm: SigningAlgorithm) -> Self {
        Self { id: id.to_owned(), key: SigningKey::generate(algorithm, &SystemRandom::new()).unwrap().0 }
    }

    /// What it registers with.
    pub(crate) fn metadata(&self) -> Value {
        json!({
            "client_id": self.id,
            "profile": "oidc",
            "client_name": "Morning Light Stationery",
            "client_name#zh-Hant": "晨光文具",
            "redirect_uris": [self.redirect_uri()],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": { "keys": [self.key.jwk()] },
            "scope": "openid profile email phone birthdate hkid",
            "id_token_signed_response_alg": "ES256",
        })
    }

    pub(crate) fn redirect_uri(&self) -> String {
        format!("https://{}.example/cb", self.id)
    }

    pub(crate) fn client(&self) -> Client {
        registered(&self.metadata())
    }

    /// The claims of a good assertion, with these in their place.
    pub(crate) fn claims(&self, jti: &str, changes: &Value) -> Value {
        self.claims_at(NOW, jti, changes)
    }

    pub(crate) fn claims_at(&self, now: Timestamp, jti: &str, changes: &Value) -> Value {
        let mut claims = json!({
            "iss": self.id, "sub": self.id, "aud": ISSUER, "jti": jti,
            "iat": now.seconds(), "exp": now.seconds() + 60,
        });
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        claims
    }

    /// A request that it makes itself, with a fresh assertion.
    pub(crate) fn request(&self, now: Timestamp, jti: &str, form: &[(&str, &str)]) -> EndpointRequest {
        request_with(&jose::sign(&self.key, "JWT", &self.claims_at(now, jti, &json!({}))).unwrap(), form)
    }
}

/// A request with this assertion.
pub(crate) fn request_with(assertion: &str, form: &[(&str, &str)]) -> EndpointRequest {
    let assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let proof = [("client_assertion_type", assertion_type), ("client_assertion", assertion)];
    EndpointRequest { authorization: None, form: parameters(&[form, &proof].concat()) }
}

/// The client that this metadata registers.
pub(crate) fn registered(metadata: &Value) -> Client {
    Client::from_metadata(metadata, &ClientId::parse("made-up").unwrap()).unwrap()
}
