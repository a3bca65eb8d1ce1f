//! What signed tokens must hold, and how they are forged.

use base64::Engine as _;
use ring::rand::SystemRandom;
use serde_json::{Value, json};

use super::super::{ACCEPTED_ALGORITHMS, OWN_ALGORITHMS, SigningAlgorithm};
use super::*;

fn key(algorithm: SigningAlgorithm) -> SigningKey {
    SigningKey::generate(algorithm, &SystemRandom::new()).unwrap().0
}

fn check(token: &str, keys: &[Jwk]) -> Result<Verified<Value>, JwsError> {
    verify(token, keys, ACCEPTED_ALGORITHMS)
}

/// The token with its header replaced, its signature left as it is.
fn with_header(token: &str, header: &Value) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}

#[test]
fn what_was_signed_verifies_by_the_published_key_alone() {
    for algorithm in SigningAlgorithm::ALL {
        let (mine, other) = (key(algorithm), key(algorithm));
        let token = sign(&mine, "at+jwt", &json!({"sub": "ann"})).unwrap();
        let check = |token: &str, keys: &[Jwk]| verify::<Value>(token, keys, OWN_ALGORITHMS);
        let verified = check(&token, &[other.jwk().clone(), mine.jwk().clone()]).unwrap();
        assert_eq!(verified.claims["sub"], "ann");
        assert_eq!(verified.header.kid.as_deref(), Some(mine.kid()));
        assert!(has_typ(&verified.header, "AT+JWT") && !has_typ(&verified.header, "jwt"));
        assert_eq!(check(&token, &[other.jwk().clone()]).unwrap_err(), JwsError::NoKey);
        let mut impostor = other.jwk().clone();
        impostor.common.key_id = Some(mine.kid().to_owned());
        assert_eq!(check(&token, &[impostor]).unwrap_err(), JwsError::Signature);
    }
}

#[test]
fn a_changed_token_is_refused() {
    let key = key(SigningAlgorithm::Es256);
    let token = sign(&key, "JWT", &json!({"amount": 1})).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let claims = URL_SAFE_NO_PAD.encode(json!({"amount": 1_000}).to_string());
    let forged = format!("{}.{claims}.{}", parts[0], parts[2]);
    assert_eq!(check(&forged, &[key.jwk().clone()]).unwrap_err(), JwsError::Signature);
}

#[test]
fn none_symmetric_and_unlisted_algorithms_are_refused() {
    let key = key(SigningAlgorithm::Es256);
    let token = sign(&key, "JWT", &json!({})).unwrap();
    for alg in ["none", "None", "HS256", "RS256", "ES384"] {
        let forged = with_header(&token, &json!({"alg": alg}));
        assert_eq!(check(&forged, &[key.jwk().clone()]).unwrap_err(), JwsError::Algorithm, "{alg}");
    }
    assert_eq!(verify::<Value>(&token, &[key.jwk().clone()], &[Algorithm::EdDSA]).unwrap_err(), JwsError::Algorithm);
}

#[test]
fn a_critical_extension_is_refused() {
    let key = key(SigningAlgorithm::Es256);
    let token = sign(&key, "JWT", &json!({})).unwrap();
    let forged = with_header(&token, &json!({"alg": "ES256", "crit": ["b64"], "b64": false}));
    assert_eq!(check(&forged, &[key.jwk().clone()]).unwrap_err(), JwsError::CriticalExtension);
}

#[test]
fn what_is_no_token_is_refused() {
    let key = key(SigningAlgorithm::Es256);
    let token = sign(&key, "JWT", &json!({})).unwrap();
    let long = format!("{token}{}", "A".repeat(LONGEST));
    for bad in ["", "..", "a.b", "a.b.c.d", "Ä.Ö.Ü", &token[1..], &format!("{token}."), &long] {
        assert_eq!(check(bad, &[key.jwk().clone()]).unwrap_err(), JwsError::Malformed, "{bad:.20}");
    }
}

#[test]
fn an_encryption_key_signs_nothing() {
    let key = key(SigningAlgorithm::Es256);
    let token = sign(&key, "JWT", &json!({})).unwrap();
    let mut jwk = key.jwk().clone();
    jwk.common.public_key_use = Some(PublicKeyUse::Encryption);
    assert_eq!(check(&token, &[jwk]).unwrap_err(), JwsError::NoKey);
}

/// RFC 8037, appendix A.3.
#[test]
fn a_thumbprint_is_the_one_of_the_standard() {
    let jwk: Jwk = serde_json::from_value(
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}),
    )
    .unwrap();
    assert_eq!(thumbprint(&jwk).unwrap(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

/// RFC 8037, appendix A.4: a token made elsewhere, with a payload that is not JSON.
#[test]
fn a_signature_over_something_else_than_claims_is_refused() {
    let jwk: Jwk = serde_json::from_value(
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}),
    )
    .unwrap();
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
                 hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert!(check(token, &[jwk]).is_err());
}

/// RFC 9864: `openid-client` and others call EdDSA by the name of its curve.
#[test]
fn ed25519_is_eddsa_by_another_name() {
    let key = key(SigningAlgorithm::EdDsa);
    let header = json!({"alg": "Ed25519", "kid": key.kid(), "typ": "dpop+jwt"});
    let token = sign_with_header(&key, &header, &json!({"sub": "ann"}));
    let mut registered = serde_json::to_value(key.jwk()).unwrap();
    for alg in ["EdDSA", "Ed25519"] {
        registered["alg"] = alg.into();
        let jwk = crate::jose::public_key(&registered).unwrap();
        let verified = check(&token, std::slice::from_ref(&jwk)).unwrap();
        assert_eq!((verified.header.alg, &verified.claims["sub"]), (Algorithm::EdDSA, &"ann".into()));
        assert_eq!(key_named_in(&token).as_deref(), Some(key.kid()));
        assert!(has_typ(&verified.header, "dpop+jwt"));
        let by_es256 = with_header(&token, &json!({"alg": "ES256", "kid": key.kid()}));
        assert_eq!(check(&by_es256, &[jwk]).unwrap_err(), JwsError::NoKey);
    }
    registered["alg"] = "Ed448".into();
    assert!(crate::jose::public_key(&registered).is_err());
}
