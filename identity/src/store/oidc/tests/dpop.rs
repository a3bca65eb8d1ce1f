//! Proof of possession from the pushed request to userinfo: what is bound stays bound, and a proof is used once.

use serde_json::json;

use super::*;
use crate::oidc::Method;
use crate::oidc::testing::Prover;

fn url(endpoint: &str) -> String {
    format!("{ISSUER}/oauth/{endpoint}")
}

fn proof(prover: &Prover, endpoint: &str) -> String {
    prover.proof("POST", &url(endpoint), NOW, &json!({}), &json!({}))
}

fn with_proof(request: EndpointRequest, proof: String) -> EndpointRequest {
    EndpointRequest { dpop: vec![proof], ..request }
}

impl World {
    /// Redeems a code with this proof.
    fn redeem_with(&self, party: &RelyingParty, code: &str, proof: String) -> Result<TokenResponse, oidc::Error> {
        let uri = party.redirect_uri();
        self.identity.token(&with_proof(self.request(party, &redemption(code, &uri), NOW), proof), NOW)
    }

    fn show(&self, scheme: &str, token: &str, proofs: Vec<String>) -> Result<Value, oidc::Error> {
        let request = EndpointRequest {
            method: Method::Get,
            authorization: Some(format!("{scheme} {token}")),
            dpop: proofs,
            ..EndpointRequest::default()
        };
        self.identity.userinfo(&request, NOW).map(told)
    }
}

/// A proof for userinfo with this token.
fn proof_with(prover: &Prover, token: &str) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
    let ath = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, hash);
    prover.proof("GET", &url("userinfo"), NOW, &json!({}), &json!({ "ath": ath }))
}

