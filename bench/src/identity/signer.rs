//! A P-256 key and what a relying party signs with it: assertions of who it is, and proofs that it holds the key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use super::clock::unix_seconds;

/// The key.
pub(super) struct Signer {
    random: SystemRandom,
    key: EcdsaKeyPair,
    /// Its public half as a JWK.
    pub(super) jwk: Value,
    assertion_header: String,
    proof_header: String,
}

impl Signer {
    pub(super) fn generate() -> anyhow::Result<Self> {
        let random = SystemRandom::new();
        let failed = |_| anyhow::anyhow!("no key could be made");
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(failed)?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random)
            .map_err(|refused| anyhow::anyhow!("{refused}"))?;
        // Uncompressed: a byte that says so, then x and y.
        let (x, y) = key.public_key().as_ref()[1..].split_at(32);
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": BASE64.encode(x), "y": BASE64.encode(y) });
        let assertion_header = encoded(&json!({ "alg": "ES256", "kid": "bench" }));
        let proof_header = encoded(&json!({ "alg": "ES256", "typ": "dpop+jwt", "jwk": jwk }));
        Ok(Self { random, key, jwk, assertion_header, proof_header })
    }

    /// A client assertion (RFC 7523).
    pub(super) fn assertion(&self, client_id: &str, audience: &str) -> anyhow::Result<String> {
        let now = unix_seconds();
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": audience, "iat": now, "exp": now + 60, "jti": self.token()?,
        });
        self.sign(&self.assertion_header, &claims)
    }

    /// A proof of possession (RFC 9449) for one call.
    pub(super) fn proof(&self, method: &str, url: &str, access_token: Option<&str>) -> anyhow::Result<String> {
        let mut claims = json!({ "htm": method, "htu": url, "iat": unix_seconds(), "jti": self.token()? });
        if let Some(token) = access_token {
            claims["ath"] = BASE64.encode(digest(&SHA256, token.as_bytes())).into();
        }
        self.sign(&self.proof_header, &claims)
    }

    /// 32 random bytes, for what must not repeat and for PKCE verifiers.
    pub(super) fn token(&self) -> anyhow::Result<String> {
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes).map_err(|_| anyhow::anyhow!("no random bytes"))?;
        Ok(BASE64.encode(bytes))
    }

    fn sign(&self, header: &str, claims: &Value) -> anyhow::Result<String> {
        let signed = format!("{header}.{}", encoded(claims));
        let signature = self.key.sign(&self.random, signed.as_bytes());
        let signature = signature.map_err(|_| anyhow::anyhow!("signing failed"))?;
        Ok(format!("{signed}.{}", BASE64.encode(signature)))
    }
}

/// The S256 challenge of a PKCE verifier (RFC 7636).
pub(super) fn challenge(verifier: &str) -> String {
    BASE64.encode(digest(&SHA256, verifier.as_bytes()))
}

fn encoded(json: &Value) -> String {
    BASE64.encode(json.to_string())
}
