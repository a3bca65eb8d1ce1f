//! What the one gateway of an embedded database keeps in memory, and answers at once: gone after a crash, and bound to
//! everything that it would be bound to in the database.

use super::*;
use crate::audit::Actor;
use crate::oidc::client::ClientId;
use crate::oidc::testing::request_with;
use crate::store::schema::session;
use ::store::{on_db, wait};
use diesel::prelude::*;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// A resident who agreed before, and is signed in.
fn known() -> (World, RelyingParty, Session) {
    let world = alone();
    let (shop, ours) = (world.relying_party("shop"), world.session());
    world.redeem(&shop, &world.code(&shop, &[], &ours), &[], NOW).unwrap();
    (world, shop, ours)
}

fn push(identity: &Identity, world: &World, party: &RelyingParty) -> Result<String, oidc::Error> {
    let uri = party.redirect_uri();
    let request = world.request(party, &good(party, &uri), NOW);
    identity.push_authorization_request(&request, NOW).map(|pushed| pushed.request_uri)
}

fn arrive(identity: &Identity, request_uri: &str, who: Option<&Session>) -> Result<AuthorizationStep, crate::Error> {
    let pairs = parameters(&[("client_id", "shop"), ("request_uri", request_uri)]);
    identity.begin_authorization(&pairs, None, who, NOW)
}

/// Another process that takes over after this one crashed.
fn restarted(world: &World) -> Identity {
    let identity = testing::open(&world.database, &[7; 32]);
    identity.remember_in_memory(NOW + SECOND);
    identity
}

#[test]
fn from_the_pushed_request_to_the_tokens_nothing_waits_but_for_the_commit() {
    let (world, shop, ours) = known();
    let at_once = world.identity.at_once().unwrap();
    let before = world.identity.db().state().unwrap();
    let request_uri = push(&at_once, &world, &shop).unwrap();
    let code = code_in(&arrive(&at_once, &request_uri, Some(&ours)).unwrap());
    assert_eq!(world.identity.db().state().unwrap(), before);
    assert_eq!(error_page(arrive(&at_once, &request_uri, Some(&ours)).unwrap()), PageError::RequestUri, "used up");
    let form_uri = shop.redirect_uri();
    let redeem = world.request(&shop, &redemption(&code, &form_uri), NOW);
    let tokens = wait(at_once.token_soon(&redeem, NOW)).unwrap();
    let authorization = Some(format!("Bearer {}", tokens.access_token));
    let shown = EndpointRequest { authorization, ..EndpointRequest::default() };
    assert!(testing::open(&world.database, &[7; 32]).userinfo(&shown, NOW).is_ok(), "on disk before they are given");
    assert_eq!(world.identity.db().state().unwrap(), before, "whatever was read is as it was");
    world.userinfo(&tokens.access_token, NOW).unwrap();
    assert_eq!(refusal(wait(at_once.token_soon(&redeem, NOW))).code.as_str(), "invalid_client", "its assertion again");
    let again = world.request(&shop, &redemption(&code, &form_uri), NOW);
    assert_eq!(refusal(wait(at_once.token_soon(&again, NOW))).code.as_str(), "invalid_grant");
    assert_eq!(refusal(world.userinfo(&tokens.access_token, NOW)).code.as_str(), "invalid_token", "used twice");
}

#[test]
fn a_code_that_is_shown_twice_while_the_first_is_on_its_way_to_disk_gives_nothing() {
    let (world, shop, ours) = known();
    let at_once = world.identity.at_once().unwrap();
    let (code, uri) = (world.code(&shop, &[], &ours), shop.redirect_uri());
    let [one, two] = [0, 1].map(|_| world.request(&shop, &redemption(&code, &uri), NOW));
    let (one, two) = (pin!(at_once.token_soon(&one, NOW)), pin!(at_once.token_soon(&two, NOW)));
    let (one, two) = wait(both(one, two));
    let tokens = one.unwrap();
    assert_eq!(refusal(two).code.as_str(), "invalid_grant");
    assert_eq!(refusal(world.userinfo(&tokens.access_token, NOW)).code.as_str(), "invalid_token");
}

