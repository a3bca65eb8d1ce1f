//! Signing keys: made once, shared by gateways, published before use and after it.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use serde_json::{Value, json};

use crate::Error;
use crate::audit::{Actor, Verification};
use crate::jose::{ACCEPTED_ALGORITHMS, KeyState, SigningAlgorithm, sign, verify};
use crate::testing::{NOW, clerk, open, worlds};

const ES256: SigningAlgorithm = SigningAlgorithm::Es256;

#[test]
fn gateways_that_start_at_once_share_one_set_of_keys() {
    for world in worlds() {
        let barrier = Arc::new(Barrier::new(4));
        let gateways: Vec<_> = (0..4)
            .map(|_| {
                let (identity, barrier) = (open(&world.database, &[7; 32]), Arc::clone(&barrier));
                std::thread::spawn(move || {
                    barrier.wait();
                    serde_json::to_value(identity.key_ring(NOW).unwrap().jwks()).unwrap()
                })
            })
            .collect();
        let published: Vec<Value> = gateways.into_iter().map(|gateway| gateway.join().unwrap()).collect();
        assert_eq!(published[0]["keys"].as_array().unwrap().len(), 4, "current and next of both quick algorithms");
        assert!(published.iter().all(|set| *set == published[0]));
        assert_eq!(world.identity.verify_audit().unwrap(), Verification::Whole { records: 4 });
    }
}

#[test]
fn tokens_hold_across_a_rotation_and_its_key_was_known_before() {
    for world in worlds() {
        let (one, two) = (&world.identity, open(&world.database, &[7; 32]));
        let known = two.key_ring(NOW).unwrap().jwks().keys.clone();
        let old = one.signing_key(ES256, NOW).unwrap();
        let before = sign(&old, "JWT", &json!({"n": 1})).unwrap();
        one.rotate_signing_keys(&clerk(), NOW).unwrap();
        let new = one.signing_key(ES256, NOW).unwrap();
        assert_ne!(new.kid(), old.kid());
        let after = sign(&new, "JWT", &json!({"n": 2})).unwrap();
        let now_known = one.key_ring(NOW).unwrap().jwks().keys.clone();
        for (token, keys) in [(&before, &known), (&after, &known), (&before, &now_known), (&after, &now_known)] {
            verify::<Value>(token, keys, ACCEPTED_ALGORITHMS).unwrap();
        }
        let soon = NOW + Duration::from_secs(30);
        assert_eq!(two.signing_key(ES256, soon).unwrap().kid(), new.kid(), "the other gateway follows");
    }
}

#[test]
fn keys_rotate_and_are_forgotten_by_themselves() {
    const DAY: Duration = Duration::from_hours(24);
    for world in worlds() {
        let identity = &world.identity;
        let first = identity.signing_key(ES256, NOW).unwrap();
        identity.maintain_signing_keys(NOW + 89 * DAY).unwrap();
        assert_eq!(identity.signing_key(ES256, NOW + 89 * DAY).unwrap().kid(), first.kid());
        let due = NOW + 90 * DAY;
        identity.maintain_signing_keys(due).unwrap();
        let ring = identity.key_ring(due).unwrap();
        assert_ne!(ring.current(ES256).unwrap().kid(), first.kid());
        let state = |kid: &str| ring.keys().iter().find(|held| held.key.kid() == kid).map(|held| held.state);
        assert_eq!(state(first.kid()), Some(KeyState::Retired));
        identity.maintain_signing_keys(due + DAY).unwrap();
        let ring = identity.key_ring(due + DAY).unwrap();
        assert!(ring.keys().iter().all(|held| held.key.kid() != first.kid()));
        assert_eq!(ring.keys().len(), 4);
    }
}

#[test]
fn two_rotations_at_the_same_instant_are_one() {
    for world in worlds() {
        world.identity.key_ring(NOW).unwrap();
        let before = world.identity.audit_records(0, 100).unwrap().len();
        let barrier = Arc::new(Barrier::new(2));
        let due = NOW + Duration::from_hours(90 * 24);
        let gateways: Vec<_> = (0..2)
            .map(|_| {
                let (identity, barrier) = (open(&world.database, &[7; 32]), Arc::clone(&barrier));
                std::thread::spawn(move || {
                    identity.key_ring(due).unwrap();
                    barrier.wait();
                    identity.maintain_signing_keys(due).unwrap();
                })
            })
            .collect();
        for gateway in gateways {
            gateway.join().unwrap();
        }
        let records = world.identity.audit_records(0, 100).unwrap();
        assert_eq!(records.len() - before, 2);
        assert!(records[before..].iter().all(|entry| entry.actor == Actor::System.to_string()));
        assert_eq!(world.identity.key_ring(due).unwrap().keys().len(), 6);
    }
}

#[test]
fn keys_do_not_open_under_another_master_key() {
    for world in worlds() {
        world.identity.key_ring(NOW).unwrap();
        let other = open(&world.database, &[8; 32]);
        assert!(matches!(other.key_ring(NOW), Err(Error::Damaged("signing key"))));
    }
}

#[test]
fn slow_keys_are_made_once_and_when_somebody_needs_one() {
    for world in worlds() {
        let identity = &world.identity;
        assert!(identity.key_ring(NOW).unwrap().current(SigningAlgorithm::Rs256).is_none(), "not at first start");
        let needed = identity.signing_key(SigningAlgorithm::Rs256, NOW).unwrap();
        identity.make_slow_signing_keys(NOW).unwrap();
        let made = identity.key_ring(NOW).unwrap();
        assert_eq!(made.keys().len(), 8, "current and next of four algorithms");
        assert_eq!(made.current(SigningAlgorithm::Rs256).unwrap().kid(), needed.kid());
        open(&world.database, &[7; 32]).make_slow_signing_keys(NOW).unwrap();
        assert_eq!(identity.key_ring(NOW + Duration::from_mins(1)).unwrap().keys().len(), 8);
    }
}

#[test]
fn keys_are_published_before_anything_is_signed_by_them() {
    for world in worlds() {
        let published = world.identity.jwks(NOW).unwrap();
        for algorithm in SigningAlgorithm::ALL {
            let key = world.identity.signing_key(algorithm, NOW).unwrap();
            let found = published.keys.iter().any(|jwk| jwk.common.key_id.as_deref() == Some(key.kid()));
            assert!(found, "{algorithm:?}");
        }
    }
}

#[test]
fn a_key_that_is_revoked_is_gone_at_every_gateway_and_the_next_signs() {
    for world in worlds() {
        let (one, two) = (&world.identity, open(&world.database, &[7; 32]));
        let stolen = two.signing_key(ES256, NOW).unwrap();
        let next = two.key_ring(NOW).unwrap().find(ES256, KeyState::Next).unwrap().key.kid().to_owned();
        assert!(!one.revoke_signing_key("unknown", &clerk(), NOW).unwrap());
        assert!(one.revoke_signing_key(stolen.kid(), &clerk(), NOW).unwrap());
        let soon = NOW + Duration::from_secs(1);
        assert_eq!(two.signing_key(ES256, soon).unwrap().kid(), next);
        let ring = two.key_ring(soon).unwrap();
        assert!(ring.keys().iter().all(|held| held.key.kid() != stolen.kid()));
        assert_eq!(ring.keys().len(), 4, "a new next key is published");
        let last = one.audit_records(0, 100).unwrap().pop().unwrap();
        assert_eq!(last.act, "signing_key.revoked");
    }
}
