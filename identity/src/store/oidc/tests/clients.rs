//! Registering relying parties.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{clerk, each, redemption, refusal};
use crate::jose::{Algorithm, SigningAlgorithm, verify};
use crate::oidc::EndpointRequest;
use crate::oidc::client::{ClientError, ClientId};
use crate::oidc::testing::{NOW, RelyingParty, parameters};

#[test]
fn a_client_is_kept_as_it_was_registered() {
    each(|world| {
        let party = RelyingParty::new("shop", SigningAlgorithm::EdDsa);
        let added = world.identity.add_client(&party.metadata(), &clerk(), NOW).unwrap().client;
        assert_eq!(world.identity.client(&added.id).unwrap().as_deref(), Some(&added));
        assert_eq!(world.identity.clients().unwrap(), [added]);
        assert_eq!(world.identity.client(&ClientId::parse("bank").unwrap()).unwrap(), None);
        let records = world.identity.audit_records(0, 100).unwrap();
        let last = records.last().unwrap();
        assert_eq!((last.act.as_str(), last.subject.as_str()), ("client.registered", "client:shop"));
    });
}

#[test]
fn a_client_without_a_name_gets_one_of_its_own() {
    each(|world| {
        let party = world.relying_party("shop");
        let mut nameless = party.metadata();
        nameless["client_id"] = json!(null);
        let one = world.identity.add_client(&nameless, &clerk(), NOW).unwrap().client.id;
        let other = world.identity.add_client(&nameless, &clerk(), NOW).unwrap().client.id;
        assert_ne!(one, other);
    });
}

#[test]
fn bad_metadata_registers_nothing() {
    each(|world| {
        let refused = world.identity.add_client(&json!({"profile": "fapi2"}), &clerk(), NOW);
        assert!(matches!(refused, Err(ClientError::Metadata(_))));
        assert!(world.identity.clients().unwrap().is_empty());
    });
}

#[test]
fn a_secret_signs_in_and_is_kept_only_as_a_digest() {
    each(|world| {
        let party = RelyingParty::new("shop", SigningAlgorithm::Es256);
        let mut metadata = party.metadata();
        metadata["token_endpoint_auth_method"] = json!("client_secret_basic");
        metadata["id_token_signed_response_alg"] = json!(null);
        let added = world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
        let secret = added.made_secret.unwrap();
        let found = world.identity.client(&added.client.id).unwrap().unwrap();
        assert!(!found.to_stored().to_string().contains(secret.expose()));
        let uri = party.redirect_uri();
        let redeem = |secret: &str| {
            let code = world.code(&party, &[], &world.session());
            let authorization = Some(format!("Basic {}", STANDARD.encode(format!("shop:{secret}"))));
            let form = parameters(&redemption(&code, &uri));
            world.identity.token(&EndpointRequest { authorization, form, ..EndpointRequest::default() }, NOW)
        };
        let error = refusal(redeem("another-secret"));
        assert_eq!((error.code.as_str(), error.www_authenticate().is_some()), ("invalid_client", true));
        let tokens = redeem(secret.expose()).unwrap();
        let keys = world.identity.jwks(NOW).unwrap().keys;
        verify::<serde_json::Value>(super::id_token(&tokens), &keys, &[Algorithm::RS256]).unwrap();
    });
}

#[test]
fn a_client_that_is_registered_again_is_changed_and_keeps_its_sector() {
    each(|world| {
        let party = world.relying_party("shop");
        let before = world.identity.audit_records(0, 100).unwrap().len();
        world.identity.add_client(&party.metadata(), &clerk(), NOW).unwrap();
        assert_eq!(world.identity.audit_records(0, 100).unwrap().len(), before, "nothing changed");
        let mut moved = party.metadata();
        moved["redirect_uris"] = json!(["https://moved.example/cb"]);
        let changed = world.identity.update_client(&moved, &clerk(), NOW).unwrap().client;
        assert_eq!(
            (changed.sector.as_str(), changed.redirect_uris[0].as_str()),
            ("shop.example", "https://moved.example/cb")
        );
        assert_eq!(world.identity.client(&changed.id).unwrap().as_deref(), Some(&changed));
        moved["sector"] = json!("moved.example");
        let refused = world.identity.add_client(&moved, &clerk(), NOW);
        assert!(matches!(refused, Err(ClientError::Metadata(error)) if error.field == "sector"));
        let acts: Vec<_> = world.identity.audit_records(0, 100).unwrap().into_iter().map(|r| r.act).collect();
        assert_eq!(acts.last().map(String::as_str), Some("client.changed"));
        moved["client_id"] = json!("stranger");
        let unknown = world.identity.update_client(&moved, &clerk(), NOW);
        assert!(matches!(unknown, Err(ClientError::Unknown(id)) if id.as_str() == "stranger"));
    });
}

#[test]
fn a_client_that_is_removed_takes_its_tokens_along_and_comes_back_to_the_same_residents() {
    each(|world| {
        let party = world.relying_party("shop");
        let code = world.code(&party, &[], &world.session());
        let tokens = world.redeem(&party, &code, &[], NOW).unwrap();
        let subject = world.userinfo(&tokens.access_token, NOW).unwrap()["sub"].clone();
        let id = ClientId::parse("shop").unwrap();
        assert!(world.identity.remove_client(&id, &clerk(), NOW).unwrap());
        assert!(!world.identity.remove_client(&id, &clerk(), NOW).unwrap());
        assert_eq!(refusal(world.userinfo(&tokens.access_token, NOW)).code.as_str(), "invalid_token");
        world.identity.add_client(&party.metadata(), &clerk(), NOW).unwrap();
        let code = world.code(&party, &[], &world.session());
        let tokens = world.redeem(&party, &code, &[], NOW).unwrap();
        assert_eq!(world.userinfo(&tokens.access_token, NOW).unwrap()["sub"], subject);
    });
}
