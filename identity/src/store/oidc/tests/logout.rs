//! Signing out: from a relying party, and what ends with the session.

use serde_json::json;

use super::*;
use crate::oidc::logout::{LogoutRequest, LogoutStep, Objection};
use crate::session::{SessionSecret, SignedIn};
use crate::store::sessions;

const BYE: &str = "https://shop.example/bye";

const TOLD_AT: &str = "https://shop.example/told?of=sign-out";

/// A shop that sends its customers back after signing out.
fn shop(world: &World) -> RelyingParty {
    let shop = RelyingParty::new("shop", crate::jose::SigningAlgorithm::Es256);
    let mut metadata = shop.metadata();
    metadata["post_logout_redirect_uris"] = json!([BYE]);
    metadata["backchannel_logout_uri"] = json!(TOLD_AT);
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    shop
}

/// A session that is in the database, of 何美儀.
pub(super) fn signed_in(world: &World) -> SignedIn {
    let resident = active(&world.identity, &ho());
    let begun = sessions::begin(resident, &["pop"], Assurance::Substantial, NOW).unwrap();
    let (session, hash) = (begun.session.clone(), begun.secret.keyed_hash(world.identity.keys()));
    world.identity.db().write(move |conn| sessions::insert(conn, &session, &hash)).unwrap();
    begun
}

fn asked(pairs: &[(&str, &str)]) -> LogoutRequest {
    LogoutRequest::read(&parameters(pairs))
}

fn is_live(world: &World, secret: &SessionSecret) -> bool {
    world.identity.session(secret, NOW).unwrap().is_some()
}

#[test]
fn a_relying_party_signs_its_resident_out_with_an_id_token_that_has_expired() {
    each(|world| {
        let (shop, ours) = (shop(world), signed_in(world));
        let code = world.code(&shop, &[], &ours.session);
        let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
        let later = NOW + Duration::from_mins(20);
        let wish = asked(&[("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", BYE), ("state", "st")]);
        let step = world.identity.begin_logout(&wish, Some(&ours.session), later).unwrap();
        let LogoutStep::Redirect(location) = step else { panic!("{step:?}") };
        assert_eq!(location.as_str(), "https://shop.example/bye?state=st");
        assert!(!is_live(world, &ours.secret));
        let again = world.identity.begin_logout(&wish, None, later).unwrap();
        assert!(matches!(again, LogoutStep::Redirect(_)), "nobody is signed in any more, and that is as good");
    });
}

#[test]
fn only_their_own_id_token_signs_a_resident_out_unasked() {
    each(|world| {
        let (shop, ours) = (shop(world), signed_in(world));
        let code = world.code(&shop, &[], &world.session());
        let of_somebody_else = world.redeem(&shop, &code, &[], NOW).unwrap();
        let access_token = of_somebody_else.access_token.as_str();
        for (hint, step) in [
            (id_token(&of_somebody_else), LogoutStep::Ask(None)),
            (access_token, LogoutStep::Ask(Some(Objection::Hint))),
            ("rubbish", LogoutStep::Ask(Some(Objection::Hint))),
        ] {
            let wish = asked(&[("id_token_hint", hint), ("post_logout_redirect_uri", BYE)]);
            assert_eq!(world.identity.begin_logout(&wish, Some(&ours.session), NOW).unwrap(), step);
            assert!(is_live(world, &ours.secret));
        }
    });
}

#[test]
fn what_was_authorized_in_a_session_ends_with_it_and_nothing_else_does() {
    each(|world| {
        let (shop, ours) = (shop(world), signed_in(world));
        let tokens = world.redeem(&shop, &world.code(&shop, &[], &ours.session), &[], NOW).unwrap();
        let unredeemed = world.code(&shop, &[], &ours.session);
        let elsewhere = world.redeem(&shop, &world.code(&shop, &[], &world.session()), &[], NOW).unwrap();
        let visits = world.identity.visits(ours.session.resident, NOW).unwrap();
        assert_eq!(
            visits.iter().map(|(at, client)| (*at, client.as_str())).collect::<Vec<_>>(),
            [(ours.session.id, "shop")]
        );
        world.identity.sign_out(&ours.session, NOW).unwrap();
        assert_eq!(refusal(world.userinfo(&tokens.access_token, NOW)).code.as_str(), "invalid_token");
        assert_eq!(refusal(world.redeem(&shop, &unredeemed, &[], NOW)).code.as_str(), "invalid_grant");
        world.userinfo(&elsewhere.access_token, NOW).unwrap();
    });
}

