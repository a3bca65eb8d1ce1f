//! Passkeys: who they sign in, and every way in which an answer is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{SECOND, refusal};
use crate::authenticator::{Assurance, CEREMONY_LIFETIME, Refusal, SealedCeremony};
use crate::session::LIFETIME;
use crate::store::passkeys::{NewPasskey, insert};
use crate::testing::{NOW, Phone, chan, ho, worlds};

#[test]
fn options_ask_for_a_discoverable_passkey_and_its_owner() {
    for world in worlds() {
        let (_, _, signed_in) = world.activated(&chan());
        let adding = world.identity.start_adding_passkey(&signed_in.session, NOW).unwrap();
        let options = &adding.options["publicKey"];
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["authenticatorSelection"]["requireResidentKey"], true);
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["rp"]["id"], "id.lionrock.example");
        assert_eq!(options["excludeCredentials"].as_array().unwrap().len(), 1, "the phone has one already");
        assert!(!adding.options.to_string().contains("A123456"));

        let signing_in = world.identity.start_sign_in(NOW).unwrap().options;
        assert_eq!(signing_in["publicKey"]["userVerification"], "required");
        assert_eq!(signing_in["publicKey"]["allowCredentials"], json!([]));
        assert!(signing_in.get("mediation").is_none_or(Value::is_null));
    }
}

#[test]
fn a_passkey_signs_its_owner_in() {
    for world in worlds() {
        let (one, mut phone, _) = world.activated(&chan());
        let (two, mut other, _) = world.activated(&ho());
        let later = NOW + SECOND;
        let session = world.sign_in(&mut phone, later).unwrap().session;
        assert_eq!((session.resident, session.auth_time, session.expires), (one, later, later + LIFETIME));
        assert_eq!((session.acr, session.amr.join(" ").as_str()), (Assurance::Substantial, "mfa pop user"));
        assert_eq!(world.sign_in(&mut other, later).unwrap().session.resident, two);
        assert_eq!(world.identity.passkeys(one).unwrap()[0].last_used_at, Some(later));
    }
}

#[test]
fn an_answer_is_good_once() {
    for world in worlds() {
        let (_, mut phone, _) = world.activated(&chan());
        let ceremony = world.identity.start_sign_in(NOW).unwrap();
        let answer = phone.get(&ceremony.options);
        world.identity.finish_sign_in(&ceremony.secret, answer.clone(), NOW).unwrap();
        let replayed = world.identity.finish_sign_in(&ceremony.secret, answer, NOW);
        assert_eq!(refusal!(replayed, Passkey), Refusal::CeremonyOver);
    }
}

#[test]
fn a_wrong_answer_uses_the_challenge_up() {
    for world in worlds() {
        let (_, mut phone, _) = world.activated(&chan());
        let ceremony = world.identity.start_sign_in(NOW).unwrap();
        let right = phone.get(&ceremony.options);
        let mut wrong = right.clone();
        wrong["response"]["signature"] = json!("AAAA");
        let finish = |answer| world.identity.finish_sign_in(&ceremony.secret, answer, NOW);
        assert!(matches!(refusal!(finish(wrong), Passkey), Refusal::Unverified(_)));
        assert_eq!(refusal!(finish(right), Passkey), Refusal::CeremonyOver);
    }
}

#[test]
fn an_answer_belongs_to_the_challenge_of_its_own_browser_and_time() {
    for world in worlds() {
        let (_, mut phone, _) = world.activated(&chan());
        let (mine, theirs) = (world.identity.start_sign_in(NOW).unwrap(), world.identity.start_sign_in(NOW).unwrap());
        let answer = phone.get(&theirs.options);
        let crossed = world.identity.finish_sign_in(&mine.secret, answer, NOW);
        assert!(matches!(refusal!(crossed, Passkey), Refusal::Unverified(_)));
        let unknown = world.identity.finish_sign_in(&SealedCeremony::new(vec![1; 64]), json!({}), NOW);
        assert_eq!(refusal!(unknown, Passkey), Refusal::CeremonyOver);
        let answer = phone.get(&theirs.options);
        let late = world.identity.finish_sign_in(&theirs.secret, answer, NOW + CEREMONY_LIFETIME);
        assert_eq!(refusal!(late, Passkey), Refusal::CeremonyOver);
    }
}

