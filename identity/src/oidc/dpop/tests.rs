//! Every way in which a proof can be wrong, one by one.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::jose::SigningAlgorithm;
use crate::oidc::client_auth::Method;
use crate::oidc::testing::{ISSUER, NOW, Prover};

const TOKEN: &str = "the-access-token";

fn url() -> String {
    format!("{ISSUER}/oauth/token")
}

fn keys() -> IdentityKeys {
    IdentityKeys::from_master(&[7; 32])
}

/// The verdict on these proofs, beside [`TOKEN`].
fn verdict(proofs: &[String]) -> Result<Option<DpopProof>, OAuthError> {
    let request = EndpointRequest { dpop: proofs.to_vec(), ..EndpointRequest::default() };
    let purpose = Purpose { url: &url(), access_token: Some(TOKEN), needs_nonce: false };
    check(&request, &purpose, &keys(), NOW)
}

/// A good proof, with these claims and this header in their place; null takes a member out.
fn proof(prover: &Prover, header: &Value, claims: &Value) -> String {
    let mut all = json!({ "ath": hash_of(TOKEN) });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    prover.proof("POST", &url(), NOW, header, &all)
}

fn reason(header: &Value, claims: &Value) -> &'static str {
    let refused = verdict(&[proof(&Prover::new(), header, claims)]).unwrap_err();
    assert_eq!((refused.code, refused.status(), refused.with_dpop().status()), (ErrorCode::InvalidDpopProof, 400, 401));
    refused.description
}

#[test]
fn a_good_proof_tells_its_key_and_when_it_may_be_forgotten() {
    for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa, SigningAlgorithm::Ps256] {
        let prover = Prover::with(algorithm);
        let proven = verdict(&[proof(&prover, &json!({}), &json!({"jti": "1"}))]).unwrap().unwrap();
        assert_eq!(proven.key.as_str(), prover.thumbprint());
        assert_eq!((proven.jti.as_str(), proven.until), ("1", NOW + Duration::from_mins(1)));
    }
    assert_eq!(verdict(&[]), Ok(None));
}

#[test]
fn extra_claims_a_key_name_and_small_differences_of_clocks_are_fine() {
    let at = |offset: i64| json!(NOW.seconds() + offset);
    for claims in [
        json!({"nbf": at(100), "exp": at(-100)}),
        json!({"iat": at(10)}),
        json!({"iat": at(-10)}),
        json!({"iat": at(30)}),
        json!({"iat": at(-60)}),
    ] {
        assert!(verdict(&[proof(&Prover::new(), &json!({"kid": "1"}), &claims)]).is_ok(), "{claims}");
    }
}

#[test]
fn the_address_is_compared_without_query_and_fragment_and_normalised() {
    for good in ["https://ID.lionrock.EXAMPLE:443/oauth/token", "https://id.lionrock.example/x/../oauth/token?a=b#c"] {
        assert!(verdict(&[proof(&Prover::new(), &json!({}), &json!({"htu": good}))]).is_ok(), "{good}");
    }
    for wrong in [
        "http://id.lionrock.example/oauth/token",
        "https://id.lionrock.example/oauth/par",
        "https://id.lionrock.example/oauth/token/",
        "https://id.lionrock.example:8443/oauth/token",
        "https://someone@id.lionrock.example/oauth/token",
        "/oauth/token",
        "",
    ] {
        assert_eq!(reason(&json!({}), &json!({"htu": wrong})), "htu is not the address of this request", "{wrong}");
    }
}

#[test]
fn every_missing_or_wrong_claim_is_refused() {
    let at = |offset: i64| json!(NOW.seconds() + offset);
    for (claims, why) in [
        (json!({"jti": null}), "jti must have 1 to 255 bytes"),
        (json!({"jti": ""}), "jti must have 1 to 255 bytes"),
        (json!({"jti": "x".repeat(256)}), "jti must have 1 to 255 bytes"),
        (json!({"htm": null}), "htm is not the method of this request"),
        (json!({"htm": "GET"}), "htm is not the method of this request"),
        (json!({"htm": "post"}), "htm is not the method of this request"),
        (json!({"htu": null}), "htu is not the address of this request"),
        (json!({"ath": null}), "ath is not the hash of the access token"),
        (json!({"ath": hash_of("another token")}), "ath is not the hash of the access token"),
        (json!({"iat": null}), "iat is missing"),
        (json!({"iat": "now"}), "its claims are not of the expected shape"),
        (json!({"iat": at(3600)}), "iat is too far from now"),
        (json!({"iat": at(-3600)}), "iat is too far from now"),
        (json!({"iat": at(31)}), "iat is too far from now"),
        (json!({"iat": at(-61)}), "iat is too far from now"),
    ] {
        assert_eq!(reason(&json!({}), &claims), why, "{claims}");
    }
}