#[test]
fn an_id_token_names_its_session_as_no_other_client_knows_it() {
    each(|world| {
        let (shop, bank, ours) = (shop(world), world.relying_party("bank"), world.session());
        let sid = |party: &RelyingParty, who: &Session| {
            let tokens = world.redeem(party, &world.code(party, &[], who), &[], NOW).unwrap();
            claims_of(&world.identity, id_token(&tokens))["sid"].as_str().unwrap().to_owned()
        };
        assert_eq!(sid(&shop, &ours), sid(&shop, &ours));
        assert_ne!(sid(&shop, &ours), sid(&bank, &ours));
        assert_ne!(sid(&shop, &ours), sid(&shop, &world.session()));
    });
}

#[test]
fn every_relying_party_of_a_session_is_told_of_its_end_until_it_has_heard() {
    each(|world| {
        let (shop, deaf, ours) = (shop(world), world.relying_party("deaf"), signed_in(world));
        let tokens = world.redeem(&shop, &world.code(&shop, &[], &ours.session), &[], NOW).unwrap();
        world.code(&shop, &[], &ours.session);
        world.code(&deaf, &[], &ours.session);
        assert!(world.identity.take_logout_deliveries(NOW, 10).unwrap().is_empty(), "nothing has ended");
        world.identity.sign_out(&ours.session, NOW).unwrap();

        let told = world.identity.take_logout_deliveries(NOW, 10).unwrap();
        assert_eq!(told.iter().map(|one| one.url.as_str()).collect::<Vec<_>>(), [TOLD_AT], "once, and who wants it");
        let id_token = claims_of(&world.identity, id_token(&tokens));
        let keys = world.identity.jwks(NOW).unwrap().keys;
        let token =
            crate::jose::verify::<Value>(&told[0].logout_token, &keys, &[crate::jose::Algorithm::ES256]).unwrap();
        assert_eq!(token.header.typ.as_deref(), Some("logout+jwt"));
        let expected = json!({
            "iss": ISSUER, "aud": "shop", "sub": id_token["sub"], "sid": id_token["sid"],
            "iat": NOW.seconds(), "exp": NOW.seconds() + 120, "jti": told[0].id.to_string(),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        assert_eq!(token.claims, expected, "and no nonce");

        assert!(world.identity.take_logout_deliveries(NOW, 10).unwrap().is_empty(), "somebody is trying");
        let later = NOW + Duration::from_secs(30);
        let again = another(world).take_logout_deliveries(later, 10).unwrap();
        assert_eq!((again.len(), again[0].attempts_before), (1, 1), "another gateway tries again");
        world.identity.logout_delivered(again[0].id).unwrap();
        assert!(world.identity.take_logout_deliveries(later + Duration::from_hours(2), 10).unwrap().is_empty());
    });
}

#[test]
fn whoever_cannot_be_told_is_given_up() {
    each(|world| {
        let (shop, ours) = (shop(world), signed_in(world));
        world.code(&shop, &[], &ours.session);
        world.identity.suspend_resident(ours.session.resident, &clerk(), NOW).unwrap();
        let tried = (0..48_u32).filter(|half_hour| {
            let now = NOW + Duration::from_mins(30) * *half_hour;
            !world.identity.take_logout_deliveries(now, 10).unwrap().is_empty()
        });
        assert_eq!(tried.count(), 6);
        let left = world.identity.expire_authorizations(NOW + Duration::from_hours(24), 100).unwrap();
        assert!(left > 0, "the notice is deleted");
    });
}

/// Nobody signs out of a browser that was simply left: relying parties hear of it all the same.
#[test]
fn a_session_that_times_out_is_told_like_one_that_was_ended() {
    each(|world| {
        let (shop, ours) = (shop(world), signed_in(world));
        world.code(&shop, &[], &ours.session);
        let told = |now| {
            while world.identity.expire_sessions(now, 10).unwrap() > 0 {}
            while world.identity.expire_authorizations(now, 10).unwrap() > 0 {}
            world.identity.take_logout_deliveries(now, 10).unwrap()
        };
        assert!(told(NOW + crate::session::IDLE - SECOND).is_empty());
        let deliveries = told(NOW + crate::session::IDLE);
        assert_eq!(deliveries.iter().map(|delivery| delivery.url.as_str()).collect::<Vec<_>>(), [TOLD_AT]);
        assert!(told(NOW + crate::session::IDLE + SECOND).is_empty(), "once");
    });
}