#[test]
fn a_bound_token_is_good_with_its_key_alone() {
    each(|world| {
        let (shop, prover, thief) = (world.relying_party("shop"), Prover::new(), Prover::new());
        let code = world.code(&shop, &[], &world.session());
        let tokens = world.redeem_with(&shop, &code, proof(&prover, "token")).unwrap();
        let token = tokens.access_token.as_str();
        assert_eq!(tokens.token_type, "DPoP");
        assert_eq!(claims_of(&world.identity, token)["cnf"]["jkt"], prover.thumbprint());
        let good = proof_with(&prover, token);
        world.show("DPoP", token, vec![good.clone()]).unwrap();
        world.show("dpop", token, vec![proof_with(&prover, token)]).unwrap();
        for (scheme, proofs, expected) in [
            ("DPoP", vec![good], "invalid_dpop_proof"), // shown a second time
            ("DPoP", vec![], "invalid_dpop_proof"),
            ("DPoP", vec![proof_with(&prover, "another token")], "invalid_dpop_proof"),
            ("DPoP", vec![proof_with(&thief, token)], "invalid_token"),
            ("Bearer", vec![], "invalid_token"),
            ("Bearer", vec![proof_with(&prover, token)], "invalid_token"),
        ] {
            let error = refusal(world.show(scheme, token, proofs));
            assert_eq!((error.code.as_str(), error.status()), (expected, 401));
            let challenge = format!(r#"DPoP realm="lionrock", error="{expected}""#);
            assert!(error.www_authenticate().unwrap().starts_with(&challenge));
        }
        let in_body = EndpointRequest { form: parameters(&[("access_token", token)]), ..EndpointRequest::default() };
        assert_eq!(refusal(world.identity.userinfo(&in_body, NOW)).code.as_str(), "invalid_token");
    });
}

#[test]
fn a_code_is_bound_to_the_key_of_its_request() {
    each(|world| {
        let (shop, prover, thief) = (world.relying_party("shop"), Prover::new(), Prover::new());
        let uri = shop.redirect_uri();
        let push = |changes: &[(&str, &str)], proofs: Vec<String>| {
            let form = changed(&good(&shop, &uri), changes);
            let request = EndpointRequest { dpop: proofs, ..world.request(&shop, &form, NOW) };
            world.identity.push_authorization_request(&request, NOW)
        };
        let jkt = prover.thumbprint();
        let mismatch = refusal(push(&[("dpop_jkt", &jkt)], vec![proof(&thief, "par")]));
        assert_eq!((mismatch.code.as_str(), mismatch.parameter), ("invalid_request", Some("dpop_jkt")));
        let malformed = refusal(push(&[("dpop_jkt", "short")], vec![]));
        assert_eq!((malformed.code.as_str(), malformed.parameter), ("invalid_request", Some("dpop_jkt")));
        let elsewhere = refusal(push(&[], vec![proof(&prover, "token")]));
        assert_eq!((elsewhere.code.as_str(), elsewhere.status()), ("invalid_dpop_proof", 400));
        for pushed in [
            push(&[], vec![proof(&prover, "par")]),
            push(&[("dpop_jkt", &jkt)], vec![]),
            push(&[("dpop_jkt", &jkt)], vec![proof(&prover, "par")]),
        ] {
            let pairs = [("client_id", "shop"), ("request_uri", &pushed.unwrap().request_uri)];
            let ours = world.session();
            let step = world.identity.begin_authorization(&parameters(&pairs), None, Some(&ours), NOW).unwrap();
            let code = match step {
                AuthorizationStep::Consent(page) => code_in(&world.grant(&page.ticket, &ours, &[])),
                step => code_in(&step),
            };
            let by_thief = refusal(world.redeem_with(&shop, &code, proof(&thief, "token")));
            assert_eq!((by_thief.code.as_str(), by_thief.status()), ("invalid_grant", 400));
            assert_eq!(refusal(world.redeem(&shop, &code, &[], NOW)).code.as_str(), "invalid_grant");
            world.redeem_with(&shop, &code, proof(&prover, "token")).unwrap();
        }
    });
}

#[test]
fn a_proof_is_used_once_even_at_two_gateways_at_once() {
    each(|world| {
        let (shop, prover) = (world.relying_party("shop"), Prover::new());
        let uri = shop.redirect_uri();
        let (code, shared) = (world.code(&shop, &[], &world.session()), proof(&prover, "token"));
        let request = |form: &[(&str, &str)]| with_proof(world.request(&shop, form, NOW), shared.clone());
        let wrong = [redemption("A", &uri), redemption("B", &uri)].map(|form| request(&form));
        let codes = std::thread::scope(|scope| {
            let ask = |request| scope.spawn(move || refusal(another(world).token(request, NOW)).code.as_str());
            [ask(&wrong[0]), ask(&wrong[1])].map(|thread| thread.join().unwrap())
        });
        assert!(codes.contains(&"invalid_grant") && codes.contains(&"invalid_dpop_proof"), "{codes:?}");
        let replayed = refusal(world.identity.token(&request(&redemption(&code, &uri)), NOW));
        assert_eq!((replayed.code.as_str(), replayed.status()), ("invalid_dpop_proof", 400));
        world.redeem_with(&shop, &code, proof(&prover, "token")).unwrap();
    });
}

#[test]
fn a_client_may_be_held_to_proofs_and_to_nonces() {
    each(|world| {
        let (party, prover) = (RelyingParty::new("shop", crate::jose::SigningAlgorithm::Es256), Prover::new());
        let mut metadata = party.metadata();
        metadata["dpop_bound_access_tokens"] = json!(true);
        metadata["dpop_nonce_required"] = json!(true);
        world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
        let code = world.code(&party, &[], &world.session());
        assert_eq!(refusal(world.redeem(&party, &code, &[], NOW)).code.as_str(), "invalid_grant");
        let without = refusal(world.redeem_with(&party, &code, proof(&prover, "token")));
        assert_eq!((without.code.as_str(), without.status()), ("use_dpop_nonce", 400));
        let claims = json!({ "nonce": world.identity.dpop_nonce(NOW), "iat": NOW.seconds() - 200 });
        let with = prover.proof("POST", &url("token"), NOW, &json!({}), &claims);
        world.redeem_with(&party, &code, with).unwrap();
    });
}
