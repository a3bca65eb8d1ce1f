//! Refreshing: who may, for how long, and what happens to an answer that is lost or a token that is stolen.

use serde_json::json;

use super::*;
use crate::oidc::lifetimes;
use crate::oidc::testing::Prover;

const OFFLINE: [(&str, &str); 2] = [("scope", "openid profile email offline_access"), ("prompt", "consent")];
const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// A client that may refresh; a public one has no keys.
fn refreshing(world: &World, id: &str, is_public: bool) -> RelyingParty {
    let party = RelyingParty::new(id, crate::jose::SigningAlgorithm::Es256);
    let mut metadata = party.metadata();
    metadata["grant_types"] = json!(["authorization_code", "refresh_token"]);
    if is_public {
        metadata["token_endpoint_auth_method"] = json!("none");
        metadata["jwks"] = Value::Null;
    }
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    party
}

/// A request at the token endpoint by a public client.
fn by_name(party: &RelyingParty, form: &[(&str, &str)]) -> EndpointRequest {
    let form = [form, &[("client_id", party.id.as_str())]].concat();
    EndpointRequest { form: parameters(&form), ..EndpointRequest::default() }
}

fn refresh_form<'a>(token: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    changed(&[("grant_type", "refresh_token"), ("refresh_token", token)], changes)
}

fn refresh(
    world: &World,
    party: &RelyingParty,
    token: &str,
    changes: &[(&str, &str)],
    now: Timestamp,
) -> Result<TokenResponse, oidc::Error> {
    world.identity.token(&world.request(party, &refresh_form(token, changes), now), now)
}

fn refresh_by_name(
    world: &World,
    party: &RelyingParty,
    token: &str,
    now: Timestamp,
) -> Result<TokenResponse, oidc::Error> {
    world.identity.token(&by_name(party, &refresh_form(token, &[])), now)
}

fn redeem_by_name(world: &World, party: &RelyingParty) -> TokenResponse {
    let (code, uri) = (world.code(party, &OFFLINE, &world.session()), party.redirect_uri());
    world.identity.token(&by_name(party, &redemption(&code, &uri)), NOW).unwrap()
}

fn token_in(tokens: &TokenResponse) -> &str {
    tokens.refresh_token.as_deref().unwrap()
}

#[test]
fn a_resident_who_agrees_lets_the_client_come_back() {
    each(|world| {
        let shop = refreshing(world, "shop", false);
        let page = consent_page(world.begin(&shop, &OFFLINE, Some(&world.session())));
        assert!(page.is_offline);
        let code = code_in(&world.grant(&page.ticket, &world.session(), &[]));
        let first = world.redeem(&shop, &code, &[], NOW).unwrap();
        assert_eq!((first.scope.as_str(), token_in(&first).len()), ("openid profile email offline_access", 43));
        let later = NOW + DAY;
        let second = refresh(world, &shop, token_in(&first), &[], later).unwrap();
        assert_eq!(token_in(&second), token_in(&first), "the token of a client that authenticates stays");
        assert_eq!(world.userinfo(&second.access_token, later).unwrap()["name"], "CHAN Tai Man");
        let (before, after) =
            (claims_of(&world.identity, id_token(&first)), claims_of(&world.identity, id_token(&second)));
        for same in ["iss", "sub", "aud", "auth_time", "acr", "amr"] {
            assert_eq!(before[same], after[same], "{same}");
        }
        assert_eq!(after["iat"], later.seconds());
        assert!(before.get("nonce").is_some() && after.get("nonce").is_none());
    });
}

#[test]
fn offline_access_needs_the_grant_and_the_residents_word() {
    each(|world| {
        let (shop, plain) = (refreshing(world, "shop", false), world.relying_party("plain"));
        let scope = OFFLINE[0];
        let redeem = |party, changes: &[(&str, &str)]| {
            let code = world.code(party, changes, &world.session());
            world.redeem(party, &code, &[], NOW).unwrap()
        };
        assert!(redeem(&plain, &OFFLINE).refresh_token.is_none(), "not registered for it");
        let unasked = redeem(&shop, &[scope]);
        assert!(
            unasked.refresh_token.is_none() && unasked.scope == "openid profile email",
            "the resident was not asked"
        );
        assert!(redeem(&shop, &[OFFLINE[1]]).refresh_token.is_none(), "not asked for");
        assert!(redeem(&shop, &OFFLINE).refresh_token.is_some());
        assert!(redeem(&shop, &[scope]).refresh_token.is_some(), "the resident agreed before");
        assert!(redeem(&shop, &[scope, ("prompt", "none")]).refresh_token.is_some());
        let refused = refusal(refresh(world, &plain, token_in(&redeem(&shop, &OFFLINE)), &[], NOW));
        assert_eq!((refused.code.as_str(), refused.status()), ("unauthorized_client", 400));
    });
}

