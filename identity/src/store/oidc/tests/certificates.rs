//! Clients with certificates, from authentication to the bound token.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{World, claims_of, clerk, each, redemption, refusal};
use crate::jose::SigningAlgorithm;
use crate::oidc::testing::{ISSUER, NOW, Prover, RelyingParty, parameters};
use crate::oidc::{self, CertificateThumbprint, ClientCertificate, EndpointRequest, TokenResponse};
use crate::testing::MUTUAL_TLS;

const OWN: &[u8] = b"the shop's certificate";
const OTHER: &[u8] = b"another certificate";

/// The shop, which authenticates by its own certificate and wants tokens bound to it.
fn shop(world: &World) -> RelyingParty {
    let party = RelyingParty::new("shop", SigningAlgorithm::Es256);
    let mut metadata = party.metadata();
    metadata["token_endpoint_auth_method"] = json!("self_signed_tls_client_auth");
    metadata["tls_client_certificate_bound_access_tokens"] = json!(true);
    metadata["jwks"]["keys"][0]["x5c"] = json!([STANDARD.encode(OWN)]);
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    party
}

/// A call on a connection with this certificate.
fn by(certificate: &[u8], form: &[(&str, &str)]) -> EndpointRequest {
    let certificate = Some(Arc::new(ClientCertificate::new(certificate.to_vec(), false)));
    EndpointRequest { certificate, form: parameters(form), ..EndpointRequest::default() }
}

fn redeem(world: &World, party: &RelyingParty, shown: Option<&[u8]>) -> Result<TokenResponse, oidc::Error> {
    let (code, uri) = (world.code(party, &[], &world.session()), party.redirect_uri());
    let form = [&redemption(&code, &uri)[..], &[("client_id", "shop")]].concat();
    let request = match shown {
        Some(certificate) => by(certificate, &form),
        None => EndpointRequest { form: parameters(&form), ..EndpointRequest::default() },
    };
    world.identity.token(&request, NOW)
}

#[test]
fn a_token_is_good_only_on_a_connection_with_its_certificate() {
    each(|world| {
        let party = shop(world);
        assert_eq!(refusal(redeem(world, &party, None)).code.as_str(), "invalid_client");
        assert_eq!(refusal(redeem(world, &party, Some(OTHER))).code.as_str(), "invalid_client");
        let tokens = redeem(world, &party, Some(OWN)).unwrap();
        assert_eq!(tokens.token_type, "Bearer");
        let bound = claims_of(&world.identity, &tokens.access_token);
        assert_eq!(bound["cnf"], json!({"x5t#S256": CertificateThumbprint::of(OWN).as_str()}));

        let authorization = Some(format!("Bearer {}", tokens.access_token));
        let userinfo = |shown: Option<&[u8]>| {
            let request = shown.map_or_else(EndpointRequest::default, |certificate| by(certificate, &[]));
            world.identity.userinfo(&EndpointRequest { authorization: authorization.clone(), ..request }, NOW)
        };
        assert!(userinfo(Some(OWN)).is_ok());
        for wrong in [None, Some(OTHER)] {
            let error = refusal(userinfo(wrong));
            assert_eq!((error.code.as_str(), error.status()), ("invalid_token", 401));
        }
    });
}

#[test]
fn who_wants_bound_tokens_must_come_with_a_certificate_however_it_authenticates() {
    each(|world| {
        let party = RelyingParty::new("shop", SigningAlgorithm::Es256);
        let mut metadata = party.metadata();
        metadata["profile"] = json!("fapi2");
        metadata["tls_client_certificate_bound_access_tokens"] = json!(true);
        world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
        let error = refusal(world.identity.token(&world.request(&party, &[], NOW), NOW));
        assert_eq!((error.code.as_str(), error.status()), ("invalid_request", 400));
        let certificate = by(OTHER, &[]).certificate;
        let with = EndpointRequest { certificate, ..world.request(&party, &[], NOW) };
        assert_eq!(refusal(world.identity.token(&with, NOW)).parameter, Some("grant_type"), "any certificate will do");
    });
}

#[test]
fn a_proof_is_about_the_address_that_was_called() {
    each(|world| {
        let party = shop(world);
        let prover = Prover::new();
        let proven = |url: &str| {
            let (code, uri) = (world.code(&party, &[], &world.session()), party.redirect_uri());
            let request = by(OWN, &[&redemption(&code, &uri)[..], &[("client_id", "shop")]].concat());
            let dpop = vec![prover.proof("POST", url, NOW, &json!({}), &json!({}))];
            world.identity.token(&EndpointRequest { dpop, ..request }, NOW)
        };
        assert_eq!(refusal(proven(&format!("{ISSUER}/oauth/token"))).code.as_str(), "invalid_dpop_proof");
        let tokens = proven(&format!("{MUTUAL_TLS}/oauth/token")).unwrap();
        assert_eq!(tokens.token_type, "DPoP");
        let bound = claims_of(&world.identity, &tokens.access_token)["cnf"].clone();
        assert_eq!(bound, json!({"jkt": prover.thumbprint(), "x5t#S256": CertificateThumbprint::of(OWN).as_str()}));
    });
}
