//! Activation: a code is good once, for a while, for the one it was issued to.

use std::sync::{Arc, Barrier};

use super::passkeys::edit_client_data;
use super::{SECOND, refusal};
use crate::Error;
use crate::authenticator;
use crate::resident::{ACTIVATION_LIFETIME, ActivationCode, ActivationSecret, Refusal, ResidentState};
use crate::session::SessionSecret;
use crate::testing::{NOW, Phone, chan, clerk, ho, worlds};

#[test]
fn a_code_leads_to_a_passkey_a_session_and_its_own_end() {
    for world in worlds() {
        let identity = &world.identity;
        let resident = world.register(&chan());
        let code = identity.issue_activation(resident, &clerk(), NOW).unwrap();
        let typed: ActivationCode = code.expose().to_lowercase().parse().unwrap();
        let begun = identity.begin_activation(&typed, NOW).unwrap();
        assert_eq!(begun.attributes.name_en, "CHAN Tai Man");
        let cookie = ActivationSecret::parse(&begun.secret.expose()).unwrap();
        assert_eq!(identity.activation(&cookie, NOW).unwrap(), begun.attributes);
        assert_eq!(identity.resident(resident).unwrap().state, ResidentState::Registered);

        let mut phone = Phone::new();
        let ceremony = identity.start_activation_passkey(&cookie, NOW).unwrap();
        let credential = phone.create(&ceremony.options);
        let signed_in =
            identity.finish_activation_passkey(&cookie, &ceremony.secret, credential, "Phone", NOW).unwrap();

        let cookie_of_session = SessionSecret::parse(&signed_in.secret.expose()).unwrap();
        assert_eq!(identity.session(&cookie_of_session, NOW).unwrap(), Some(signed_in.session));
        let stands = identity.resident(resident).unwrap();
        assert_eq!((stands.state, stands.activated_at), (ResidentState::Active, Some(NOW)));
        assert_eq!(refusal!(identity.begin_activation(&code, NOW), Resident), Refusal::CodeUnknown);
        assert_eq!(refusal!(identity.activation(&cookie, NOW), Resident), Refusal::ActivationOver);
    }
}

#[test]
fn a_code_expires() {
    for world in worlds() {
        let resident = world.register(&chan());
        let code = world.identity.issue_activation(resident, &clerk(), NOW).unwrap();
        let end = NOW + ACTIVATION_LIFETIME;
        world.identity.begin_activation(&code, end - SECOND).unwrap();
        assert_eq!(refusal!(world.identity.begin_activation(&code, end), Resident), Refusal::CodeExpired);
        world.identity.expire_sessions(end, 100).unwrap();
        assert_eq!(refusal!(world.identity.begin_activation(&code, end), Resident), Refusal::CodeExpired);
    }
}

#[test]
fn a_new_code_kills_the_old_one_and_what_was_begun_with_it() {
    for world in worlds() {
        let identity = &world.identity;
        let resident = world.register(&chan());
        let old = identity.issue_activation(resident, &clerk(), NOW).unwrap();
        let begun = identity.begin_activation(&old, NOW).unwrap();
        let new = identity.issue_activation(resident, &clerk(), NOW).unwrap();
        assert_eq!(refusal!(identity.begin_activation(&old, NOW), Resident), Refusal::CodeUnknown);
        assert_eq!(refusal!(identity.activation(&begun.secret, NOW), Resident), Refusal::ActivationOver);
        identity.begin_activation(&new, NOW).unwrap();
    }
}

#[test]
fn a_code_is_shown_so_often_and_no_more() {
    for world in worlds() {
        let code = world.identity.issue_activation(world.register(&chan()), &clerk(), NOW).unwrap();
        for _ in 0..10 {
            world.identity.begin_activation(&code, NOW).unwrap();
        }
        assert_eq!(refusal!(world.identity.begin_activation(&code, NOW), Resident), Refusal::CodeExhausted);
        let guessed = ActivationCode::new([1; 16]);
        assert_eq!(refusal!(world.identity.begin_activation(&guessed, NOW), Resident), Refusal::CodeUnknown);
    }
}

