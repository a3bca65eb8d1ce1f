//! Request objects by value (RFC 9101; OpenID Connect Core, section 6): an authorization request that the client signed,
//! so that nobody on the way can change it. What is inside counts. Pure.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use store::Timestamp;

use super::client::{Client, SecurityProfile};
use super::error::{ErrorCode, OAuthError};
use super::issuer::Issuer;
use super::lifetimes;
use super::parameters::Parameters;
use crate::jose::{self, Audience, Times};

/// Members that are about the object itself.
const OF_THE_OBJECT: [&str; 7] = ["iss", "aud", "sub", "exp", "nbf", "iat", "jti"];

const fn refuse(why: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequestObject, why).of("request")
}

/// The parameters that count: those inside the request object, if there is one. Under `oidc` what stands outside fills
/// in what is missing (Core, section 6.1); under `fapi2` it does not (RFC 9101, section 6.3).
///
/// # Errors
/// `request_not_supported` for one that is not signed, or of a client without keys; `invalid_request_object`, with the
/// reason.
pub(crate) fn open<'p>(
    parameters: &'p Parameters,
    client: &Client,
    keys: &[jose::Jwk],
    issuer: &Issuer,
    now: Timestamp,
) -> Result<Cow<'p, Parameters>, OAuthError> {
    let Some(object) = parameters.get("request") else { return Ok(Cow::Borrowed(parameters)) };
    parameters.refuse_duplicates()?;
    if parameters.get("request_uri").is_some() {
        return Err(OAuthError::invalid_request("not beside request").of("request_uri"));
    }
    if keys.is_empty() || is_unsigned(object) {
        let why = "it must be signed by a registered key of the client";
        return Err(OAuthError::new(ErrorCode::RequestNotSupported, why).of("request"));
    }
    let verified = jose::verify::<Map<String, Value>>(object, keys, jose::ACCEPTED_ALGORITHMS);
    let claims = verified.map_err(|error| refuse(signature_refusal(error)))?.claims;
    check_object(&claims, client, issuer, now)?;
    let mut inside = Vec::new();
    for (name, value) in claims.iter().filter(|(name, _)| !OF_THE_OBJECT.contains(&name.as_str())) {
        inside.extend(texts(name, value).into_iter().map(|text| (name.clone(), text)));
    }
    if client.profile == SecurityProfile::Oidc {
        let outside = parameters.iter().filter(|(name, _)| *name != "request" && !claims.contains_key(*name));
        inside.extend(outside.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    Ok(Cow::Owned(Parameters::new(inside)))
}

/// Checks that the object is by this client, for us, for now, and a request.
fn check_object(
    claims: &Map<String, Value>,
    client: &Client,
    issuer: &Issuer,
    now: Timestamp,
) -> Result<(), OAuthError> {
    let (is_strict, id) = (client.profile == SecurityProfile::Fapi2, client.id.as_str());
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("client_id") != Some(id) {
        return Err(refuse("client_id inside must be the client's"));
    }
    if text("iss") != Some(id) && (is_strict || claims.contains_key("iss")) {
        return Err(refuse("iss must be the client_id"));
    }
    // Other tokens that clients sign, such as assertions, are about the client (RFC 9101, section 10.8).
    if text("sub") == Some(id) {
        return Err(refuse("sub must not be the client_id"));
    }
    let audience = claims.get("aud").map(|aud| serde_json::from_value::<Audience>(aud.clone()));
    match audience {
        Some(Ok(audience)) if audience.contains(issuer.as_str()) => {}
        None if !is_strict => {}
        _ => return Err(refuse("aud must be the issuer")),
    }
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(refuse("it holds another request"));
    }
    check_times(claims, is_strict, now)
}

fn check_times(claims: &Map<String, Value>, is_strict: bool, now: Timestamp) -> Result<(), OAuthError> {
    let times: Times =
        serde_json::from_value(Value::Object(claims.clone())).map_err(|_| refuse("its times are no numbers"))?;
    let latest = now + lifetimes::CLOCK_AHEAD;
    match times.exp {
        None if is_strict => return Err(refuse("exp is missing")),
        Some(exp) if exp.timestamp() <= now => return Err(refuse("it has expired")),
        Some(exp) if exp.timestamp() > latest + lifetimes::REQUEST_OBJECT => {
            return Err(refuse("exp is more than an hour ahead"));
        }
        _ => {}
    }
    match times.nbf {
        None if is_strict => Err(refuse("nbf is missing")),
        Some(nbf) if nbf.timestamp() > latest => Err(refuse("nbf is in the future")),
        Some(nbf) if nbf.timestamp() < now - lifetimes::REQUEST_OBJECT => Err(refuse("nbf is more than an hour ago")),
        _ => Ok(()),
    }
}

/// A member as the parameters that it stands for. A `resource` may be given several times (RFC 8707, section 2).
fn texts(name: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(several) if name == "resource" => several.iter().flat_map(|one| texts("", one)).collect(),
        other => vec![other.to_string()],
    }
}

fn is_unsigned(object: &str) -> bool {
    let header = object.split('.').next().and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded).ok());
    let header = header.and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    header.is_some_and(|header| header.get("alg").and_then(Value::as_str) == Some("none"))
}

