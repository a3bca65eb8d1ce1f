//! An ordinary OpenID Connect client: discovery, pushed request, code with PKCE, private_key_jwt, ID token
//! verification, userinfo. It would work the same against any other provider.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use ring::{digest, rand::SystemRandom};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;
use zeroize::Zeroizing;

use crate::{clock, keys, random};

/// The e-service's client identifier at Lionrock.
pub const CLIENT_ID: &str = "transport-department";

/// What the e-service asks for by scope.
const SCOPE: &str = "openid phone hkid";

/// And one by one: the names, without all else that `profile` stands for.
const CLAIMS: &str = r#"{"userinfo":{"name":{"essential":true},"name#zh-Hant":{"essential":true}}}"#;

/// The e-service's own key for `private_key_jwt`; only its public half leaves the e-service.
pub struct ClientKey {
    pkcs8: Zeroizing<Vec<u8>>,
    public: Vec<u8>,
}

impl ClientKey {
    /// Reads the key, making it on the first run.
    pub fn open_or_create(path: &Path) -> anyhow::Result<Self> {
        if !path.exists() {
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .map_err(|_| anyhow::anyhow!("no key could be made"))?;
            keys::write_private(path, made.as_ref())?;
        }
        let pkcs8 = Zeroizing::new(std::fs::read(path).with_context(|| path.display().to_string())?);
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8, &SystemRandom::new())
            .map_err(|_| anyhow::anyhow!("{}: not a P-256 key", path.display()))?;
        let public = pair.public_key().as_ref().to_vec();
        Ok(Self { pkcs8, public })
    }

    /// The public key as a JSON Web Key Set, for the client's registration.
    pub fn jwks(&self) -> Value {
        let coordinate = |range: std::ops::Range<usize>| self.public.get(range).map(|c| URL_SAFE_NO_PAD.encode(c));
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "e-service-1",
            "x": coordinate(1..33), "y": coordinate(33..65) }] })
    }
}

/// What discovery says (OpenID Connect Discovery 1.0, section 3), as far as this client uses it.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Url,
    pushed_authorization_request_endpoint: Url,
    token_endpoint: Url,
    userinfo_endpoint: Url,
    jwks_uri: Url,
}

/// What the e-service remembers while the resident is away at Lionrock.
#[derive(Clone)]
pub(in crate::demo) struct PendingSignIn {
    pub(in crate::demo) state: String,
    nonce: String,
    pub(in crate::demo) verifier: String,
}

/// Who signed in.
#[derive(Clone)]
pub(in crate::demo) struct SignedIn {
    /// The pairwise subject.
    pub(in crate::demo) subject: String,
    /// How surely, by the provider's word.
    pub(in crate::demo) acr: Option<String>,
    /// The attributes that the resident agreed to, by claim name.
    pub(in crate::demo) claims: Map<String, Value>,
}

/// The provider's answer in the redirect back (RFC 6749 section 4.1.2, RFC 9207).
#[derive(Deserialize)]
pub(in crate::demo) struct Callback {
    pub(in crate::demo) code: Option<String>,
    pub(in crate::demo) state: Option<String>,
    pub(in crate::demo) iss: Option<String>,
    pub(in crate::demo) error: Option<String>,
}

#[derive(Deserialize)]
struct Pushed {
    request_uri: String,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: Zeroizing<String>,
    id_token: Zeroizing<String>,
}

/// The claims of an ID token that the e-service looks at. The rest is checked by `Validation`.
#[derive(Deserialize)]
struct IdToken {
    sub: String,
    nonce: Option<String>,
    acr: Option<String>,
}

/// The client.
pub(in crate::demo) struct OpenIdClient {
    http: reqwest::Client,
    issuer: String,
    redirect_uri: String,
    key: ClientKey,
}

