//! Answers that only their client can read.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{World, clerk, each, refusal};
use crate::jose::{Algorithm, SigningAlgorithm, verify};
use crate::oidc::testing::{ISSUER, NOW, RelyingParty};
use crate::oidc::{self, EndpointRequest, TokenResponse, UserinfoResponse};

/// The tokens of a client that registered with these members.
fn tokens(world: &World, members: &Value) -> TokenResponse {
    let key = json!(RelyingParty::new("any", SigningAlgorithm::Es256).key.jwk());
    redeemed(world, members, key).unwrap()
}

/// What comes of redeeming a code, for a client with this key to be encrypted to.
fn redeemed(world: &World, members: &Value, mut for_encryption: Value) -> Result<TokenResponse, oidc::Error> {
    let party = RelyingParty::new("shop", SigningAlgorithm::Es256);
    let mut metadata = party.metadata();
    for_encryption["use"] = json!("enc");
    for_encryption["alg"] = json!("ECDH-ES+A256KW");
    metadata["jwks"]["keys"].as_array_mut().unwrap().push(for_encryption);
    metadata.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    let code = world.code(&party, &[], &world.session());
    world.redeem(&party, &code, &[], NOW)
}

fn userinfo(world: &World, tokens: &TokenResponse) -> UserinfoResponse {
    let authorization = Some(format!("Bearer {}", tokens.access_token));
    world.identity.userinfo(&EndpointRequest { authorization, ..EndpointRequest::default() }, NOW).unwrap()
}

fn header(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

#[test]
fn userinfo_is_signed_for_whoever_registered_it_so() {
    each(|world| {
        let tokens = tokens(world, &json!({"userinfo_signed_response_alg": "ES256"}));
        let UserinfoResponse::Token(token) = userinfo(world, &tokens) else { panic!("not signed") };
        let keys = world.identity.jwks(NOW).unwrap().keys;
        let claims = verify::<Value>(&token, &keys, &[Algorithm::ES256]).unwrap().claims;
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!("shop")));
        assert!(claims["sub"].is_string() && claims["name"].is_string());
    });
}

#[test]
fn id_tokens_and_userinfo_are_encrypted_for_whoever_registered_it_so() {
    each(|world| {
        let tokens = tokens(
            world,
            &json!({
                "id_token_encrypted_response_alg": "ECDH-ES+A256KW",
                "id_token_encrypted_response_enc": "A256CBC-HS512",
                "userinfo_signed_response_alg": "ES256",
                "userinfo_encrypted_response_alg": "ECDH-ES+A256KW",
                "userinfo_encrypted_response_enc": "A256GCM",
            }),
        );
        let UserinfoResponse::Token(userinfo) = userinfo(world, &tokens) else { panic!("not encrypted") };
        for (token, encryption) in [(tokens.id_token.as_ref().unwrap(), "A256CBC-HS512"), (&userinfo, "A256GCM")] {
            let header = header(token);
            assert_eq!((&header["alg"], &header["enc"]), (&json!("ECDH-ES+A256KW"), &json!(encryption)));
            assert_eq!((token.split('.').count(), &header["cty"]), (5, &json!("JWT")));
        }
    });
}

/// Whoever published it hears that it is theirs to mend.
#[test]
fn what_is_no_point_of_the_curve_is_refused_as_the_clients_fault() {
    each(|world| {
        let nowhere = json!({ "kty": "EC", "crv": "P-256", "kid": "1", "x": "A".repeat(43), "y": "A".repeat(43) });
        let members = json!({ "id_token_encrypted_response_alg": "ECDH-ES+A256KW", "id_token_encrypted_response_enc": "A256GCM" });
        assert_eq!(refusal(redeemed(world, &members, nowhere)).code.as_str(), "invalid_client");
    });
}
