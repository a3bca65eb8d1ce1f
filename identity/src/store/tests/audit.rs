//! The audit chain: every privileged act is in it, and it shows when it was touched.

use std::sync::{Arc, Barrier};

use ::store::{Conn, on_db};
use diesel::prelude::*;

use crate::Error;
use crate::audit::Verification;
use crate::consent::Extent;
use crate::store::schema::{identity_audit, identity_audit_head};
use crate::testing::{NOW, World, chan, clerk, worlds};

#[test]
fn a_life_leaves_its_records_and_nothing_personal() {
    for world in worlds() {
        let identity = &world.identity;
        let (resident, mut phone, _) = world.activated(&chan());
        let session = world.sign_in(&mut phone, NOW).unwrap().session;
        identity.grant_consent(resident, "transport", &Extent::new(["openid"], ["name"]), NOW).unwrap();
        identity.revoke_consent(resident, "transport", &clerk(), NOW).unwrap();
        identity.sign_out(&session, NOW).unwrap();

        let records = identity.audit_records(0, 100).unwrap();
        let acts: Vec<_> = records.iter().map(|entry| entry.act.as_str()).collect();
        assert_eq!(
            acts,
            [
                "resident.registered",
                "activation.issued",
                "activation.begun",
                "resident.activated",
                "passkey.added",
                "session.signed_in",
                "consent.granted",
                "consent.revoked",
                "session.signed_out"
            ]
        );
        assert_eq!(records[0].actor, "operator:clerk");
        assert_eq!(records[5].actor, format!("resident:{resident}"));
        let all = format!("{records:?}");
        assert!(["A123456", "CHAN", "陳", "9123", "taiman"].iter().all(|known| !all.contains(known)));
        assert_eq!(identity.verify_audit().unwrap(), Verification::Whole { records: 9 });
    }
}

#[test]
fn what_was_refused_leaves_no_record_and_no_gap() {
    for world in worlds() {
        world.register(&chan());
        world.identity.register_resident(&chan(), &clerk(), NOW).unwrap_err();
        assert_eq!(world.identity.verify_audit().unwrap(), Verification::Whole { records: 1 });
    }
}

fn tampered(world: &World, tamper: fn(&mut Conn<'_>) -> Result<usize, Error>) -> Verification {
    assert!(world.identity.db().write(tamper).unwrap() > 0);
    world.identity.verify_audit().unwrap()
}

#[test]
fn a_touched_chain_shows_where() {
    for world in worlds() {
        world.activated(&chan());
        let changed = tampered(&world, |conn| {
            Ok(on_db!(conn, c => diesel::update(identity_audit::table.find(2_i64))
                .set(identity_audit::actor.eq("operator:nobody"))
                .execute(c))?)
        });
        assert_eq!(changed, Verification::Broken { seq: 2 });
    }
    for world in worlds() {
        world.activated(&chan());
        let cut_out = tampered(&world, |conn| {
            Ok(on_db!(conn, c => diesel::delete(identity_audit::table.find(3_i64)).execute(c))?)
        });
        assert_eq!(cut_out, Verification::Broken { seq: 4 });
    }
    for world in worlds() {
        world.activated(&chan());
        let cut_short = tampered(&world, |conn| {
            Ok(on_db!(conn, c => diesel::delete(identity_audit::table.find(5_i64)).execute(c))?)
        });
        assert_eq!(cut_short, Verification::Broken { seq: 5 });
    }
    for world in worlds() {
        world.activated(&chan());
        let end_moved = tampered(&world, |conn| {
            Ok(on_db!(conn, c => diesel::update(identity_audit_head::table)
                .set(identity_audit_head::hash.eq(vec![1_u8; 32]))
                .execute(c))?)
        });
        assert_eq!(end_moved, Verification::Broken { seq: 6 });
    }
}

#[test]
fn records_of_many_at_once_stand_in_one_order() {
    for world in worlds() {
        let resident = world.register(&chan());
        let barrier = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let (identity, barrier) = (world.identity.clone(), Arc::clone(&barrier));
                std::thread::spawn(move || {
                    barrier.wait();
                    identity.issue_activation(resident, &clerk(), NOW).unwrap();
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(world.identity.verify_audit().unwrap(), Verification::Whole { records: 9 });
    }
}