/// Two browsers with the same code: whoever stores a passkey first used the code up.
#[test]
fn a_code_is_used_once_even_by_two_at_the_same_instant() {
    for world in worlds() {
        let identity = &world.identity;
        let resident = world.register(&chan());
        let code = identity.issue_activation(resident, &clerk(), NOW).unwrap();
        let barrier = Arc::new(Barrier::new(2));
        let browsers: Vec<_> = (0..2)
            .map(|_| {
                let (identity, code, barrier) = (identity.clone(), code.clone(), Arc::clone(&barrier));
                std::thread::spawn(move || {
                    let begun = identity.begin_activation(&code, NOW).unwrap();
                    let ceremony = identity.start_activation_passkey(&begun.secret, NOW).unwrap();
                    let credential = Phone::new().create(&ceremony.options);
                    barrier.wait();
                    identity.finish_activation_passkey(&begun.secret, &ceremony.secret, credential, "Phone", NOW)
                })
            })
            .collect();
        let done: Vec<_> = browsers.into_iter().map(|browser| browser.join().unwrap()).collect();
        assert_eq!(done.iter().filter(|result| result.is_ok()).count(), 1);
        assert_eq!(identity.passkeys(resident).unwrap().len(), 1);
    }
}

#[test]
fn a_refused_passkey_leaves_the_code_good() {
    for world in worlds() {
        let identity = &world.identity;
        let resident = world.register(&chan());
        let code = identity.issue_activation(resident, &clerk(), NOW).unwrap();
        let begun = identity.begin_activation(&code, NOW).unwrap();
        let ceremony = identity.start_activation_passkey(&begun.secret, NOW).unwrap();
        let mut credential = Phone::new().create(&ceremony.options);
        edit_client_data(&mut credential, |data| data["origin"] = "https://evil.example".into());
        let finish =
            |credential| identity.finish_activation_passkey(&begun.secret, &ceremony.secret, credential, "Phone", NOW);
        assert!(matches!(refusal!(finish(credential), Passkey), authenticator::Refusal::Unverified(_)));
        let late = Phone::new().create(&ceremony.options);
        assert_eq!(refusal!(finish(late), Passkey), authenticator::Refusal::CeremonyOver);
        assert!(identity.passkeys(resident).unwrap().is_empty());

        let again = identity.start_activation_passkey(&begun.secret, NOW).unwrap();
        let credential = Phone::new().create(&again.options);
        identity.finish_activation_passkey(&begun.secret, &again.secret, credential, "Phone", NOW).unwrap();
    }
}

#[test]
fn a_passkey_made_for_one_resident_activates_no_other() {
    for world in worlds() {
        let identity = &world.identity;
        let begin = |registration| {
            let code = identity.issue_activation(world.register(registration), &clerk(), NOW).unwrap();
            identity.begin_activation(&code, NOW).unwrap()
        };
        let (mine, theirs) = (begin(&chan()), begin(&ho()));
        let ceremony = identity.start_activation_passkey(&theirs.secret, NOW).unwrap();
        let credential = Phone::new().create(&ceremony.options);
        let crossed = identity.finish_activation_passkey(&mine.secret, &ceremony.secret, credential, "Phone", NOW);
        assert_eq!(refusal!(crossed, Passkey), authenticator::Refusal::CeremonyOver);
    }
}

#[test]
fn activating_again_ends_the_sessions_of_a_lost_device() {
    for world in worlds() {
        let (resident, _, lost) = world.activated(&chan());
        let new = world.activate(resident, &mut Phone::new(), NOW);
        assert_eq!(world.identity.session(&lost.secret, NOW).unwrap(), None);
        assert!(world.identity.session(&new.secret, NOW).unwrap().is_some());
        assert_eq!(world.identity.passkeys(resident).unwrap().len(), 2);
    }
}

#[test]
fn somebody_who_is_not_registered_gets_no_code() {
    for world in worlds() {
        let nobody = crate::resident::ResidentId::new(NOW, &[1; 10]);
        let refused: Result<_, Error> = world.identity.issue_activation(nobody, &clerk(), NOW);
        assert_eq!(refusal!(refused, Resident), Refusal::UnknownResident);
    }
}