#[test]
fn less_can_be_asked_for_and_never_more() {
    each(|world| {
        let shop = refreshing(world, "shop", false);
        let code = world.code(&shop, &OFFLINE, &world.session());
        let token = world.redeem(&shop, &code, &[], NOW).unwrap().refresh_token.unwrap();
        let less = refresh(world, &shop, &token, &[("scope", "openid profile")], NOW).unwrap();
        assert_eq!(less.scope, "openid profile");
        let told = world.userinfo(&less.access_token, NOW).unwrap();
        assert!(told.get("name").is_some() && told.get("email").is_none());
        let least = refresh(world, &shop, &token, &[("scope", "profile")], NOW).unwrap();
        assert!(least.id_token.is_none());
        assert_eq!(refusal(world.userinfo(&least.access_token, NOW)).status(), 403);
        for more in ["openid hkid", "openid shoe_size"] {
            let error = refusal(refresh(world, &shop, &token, &[("scope", more)], NOW));
            assert_eq!((error.code.as_str(), error.status()), ("invalid_scope", 400), "{more}");
        }
        assert_eq!(refresh(world, &shop, &token, &[], NOW).unwrap().scope, "openid profile email offline_access");
    });
}

#[test]
fn a_refresh_token_ends_unused_after_thirty_days_and_in_any_case_after_a_year() {
    each(|world| {
        let shop = refreshing(world, "shop", false);
        let code = world.code(&shop, &OFFLINE, &world.session());
        let token = world.redeem(&shop, &code, &[], NOW).unwrap().refresh_token.unwrap();
        let tidy = |now| while world.identity.expire_authorizations(now, 50).unwrap() > 0 {};
        let mut now = NOW;
        while now + DAY * 29 < NOW + lifetimes::REFRESH_TOKEN {
            now = now + DAY * 29;
            tidy(now);
            refresh(world, &shop, &token, &[], now).unwrap();
        }
        let end = NOW + lifetimes::REFRESH_TOKEN;
        refresh(world, &shop, &token, &[], end - SECOND).unwrap();
        assert_eq!(refusal(refresh(world, &shop, &token, &[], end)).code.as_str(), "invalid_grant");
        let code = world.code(&shop, &OFFLINE, &world.session());
        let idle = world.redeem(&shop, &code, &[], NOW).unwrap().refresh_token.unwrap();
        let error = refusal(refresh(world, &shop, &idle, &[], NOW + lifetimes::REFRESH_TOKEN_IDLE));
        assert_eq!((error.code.as_str(), error.status()), ("invalid_grant", 400));
    });
}

#[test]
fn a_public_client_gets_a_new_token_each_time_and_can_retry_a_lost_answer() {
    each(|world| {
        let app = refreshing(world, "app", true);
        let first = redeem_by_name(world, &app).refresh_token.unwrap();
        let second = refresh_by_name(world, &app, &first, NOW).unwrap().refresh_token.unwrap();
        assert_ne!(first, second);
        let again = refresh_by_name(world, &app, &first, NOW + SECOND * 30).unwrap();
        assert_eq!(again.refresh_token.as_deref(), Some(second.as_str()), "the same answer, by any gateway");
        let elsewhere = another(world).token(&by_name(&app, &refresh_form(&first, &[])), NOW + MINUTE).unwrap();
        assert_eq!(elsewhere.refresh_token.as_deref(), Some(second.as_str()));
        world.userinfo(&again.access_token, NOW + MINUTE).unwrap();
        let third = refresh_by_name(world, &app, &second, NOW + MINUTE).unwrap();
        assert_ne!(token_in(&third), second);
    });
}

#[test]
fn a_replaced_token_that_comes_back_late_ends_them_all() {
    each(|world| {
        let app = refreshing(world, "app", true);
        let first = redeem_by_name(world, &app).refresh_token.unwrap();
        let second = refresh_by_name(world, &app, &first, NOW).unwrap();
        let late = NOW + MINUTE + SECOND;
        let error = refusal(refresh_by_name(world, &app, &first, late));
        assert_eq!((error.code.as_str(), error.status()), ("invalid_grant", 400));
        assert_eq!(refusal(refresh_by_name(world, &app, token_in(&second), late)).code.as_str(), "invalid_grant");
        assert_eq!(refusal(world.userinfo(&second.access_token, late)).code.as_str(), "invalid_token");
        let acts = world.identity.audit_records(0, 100).unwrap();
        assert_eq!(acts.iter().filter(|record| record.act == "refresh_token.reused").count(), 1);
    });
}

#[test]
fn two_gateways_that_refresh_one_token_at_once_agree() {
    each(|world| {
        let app = refreshing(world, "app", true);
        let token = redeem_by_name(world, &app).refresh_token.unwrap();
        let answers = std::thread::scope(|scope| {
            let ask = || by_name(&app, &refresh_form(&token, &[]));
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(move || another(world).token(&ask(), NOW))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect::<Vec<_>>()
        });
        assert!(answers.iter().all(|answer| answer.refresh_token == answers[0].refresh_token));
        for answer in &answers {
            world.userinfo(&answer.access_token, NOW).unwrap();
        }
    });
}