impl OpenIdClient {
    pub(in crate::demo) fn new(issuer: &str, base_url: &str, key: ClientKey) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(crate::http::tls::client(rustls::RootCertStore::empty(), None)?)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(10))
            .build()?;
        Ok(Self { http, issuer: issuer.to_owned(), redirect_uri: format!("{base_url}/callback"), key })
    }

    /// Pushes the request and says where to send the browser.
    pub(in crate::demo) async fn begin(&self) -> anyhow::Result<(PendingSignIn, Url)> {
        let metadata = self.discover().await?;
        let pending = PendingSignIn { state: random::token()?, nonce: random::token()?, verifier: random::token()? };
        let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, pending.verifier.as_bytes()));
        let form = [
            ("response_type", "code"),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("scope", SCOPE),
            ("claims", CLAIMS),
            ("state", &pending.state),
            ("nonce", &pending.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let pushed: Pushed = self.post(&metadata, &metadata.pushed_authorization_request_endpoint, &form).await?;
        let mut location = metadata.authorization_endpoint;
        location.query_pairs_mut().append_pair("client_id", CLIENT_ID).append_pair("request_uri", &pushed.request_uri);
        Ok((pending, location))
    }

    /// Completes a sign-in with what the provider sent back.
    pub(in crate::demo) async fn complete(
        &self,
        pending: &PendingSignIn,
        callback: &Callback,
    ) -> anyhow::Result<SignedIn> {
        let metadata = self.discover().await?;
        ensure!(callback.state.as_deref() == Some(&pending.state), "the answer belongs to another sign-in");
        ensure!(callback.iss.as_deref() == Some(&metadata.issuer), "the answer comes from another provider");
        if let Some(error) = &callback.error {
            bail!("the provider answered {error}");
        }
        let code = callback.code.as_deref().context("the answer has no code")?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("code_verifier", &pending.verifier),
        ];
        let tokens: Tokens = self.post(&metadata, &metadata.token_endpoint, &form).await?;
        let id_token = self.verify(&metadata, &tokens.id_token).await?;
        ensure!(id_token.nonce.as_deref() == Some(&pending.nonce), "the ID token belongs to another sign-in");
        let userinfo = self.http.get(metadata.userinfo_endpoint).bearer_auth(&*tokens.access_token).send().await?;
        let mut claims: Map<String, Value> = userinfo.error_for_status()?.json().await?;
        let subject = claims.remove("sub");
        ensure!(subject.as_ref().and_then(Value::as_str) == Some(&id_token.sub), "userinfo is about someone else");
        Ok(SignedIn { subject: id_token.sub, acr: id_token.acr, claims })
    }

    async fn discover(&self) -> anyhow::Result<Metadata> {
        let url = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let metadata: Metadata = self.http.get(url).send().await?.error_for_status()?.json().await?;
        ensure!(
            metadata.issuer.trim_end_matches('/') == self.issuer.trim_end_matches('/'),
            "discovery names another issuer"
        );
        Ok(metadata)
    }

    /// Verifies an ID token (OpenID Connect Core 1.0, section 3.1.3.7).
    async fn verify(&self, metadata: &Metadata, id_token: &str) -> anyhow::Result<IdToken> {
        let header = jsonwebtoken::decode_header(id_token)?;
        ensure!(header.alg == Algorithm::ES256, "the ID token is signed by another algorithm than registered");
        let keys: JwkSet = self.http.get(metadata.jwks_uri.clone()).send().await?.error_for_status()?.json().await?;
        let key = keys.find(header.kid.as_deref().unwrap_or_default()).context("the signing key is not published")?;
        let mut expected = Validation::new(Algorithm::ES256);
        expected.set_issuer(&[&metadata.issuer]);
        expected.set_audience(&[CLIENT_ID]);
        expected.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
        Ok(jsonwebtoken::decode(id_token, &DecodingKey::from_jwk(key)?, &expected)?.claims)
    }

    /// Posts a form with this client's authentication (RFC 7523 section 2.2).
    async fn post<T: serde::de::DeserializeOwned>(
        &self,
        metadata: &Metadata,
        endpoint: &Url,
        form: &[(&str, &str)],
    ) -> anyhow::Result<T> {
        let assertion = self.assertion(&metadata.issuer)?;
        let mut form = form.to_vec();
        form.extend([
            ("client_id", CLIENT_ID),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
        ]);
        let response = self.http.post(endpoint.clone()).form(&form).send().await?;
        if !response.status().is_success() {
            let refusal: Value = response.json().await.unwrap_or_default();
            bail!("the provider refused: {}", refusal["error"].as_str().unwrap_or("no reason given"));
        }
        Ok(response.json().await?)
    }

    fn assertion(&self, audience: &str) -> anyhow::Result<Zeroizing<String>> {
        let now = clock::now().seconds();
        let claims = json!({ "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": audience, "jti": random::token()?,
            "iat": now, "exp": now + 60 });
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some("e-service-1".to_owned());
        Ok(jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_der(&self.key.pkcs8))?.into())
    }
}
