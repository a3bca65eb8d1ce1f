//! Tokens for the resources of others.

use serde_json::json;

use super::*;

const ONE: &str = "https://api.example/one";
const TWO: &str = "https://api.example/two";

/// A client with two resources behind it.
fn with_resources(world: &World) -> RelyingParty {
    let party = RelyingParty::new("shop", crate::jose::SigningAlgorithm::Es256);
    let mut metadata = party.metadata();
    metadata["grant_types"] = json!(["authorization_code", "refresh_token", "client_credentials"]);
    metadata["resources"] = json!([ONE, TWO]);
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    party
}

#[test]
fn a_token_is_for_the_resource_that_was_asked_for_and_nobody_else() {
    each(|world| {
        let shop = with_resources(world);
        let asked = [("resource", ONE), ("scope", "openid offline_access"), ("prompt", "consent")];
        let code = world.code(&shop, &asked, &world.session());
        let beyond = refusal(world.redeem(&shop, &code, &[("resource", TWO)], NOW));
        assert_eq!(
            (beyond.code.as_str(), beyond.status(), beyond.parameter),
            ("invalid_target", 400, Some("resource"))
        );
        let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
        assert_eq!(claims_of(&world.identity, &tokens.access_token)["aud"], ONE);
        assert_eq!(refusal(world.userinfo(&tokens.access_token, NOW)).code.as_str(), "invalid_token");
        let about = world.request(&shop, &[("token", &tokens.access_token)], NOW);
        assert_eq!(world.identity.introspect(&about, NOW).unwrap()["aud"], ONE);
        let refresh_token = tokens.refresh_token.unwrap();
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
        let again = world.identity.token(&world.request(&shop, &form, NOW), NOW).unwrap();
        assert_eq!(claims_of(&world.identity, &again.access_token)["aud"], ONE);
        let form = [&form[..], &[("resource", TWO)]].concat();
        let beyond = refusal(world.identity.token(&world.request(&shop, &form, NOW), NOW));
        assert_eq!(beyond.code.as_str(), "invalid_target");
    });
}

#[test]
fn a_resource_that_the_client_is_not_registered_for_is_refused() {
    each(|world| {
        let shop = with_resources(world);
        let step = world.begin(&shop, &[("resource", "https://other.example/")], None);
        assert_eq!(answer(&step, "error").as_deref(), Some("invalid_target"));
        let ask = |resource: &str| {
            let form = [("grant_type", "client_credentials"), ("resource", resource)];
            world.identity.token(&world.request(&shop, &form, NOW), NOW)
        };
        assert_eq!(refusal(ask("https://other.example/")).code.as_str(), "invalid_target");
        assert_eq!(claims_of(&world.identity, &ask(TWO).unwrap().access_token)["aud"], TWO);
    });
}
