//! Redeeming codes: once, in time, by the right client, with the right proof.

use super::*;

#[test]
fn a_code_is_used_once_and_using_it_again_revokes_what_it_gave() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let code = world.code(&shop, &[], &ours);
        let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
        world.userinfo(&tokens.access_token, NOW).unwrap();
        let again = refusal(world.redeem(&shop, &code, &[], NOW + SECOND));
        assert_eq!((again.code.as_str(), again.status()), ("invalid_grant", 400));
        let revoked = refusal(world.userinfo(&tokens.access_token, NOW + SECOND));
        assert_eq!((revoked.code.as_str(), revoked.status()), ("invalid_token", 401));
        let acts: Vec<_> = world.identity.audit_records(0, 100).unwrap().into_iter().map(|r| r.act).collect();
        assert_eq!(acts.iter().filter(|act| *act == "code.reused").count(), 1);
        assert_eq!(refusal(world.redeem(&shop, &code, &[], NOW + SECOND)).code.as_str(), "invalid_grant");
    });
}

#[test]
fn a_code_used_again_after_thirty_seconds_still_revokes() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let code = world.code(&shop, &[], &ours);
        let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
        let later = NOW + Duration::from_secs(90);
        while world.identity.expire_authorizations(later, 10).unwrap() > 0 {}
        assert_eq!(refusal(world.redeem(&shop, &code, &[], later)).code.as_str(), "invalid_grant");
        assert_eq!(refusal(world.userinfo(&tokens.access_token, later)).code.as_str(), "invalid_token");
    });
}

#[test]
fn of_two_gateways_that_redeem_one_code_at_once_one_wins() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let uri = shop.redirect_uri();
        for _ in 0..8 {
            let code = world.code(&shop, &[], &ours);
            let form = redemption(&code, &uri);
            let requests = [world.request(&shop, &form, NOW), world.request(&shop, &form, NOW)];
            let results = std::thread::scope(|scope| {
                let redeem = |request| scope.spawn(move || another(world).token(request, NOW));
                [redeem(&requests[0]), redeem(&requests[1])].map(|thread| thread.join().unwrap())
            });
            let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
            assert_eq!((won.len(), lost.len()), (1, 1));
            for lost in lost {
                assert_eq!(refusal(lost).code.as_str(), "invalid_grant");
            }
            for won in won {
                let token = won.unwrap().access_token;
                assert_eq!(refusal(world.userinfo(&token, NOW)).code.as_str(), "invalid_token");
            }
        }
    });
}

#[test]
fn a_code_is_refused_late_to_others_and_without_its_proof() {
    each(|world| {
        let (shop, bank, ours) = (world.relying_party("shop"), world.relying_party("bank"), world.session());
        let code = world.code(&shop, &[], &ours);
        for (changes, parameter) in [
            (("code_verifier", "x".repeat(43)), "code_verifier"),
            (("code_verifier", String::new()), "code_verifier"),
            (("redirect_uri", "https://shop.example/other".to_owned()), "redirect_uri"),
            (("code", "A".repeat(43)), "code"),
        ] {
            let error = refusal(world.redeem(&shop, &code, &[(changes.0, &changes.1)], NOW));
            assert_eq!((error.code.as_str(), error.status(), error.parameter), ("invalid_grant", 400, Some(parameter)));
        }
        let of_another = refusal(world.redeem(&bank, &code, &[("redirect_uri", &shop.redirect_uri())], NOW));
        assert_eq!(of_another.code.as_str(), "invalid_grant");
        let late = refusal(world.redeem(&shop, &code, &[], NOW + Duration::from_secs(62)));
        assert_eq!(late.code.as_str(), "invalid_grant");
        world.redeem(&shop, &code, &[], NOW + Duration::from_secs(59)).unwrap();
    });
}

#[test]
fn other_grants_and_incomplete_requests_are_refused() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let code = world.code(&shop, &[], &ours);
        for (change, expected) in [
            (("grant_type", ""), "invalid_request"),
            (("grant_type", "password"), "unsupported_grant_type"),
            (("grant_type", "implicit"), "unsupported_grant_type"),
            (("code", ""), "invalid_request"),
            (("redirect_uri", ""), "invalid_request"),
            (("client_id", "bank"), "invalid_client"),
        ] {
            assert_eq!(refusal(world.redeem(&shop, &code, &[change], NOW)).code.as_str(), expected);
        }
        let uri = shop.redirect_uri();
        let unsigned = EndpointRequest { form: parameters(&redemption(&code, &uri)), ..EndpointRequest::default() };
        let error = refusal(world.identity.token(&unsigned, NOW));
        assert_eq!((error.code.as_str(), error.status()), ("invalid_client", 401));
        let twice = [redemption(&code, &uri), vec![("code", &code)]].concat();
        let error = refusal(world.identity.token(&world.request(&shop, &twice, NOW), NOW));
        assert_eq!((error.code.as_str(), error.parameter), ("invalid_request", Some("code")));
    });
}

#[test]
fn a_public_client_redeems_with_its_verifier_alone() {
    each(|world| {
        let app = RelyingParty::new("app", crate::jose::SigningAlgorithm::Es256);
        let mut metadata = app.metadata();
        metadata["token_endpoint_auth_method"] = "none".into();
        metadata["jwks"] = Value::Null;
        world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
        let code = world.code(&app, &[], &world.session());
        let uri = app.redirect_uri();
        let form = [redemption(&code, &uri), vec![("client_id", "app")]].concat();
        let redeem = |form: &[(&str, &str)]| {
            world.identity.token(&EndpointRequest { form: parameters(form), ..EndpointRequest::default() }, NOW)
        };
        let without = changed(&form, &[("code_verifier", "")]);
        assert_eq!(refusal(redeem(&without)).code.as_str(), "invalid_grant");
        redeem(&form).unwrap();
    });
}