/// Everything that a sign-in checks besides the challenge, each with the check that must notice it.
#[test]
fn every_check_of_a_sign_in_is_made() {
    for world in worlds() {
        let (_, mut phone, _) = world.activated(&chan());
        let (_, mut other, _) = world.activated(&ho());
        let mut refused = |change: &dyn Fn(&mut Value)| {
            let ceremony = world.identity.start_sign_in(NOW).unwrap();
            let mut answer = phone.get(&ceremony.options);
            change(&mut answer);
            refusal!(world.identity.finish_sign_in(&ceremony.secret, answer, NOW), Passkey)
        };
        for origin in ["https://evil.example", "http://id.lionrock.example", "https://id.lionrock.example:8443"] {
            let refusal = refused(&|answer| edit_client_data(answer, |data| data["origin"] = json!(origin)));
            assert!(noticed(&refusal, "origin"), "{origin}: {refusal}");
        }
        let refusal = refused(&|answer| edit_client_data(answer, |data| data["type"] = json!("webauthn.create")));
        assert!(noticed(&refusal, "webauthn"), "{refusal}");
        for (member, value) in [("crossOrigin", json!(true)), ("topOrigin", json!("https://evil.example"))] {
            let refusal = refused(&|answer| edit_client_data(answer, |data| data[member] = value.clone()));
            assert!(noticed(&refusal, "embedded"), "{refusal}");
        }
        let refusal = refused(&|answer| edit_client_data(answer, |data| data["more"] = json!(1)));
        assert!(matches!(refusal, Refusal::Unverified(_)), "the signature covers the client data");
        assert_eq!(refused(&|answer| answer["response"]["userHandle"] = Value::Null), Refusal::Malformed);
        assert_eq!(refused(&|answer| *answer = json!({"id": 1})), Refusal::Malformed);
        let theirs = other.get(&world.identity.start_sign_in(NOW).unwrap().options);
        assert_eq!(
            refused(&|answer| answer["response"]["userHandle"] = theirs["response"]["userHandle"].clone()),
            Refusal::UnknownCredential
        );
        assert_eq!(refused(&|answer| answer["rawId"] = json!("AAAA")), Refusal::UnknownCredential);
    }
}

#[test]
fn the_owner_must_be_verified() {
    for world in worlds() {
        let (_, mut phone, _) = world.activated(&chan());
        let ceremony = world.identity.start_sign_in(NOW).unwrap();
        let mut options = ceremony.options;
        options["publicKey"]["userVerification"] = json!("discouraged");
        let answer = phone.get(&options);
        let refusal = refusal!(world.identity.finish_sign_in(&ceremony.secret, answer, NOW), Passkey);
        assert!(noticed(&refusal, "verified"), "{refusal}");
    }
}

#[test]
fn a_counter_that_goes_back_is_noticed() {
    for world in worlds() {
        let (_, mut phone, _) = world.activated(&chan());
        let first = world.identity.start_sign_in(NOW).unwrap();
        let older = phone.get(&first.options);
        world.sign_in(&mut phone, NOW).unwrap();
        let cloned = refusal!(world.identity.finish_sign_in(&first.secret, older, NOW), Passkey);
        assert!(matches!(cloned, Refusal::Unverified(_)));
    }
}

