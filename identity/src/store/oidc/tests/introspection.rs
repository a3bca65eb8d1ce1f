//! What clients are told of tokens, and which they may end.

use super::*;

fn ask(world: &World, party: &RelyingParty, token: &str) -> Value {
    world.identity.introspect(&world.request(party, &[("token", token)], NOW), NOW).unwrap()
}

fn revoke(world: &World, party: &RelyingParty, token: &str) -> Result<(), oidc::Error> {
    let form = [("token", token), ("token_type_hint", "refresh_token")];
    world.identity.revoke_token(&world.request(party, &form, NOW), NOW)
}

fn token(world: &World, party: &RelyingParty) -> String {
    let code = world.code(party, &[], &world.session());
    world.redeem(party, &code, &[], NOW).unwrap().access_token
}

#[test]
fn a_good_token_is_described_to_its_own_client_alone() {
    each(|world| {
        let (shop, bank) = (world.relying_party("shop"), world.relying_party("bank"));
        let token = token(world, &shop);
        let told = ask(world, &shop, &token);
        assert_eq!((told["active"].as_bool(), told["token_type"].as_str()), (Some(true), Some("Bearer")));
        assert_eq!((told["client_id"].as_str(), told["scope"].as_str()), (Some("shop"), Some("openid profile")));
        assert_eq!(told["sub"], claims_of(&world.identity, &token)["sub"]);
        assert_eq!(told["exp"].as_i64(), Some(NOW.seconds() + 600));
        let nothing = serde_json::json!({"active": false});
        assert_eq!(ask(world, &bank, &token), nothing);
        assert_eq!(ask(world, &shop, "rubbish"), nothing);
        let late = NOW + Duration::from_mins(10);
        let request = world.request(&shop, &[("token", &token)], late);
        assert_eq!(world.identity.introspect(&request, late).unwrap(), nothing);
        world.identity.suspend_resident(world.resident, &clerk(), NOW).unwrap();
        assert_eq!(ask(world, &shop, &token), nothing);
    });
}

#[test]
fn a_revoked_token_is_refused_everywhere_at_once_and_others_stay() {
    each(|world| {
        let (shop, bank) = (world.relying_party("shop"), world.relying_party("bank"));
        let (one, other) = (token(world, &shop), token(world, &shop));
        let of_another = refusal(revoke(world, &bank, &one));
        assert_eq!((of_another.code.as_str(), of_another.parameter), ("invalid_request", Some("token")));
        world.userinfo(&one, NOW).unwrap();
        revoke(world, &shop, &one).unwrap();
        assert_eq!(refusal(world.userinfo(&one, NOW)).code.as_str(), "invalid_token");
        assert_eq!(ask(world, &shop, &one)["active"], false);
        world.userinfo(&other, NOW).unwrap();
        revoke(world, &shop, &one).unwrap();
        revoke(world, &shop, "rubbish").unwrap();
        let acts = world.identity.audit_records(0, 100).unwrap();
        assert_eq!(acts.iter().filter(|record| record.act == "token.revoked").count(), 1);
    });
}

#[test]
fn who_does_not_authenticate_or_names_no_token_is_refused() {
    each(|world| {
        let shop = world.relying_party("shop");
        let token = token(world, &shop);
        let nameless = || EndpointRequest { form: parameters(&[("token", &token)]), ..EndpointRequest::default() };
        assert_eq!(refusal(world.identity.introspect(&nameless(), NOW)).code.as_str(), "invalid_client");
        assert_eq!(refusal(world.identity.revoke_token(&nameless(), NOW)).code.as_str(), "invalid_client");
        let without = |form: &[(&str, &str)]| world.request(&shop, form, NOW);
        let error = refusal(world.identity.introspect(&without(&[]), NOW));
        assert_eq!((error.code.as_str(), error.parameter), ("invalid_request", Some("token")));
        let error = refusal(world.identity.revoke_token(&without(&[]), NOW));
        assert_eq!((error.code.as_str(), error.parameter), ("invalid_request", Some("token")));
        let again = without(&[("token", &token)]);
        world.identity.introspect(&again, NOW).unwrap();
        assert_eq!(refusal(world.identity.introspect(&again, NOW)).code.as_str(), "invalid_client", "replayed");
        let mut app = shop.metadata();
        app["client_id"] = "app".into();
        app["token_endpoint_auth_method"] = "none".into();
        app["jwks"] = Value::Null;
        world.identity.add_client(&app, &clerk(), NOW).unwrap();
        let form = parameters(&[("client_id", "app"), ("token", &token)]);
        let public = EndpointRequest { form, ..EndpointRequest::default() };
        assert_eq!(refusal(world.identity.introspect(&public, NOW)).code.as_str(), "invalid_client");
    });
}
