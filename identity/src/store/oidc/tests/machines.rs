//! Clients that ask for tokens of their own.

use serde_json::json;

use super::*;
use crate::oidc::Method;
use crate::oidc::testing::Prover;

/// A client that acts by itself.
fn machine(world: &World) -> RelyingParty {
    let party = RelyingParty::new("meter", crate::jose::SigningAlgorithm::Es256);
    let mut metadata = party.metadata();
    metadata["grant_types"] = json!(["client_credentials"]);
    metadata["redirect_uris"] = Value::Null;
    metadata["scope"] = json!("readings:read readings:write");
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    party
}

fn ask(world: &World, party: &RelyingParty, scope: &str) -> Result<TokenResponse, oidc::Error> {
    let form = [("grant_type", "client_credentials"), ("scope", scope)];
    world.identity.token(&world.request(party, &form, NOW), NOW)
}

#[test]
fn a_machine_gets_a_token_about_itself_and_nothing_else() {
    each(|world| {
        let tokens = ask(world, &machine(world), "readings:write").unwrap();
        assert!(tokens.id_token.is_none() && tokens.refresh_token.is_none());
        assert_eq!((tokens.token_type, tokens.expires_in, tokens.scope.as_str()), ("Bearer", 600, "readings:write"));
        let claims = claims_of(&world.identity, &tokens.access_token);
        for (name, value) in [("sub", "meter"), ("client_id", "meter"), ("aud", ISSUER), ("scope", "readings:write")] {
            assert_eq!(claims[name], value, "{name}");
        }
        for absent in ["auth_time", "acr", "amr", "cnf"] {
            assert!(claims.get(absent).is_none(), "{absent}");
        }
        let refused = refusal(world.userinfo(&tokens.access_token, NOW));
        assert_eq!((refused.code.as_str(), refused.status()), ("insufficient_scope", 403));
    });
}

#[test]
fn a_machine_asks_about_its_token_and_ends_it() {
    each(|world| {
        let party = machine(world);
        let token = ask(world, &party, "").unwrap().access_token;
        let form = [("token", token.as_str())];
        let about = || world.identity.introspect(&world.request(&party, &form, NOW), NOW).unwrap();
        assert_eq!((&about()["active"], &about()["sub"]), (&json!(true), &json!("meter")));
        world.identity.revoke_token(&world.request(&party, &form, NOW), NOW).unwrap();
        assert_eq!(about(), json!({"active": false}));
        world.identity.revoke_token(&world.request(&party, &form, NOW), NOW).unwrap();
        let acts = world.identity.audit_records(0, 100).unwrap();
        assert_eq!(acts.iter().filter(|record| record.act == "token.revoked").count(), 1);
    });
}

#[test]
fn who_may_act_alone_is_registered_for_it() {
    each(|world| {
        let (shop, meter) = (world.relying_party("shop"), machine(world));
        let refused = refusal(ask(world, &shop, ""));
        assert_eq!((refused.code.as_str(), refused.status()), ("unauthorized_client", 400));
        assert_eq!(refusal(ask(world, &meter, "openid")).code.as_str(), "invalid_scope");
        let form = redemption("AQEB", "https://meter.example/cb");
        let refused = refusal(world.identity.token(&world.request(&meter, &form, NOW), NOW));
        assert_eq!(refused.code.as_str(), "unauthorized_client");
        assert_eq!(error_page(world.begin(&meter, &[], None)), PageError::RedirectUri);
    });
}

#[test]
fn a_token_of_a_machine_is_bound_to_the_key_it_shows() {
    each(|world| {
        let (party, prover) = (machine(world), Prover::new());
        let proof = prover.proof("POST", &format!("{ISSUER}/oauth/token"), NOW, &json!({}), &json!({}));
        let request = world.request(&party, &[("grant_type", "client_credentials")], NOW);
        let tokens = world.identity.token(&EndpointRequest { dpop: vec![proof], ..request }, NOW).unwrap();
        assert_eq!(tokens.token_type, "DPoP");
        assert_eq!(claims_of(&world.identity, &tokens.access_token)["cnf"]["jkt"], prover.thumbprint());
    });
}

#[test]
fn a_bound_token_of_a_machine_opens_an_api_with_its_proof_alone() {
    each(|world| {
        let (party, prover, thief) = (machine(world), Prover::new(), Prover::new());
        let proof = prover.proof("POST", &format!("{ISSUER}/oauth/token"), NOW, &json!({}), &json!({}));
        let request = world.request(&party, &[("grant_type", "client_credentials")], NOW);
        let bound = world.identity.token(&EndpointRequest { dpop: vec![proof], ..request }, NOW).unwrap().access_token;
        let free = ask(world, &party, "readings:read").unwrap().access_token;
        let call = |scheme: &str, token: &str, proofs: &[String]| EndpointRequest {
            method: Method::Get,
            authorization: Some(format!("{scheme} {token}")),
            dpop: proofs.to_vec(),
            ..EndpointRequest::default()
        };
        let open = |call: &EndpointRequest| {
            world.identity.client_of_token(call, "/api/v1/readings/7", "readings:read", NOW).map(|id| id.to_string())
        };
        let prove = |by: &Prover, path: &str, token: &str| {
            let hash = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
            let ath = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, hash);
            by.proof("GET", &format!("{ISSUER}{path}"), NOW, &json!({}), &json!({ "ath": ath }))
        };
        let good = call("DPoP", &bound, &[prove(&prover, "/api/v1/readings/7", &bound)]);
        assert_eq!(open(&good).unwrap(), "meter");
        assert_eq!(open(&call("Bearer", &free, &[])).unwrap(), "meter");
        for (wrong, code) in [
            (good.clone(), "invalid_dpop_proof"), // shown a second time
            (call("DPoP", &bound, &[]), "invalid_dpop_proof"),
            (call("DPoP", &bound, &[prove(&prover, "/api/v1/readings/8", &bound)]), "invalid_dpop_proof"),
            (call("DPoP", &bound, &[prove(&thief, "/api/v1/readings/7", &bound)]), "invalid_token"),
            (call("Bearer", &bound, &[]), "invalid_token"),
            (call("DPoP", &free, &[]), "invalid_token"),
        ] {
            let refused = refusal(open(&wrong));
            assert_eq!((refused.code.as_str(), refused.status()), (code, 401), "{:?}", wrong.authorization);
            assert!(refused.www_authenticate().is_some_and(|challenge| challenge.starts_with("DPoP")));
        }
        let still = |call: &EndpointRequest| world.identity.client_still_stands(call, "readings:read", NOW).is_ok();
        assert!(still(&good), "what it is bound to was proven before");
        let form = [("token", bound.as_str())];
        world.identity.revoke_token(&world.request(&party, &form, NOW), NOW).unwrap();
        assert!(!still(&good));
    });
}
