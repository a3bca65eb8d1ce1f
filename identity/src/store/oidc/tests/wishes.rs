//! What a client wishes for, and what comes of it: levels of sign-in, values of claims, user names.

use serde_json::json;

use super::*;

const SUBSTANTIAL: &str = Assurance::Substantial.as_str();

/// A shop that takes passwords as well.
fn shop(world: &World) -> RelyingParty {
    let shop = RelyingParty::new("shop", crate::jose::SigningAlgorithm::Es256);
    let mut metadata = shop.metadata();
    metadata["allowed_sign_in_methods"] = json!(["passkey", "password"]);
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    shop
}

/// The parameter `claims` that needs one of these levels.
fn needing(levels: &[&str]) -> String {
    json!({ "id_token": { "acr": { "essential": true, "values": levels } } }).to_string()
}

fn acr(world: &World, shop: &RelyingParty, changes: &[(&str, &str)], who: &Session) -> Value {
    let code = world.code(shop, changes, who);
    claims_of(&world.identity, id_token(&world.redeem(shop, &code, &[], NOW).unwrap()))["acr"].clone()
}

#[test]
fn a_password_is_not_offered_where_more_is_needed() {
    each(|world| {
        let shop = shop(world);
        let more = needing(&[SUBSTANTIAL]);
        let page = sign_in_page(world.begin(&shop, &[("claims", &more)], None));
        assert!(!page.takes_password);
        let weak = Session { acr: Assurance::Low, amr: vec!["pwd".to_owned()], ..session(world.resident, NOW) };
        sign_in_page(world.begin(&shop, &[("claims", &more)], Some(&weak)));
        assert!(sign_in_page(world.begin(&shop, &[("acr_values", SUBSTANTIAL)], None)).takes_password);
        assert_eq!(acr(world, &shop, &[], &weak), Assurance::Low.as_str());
    });
}

#[test]
fn the_id_token_names_a_level_that_was_asked_for_and_is_so() {
    each(|world| {
        let (shop, ours) = (shop(world), world.session());
        let low = Assurance::Low.as_str();
        assert_eq!(acr(world, &shop, &[("acr_values", low)], &ours), SUBSTANTIAL, "a wish: the truth");
        assert_eq!(acr(world, &shop, &[("claims", &needing(&[low]))], &ours), low, "a need: one of those named");
        assert_eq!(acr(world, &shop, &[("claims", &needing(&[low, SUBSTANTIAL]))], &ours), SUBSTANTIAL);
        let high = world.begin(&shop, &[("claims", &needing(&[Assurance::High.as_str()]))], Some(&ours));
        assert_eq!(answer(&high, "error").as_deref(), Some("unmet_authentication_requirements"));
        assert_eq!(answer(&high, "state").as_deref(), Some("st"));
    });
}

#[test]
fn a_claim_of_another_value_than_asked_for_is_not_told() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let asked = json!({
            "userinfo": {
                "email": { "essential": true, "value": "taiman@example.hk" },
                "phone_number": { "essential": true, "values": ["+85290000000"] },
                "name": { "value": "somebody else" },
            },
            "id_token": { "hkid": { "essential": true, "value": "C123456(9)" }, "birthdate": { "value": "1990-02-28" } },
        })
        .to_string();
        let page = consent_page(world.begin(&shop, &[("claims", &asked)], Some(&ours)));
        assert!(page.attributes.iter().any(|asked| asked.claim == Claim::Hkid), "whether it is so is told, too");
        let code = code_in(&world.grant(&page.ticket, &ours, &[]));
        let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
        let told = world.userinfo(&tokens.access_token, NOW).unwrap();
        assert_eq!((&told["email"], &told["name"]), (&"taiman@example.hk".into(), &"CHAN Tai Man".into()));
        assert!(told.get("phone_number").is_none());
        let id_token = claims_of(&world.identity, id_token(&tokens));
        assert_eq!(id_token["birthdate"], "1990-02-28");
        assert!(id_token.get("hkid").is_none());
    });
}

#[test]
fn a_value_cannot_be_guessed_behind_the_residents_back() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        world.code(&shop, &[("scope", "openid")], &ours);
        for guess in ["A123456(3)", "C123456(9)"] {
            let asked = json!({ "userinfo": { "hkid": { "essential": true, "value": guess } } }).to_string();
            let quiet = [("scope", "openid"), ("prompt", "none"), ("claims", asked.as_str())];
            let step = world.begin(&shop, &quiet, Some(&ours));
            assert_eq!(answer(&step, "error").as_deref(), Some("consent_required"), "right or wrong: {guess}");
        }
    });
}

#[test]
fn a_name_is_told_in_the_language_that_the_client_asks_for() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let told = |changes: &[(&str, &str)]| {
            let code = world.code(&shop, changes, &ours);
            let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
            let told = world.userinfo(&tokens.access_token, NOW).unwrap();
            let id_token = claims_of(&world.identity, id_token(&tokens));
            [&told["name"], &told["name#zh-Hant"], &id_token["name"]].map(|value| value.as_str().map(str::to_owned))
        };
        let in_both = ("claims", r#"{"id_token":{"name":{"essential":true}}}"#);
        let (chinese, english) = (|| Some("陳大文".to_owned()), || Some("CHAN Tai Man".to_owned()));
        assert_eq!(told(&[in_both]), [english(), chinese(), english()]);
        assert_eq!(told(&[in_both, ("claims_locales", "zh-Hant-HK fr")])[..2], [chinese(), None]);
        assert_eq!(told(&[("claims_locales", "en")]), [english(), None, None]);
        assert_eq!(told(&[("claims_locales", "en zh")])[..2], [english(), chinese()]);
    });
}

#[test]
fn a_login_hint_comes_back_whether_anybody_is_called_so_or_not() {
    each(|world| {
        let shop = shop(world);
        let hinted = |hint: &str| sign_in_page(world.begin(&shop, &[("login_hint", hint)], None)).login_hint;
        assert_eq!(hinted("nobody@example.hk").as_deref(), Some("nobody@example.hk"));
    });
}
