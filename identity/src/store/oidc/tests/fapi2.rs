//! The FAPI 2.0 Security Profile, whole: what a client of it can do, and everything that it cannot.

use serde_json::json;

use super::*;
use crate::oidc::testing::Prover;

fn proof(prover: &Prover, endpoint: &str) -> Vec<String> {
    vec![prover.proof("POST", &format!("{ISSUER}/oauth/{endpoint}"), NOW, &json!({}), &json!({}))]
}

/// A client of the profile.
fn government(world: &World) -> RelyingParty {
    let party = RelyingParty::new("transport", crate::jose::SigningAlgorithm::Es256);
    let mut metadata = party.metadata();
    metadata["profile"] = json!("fapi2");
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    party
}

fn push(world: &World, party: &RelyingParty, changes: &[(&str, &str)]) -> Result<String, oidc::Error> {
    let uri = party.redirect_uri();
    let request = world.request(party, &changed(&good(party, &uri), changes), NOW);
    world.identity.push_authorization_request(&request, NOW).map(|pushed| pushed.request_uri)
}

/// The code that comes of a pushed request.
fn code(world: &World, party: &RelyingParty, request_uri: &str) -> String {
    let (pairs, ours) = ([("client_id", party.id.as_str()), ("request_uri", request_uri)], world.session());
    match world.identity.begin_authorization(&parameters(&pairs), None, Some(&ours), NOW).unwrap() {
        AuthorizationStep::Consent(page) => code_in(&world.grant(&page.ticket, &ours, &[])),
        step => code_in(&step),
    }
}

fn redeem(
    world: &World,
    party: &RelyingParty,
    code: &str,
    changes: &[(&str, &str)],
    proofs: Vec<String>,
) -> Result<TokenResponse, oidc::Error> {
    let uri = party.redirect_uri();
    let form = changed(&redemption(code, &uri), changes);
    let request = EndpointRequest { dpop: proofs, ..world.request(party, &form, NOW) };
    world.identity.token(&request, NOW)
}

#[test]
fn happy_flow() {
    each(|world| {
        let (party, prover) = (government(world), Prover::new());
        let code = code(world, &party, &push(world, &party, &[("state", "")]).unwrap());
        let tokens = redeem(world, &party, &code, &[], proof(&prover, "token")).unwrap();
        assert_eq!((tokens.token_type, tokens.expires_in), ("DPoP", 300));
        let claims = claims_of(&world.identity, id_token(&tokens));
        assert_eq!((claims["aud"].as_str(), claims["nonce"].as_str()), (Some("transport"), Some("n0nce")));
        let bearer = refusal(world.userinfo(&tokens.access_token, NOW));
        assert_eq!((bearer.code.as_str(), bearer.status()), ("invalid_token", 401));
        let again = refusal(redeem(world, &party, &code, &[], proof(&prover, "token")));
        assert_eq!((again.code.as_str(), again.status()), ("invalid_grant", 400));
    });
}

#[test]
fn ensure_unsigned_authorization_request_without_using_par_fails() {
    each(|world| {
        let (party, ours) = (government(world), world.session());
        let step = world.begin(&party, &[], Some(&ours));
        assert_eq!(answer(&step, "error").as_deref(), Some("invalid_request"));
        assert_eq!(answer(&step, "iss").as_deref(), Some(ISSUER));
        assert_eq!(answer(&step, "state").as_deref(), Some("st"));
        assert_eq!(answer(&step, "code"), None);
        let unregistered = world.begin(&party, &[("redirect_uri", "https://evil.example/cb")], Some(&ours));
        assert_eq!(error_page(unregistered), PageError::RedirectUri);
    });
}

#[test]
fn ensure_holder_of_key_required() {
    each(|world| {
        let (party, prover) = (government(world), Prover::new());
        let code = code(world, &party, &push(world, &party, &[]).unwrap());
        let without = refusal(redeem(world, &party, &code, &[], vec![]));
        assert_eq!((without.code.as_str(), without.status()), ("invalid_grant", 400));
        redeem(world, &party, &code, &[], proof(&prover, "token")).unwrap();
    });
}