const fn signature_refusal(error: jose::JwsError) -> &'static str {
    match error {
        jose::JwsError::Algorithm => "its algorithm is not ES256, EdDSA, Ed25519 or PS256",
        jose::JwsError::NoKey | jose::JwsError::Signature => "no registered key made its signature",
        jose::JwsError::Claims | jose::JwsError::Malformed | jose::JwsError::CriticalExtension => {
            "it is not a signed token of the expected shape"
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::testing::{ISSUER, NOW, RelyingParty, issuer, parameters, registered};

    fn shop() -> RelyingParty {
        RelyingParty::new("shop", SigningAlgorithm::Es256)
    }

    /// The claims of a good object, so changed; null takes one out.
    fn claims(changes: &Value) -> Value {
        let now = NOW.seconds();
        let mut claims = json!({
            "iss": "shop", "aud": ISSUER, "exp": now + 300, "nbf": now, "client_id": "shop", "response_type": "code",
            "scope": "openid", "state": "inside", "max_age": 10, "claims": {"userinfo": {"email": null}},
        });
        let all = claims.as_object_mut().unwrap();
        all.extend(changes.as_object().unwrap().clone());
        all.retain(|_, value| !value.is_null());
        claims
    }

    fn open(party: &RelyingParty, profile: &str, object: &str) -> Result<Parameters, OAuthError> {
        let mut metadata = party.metadata();
        metadata["profile"] = json!(profile);
        let outside = parameters(&[("client_id", "shop"), ("state", "outside"), ("nonce", "n"), ("request", object)]);
        let keys = [party.key.jwk().clone()];
        super::open(&outside, &registered(&metadata), &keys, &issuer(), NOW).map(Cow::into_owned)
    }

    fn signed(party: &RelyingParty, changes: &Value) -> String {
        jose::sign(&party.key, "oauth-authz-req+jwt", &claims(changes)).unwrap()
    }

    #[test]
    fn what_is_inside_counts_and_what_is_outside_only_under_oidc() {
        let party = shop();
        for (profile, nonce) in [("fapi2", None), ("oidc", Some("n"))] {
            let opened =
                open(&party, profile, &signed(&party, &json!({"resource": ["https://a/", "https://b/"]}))).unwrap();
            assert_eq!((opened.get("state"), opened.get("nonce")), (Some("inside"), nonce), "{profile}");
            assert_eq!((opened.get("max_age"), opened.get("request")), (Some("10"), None));
            assert_eq!(opened.get("claims"), Some(r#"{"userinfo":{"email":null}}"#));
            assert_eq!(opened.iter().filter(|(name, _)| *name == "resource").count(), 2);
            assert!(["iss", "aud", "exp"].iter().all(|name| opened.get(name).is_none()));
        }
        let plain = parameters(&[("state", "outside")]);
        let same = super::open(&plain, &party.client(), &[], &issuer(), NOW).unwrap();
        assert_eq!(same.get("state"), Some("outside"));
    }

    #[test]
    fn an_object_that_is_not_good_is_refused() {
        let (party, now) = (shop(), NOW.seconds());
        for (changes, strict_only) in [
            (json!({"iss": "bank"}), false),
            (json!({"iss": null}), true),
            (json!({"aud": "https://other.example"}), false),
            (json!({"aud": null}), true),
            (json!({"exp": now}), false),
            (json!({"exp": now + 4_000}), false),
            (json!({"exp": null}), true),
            (json!({"exp": "soon"}), false),
            (json!({"nbf": now + 60}), false),
            (json!({"nbf": now - 4_000}), false),
            (json!({"client_id": "bank"}), false),
            (json!({"client_id": null}), false),
            (json!({"sub": "shop"}), false),
            (json!({"request": "x"}), false),
            (json!({"request_uri": "https://shop.example/r"}), false),
        ] {
            let object = signed(&party, &changes);
            let error = open(&party, "fapi2", &object).err().unwrap();
            assert_eq!(
                (error.code.as_str(), error.parameter),
                ("invalid_request_object", Some("request")),
                "{changes}"
            );
            assert_eq!(open(&party, "oidc", &object).is_ok(), strict_only, "{changes}");
        }
        let stranger = signed(&shop(), &json!({}));
        for wrong in [&stranger, "rubbish", "e30.e30."] {
            assert_eq!(open(&party, "oidc", wrong).err().unwrap().code.as_str(), "invalid_request_object");
        }
    }

    #[test]
    fn an_object_without_signature_or_of_a_client_without_keys_is_not_supported() {
        let party = shop();
        let error = open(&party, "oidc", "eyJhbGciOiJub25lIn0.e30.").err().unwrap();
        assert_eq!((error.code.as_str(), error.parameter), ("request_not_supported", Some("request")));
        let object = signed(&party, &json!({}));
        let outside = parameters(&[("request", &object)]);
        let error = super::open(&outside, &party.client(), &[], &issuer(), NOW).err().unwrap();
        assert_eq!(error.code.as_str(), "request_not_supported");
    }
}
