//! Pushed authorization requests: bound to their client, soon too late, used up when they are answered.

use super::*;
use crate::oidc::PushedResponse;

fn push(
    world: &World,
    party: &RelyingParty,
    changes: &[(&str, &str)],
    now: Timestamp,
) -> Result<PushedResponse, oidc::Error> {
    let uri = party.redirect_uri();
    let form = changed(&good(party, &uri), changes);
    world.identity.push_authorization_request(&world.request(party, &form, now), now)
}

/// Comes to the authorization endpoint with nothing but `client_id` and `request_uri`.
fn arrive(
    world: &World,
    client_id: &str,
    request_uri: &str,
    who: Option<&Session>,
    now: Timestamp,
) -> AuthorizationStep {
    let pairs = [("client_id", client_id), ("request_uri", request_uri)];
    world.identity.begin_authorization(&parameters(&pairs), None, who, now).unwrap()
}

#[test]
fn a_pushed_request_is_carried_by_reference_and_used_up_when_answered() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let pushed = push(world, &shop, &[], NOW).unwrap();
        assert_eq!(pushed.expires_in, 90);
        let once = consent_page(arrive(world, "shop", &pushed.request_uri, Some(&ours), NOW)).ticket;
        let twice = consent_page(arrive(world, "shop", &pushed.request_uri, Some(&ours), NOW)).ticket;
        let step = world.grant(&once, &ours, &[]);
        assert_eq!(answer(&step, "state").as_deref(), Some("st"));
        world.redeem(&shop, &code_in(&step), &[], NOW).unwrap();
        assert_eq!(error_page(world.grant(&twice, &ours, &[])), PageError::RequestUri);
        assert_eq!(error_page(arrive(world, "shop", &pushed.request_uri, Some(&ours), NOW)), PageError::RequestUri);
    });
}

#[test]
fn a_denied_request_is_used_up_too() {
    each(|world| {
        let shop = world.relying_party("shop");
        let pushed = push(world, &shop, &[], NOW).unwrap();
        let ticket = sign_in_page(arrive(world, "shop", &pushed.request_uri, None, NOW)).ticket;
        let step = world.identity.deny_authorization(&ticket, NOW).unwrap();
        assert_eq!(answer(&step, "error").as_deref(), Some("access_denied"));
        assert_eq!(error_page(arrive(world, "shop", &pushed.request_uri, None, NOW)), PageError::RequestUri);
    });
}

#[test]
fn a_request_of_another_client_or_too_old_or_made_up_gets_a_page() {
    each(|world| {
        let (shop, _bank) = (world.relying_party("shop"), world.relying_party("bank"));
        let uri = push(world, &shop, &[], NOW).unwrap().request_uri;
        assert_eq!(error_page(arrive(world, "bank", &uri, None, NOW)), PageError::RequestUri);
        let late = NOW + Duration::from_secs(90);
        let made_up = "urn:ietf:params:oauth:request_uri:AAAA";
        assert_eq!(error_page(arrive(world, "shop", made_up, None, NOW)), PageError::RequestUri);
        sign_in_page(arrive(world, "shop", &uri, None, late - SECOND));
        assert_eq!(error_page(arrive(world, "shop", &uri, None, late)), PageError::RequestUri);
    });
}

#[test]
fn an_interaction_begun_in_time_outlives_the_request_uri() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let uri = push(world, &shop, &[], NOW).unwrap().request_uri;
        let ticket = consent_page(arrive(world, "shop", &uri, Some(&ours), NOW)).ticket;
        let later = NOW + Duration::from_mins(14);
        while world.identity.expire_authorizations(later, 10).unwrap() > 0 {}
        let step = world.identity.grant_authorization(&ticket, &ours, &BTreeSet::new(), later).unwrap();
        code_in(&step);
    });
}

#[test]
fn what_stands_beside_a_pushed_request_is_ignored() {
    each(|world| {
        let (shop, ours) = (world.relying_party("shop"), world.session());
        let uri = push(world, &shop, &[("state", "")], NOW).unwrap().request_uri;
        let pairs = [("client_id", "shop"), ("request_uri", &uri), ("state", "outer"), ("scope", "openid hkid")];
        let step = world.identity.begin_authorization(&parameters(&pairs), None, Some(&ours), NOW).unwrap();
        let page = consent_page(step);
        assert!(page.attributes.iter().all(|attribute| attribute.claim != Claim::Hkid));
        assert_eq!(answer(&world.grant(&page.ticket, &ours, &[]), "state"), None);
    });
}

#[test]
fn a_bad_request_is_refused_at_once() {
    each(|world| {
        let shop = world.relying_party("shop");
        for (change, code, parameter) in [
            (("redirect_uri", ""), "invalid_request", "redirect_uri"),
            (("redirect_uri", "https://evil.example/cb"), "invalid_request", "redirect_uri"),
            (("request_uri", "urn:ietf:params:oauth:request_uri:AAAA"), "invalid_request", "request_uri"),
            (("request", "e30.e30."), "invalid_request_object", "request"),
            (("response_type", "code id_token"), "unsupported_response_type", "response_type"),
            (("code_challenge_method", "plain"), "invalid_request", "code_challenge_method"),
            (("scope", "email"), "invalid_scope", "scope"),
            (("client_id", "bank"), "invalid_client", "client_id"),
        ] {
            let error = refusal(push(world, &shop, &[change], NOW));
            assert_eq!((error.code.as_str(), error.parameter), (code, Some(parameter)));
            assert_eq!(error.status(), if code == "invalid_client" { 401 } else { 400 });
        }
    });
}

#[test]
fn an_assertion_is_used_once_even_across_endpoints_and_refusals() {
    each(|world| {
        let shop = world.relying_party("shop");
        let uri = shop.redirect_uri();
        let form = good(&shop, &uri);
        let push = |request: &EndpointRequest| world.identity.push_authorization_request(request, NOW);
        push(&shop.request(NOW, "one", &form)).unwrap();
        let replayed = refusal(push(&shop.request(NOW, "one", &form)));
        assert_eq!((replayed.code.as_str(), replayed.status()), ("invalid_client", 401));
        let at_token = world.identity.token(&shop.request(NOW, "one", &redemption("x", &uri)), NOW);
        assert_eq!(refusal(at_token).code.as_str(), "invalid_client");
        refusal(push(&shop.request(NOW, "two", &[("scope", "nonsense")])));
        assert_eq!(refusal(push(&shop.request(NOW, "two", &form))).code.as_str(), "invalid_client");
        let bank = world.relying_party("bank");
        let bank_uri = bank.redirect_uri();
        push(&bank.request(NOW, "one", &good(&bank, &bank_uri))).unwrap();
    });
}

#[test]
fn of_two_gateways_that_see_one_assertion_at_once_one_believes_it() {
    each(|world| {
        let shop = world.relying_party("shop");
        let uri = shop.redirect_uri();
        for round in 0..8 {
            let request = shop.request(NOW, &format!("race {round}"), &good(&shop, &uri));
            let push = || another(world).push_authorization_request(&request, NOW).is_ok();
            let believed = std::thread::scope(|scope| {
                let threads = [scope.spawn(push), scope.spawn(push)];
                threads.map(|thread| thread.join().unwrap())
            });
            assert_eq!(believed.into_iter().filter(|ok| *ok).count(), 1);
        }
    });
}