#[test]
fn every_missing_or_wrong_header_is_refused() {
    let stranger = Prover::new();
    for (header, why) in [
        (json!({"typ": null}), "typ must be dpop+jwt"),
        (json!({"typ": "JWT"}), "typ must be dpop+jwt"),
        (json!({"alg": null}), "it is not a signed token"),
        (json!({"alg": "none"}), "its algorithm is not ES256, EdDSA, Ed25519 or PS256"),
        (json!({"alg": "RS256"}), "its algorithm is not ES256, EdDSA, Ed25519 or PS256"),
        (json!({"alg": "HS256"}), "its algorithm is not ES256, EdDSA, Ed25519 or PS256"),
        (json!({"alg": "EdDSA"}), "its signature is not by its jwk"),
        (json!({"crit": ["exp"]}), "it is not a signed token"),
        (json!({"jwk": null}), "jwk is missing"),
        (json!({"jwk": "key"}), "jwk cannot be read"),
        (
            json!({"jwk": {"kty": "oct", "k": "c2VjcmV0"}}),
            "jwk holds a private key, which is nobody's business now: make a new one",
        ),
        (
            json!({"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}),
            "jwk must be P-256, Ed25519, or RSA of 2048 to 8192 bits",
        ),
        (json!({"jwk": stranger.jwk()}), "its signature is not by its jwk"),
    ] {
        assert_eq!(reason(&header, &json!({})), why, "{header}");
    }
    let prover = Prover::new();
    let mut with_private_half = prover.jwk();
    with_private_half["d"] = json!("AQAB");
    let refused = verdict(&[proof(&prover, &json!({"jwk": with_private_half}), &json!({}))]).unwrap_err();
    assert!(refused.description.starts_with("jwk holds a private key"));
}

#[test]
fn two_proofs_and_what_is_no_proof_are_refused() {
    let good = proof(&Prover::new(), &json!({}), &json!({}));
    assert_eq!(verdict(&[good.clone(), good.clone()]).unwrap_err().description, "there is more than one proof");
    let cut = good[..good.len() - 4].to_owned();
    for wrong in ["", "rubbish", "a.b.c", "..", &cut, &format!("{good}.x"), &format!("{good}, {good}")] {
        assert_eq!(verdict(&[wrong.to_owned()]).unwrap_err().code, ErrorCode::InvalidDpopProof, "{wrong}");
    }
}

#[test]
fn a_nonce_of_ours_excuses_a_slow_clock_and_may_be_demanded() {
    let old = json!(NOW.seconds() - 299);
    let ours = nonce::make(&keys(), NOW - Duration::from_secs(200));
    let proven = verdict(&[proof(&Prover::new(), &json!({}), &json!({"iat": old, "nonce": ours}))]).unwrap().unwrap();
    assert_eq!(proven.until, NOW + Duration::from_secs(1));
    let too_old = nonce::make(&keys(), NOW - Duration::from_secs(301));
    for nonce in ["made-up", "", &too_old] {
        let error = verdict(&[proof(&Prover::new(), &json!({}), &json!({"nonce": nonce}))]).unwrap_err();
        assert_eq!((error.code.as_str(), error.status(), error.with_dpop().status()), ("use_dpop_nonce", 400, 401));
    }
    let demanding = Purpose { url: &url(), access_token: Some(TOKEN), needs_nonce: true };
    let ask = |claims: &Value| {
        let dpop = vec![proof(&Prover::new(), &json!({}), claims)];
        check(&EndpointRequest { dpop, ..EndpointRequest::default() }, &demanding, &keys(), NOW)
    };
    assert_eq!(ask(&json!({})).unwrap_err().code, ErrorCode::UseDpopNonce);
    assert!(ask(&json!({"nonce": ours})).is_ok());
}

#[test]
fn a_bound_token_needs_its_own_key_and_its_own_scheme() {
    let (prover, stranger) = (Prover::new(), Prover::new());
    let bound = KeyThumbprint::parse(&prover.thumbprint()).unwrap();
    let binding = |scheme, bound: Option<&KeyThumbprint>, proofs: Vec<String>| {
        let shown = ShownToken { token: TOKEN, scheme };
        let request = EndpointRequest { method: Method::Post, dpop: proofs, ..EndpointRequest::default() };
        let bound = Confirmation::of(bound, None);
        check_binding(&shown, bound.as_ref(), &request, &url(), &keys(), NOW).map_err(|e| (e.code.as_str(), e.status()))
    };
    let good = || proof(&prover, &json!({}), &json!({}));
    assert!(binding(Scheme::Dpop, Some(&bound), vec![good()]).unwrap().is_some());
    assert_eq!(binding(Scheme::Bearer, None, vec![]), Ok(None));
    assert_eq!(binding(Scheme::Bearer, Some(&bound), vec![good()]), Err(("invalid_token", 401)), "downgraded");
    assert_eq!(binding(Scheme::Dpop, None, vec![good()]), Err(("invalid_token", 401)));
    assert_eq!(binding(Scheme::Dpop, Some(&bound), vec![]), Err(("invalid_dpop_proof", 401)));
    let by_stranger = proof(&stranger, &json!({}), &json!({}));
    assert_eq!(binding(Scheme::Dpop, Some(&bound), vec![by_stranger]), Err(("invalid_token", 401)));
}
