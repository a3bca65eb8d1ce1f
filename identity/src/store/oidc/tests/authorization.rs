//! From the authorization request to its answer.

use super::*;

#[test]
fn a_resident_signs_in_sees_what_is_asked_agrees_and_the_client_gets_tokens() {
    each(|world| {
        let shop = world.relying_party("shop");
        let claims = r#"{"userinfo":{"email":null},"id_token":{"hkid":{"essential":true}}}"#;
        let page = sign_in_page(world.begin(&shop, &[("claims", claims)], None));
        assert_eq!((page.client.name.zh_hant.as_str(), page.client.host.as_str()), ("晨光文具", "shop.example"));
        let ours = session(world.resident, NOW);
        let step = world.identity.continue_authorization(&page.ticket, Some(&ours), NOW).unwrap();
        let page = consent_page(step);
        let shown: Vec<_> = page.attributes.iter().filter_map(|a| Some((a.claim, a.value.as_deref()?))).collect();
        let expected = [
            (Claim::Name, "CHAN Tai Man"),
            (Claim::NameZhHant, "陳大文"),
            (Claim::Birthdate, "1990-02-28"),
            (Claim::Hkid, "A123456(3)"),
            (Claim::UpdatedAt, "2026-11-18"),
            (Claim::Email, "taiman@example.hk"),
        ];
        assert_eq!(shown, expected);
        let step = world.grant(&page.ticket, &ours, &[]);
        assert_eq!(answer(&step, "state").as_deref(), Some("st"));
        assert_eq!(answer(&step, "iss").as_deref(), Some(ISSUER));
        let tokens = world.redeem(&shop, &code_in(&step), &[], NOW).unwrap();
        assert_eq!((tokens.token_type, tokens.expires_in, tokens.scope.as_str()), ("Bearer", 600, "openid profile"));
        let id_token = claims_of(&world.identity, id_token(&tokens));
        assert_eq!(id_token["hkid"], "A123456(3)");
        assert!(id_token.get("name").is_none(), "scope claims are told at userinfo only");
        let told = world.userinfo(&tokens.access_token, NOW).unwrap();
        assert_eq!(told["sub"], id_token["sub"]);
        assert_eq!((&told["name"], &told["name#zh-Hant"]), (&"CHAN Tai Man".into(), &"陳大文".into()));
        assert!(told.get("email").is_none(), "the resident left it out");
    });
}

#[test]
fn an_id_token_says_who_when_and_how() {
    each(|world| {
        let shop = world.relying_party("shop");
        let code = world.code(&shop, &[], &world.session());
        let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
        let claims = claims_of(&world.identity, id_token(&tokens));
        let now = NOW.seconds();
        for (name, value) in [
            ("iss", Value::from(ISSUER)),
            ("aud", "shop".into()),
            ("iat", now.into()),
            ("exp", (now + 300).into()),
            ("auth_time", (now - 1).into()),
            ("nonce", "n0nce".into()),
            ("acr", "http://eidas.europa.eu/LoA/substantial".into()),
            ("amr", vec!["pop", "user"].into()),
        ] {
            assert_eq!(claims[name], value, "{name}");
        }
        let access_token = claims_of(&world.identity, &tokens.access_token);
        assert_eq!((&access_token["client_id"], &access_token["aud"]), (&"shop".into(), &ISSUER.into()));
        assert_eq!(access_token["exp"], now + 600);
        assert!(
            claims_of(&world.identity, &{
                let code = world.code(&shop, &[("nonce", "")], &world.session());
                world.redeem(&shop, &code, &[], NOW).unwrap().id_token.unwrap()
            })
            .get("nonce")
            .is_none()
        );
    });
}

#[test]
fn an_unknown_client_or_redirect_uri_gets_a_page_and_a_bad_request_a_redirect() {
    each(|world| {
        let shop = world.relying_party("shop");
        assert_eq!(error_page(world.begin(&shop, &[("client_id", "")], None)), PageError::Client);
        assert_eq!(error_page(world.begin(&shop, &[("client_id", "bank")], None)), PageError::Client);
        let evil = [("redirect_uri", "https://evil.example/cb")];
        assert_eq!(error_page(world.begin(&shop, &evil, None)), PageError::RedirectUri);
        for (change, code) in [
            (("response_type", "token"), "unsupported_response_type"),
            (("scope", "profile"), "invalid_scope"),
            (("request", "eyJhbGciOiJub25lIn0.e30."), "request_not_supported"),
            (("request_uri", "https://shop.example/r"), "request_uri_not_supported"),
        ] {
            let step = world.begin(&shop, &[change], None);
            assert_eq!(answer(&step, "error").as_deref(), Some(code));
            assert_eq!(answer(&step, "state").as_deref(), Some("st"));
            assert_eq!(answer(&step, "iss").as_deref(), Some(ISSUER));
        }
    });
}

#[test]
fn cancel_gives_access_denied_on_either_page() {
    each(|world| {
        let shop = world.relying_party("shop");
        let first = sign_in_page(world.begin(&shop, &[], None)).ticket;
        let second = consent_page(world.begin(&shop, &[], Some(&world.session()))).ticket;
        for ticket in [first, second] {
            let step = world.identity.deny_authorization(&ticket, NOW).unwrap();
            assert_eq!(answer(&step, "error").as_deref(), Some("access_denied"));
            assert_eq!(answer(&step, "state").as_deref(), Some("st"));
            assert_eq!(error_page(world.identity.deny_authorization(&ticket, NOW).unwrap()), PageError::Interaction);
        }
    });
}

