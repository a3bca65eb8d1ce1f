//! Everything that strangers send and this crate reads, as functions of bytes: for the fuzz targets in `fuzz/`, and
//! here for a short run with random texts. Each holds when it neither panics nor takes what nobody signed.
//!
//! Random bytes seldom make it past base64 and JSON. So tokens are also made of two texts, header and claims, laid
//! over good ones and signed with a good key: what is wrong with them is then found late or not at all.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use serde_json::{Map, Value, json};
use store::Timestamp;
use url::Url;

use crate::IdentityKeys;
use crate::jose::{self, SigningAlgorithm, SigningKey};
use crate::oidc::authorize::AuthorizationRequest;
use crate::oidc::claims::ClaimsRequest;
use crate::oidc::client::{Client, ClientId, keys};
use crate::oidc::{
    ClientCertificate, ClientCredentials, EndpointRequest, Issuer, Parameters, Scopes, access_token, dpop, id_token,
    request_object, shown_token,
};

/// Reads what a stranger sent.
pub type Reader = fn(&[u8]);

/// Every reader by its name; `fuzz/fuzz_targets/` has one target for each.
pub const READERS: &[(&str, Reader)] = &[
    ("jws", jws),
    ("dpop_proof", dpop_proof),
    ("client_assertion", client_assertion),
    ("access_token", our_token),
    ("authorization_header", authorization_header),
    ("authorization_request", authorization_request),
    ("claims_and_scope", claims_and_scope),
    ("client_metadata", client_metadata),
    ("client_certificate", client_certificate),
    ("request_object", signed_request),
    ("recipient_keys", recipient_keys),
];

/// Runs the reader of this name.
///
/// # Panics
/// When the reader fails, or there is none of this name.
pub fn read(name: &str, data: &[u8]) {
    let reader = READERS.iter().find(|(of, _)| *of == name).map(|(_, reader)| reader);
    assert!(reader.is_some(), "there is no reader {name}");
    if let Some(reader) = reader {
        reader(data);
    }
}

const ISSUER: &str = "https://id.lionrock.example";
const CLIENT: &str = "stranger";
const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

static KEY: LazyLock<Option<SigningKey>> =
    LazyLock::new(|| SigningKey::generate(SigningAlgorithm::Es256, &SystemRandom::new()).ok().map(|(key, _)| key));
static KEYS: LazyLock<IdentityKeys> = LazyLock::new(|| IdentityKeys::from_master(&[7; 32]));
static REGISTERED: LazyLock<Option<Client>> = LazyLock::new(|| {
    let metadata = json!({
        "client_id": CLIENT, "profile": "oidc", "client_name": "Stranger", "scope": "openid profile",
        "redirect_uris": ["https://rp.example/cb"], "token_endpoint_auth_method": "private_key_jwt",
        "jwks": { "keys": [KEY.as_ref()?.jwk()] },
    });
    Client::from_metadata(&metadata, &ClientId::parse(CLIENT)?).ok()
});

fn issuer() -> Option<Issuer> {
    Some(Issuer::new(&Url::parse(ISSUER).ok()?))
}

/// A token of any kind, whose signature nobody can have made.
fn jws(data: &[u8]) {
    let Some(key) = &*KEY else { return };
    let text = String::from_utf8_lossy(data);
    let keys = [key.jwk().clone()];
    assert!(jose::verify::<Value>(&text, &keys, jose::OWN_ALGORITHMS).is_err(), "a signature out of nothing");
    if let Some(token) = signed(data, &json!({ "alg": "ES256", "kid": key.kid() }), &json!({})) {
        let _ = jose::verify::<Map<String, Value>>(&token, &keys, jose::OWN_ALGORITHMS);
    }
}

