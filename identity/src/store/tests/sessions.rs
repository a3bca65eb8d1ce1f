//! Sessions: they end idle, old, signed out or revoked.

use std::time::Duration;

use super::SECOND;
use crate::session::{IDLE, LIFETIME, SessionSecret};
use crate::testing::{NOW, chan, clerk, ho, open, worlds};

#[test]
fn a_session_ends_when_it_is_left_idle() {
    for world in worlds() {
        let (_, _, signed_in) = world.activated(&chan());
        let used = NOW + IDLE - SECOND;
        assert!(world.identity.session(&signed_in.secret, used).unwrap().is_some());
        assert!(world.identity.session(&signed_in.secret, used + IDLE - SECOND).unwrap().is_some(), "use keeps it");
        assert_eq!(world.identity.session(&signed_in.secret, used + IDLE + IDLE).unwrap(), None);
    }
}

#[test]
fn a_session_ends_when_it_is_old_however_much_it_is_used() {
    for world in worlds() {
        let (resident, _, signed_in) = world.activated(&chan());
        let mut now = NOW;
        while now < NOW + LIFETIME {
            assert!(world.identity.session(&signed_in.secret, now).unwrap().is_some());
            now = now + Duration::from_mins(20);
        }
        assert!(world.identity.session(&signed_in.secret, NOW + LIFETIME - SECOND).unwrap().is_some());
        assert_eq!(world.identity.session(&signed_in.secret, NOW + LIFETIME).unwrap(), None);
        assert_eq!(world.identity.sessions(resident, NOW + LIFETIME).unwrap(), []);
    }
}

#[test]
fn only_the_secret_opens_a_session() {
    for world in worlds() {
        let (_, _, signed_in) = world.activated(&chan());
        assert_eq!(world.identity.session(&SessionSecret::new([0; 32]), NOW).unwrap(), None);
        let id = signed_in.session.id.as_uuid().as_bytes().repeat(2);
        assert_eq!(world.identity.session(&SessionSecret::new(id.try_into().unwrap()), NOW).unwrap(), None);
        assert_eq!(open(&world.database, &[8; 32]).session(&signed_in.secret, NOW).unwrap(), None);
        assert!(open(&world.database, &[7; 32]).session(&signed_in.secret, NOW).unwrap().is_some());
    }
}

#[test]
fn signing_out_ends_this_session_and_no_other() {
    for world in worlds() {
        let (resident, mut phone, one) = world.activated(&chan());
        let two = world.sign_in(&mut phone, NOW + SECOND).unwrap();
        assert_eq!(world.identity.sessions(resident, NOW).unwrap(), [two.session.clone(), one.session.clone()]);
        world.identity.sign_out(&one.session, NOW).unwrap();
        assert_eq!(world.identity.session(&one.secret, NOW).unwrap(), None);
        assert_eq!(world.identity.session(&two.secret, NOW + SECOND).unwrap(), Some(two.session));
    }
}

#[test]
fn a_resident_revokes_their_own_sessions_only() {
    for world in worlds() {
        let (one, _, mine) = world.activated(&chan());
        let (two, _, _) = world.activated(&ho());
        let by = crate::audit::Actor::Resident(two);
        assert!(!world.identity.revoke_session(two, mine.session.id, &by, NOW).unwrap());
        assert!(world.identity.session(&mine.secret, NOW).unwrap().is_some());
        assert!(world.identity.revoke_session(one, mine.session.id, &clerk(), NOW).unwrap());
        assert_eq!(world.identity.session(&mine.secret, NOW).unwrap(), None);
    }
}

#[test]
fn a_form_token_belongs_to_one_session() {
    for world in worlds() {
        let (_, mut phone, one) = world.activated(&chan());
        let two = world.sign_in(&mut phone, NOW).unwrap();
        let token = world.identity.csrf_token(&one.session);
        assert!(world.identity.verify_csrf(&one.session, &token));
        assert!(!world.identity.verify_csrf(&two.session, &token));
        for bad in ["", "x", &token[1..], &"A".repeat(43)] {
            assert!(!world.identity.verify_csrf(&one.session, bad), "{bad}");
        }
    }
}

#[test]
fn what_has_expired_is_deleted_in_small_batches() {
    for world in worlds() {
        let (resident, mut phone, _) = world.activated(&chan());
        for _ in 0..4 {
            world.sign_in(&mut phone, NOW).unwrap();
        }
        assert_eq!(world.identity.expire_sessions(NOW, 100).unwrap(), 0);
        let later = NOW + LIFETIME;
        // Sessions both as old and as idle.
        assert_eq!(world.identity.expire_sessions(later, 2).unwrap(), 4);
        while world.identity.expire_sessions(later, 2).unwrap() > 0 {}
        assert_eq!(world.identity.sessions(resident, NOW).unwrap(), []);
        assert_eq!(world.identity.passkeys(resident).unwrap().len(), 1);
    }
}

#[test]
fn a_sign_in_over_another_goes_on_in_it_or_ends_it() {
    for world in worlds() {
        let (resident, mut phone, first) = world.activated(&chan());
        let again = world.sign_in(&mut phone, NOW + SECOND).unwrap();
        let again = world.identity.continue_session(again, &first.session, NOW + SECOND).unwrap();
        assert_eq!(world.identity.sessions(resident, NOW).unwrap(), std::slice::from_ref(&again.session));
        assert_eq!(again.session.id, first.session.id);
        assert_eq!(world.identity.session(&first.secret, NOW).unwrap(), None, "the cookie is another");
        assert_eq!(world.identity.session(&again.secret, NOW + SECOND).unwrap(), Some(again.session.clone()));

        let (_, _, other) = world.activated(&ho());
        let other = world.identity.continue_session(other, &again.session, NOW).unwrap();
        assert!(world.identity.session(&other.secret, NOW).unwrap().is_some());
        assert_eq!(world.identity.sessions(resident, NOW).unwrap(), []);
    }
}