#[test]
fn a_resident_adds_names_and_removes_passkeys_but_never_the_last() {
    for world in worlds() {
        let identity = &world.identity;
        let (resident, mut phone, signed_in) = world.activated(&chan());
        let session = signed_in.session;
        let mut key = Phone::new();
        let ceremony = identity.start_adding_passkey(&session, NOW).unwrap();
        let credential = key.create(&ceremony.options);
        let added =
            identity.finish_adding_passkey(&session, &ceremony.secret, credential, "Key", NOW + SECOND).unwrap();
        let elsewhere = world.sign_in(&mut key, NOW).unwrap();

        identity.rename_passkey(&session, added, " 鎖匙 ", NOW).unwrap();
        let labels: Vec<_> = identity.passkeys(resident).unwrap().into_iter().map(|p| p.label).collect();
        assert_eq!(labels, ["Phone", "鎖匙"]);
        assert_eq!(refusal!(identity.rename_passkey(&session, added, "", NOW), Passkey), Refusal::Label);

        identity.remove_passkey(&session, added, NOW).unwrap();
        assert_eq!(identity.session(&elsewhere.secret, NOW).unwrap(), None, "a removed key may be a stolen one");
        assert!(identity.session(&signed_in.secret, NOW).unwrap().is_some());
        assert_eq!(refusal!(world.sign_in(&mut key, NOW), Passkey), Refusal::UnknownCredential);
        assert_eq!(refusal!(identity.remove_passkey(&session, added, NOW), Passkey), Refusal::UnknownPasskey);
        let last = identity.passkeys(resident).unwrap()[0].id;
        assert_eq!(refusal!(identity.remove_passkey(&session, last, NOW), Passkey), Refusal::LastPasskey);
        world.sign_in(&mut phone, NOW).unwrap();
    }
}

#[test]
fn nobody_touches_the_passkeys_of_another() {
    for world in worlds() {
        let (one, _, _) = world.activated(&chan());
        let (_, _, other) = world.activated(&ho());
        let theirs = world.identity.passkeys(one).unwrap()[0].id;
        let renamed = world.identity.rename_passkey(&other.session, theirs, "Mine", NOW);
        assert_eq!(refusal!(renamed, Passkey), Refusal::UnknownPasskey);
        let removed = world.identity.remove_passkey(&other.session, theirs, NOW);
        assert_eq!(refusal!(removed, Passkey), Refusal::UnknownPasskey);
        assert_eq!(world.identity.passkeys(one).unwrap()[0].label, "Phone");
    }
}

#[test]
fn a_credential_is_registered_once_in_the_whole_city() {
    for world in worlds() {
        let (_, _, one) = world.activated(&chan());
        let (_, _, two) = world.activated(&ho());
        let ceremony = world.identity.start_adding_passkey(&one.session, NOW).unwrap();
        let credential = Phone::new().create(&ceremony.options);
        let hash = ceremony.secret.keyed_hash(world.identity.keys());
        let made = world.identity.check_registration(one.session.resident, &hash, credential, NOW).unwrap();
        let keep = |resident| {
            let new = NewPasskey::new(resident, &made, "Key".to_owned(), NOW).unwrap();
            world.identity.db().write(move |conn| insert(conn, &new))
        };
        keep(one.session.resident).unwrap();
        assert_eq!(refusal!(keep(two.session.resident), Passkey), Refusal::Registered);
    }
}

/// Changes what the browser says it signed, and leaves the signature as it is.
pub(super) fn edit_client_data(answer: &mut Value, edit: impl FnOnce(&mut Value)) {
    let member = &mut answer["response"]["clientDataJSON"];
    let mut data: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(member.as_str().unwrap()).unwrap()).unwrap();
    edit(&mut data);
    *member = json!(URL_SAFE_NO_PAD.encode(data.to_string()));
}

fn noticed(refusal: &Refusal, what: &str) -> bool {
    matches!(refusal, Refusal::Unverified(reason) if reason.contains(what))
}

#[test]
fn who_changes_passkeys_has_signed_in_a_moment_ago() {
    for world in worlds() {
        let (_, mut phone, signed_in) = world.activated(&chan());
        let later = NOW + crate::session::FRESH;
        let stale = world.identity.session(&signed_in.secret, later).unwrap().unwrap();
        let passkey = world.identity.passkeys(stale.resident).unwrap()[0].id;
        assert_eq!(refusal!(world.identity.start_adding_passkey(&stale, later), Passkey), Refusal::SignInAgain);
        assert_eq!(refusal!(world.identity.remove_passkey(&stale, passkey, later), Passkey), Refusal::SignInAgain);
        let again = world.sign_in(&mut phone, later).unwrap();
        let again = world.identity.continue_session(again, &stale, later).unwrap().session;
        assert_eq!(again.id, stale.id, "the same session, proved anew");
        world.identity.start_adding_passkey(&again, later).unwrap();
    }
}
