//! What an access token is good for, and when it is not.

use super::*;

fn tokens(world: &World, party: &RelyingParty) -> TokenResponse {
    let code = world.code(party, &[("scope", "openid profile phone email")], &world.session());
    world.redeem(party, &code, &[], NOW).unwrap()
}

#[test]
fn the_bearer_is_told_what_was_granted_and_is_on_record() {
    each(|world| {
        let shop = world.relying_party("shop");
        let token = tokens(world, &shop).access_token;
        let mut told = world.userinfo(&token, NOW).unwrap();
        told.as_object_mut().unwrap().remove("sub").unwrap();
        let expected = serde_json::json!({
            "name": "CHAN Tai Man", "name#zh-Hant": "陳大文", "birthdate": "1990-02-28",
            "email": "taiman@example.hk", "email_verified": false,
            "phone_number": "+85291234567", "phone_number_verified": false, "updated_at": NOW.seconds(),
        });
        assert_eq!(told, expected);
        let in_body = EndpointRequest { form: parameters(&[("access_token", &token)]), ..EndpointRequest::default() };
        world.identity.userinfo(&in_body, NOW).unwrap();
    });
}

#[test]
fn every_standard_claim_is_told_in_the_form_of_the_standard() {
    each(|world| {
        let json = r#"{"hkid":"C123456(9)","name":"HO Mei Yee","birthdate":"1985-07-01","email":"mei@example.hk",
            "email_verified":true,"phone_number":"+85291234568","phone_number_verified":true,"given_name":"Mei Yee",
            "family_name":"HO","middle_name":"M","nickname":"Mei","preferred_username":"mei","gender":"female",
            "profile":"https://mei.example/","picture":"https://mei.example/p.png","website":"https://mei.example/w",
            "zoneinfo":"Asia/Hong_Kong","locale":"zh-Hant-HK","updated_at":1700000000,
            "address":{"formatted":"1 Rock Road\nKowloon","country":"HK"}}"#;
        let mut expected: Value = serde_json::from_str(json).unwrap();
        let resident = active(&world.identity, &serde_json::from_str(json).unwrap());
        let (shop, who) = (world.relying_party("shop"), session(resident, NOW));
        let code = world.code(&shop, &[("scope", "openid profile email address phone")], &who);
        let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
        let mut told = world.userinfo(&tokens.access_token, NOW).unwrap();
        told.as_object_mut().unwrap().remove("sub").unwrap();
        expected.as_object_mut().unwrap().remove("hkid");
        assert_eq!(told, expected);
    });
}

#[test]
fn a_token_that_is_not_good_is_refused_with_a_challenge() {
    each(|world| {
        let shop = world.relying_party("shop");
        let tokens = tokens(world, &shop);
        let expired = refusal(world.userinfo(&tokens.access_token, NOW + Duration::from_mins(10)));
        let not_an_access_token = refusal(world.userinfo(id_token(&tokens), NOW));
        let forged = crate::jose::sign(&shop.key, "at+jwt", &claims_of(&world.identity, &tokens.access_token)).unwrap();
        for error in [
            expired,
            not_an_access_token,
            refusal(world.userinfo(&forged, NOW)),
            refusal(world.userinfo("rubbish", NOW)),
        ] {
            assert_eq!((error.code.as_str(), error.status()), ("invalid_token", 401));
            assert!(error.www_authenticate().unwrap().starts_with(r#"Bearer realm="lionrock", error="invalid_token""#));
        }
        let nothing = refusal(world.identity.userinfo(&EndpointRequest::default(), NOW));
        assert_eq!(
            nothing.www_authenticate().as_deref(),
            Some(r#"Bearer realm="lionrock", DPoP realm="lionrock", algs="ES256 EdDSA Ed25519 PS256""#)
        );
    });
}

#[test]
fn a_suspended_residents_codes_and_tokens_end_at_once() {
    each(|world| {
        let shop = world.relying_party("shop");
        let token = tokens(world, &shop).access_token;
        let code = world.code(&shop, &[], &world.session());
        world.identity.suspend_resident(world.resident, &clerk(), NOW).unwrap();
        assert_eq!(refusal(world.userinfo(&token, NOW)).code.as_str(), "invalid_token");
        assert_eq!(refusal(world.redeem(&shop, &code, &[], NOW)).code.as_str(), "invalid_grant");
    });
}

#[test]
fn a_token_outlives_a_rotation_of_keys() {
    each(|world| {
        let shop = world.relying_party("shop");
        let token = tokens(world, &shop).access_token;
        world.identity.rotate_signing_keys(&clerk(), NOW).unwrap();
        world.userinfo(&token, NOW).unwrap();
    });
}