#[test]
fn par_refuses_what_the_profile_does_not_have() {
    each(|world| {
        let party = government(world);
        for (change, code, parameter) in [
            (("code_challenge", ""), "invalid_request", "code_challenge"),
            (("code_challenge_method", "plain"), "invalid_request", "code_challenge_method"),
            (("code_challenge_method", ""), "invalid_request", "code_challenge_method"),
            (("response_type", "code id_token"), "unsupported_response_type", "response_type"),
            (("response_type", "token"), "unsupported_response_type", "response_type"),
            (("redirect_uri", ""), "invalid_request", "redirect_uri"),
            (("request_uri", "urn:ietf:params:oauth:request_uri:AAAA"), "invalid_request", "request_uri"),
        ] {
            let error = refusal(push(world, &party, &[change]));
            assert_eq!((error.code.as_str(), error.status(), error.parameter), (code, 400, Some(parameter)));
        }
    });
}

#[test]
fn incorrect_pkce_code_verifier_rejected() {
    each(|world| {
        let (party, prover) = (government(world), Prover::new());
        let code = code(world, &party, &push(world, &party, &[]).unwrap());
        for verifier in ["", CHALLENGE] {
            let changes = [("code_verifier", verifier)];
            let error = refusal(redeem(world, &party, &code, &changes, proof(&prover, "token")));
            assert_eq!((error.code.as_str(), error.parameter), ("invalid_grant", Some("code_verifier")));
        }
    });
}

#[test]
fn ensure_authorization_request_with_long_state_and_nonce_comes_back_whole() {
    each(|world| {
        let (party, prover) = (government(world), Prover::new());
        let (state, nonce) = ("s".repeat(1_200), "n".repeat(384));
        let pushed = push(world, &party, &[("state", &state), ("nonce", &nonce)]).unwrap();
        let (pairs, ours) = ([("client_id", party.id.as_str()), ("request_uri", &pushed)], world.session());
        let page =
            consent_page(world.identity.begin_authorization(&parameters(&pairs), None, Some(&ours), NOW).unwrap());
        let step = world.grant(&page.ticket, &ours, &[]);
        assert_eq!(answer(&step, "state"), Some(state));
        let tokens = redeem(world, &party, &code_in(&step), &[], proof(&prover, "token")).unwrap();
        assert_eq!(claims_of(&world.identity, id_token(&tokens))["nonce"], nonce);
    });
}

#[test]
fn a_request_object_is_taken_by_value_and_what_is_inside_counts() {
    each(|world| {
        let (party, prover) = (government(world), Prover::new());
        let (uri, now) = (party.redirect_uri(), NOW.seconds());
        let mut claims: serde_json::Map<String, Value> =
            good(&party, &uri).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        claims.extend([
            ("iss".to_owned(), json!("transport")),
            ("aud".to_owned(), json!(ISSUER)),
            ("nbf".to_owned(), json!(now)),
            ("exp".to_owned(), json!(now + 60)),
            ("state".to_owned(), json!("inside")),
        ]);
        let object = crate::jose::sign(&party.key, "oauth-authz-req+jwt", &claims).unwrap();
        let form = [("request", object.as_str()), ("state", "outside"), ("nonce", "outside")];
        let pushed = world.identity.push_authorization_request(&world.request(&party, &form, NOW), NOW).unwrap();
        let (pairs, ours) = ([("client_id", "transport"), ("request_uri", &pushed.request_uri)], world.session());
        let step = world.identity.begin_authorization(&parameters(&pairs), None, Some(&ours), NOW).unwrap();
        let step = world.grant(&consent_page(step).ticket, &ours, &[]);
        assert_eq!(answer(&step, "state").as_deref(), Some("inside"));
        let tokens = redeem(world, &party, &code_in(&step), &[], proof(&prover, "token")).unwrap();
        assert_eq!(claims_of(&world.identity, id_token(&tokens))["nonce"], "n0nce");
        // By the browser, a client of this profile still sends nothing but a reference.
        let pairs = [("client_id", "transport"), ("redirect_uri", &uri), ("request", &object)];
        let step = world.identity.begin_authorization(&parameters(&pairs), None, Some(&ours), NOW).unwrap();
        assert_eq!(answer(&step, "error").as_deref(), Some("invalid_request"));
    });
}
