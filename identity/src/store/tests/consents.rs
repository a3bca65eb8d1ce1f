//! Consents: remembered for one relying party, widened, withdrawn.

use std::sync::{Arc, Barrier};

use super::SECOND;
use crate::audit::Actor;
use crate::consent::{Extent, is_covered};
use crate::testing::{NOW, chan, ho, worlds};

#[test]
fn a_consent_is_remembered_for_one_client_and_widened_by_what_is_added() {
    for world in worlds() {
        let identity = &world.identity;
        let (one, two) = (world.register(&chan()), world.register(&ho()));
        let narrow = Extent::new(["openid"], ["name"]);
        let wide = Extent::new(["openid", "phone"], ["name", "phone_number"]);
        let first = identity.grant_consent(one, "transport", &narrow, NOW).unwrap();
        assert_eq!(identity.consent(one, "transport").unwrap(), Some(first.clone()));
        assert_eq!(identity.consent(one, "shop").unwrap(), None);
        assert_eq!(identity.consent(two, "transport").unwrap(), None);
        assert!(!is_covered(&wide, Some(&first)));

        let second = identity.grant_consent(one, "transport", &wide, NOW + SECOND).unwrap();
        assert_eq!((second.id, second.granted_at, second.changed_at), (first.id, NOW, NOW + SECOND));
        assert!(is_covered(&wide, Some(&second)) && is_covered(&narrow, Some(&second)));
        assert_eq!(identity.consents(one).unwrap(), [second]);
    }
}

#[test]
fn a_withdrawn_consent_is_asked_for_again() {
    for world in worlds() {
        let identity = &world.identity;
        let resident = world.register(&chan());
        let by = Actor::Resident(resident);
        let extent = Extent::new(["openid"], ["name"]);
        let first = identity.grant_consent(resident, "transport", &extent, NOW).unwrap();
        assert!(identity.revoke_consent(resident, "transport", &by, NOW).unwrap());
        assert_eq!(identity.consent(resident, "transport").unwrap(), None);
        assert!(!identity.revoke_consent(resident, "transport", &by, NOW).unwrap());
        let again = identity.grant_consent(resident, "transport", &extent, NOW).unwrap();
        assert_ne!(again.id, first.id, "what stood on the old consent does not come back");
    }
}

#[test]
fn of_two_grants_at_once_neither_is_lost() {
    for world in worlds() {
        let resident = world.register(&chan());
        let barrier = Arc::new(Barrier::new(4));
        let threads: Vec<_> = (0..4)
            .map(|n| {
                let (identity, barrier) = (world.identity.clone(), Arc::clone(&barrier));
                std::thread::spawn(move || {
                    barrier.wait();
                    identity.grant_consent(resident, "transport", &Extent::new([], [format!("claim{n}")]), NOW)
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
        assert_eq!(world.identity.consent(resident, "transport").unwrap().unwrap().granted.claims.len(), 4);
    }
}