/// Both, begun before either is awaited.
async fn both<A: Future + Unpin, B: Future + Unpin>(mut one: A, mut two: B) -> (A::Output, B::Output) {
    let (mut first, mut second) = (None, None);
    poll_fn(|context| {
        poll_open(&mut first, &mut one, context);
        poll_open(&mut second, &mut two, context);
        if first.is_some() && second.is_some() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    (first.unwrap(), second.unwrap())
}

fn poll_open<F: Future + Unpin>(output: &mut Option<F::Output>, future: &mut F, context: &mut Context<'_>) {
    if output.is_none()
        && let Poll::Ready(ready) = Pin::new(future).poll(context)
    {
        *output = Some(ready);
    }
}

#[test]
fn tokens_that_take_long_to_make_are_left_to_who_may_wait_before_anything_is_used_up() {
    let (world, shop, ours) = known();
    let at_once = world.identity.at_once().unwrap();
    let uri = shop.redirect_uri();
    let code = world.code(&shop, &[], &ours);
    let redeem = world.request(&shop, &redemption(&code, &uri), NOW);
    let mut metadata = shop.metadata();
    metadata["id_token_signed_response_alg"] = "PS256".into();
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    assert!(wait(at_once.token_soon(&redeem, NOW)).unwrap_err().would_wait(), "an RSA signature");
    world.identity.add_client(&shop.metadata(), &clerk(), NOW).unwrap();
    let refresh = world.request(&shop, &[("grant_type", "refresh_token"), ("refresh_token", "any")], NOW);
    assert!(wait(at_once.token_soon(&refresh, NOW)).unwrap_err().would_wait(), "the authorization is locked");
    wait(at_once.token_soon(&redeem, NOW)).unwrap();
}

#[test]
fn a_new_installation_uses_nothing_up_before_it_has_keys() {
    let world = alone();
    let shop = world.relying_party("shop");
    let uri = shop.redirect_uri();
    let request = world.request(&shop, &good(&shop, &uri), NOW);
    let at_once = world.identity.at_once().unwrap();
    assert!(at_once.push_authorization_request(&request, NOW).unwrap_err().would_wait());
    world.identity.push_authorization_request(&request, NOW).unwrap();
}

#[test]
fn what_takes_waiting_is_refused_before_anything_is_used_up() {
    let (world, shop, _) = known();
    let at_once = world.identity.at_once().unwrap();
    let request_uri = push(&at_once, &world, &shop).unwrap();
    assert!(arrive(&at_once, &request_uri, None).unwrap_err().would_wait(), "an interaction is written down");
    sign_in_page(arrive(&world.identity, &request_uri, None).unwrap());
    let uri = shop.redirect_uri();
    let claims = shop.claims(&world.jti(), &serde_json::json!({ "iat": null }));
    let undated = request_with(&crate::jose::sign(&shop.key, "JWT", &claims).unwrap(), &good(&shop, &uri));
    assert!(at_once.push_authorization_request(&undated, NOW).unwrap_err().would_wait(), "the database remembers it");
    world.identity.push_authorization_request(&undated, NOW).unwrap();
    assert_eq!(refusal(world.identity.push_authorization_request(&undated, NOW)).code.as_str(), "invalid_client");
}

#[test]
fn after_a_crash_what_only_memory_knew_is_refused_and_what_was_begun_goes_on() {
    let (world, shop, ours) = known();
    let unanswered = push(&world.identity, &world, &shop).unwrap();
    let begun = push(&world.identity, &world, &shop).unwrap();
    let ticket = sign_in_page(arrive(&world.identity, &begun, None).unwrap()).ticket;
    let code = world.code(&shop, &[], &ours);
    let uri = shop.redirect_uri();
    let redeem = world.request(&shop, &redemption(&code, &uri), NOW + SECOND);

    let later = restarted(&world);
    assert_eq!(error_page(arrive(&later, &unanswered, Some(&ours)).unwrap()), PageError::RequestUri);
    assert_eq!(refusal(later.token(&redeem, NOW + SECOND)).code.as_str(), "invalid_grant");
    let step = later.continue_authorization(&ticket, Some(&ours), NOW).unwrap();
    code_in(&step);
    assert_eq!(error_page(later.continue_authorization(&ticket, Some(&ours), NOW).unwrap()), PageError::Interaction);
}

#[test]
fn a_request_that_two_windows_have_open_is_answered_once() {
    let (world, shop, ours) = known();
    let request_uri = push(&world.identity, &world, &shop).unwrap();
    let asked = sign_in_page(arrive(&world.identity, &request_uri, None).unwrap()).ticket;
    code_in(&arrive(&world.identity, &request_uri, Some(&ours)).unwrap());
    let step = world.identity.continue_authorization(&asked, Some(&ours), NOW).unwrap();
    assert_eq!(error_page(step), PageError::RequestUri);

    let request_uri = push(&world.identity, &world, &shop).unwrap();
    code_in(&arrive(&world.identity, &request_uri, Some(&ours)).unwrap());
    assert_eq!(error_page(arrive(&world.identity, &request_uri, None).unwrap()), PageError::RequestUri);
}

#[test]
fn a_code_dies_with_whatever_it_stands_on() {
    let ends: [fn(&World, &Session); 4] = [
        |world, _| assert!(world.identity.revoke_consent(world.resident, "shop", &clerk(), NOW).unwrap()),
        |world, ours| world.identity.sign_out(ours, NOW).unwrap(),
        |world, _| {
            world.identity.suspend_resident(world.resident, &clerk(), NOW).unwrap();
            world.identity.reinstate_resident(world.resident, &clerk(), NOW).unwrap();
        },
        |world, _| {
            let shop = ClientId::parse("shop").unwrap();
            assert!(testing::open(&world.database, &[7; 32]).stop_client(&shop, &clerk(), NOW).unwrap());
            assert!(testing::open(&world.database, &[7; 32]).resume_client(&shop, &clerk(), NOW).unwrap());
        },
    ];
    for (number, end) in ends.into_iter().enumerate() {
        let (world, shop, ours) = known();
        let pushed = push(&world.identity, &world, &shop).unwrap();
        let code = world.code(&shop, &[], &ours);
        end(&world, &ours);
        assert_eq!(refusal(world.redeem(&shop, &code, &[], NOW)).code.as_str(), "invalid_grant", "{number}");
        let step = arrive(&world.identity, &pushed, None).unwrap();
        if number == 3 {
            assert_eq!(error_page(step), PageError::RequestUri, "it was pushed before the client was stopped");
        } else {
            sign_in_page(step);
        }
    }
}

#[test]
fn what_another_process_changes_counts_from_the_next_request_on() {
    let (world, shop, ours) = known();
    let tokens = world.redeem(&shop, &world.code(&shop, &[], &ours), &[], NOW).unwrap();
    let at_once = world.identity.at_once().unwrap();
    let userinfo = || {
        let authorization = Some(format!("Bearer {}", tokens.access_token));
        at_once.userinfo(&EndpointRequest { authorization, ..EndpointRequest::default() }, NOW).map(told)
    };
    let is_active = || {
        let asked = world.request(&shop, &[("token", &tokens.access_token)], NOW);
        at_once.introspect(&asked, NOW).unwrap()["active"] == true
    };
    assert!(userinfo().is_ok() && userinfo().is_ok() && is_active() && is_active());
    let command = testing::open(&world.database, &[7; 32]);
    assert!(command.revoke_session(world.resident, ours.id, &Actor::System, NOW).unwrap());
    assert_eq!(refusal(userinfo()).code.as_str(), "invalid_token");
    assert!(!is_active());

    let changed = RelyingParty::new("shop", crate::jose::SigningAlgorithm::Es256);
    command.add_client(&changed.metadata(), &clerk(), NOW).unwrap();
    assert_eq!(refusal(push(&at_once, &world, &shop)).code.as_str(), "invalid_client", "its keys are others now");
    push(&at_once, &world, &changed).unwrap();
    let uri = changed.redirect_uri();
    command.stop_client(&ClientId::parse("shop").unwrap(), &clerk(), NOW).unwrap();
    let request = world.request(&changed, &good(&changed, &uri), NOW);
    assert_eq!(refusal(at_once.push_authorization_request(&request, NOW)).code.as_str(), "invalid_client");
}

#[test]
fn an_offline_authorization_is_written_down_at_once_because_it_outlives_the_session() {
    let world = alone();
    let shop = RelyingParty::new("shop", crate::jose::SigningAlgorithm::Es256);
    let mut metadata = shop.metadata();
    metadata["scope"] = "openid profile offline_access".into();
    metadata["grant_types"] = serde_json::json!(["authorization_code", "refresh_token"]);
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    let (ours, asked) = (world.session(), [("scope", "openid offline_access"), ("prompt", "consent")]);
    world.code(&shop, &asked, &ours);
    let code = world.code(&shop, &[("scope", "openid offline_access")], &ours);
    world.identity.sign_out(&ours, NOW).unwrap();
    world.redeem(&shop, &code, &[], NOW).unwrap();
}

#[test]
fn the_session_of_a_code_is_noted_where_it_is_redeemed() {
    let (world, shop, _) = known();
    let other = world.session();
    let visits =
        || world.identity.visits(world.resident, NOW).unwrap().iter().filter(|(at, _)| *at == other.id).count();
    let code = world.code(&shop, &[], &other);
    assert_eq!(visits(), 0, "the client knows nothing of it yet");
    world.redeem(&shop, &code, &[], NOW).unwrap();
    assert_eq!(visits(), 1);
    world.redeem(&shop, &world.code(&shop, &[], &other), &[], NOW).unwrap();
    assert_eq!(visits(), 1, "noted already");
    let club = world.relying_party("club");
    for _ in 0..2 {
        world.redeem(&club, &world.code(&club, &[], &other), &[], NOW).unwrap();
        assert_eq!(visits(), 2, "each relying party for itself");
    }
    let live: i64 = world
        .identity
        .db()
        .read(|conn| -> Result<_, crate::Error> { Ok(on_db!(conn, c => session::table.count().get_result(c))?) })
        .unwrap();
    assert_eq!(live, 2);
}
