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
            "scope": "openid profile email address phone birthdate hkid",
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
    EndpointRequest { form: parameters(&[form, &proof].concat()), ..EndpointRequest::default() }
}

/// The client that this metadata registers.
pub(crate) fn registered(metadata: &Value) -> Client {
    Client::from_metadata(metadata, &ClientId::parse("made-up").unwrap()).unwrap()
}

/// Who proves possession of a key.
pub(crate) struct Prover(SigningKey);

impl Prover {
    pub(crate) fn new() -> Self {
        Self::with(SigningAlgorithm::Es256)
    }

    pub(crate) fn with(algorithm: SigningAlgorithm) -> Self {
        Self(SigningKey::generate(algorithm, &SystemRandom::new()).unwrap().0)
    }

    /// The public key, as a proof carries it.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = serde_json::to_value(self.0.jwk()).unwrap();
        jwk.as_object_mut().unwrap().retain(|name, _| !["kid", "use", "alg"].contains(&name.as_str()));
        jwk
    }

    pub(crate) fn thumbprint(&self) -> String {
        self.0.kid().to_owned()
    }

    /// A good proof for this call with a fresh id, with these members of header and claims in their place; null
    /// takes one out.
    pub(crate) fn proof(&self, method: &str, url: &str, now: Timestamp, header: &Value, claims: &Value) -> String {
        let jti = crate::store::random::<16>().unwrap().map(|byte| format!("{byte:02x}")).concat();
        let mut all_header = json!({ "typ": "dpop+jwt", "alg": self.0.algorithm().as_str(), "jwk": self.jwk() });
        let mut all_claims = json!({ "jti": jti, "htm": method, "htu": url, "iat": now.seconds() });
        for (all, changes) in [(&mut all_header, header), (&mut all_claims, claims)] {
            let all = all.as_object_mut().unwrap();
            all.extend(changes.as_object().unwrap().clone());
            all.retain(|_, value| !value.is_null());
        }
        jose::sign_with_header(&self.0, &all_header, &all_claims)
    }
}