#[test]
fn prompt_none_answers_without_a_page() {
    each(|world| {
        let (shop, quiet) = (world.relying_party("shop"), [("prompt", "none")]);
        let error = |step: &AuthorizationStep| answer(step, "error").unwrap();
        assert_eq!(error(&world.begin(&shop, &quiet, None)), "login_required");
        assert_eq!(error(&world.begin(&shop, &quiet, Some(&world.session()))), "consent_required");
        let tokens = world.redeem(&shop, &world.code(&shop, &[], &world.session()), &[], NOW).unwrap();
        let hinted = [quiet[0], ("id_token_hint", id_token(&tokens))];
        code_in(&world.begin(&shop, &hinted, Some(&world.session())));
        let other = active(&world.identity, &ho());
        assert_eq!(error(&world.begin(&shop, &hinted, Some(&session(other, NOW)))), "login_required");
    });
}

#[test]
fn consent_is_remembered_until_it_is_revoked() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let code = world.code(&shop, &[], &ours);
        let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
        let unredeemed = code_in(&world.begin(&shop, &[], Some(&ours)));
        consent_page(world.begin(&shop, &[("scope", "openid profile hkid")], Some(&ours)));
        let by = Actor::Resident(world.resident);
        assert!(world.identity.revoke_consent(world.resident, "shop", &by, NOW).unwrap());
        consent_page(world.begin(&shop, &[], Some(&ours)));
        assert_eq!(refusal(world.userinfo(&tokens.access_token, NOW)).code.as_str(), "invalid_token");
        assert_eq!(refusal(world.redeem(&shop, &unredeemed, &[], NOW)).code.as_str(), "invalid_grant");
    });
}

#[test]
fn an_optional_attribute_is_told_when_it_was_chosen() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let claims = [("claims", r#"{"userinfo":{"email":null,"hkid":null}}"#)];
        let page = consent_page(world.begin(&shop, &claims, Some(&ours)));
        let code = code_in(&world.grant(&page.ticket, &ours, &[Claim::Email, Claim::PhoneNumber]));
        let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
        let told = world.userinfo(&tokens.access_token, NOW).unwrap();
        assert_eq!(told["email"], "taiman@example.hk");
        assert!(told.get("hkid").is_none() && told.get("phone_number").is_none());
    });
}

#[test]
fn an_attribute_that_is_left_out_later_is_not_told_again() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let asked = [("claims", r#"{"userinfo":{"email":null}}"#)];
        let page = consent_page(world.begin(&shop, &asked, Some(&ours)));
        code_in(&world.grant(&page.ticket, &ours, &[Claim::Email]));
        code_in(&world.begin(&shop, &asked, Some(&ours)));
        let again = consent_page(world.begin(&shop, &[asked[0], ("prompt", "consent")], Some(&ours)));
        code_in(&world.grant(&again.ticket, &ours, &[]));
        let code = code_in(&world.begin(&shop, &[asked[0], ("prompt", "none")], Some(&ours)));
        let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
        assert!(world.userinfo(&tokens.access_token, NOW).unwrap().get("email").is_none());
    });
}

#[test]
fn an_interaction_belongs_to_one_browser_and_ends() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let ticket = consent_page(world.begin(&shop, &[], Some(&ours))).ticket;
        let other = sign_in_page(world.begin(&shop, &[], None)).ticket;
        let stolen = InteractionTicket { id: ticket.id, browser: other.browser };
        assert_eq!(error_page(world.grant(&stolen, &ours, &[])), PageError::Interaction);
        let late = NOW + Duration::from_mins(15);
        let step = world.identity.continue_authorization(&ticket, Some(&ours), late).unwrap();
        assert_eq!(error_page(step), PageError::Interaction);
        code_in(&world.grant(&ticket, &ours, &[]));
        assert_eq!(error_page(world.grant(&ticket, &ours, &[])), PageError::Interaction);
    });
}

#[test]
fn two_tabs_of_one_browser_do_not_disturb_each_other() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let one = consent_page(world.begin(&shop, &[], Some(&ours))).ticket;
        let uri = shop.redirect_uri();
        let again = parameters(&good(&shop, &uri));
        let step = world.identity.begin_authorization(&again, Some(&one.browser), Some(&ours), NOW).unwrap();
        let two = consent_page(step).ticket;
        assert_eq!(one.browser.expose(), two.browser.expose());
        code_in(&world.grant(&two, &ours, &[]));
        code_in(&world.grant(&one, &ours, &[]));
    });
}

#[test]
fn prompt_login_is_met_by_a_sign_in_after_the_request() {
    each(|world| {
        let shop = world.relying_party("shop");
        let ticket = sign_in_page(world.begin(&shop, &[("prompt", "login")], Some(&world.session()))).ticket;
        let step = world.grant(&ticket, &world.session(), &[]);
        sign_in_page(step);
        code_in(&world.grant(&ticket, &session(world.resident, NOW), &[]));
    });
}

#[test]
fn a_resident_is_somebody_else_in_every_sector_and_always_the_same_in_one() {
    each(|world| {
        let subject = |party: &RelyingParty, who: &Session| {
            let code = world.code(party, &[], who);
            let tokens = world.redeem(party, &code, &[], NOW).unwrap();
            claims_of(&world.identity, id_token(&tokens))["sub"].as_str().unwrap().to_owned()
        };
        let (shop, bank) = (world.relying_party("shop"), world.relying_party("bank"));
        let branch = RelyingParty::new("branch", crate::jose::SigningAlgorithm::Es256);
        let mut metadata = branch.metadata();
        metadata["sector"] = "shop.example".into();
        world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
        let other = session(active(&world.identity, &ho()), NOW);
        let ours = subject(&shop, &world.session());
        assert_eq!(ours, subject(&shop, &world.session()));
        assert_eq!(ours, subject(&branch, &world.session()));
        assert_ne!(ours, subject(&bank, &world.session()));
        assert_ne!(ours, subject(&shop, &other));
    });
}
