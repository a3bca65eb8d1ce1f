//! Residents: found by number, sealed, suspended.

use ::store::on_db;
use diesel::prelude::*;

use super::refusal;
use crate::Error;
use crate::resident::{Refusal, ResidentState};
use crate::store::schema::resident;
use crate::testing::{NOW, chan, clerk, ho, open, worlds};

#[test]
fn a_resident_is_found_by_number_and_opened_by_id() {
    for world in worlds() {
        let (one, two) = (world.register(&chan()), world.register(&ho()));
        let attributes = world.identity.attributes(one).unwrap();
        let mut expected = chan().check().unwrap();
        expected.profile.updated_at = Some(NOW.seconds());
        assert_eq!(attributes, expected);
        assert_eq!(world.identity.find_resident(&attributes.hkid).unwrap(), Some(one));
        assert_eq!(world.identity.find_resident(&"G123456(A)".parse().unwrap()).unwrap(), None);
        let listed = world.identity.residents(None, 10).unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(world.identity.residents(Some(listed[0].id), 10).unwrap(), [listed[1].clone()]);
        assert!(listed.iter().all(|r| [one, two].contains(&r.id) && r.state == ResidentState::Registered));
    }
}

#[test]
fn a_number_is_registered_once() {
    for world in worlds() {
        world.register(&chan());
        let again = world.identity.register_resident(&chan(), &clerk(), NOW);
        assert_eq!(refusal!(again, Resident), Refusal::HkidRegistered);
    }
}

#[test]
fn nothing_personal_is_readable_in_the_database() {
    for world in worlds() {
        world.register(&chan());
        let (sealed, key, hash): (Vec<u8>, Vec<u8>, Vec<u8>) = world
            .identity
            .db()
            .read(|conn| -> Result<_, Error> {
                Ok(on_db!(conn, c => resident::table
                    .select((resident::sealed, resident::wrapped_key, resident::hkid_hash))
                    .first(c))?)
            })
            .unwrap();
        for bytes in [sealed, key, hash] {
            let text = String::from_utf8_lossy(&bytes);
            assert!(["A123456", "CHAN", "陳", "1990", "9123"].iter().all(|known| !text.contains(known)));
        }
    }
}

#[test]
fn what_was_sealed_for_one_resident_opens_for_nobody_else() {
    for world in worlds() {
        let (one, two) = (world.register(&chan()), world.register(&ho()));
        let stolen = world.identity.db().write(move |conn| -> Result<_, Error> {
            let theirs: (Vec<u8>, Vec<u8>) = on_db!(conn, c => resident::table
                .find(one)
                .select((resident::wrapped_key, resident::sealed))
                .first(c))?;
            Ok(on_db!(conn, c => diesel::update(resident::table.find(two))
                .set((resident::wrapped_key.eq(theirs.0.clone()), resident::sealed.eq(theirs.1.clone())))
                .execute(c))?)
        });
        assert_eq!(stolen.unwrap(), 1);
        assert!(matches!(world.identity.attributes(two), Err(Error::Damaged("resident"))));
        let other_keys = open(&world.database, &[8; 32]);
        assert!(matches!(other_keys.attributes(one), Err(Error::Damaged("resident"))));
        assert_eq!(other_keys.find_resident(&"A123456(3)".parse().unwrap()).unwrap(), None);
    }
}

#[test]
fn a_suspended_resident_is_out_until_reinstated() {
    for world in worlds() {
        let (resident, mut phone, signed_in) = world.activated(&chan());
        let identity = &world.identity;
        identity.suspend_resident(resident, &clerk(), NOW).unwrap();
        assert_eq!(identity.session(&signed_in.secret, NOW).unwrap(), None);
        assert!(world.sign_in(&mut phone, NOW).is_err());
        assert_eq!(refusal!(identity.issue_activation(resident, &clerk(), NOW), Resident), Refusal::Suspended);

        identity.reinstate_resident(resident, &clerk(), NOW).unwrap();
        assert_eq!(identity.resident(resident).unwrap().state, ResidentState::Active);
        assert_eq!(identity.session(&signed_in.secret, NOW).unwrap(), None, "the old session stays ended");
        world.sign_in(&mut phone, NOW).unwrap();
    }
}