#[test]
fn a_refresh_token_is_good_for_its_client_with_its_key_alone() {
    each(|world| {
        let (shop, bank) = (refreshing(world, "shop", false), refreshing(world, "bank", false));
        let (prover, thief) = (Prover::new(), Prover::new());
        let with = |prover: &Prover, request: EndpointRequest| {
            let proof = prover.proof("POST", &format!("{ISSUER}/oauth/token"), NOW, &json!({}), &json!({}));
            EndpointRequest { dpop: vec![proof], ..request }
        };
        let (code, uri) = (world.code(&shop, &OFFLINE, &world.session()), shop.redirect_uri());
        let request = world.request(&shop, &redemption(&code, &uri), NOW);
        let token = world.identity.token(&with(&prover, request), NOW).unwrap().refresh_token.unwrap();
        let form = refresh_form(&token, &[]);
        let of = |party| world.request(party, &form, NOW);
        for wrong in [of(&shop), with(&thief, of(&shop)), with(&prover, of(&bank))] {
            assert_eq!(refusal(world.identity.token(&wrong, NOW)).code.as_str(), "invalid_grant");
        }
        let nobody = EndpointRequest { form: parameters(&form), ..EndpointRequest::default() };
        assert_eq!(refusal(world.identity.token(&nobody, NOW)).code.as_str(), "invalid_client");
        let good = world.identity.token(&with(&prover, of(&shop)), NOW).unwrap();
        assert_eq!((good.token_type, good.refresh_token), ("DPoP", Some(token.clone())));
    });
}

#[test]
fn whatever_ends_the_authorization_ends_the_refresh_token_and_its_access_tokens() {
    each(|world| {
        let shop = refreshing(world, "shop", false);
        let begin = || {
            let code = world.code(&shop, &OFFLINE, &world.session());
            (world.redeem(&shop, &code, &[], NOW).unwrap(), code)
        };
        let over = |tokens: &TokenResponse| {
            assert_eq!(refusal(refresh(world, &shop, token_in(tokens), &[], NOW)).code.as_str(), "invalid_grant");
            assert_eq!(refusal(world.userinfo(&tokens.access_token, NOW)).code.as_str(), "invalid_token");
        };
        let (tokens, code) = begin();
        refusal(world.redeem(&shop, &code, &[], NOW));
        over(&tokens);
        let (tokens, _) = begin();
        let newer = refresh(world, &shop, token_in(&tokens), &[], NOW).unwrap();
        let form = [("token", token_in(&tokens))];
        world.identity.revoke_token(&world.request(&shop, &form, NOW), NOW).unwrap();
        over(&tokens);
        over(&newer);
        let (tokens, _) = begin();
        world.identity.revoke_consent(world.resident, "shop", &Actor::Resident(world.resident), NOW).unwrap();
        over(&tokens);
        let (tokens, _) = begin();
        world.identity.suspend_resident(world.resident, &clerk(), NOW).unwrap();
        over(&tokens);
    });
}

#[test]
fn a_client_is_told_of_its_own_refresh_tokens() {
    each(|world| {
        let (shop, bank) = (refreshing(world, "shop", false), refreshing(world, "bank", false));
        let code = world.code(&shop, &OFFLINE, &world.session());
        let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
        let form = [("token", token_in(&tokens)), ("token_type_hint", "access_token")];
        let ask = |party| world.identity.introspect(&world.request(party, &form, NOW), NOW).unwrap();
        let told = ask(&shop);
        assert_eq!(told["active"], true);
        assert_eq!(told["sub"], claims_of(&world.identity, id_token(&tokens))["sub"]);
        assert_eq!(told["exp"], (NOW + lifetimes::REFRESH_TOKEN_IDLE).seconds());
        assert_eq!(
            (&told["client_id"], &told["scope"]),
            (&json!("shop"), &json!("openid profile email offline_access"))
        );
        assert_eq!(ask(&bank), json!({"active": false}));
        let of_another = refusal(world.identity.revoke_token(&world.request(&bank, &form, NOW), NOW));
        assert_eq!((of_another.code.as_str(), of_another.parameter), ("invalid_request", Some("token")));
        refresh(world, &shop, token_in(&tokens), &[], NOW).unwrap();
    });
}

#[test]
fn signing_out_leaves_what_lasts_and_an_emergency_stop_leaves_nothing() {
    each(|world| {
        let shop = refreshing(world, "shop", false);
        let here = super::logout::signed_in(world);
        let redeem = || world.redeem(&shop, &world.code(&shop, &OFFLINE, &here.session), &[], NOW).unwrap();
        let (one, other) = (redeem(), redeem());
        world.identity.sign_out(&here.session, NOW).unwrap();
        refresh(world, &shop, token_in(&one), &[], NOW).unwrap();

        let (who, id) = (here.session.resident, crate::oidc::client::ClientId::parse("shop").unwrap());
        world.identity.suspend_resident(who, &clerk(), NOW).unwrap();
        world.identity.reinstate_resident(who, &clerk(), NOW).unwrap();
        assert_eq!(refusal(refresh(world, &shop, token_in(&one), &[], NOW)).code.as_str(), "invalid_grant");
        world.identity.stop_client(&id, &clerk(), NOW).unwrap();
        assert_eq!(refusal(refresh(world, &shop, token_in(&other), &[], NOW)).code.as_str(), "invalid_client");
    });
}