/// A proof of possession (RFC 9449).
fn dpop_proof(data: &[u8]) {
    let Some(key) = &*KEY else { return };
    let url = "https://id.lionrock.example/oauth/token";
    let purpose = dpop::Purpose { url, access_token: None, needs_nonce: false };
    let check = |proof: String| {
        let request = EndpointRequest { dpop: vec![proof], ..EndpointRequest::default() };
        dpop::check(&request, &purpose, &KEYS, NOW)
    };
    assert!(check(String::from_utf8_lossy(data).into_owned()).is_err(), "a proof out of nothing");
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() });
    let claims = json!({ "jti": "1", "htm": "POST", "htu": url, "iat": NOW.seconds() });
    if let Some(proof) = signed(data, &header, &claims) {
        let _ = check(proof);
    }
}

/// A client assertion (RFC 7523).
fn client_assertion(data: &[u8]) {
    let (Some(key), Some(client), Some(issuer)) = (&*KEY, &*REGISTERED, issuer()) else { return };
    let verify = |assertion: &str| {
        let jwt_bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let form = [("client_assertion_type", jwt_bearer), ("client_assertion", assertion)];
        let form: Vec<_> = form.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let request = EndpointRequest { form: form.into(), ..EndpointRequest::default() };
        ClientCredentials::read(&request)
            .and_then(|shown| shown.verify(client, &[key.jwk().clone()], None, &issuer, &KEYS, NOW))
    };
    assert!(verify(&String::from_utf8_lossy(data)).is_err(), "an assertion out of nothing");
    let header = json!({ "alg": "ES256", "kid": key.kid() });
    let soon = NOW.seconds() + 60;
    let claims = json!({ "iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "jti": "1", "exp": soon });
    if let Some(assertion) = signed(data, &header, &claims) {
        let _ = verify(&assertion);
    }
}

/// A token of our own that comes back: an access token, or an id_token as a hint.
fn our_token(data: &[u8]) {
    let (Some(key), Some(client), Some(issuer)) = (&*KEY, &*REGISTERED, issuer()) else { return };
    let keys = [key.jwk().clone()];
    let text = String::from_utf8_lossy(data);
    assert!(access_token::read(&text, &keys, &issuer, NOW).is_err(), "a token out of nothing");
    assert!(id_token::hinted_subject(&text, &keys, &issuer, &client.id).is_none(), "a hint out of nothing");
    let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": key.kid() });
    let (then, soon) = (NOW.seconds(), NOW.seconds() + 60);
    let claims = json!({
        "iss": ISSUER, "sub": "s", "aud": ISSUER, "client_id": CLIENT, "exp": soon, "iat": then,
        "jti": "01a203c0-3f8e-7f6b-9a18-9dff3bb95488", "scope": "openid", "auth_time": then, "acr": "a",
    });
    if let Some(token) = signed(data, &header, &claims) {
        let _ = access_token::read(&token, &keys, &issuer, NOW);
        let _ = id_token::hinted_subject(&token, &keys, &issuer, &client.id);
    }
}

/// The `Authorization` header of a client, and of whoever shows a token.
fn authorization_header(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for header in [text.clone().into_owned(), format!("Basic {text}"), format!("DPoP {text}")] {
        let request = EndpointRequest { authorization: Some(header), ..EndpointRequest::default() };
        let _ = shown_token(&request);
        let Ok(shown) = ClientCredentials::read(&request) else { continue };
        assert!(!format!("{shown:?}").contains(text.as_ref()) || text.len() < 8, "credentials are printed");
    }
}

/// The parameters of an authorization request, from a query or a form.
fn authorization_request(data: &[u8]) {
    let Some(client) = &*REGISTERED else { return };
    let good = "response_type=code&scope=openid&";
    for query in [data.to_vec(), [good.as_bytes(), data].concat()] {
        let parameters = Parameters::new(url::form_urlencoded::parse(&query).into_owned().collect());
        let Some(redirect_uri) = client.redirect_uris.first() else { return };
        let _ = AuthorizationRequest::check(&parameters, client, redirect_uri.clone(), &|_| None);
        let _ = ClientCredentials::read(&EndpointRequest { form: parameters, ..EndpointRequest::default() });
    }
}

/// What a client asks to know: `claims` and `scope`.
fn claims_and_scope(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = ClaimsRequest::parse(&text);
    let scopes = Scopes::from(text.into_owned());
    assert_eq!(Scopes::from(scopes.to_string()), scopes, "scopes change when they are written and read");
}

/// The metadata of a client (RFC 7591).
fn client_metadata(data: &[u8]) {
    let (Ok(metadata), Some(fallback)) = (serde_json::from_slice::<Value>(data), ClientId::parse(CLIENT)) else {
        return;
    };
    let _ = Client::from_metadata(&metadata, &fallback);
}

/// The certificate that a client shows in the TLS handshake (RFC 8705).
fn client_certificate(data: &[u8]) {
    let (Some(issuer), Some(fallback)) = (issuer(), ClientId::parse(CLIENT)) else { return };
    let certificate = ClientCertificate::new(data.to_vec(), true);
    for (member, name) in [("tls_client_auth_subject_dn", "CN=stranger"), ("tls_client_auth_san_dns", "rp.example")] {
        let metadata = json!({
            "client_id": CLIENT, "profile": "oidc", "client_name": "Stranger", "scope": "openid",
            "redirect_uris": ["https://rp.example/cb"], "token_endpoint_auth_method": "tls_client_auth", member: name,
        });
        let Ok(client) = Client::from_metadata(&metadata, &fallback) else { continue };
        let _ = ClientCredentials::Name(fallback.clone()).verify(&client, &[], Some(&certificate), &issuer, &KEYS, NOW);
    }
}

/// A signed authorization request (RFC 9101).
fn signed_request(data: &[u8]) {
    let (Some(key), Some(client), Some(issuer)) = (&*KEY, &*REGISTERED, issuer()) else { return };
    let keys = [key.jwk().clone()];
    let open = |object: &str| {
        let parameters: Parameters = vec![("request".to_owned(), object.to_owned())].into();
        request_object::open(&parameters, client, &keys, &issuer, NOW).map(std::borrow::Cow::into_owned)
    };
    let text = String::from_utf8_lossy(data);
    assert!(text.is_empty() || open(&text).is_err(), "a request out of nothing");
    let header = json!({ "alg": "ES256", "kid": key.kid() });
    let claims = json!({
        "iss": CLIENT, "client_id": CLIENT, "aud": ISSUER, "nbf": NOW.seconds(), "exp": NOW.seconds() + 60,
        "response_type": "code", "scope": "openid", "redirect_uri": "https://rp.example/cb",
    });
    let opened = signed(data, &header, &claims).and_then(|object| open(&object).ok());
    if let (Some(parameters), Some(redirect_uri)) = (opened, client.redirect_uris.first()) {
        assert!(parameters.get("request").is_none(), "a request inside a request");
        let _ = AuthorizationRequest::check(&parameters, client, redirect_uri.clone(), &|_| None);
    }
}

/// Keys that a client publishes, and what is encrypted to them (RFC 7516).
fn recipient_keys(data: &[u8]) {
    let Some(published) = keys::published(data) else { return };
    let Some(recipient) = jose::RecipientKey::among(&published.keys) else { return };
    for encryption in jose::ContentEncryption::ALL {
        // What is no point of the curve can be encrypted to by nobody.
        let Ok(token) = jose::encrypt("a.b.c", &recipient, encryption) else { continue };
        assert_eq!(token.split('.').count(), 5, "not a token in compact form");
    }
}

/// A token of two JSON objects with a line break between them, each laid over a good one; null takes a member out.
fn signed(data: &[u8], header: &Value, claims: &Value) -> Option<String> {
    let text = std::str::from_utf8(data).ok()?;
    let (over_header, over_claims) = text.split_once('\n').unwrap_or(("{}", text));
    let laid = |good: &Value, over: &str| -> Option<Value> {
        let mut object = good.as_object()?.clone();
        object.extend(serde_json::from_str::<Map<String, Value>>(over).ok()?);
        object.retain(|_, value| !value.is_null());
        Some(Value::Object(object))
    };
    let encoded = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let input = format!("{}.{}", encoded(laid(header, over_header)?), encoded(laid(claims, over_claims)?));
    let signature = KEY.as_ref()?.sign(input.as_bytes()).ok()?;
    Some(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

#[cfg(test)]
mod tests;
