//! The audit finds what was altered by hand, and a switch does not open on books that contradict themselves.

use diesel::prelude::*;
use store::{Conn, on_db};

use super::*;
use crate::Error;
use crate::clearing::Verdict;
use crate::clearing::tests::support::{say, transfer};
use crate::store::audit::{Difference, books};
use crate::store::memory;

/// Books with one settled, one refused and one open payment, and the switch stopped.
fn kept() -> Vec<World> {
    let worlds = World::each();
    for world in &worlds {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        submit(&switch, CreditTransfer { amount: hkd(99_999_999), ..transfer(2, NOW) }, NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap();
        submit(&switch, transfer(3, NOW), NOW);
        switch.stop();
        world.assert_exact();
    }
    worlds
}

/// What `look` says of the books once `statement` has altered them; the alteration is undone.
fn altered<T: Send + 'static>(
    world: &World,
    statement: &'static str,
    look: fn(&mut Conn<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let (tell, told) = std::sync::mpsc::channel();
    let undone = world.db().write(move |conn| -> Result<(), Error> {
        let rows = on_db!(conn, c => diesel::sql_query(statement).execute(c))?;
        assert!(rows > 0, "{statement} alters nothing");
        tell.send(look(conn)).unwrap();
        Err(Error::HeadMoved)
    });
    assert!(matches!(undone, Err(Error::HeadMoved)), "{statement}: {undone:?}");
    told.recv().unwrap()
}

pub(super) fn differences(world: &World, statement: &'static str) -> Vec<Difference> {
    altered(world, statement, books).unwrap().differences
}

pub(super) fn names_row(found: &[Difference], row: i64) -> bool {
    found.iter().any(|difference| matches!(difference, Difference::Row { sequence, .. } if *sequence == row))
}

#[test]
fn every_alteration_of_a_row_is_found_and_named() {
    // Rows 1..=7 are the participants and their funding; then the payments 8, 9 and 11, and the outcome 10.
    let alterations = [
        ("UPDATE payment SET amount = amount + 1 WHERE seq = 8", 8),
        ("UPDATE payment SET creditor_agent = 38 WHERE seq = 8", 8),
        ("UPDATE payment SET end_to_end_id = 'OTHER' WHERE seq = 11", 11),
        ("UPDATE payment SET reason = NULL WHERE seq = 9", 9),
        ("UPDATE payment SET reason = 'AC01' WHERE seq = 9", 9),
        ("UPDATE payment SET body = fingerprint WHERE seq = 8", 8),
        ("UPDATE outcome SET ending = 'timed_out' WHERE seq = 10", 10),
        ("UPDATE outcome SET payment = 11 WHERE seq = 10", 10),
        ("UPDATE event SET amount = amount * 2 WHERE seq = 5", 5),
        ("UPDATE event SET actor = 'nobody' WHERE seq = 5", 5),
        ("UPDATE event SET kind = 'gifted' WHERE seq = 5", 5),
        ("UPDATE payment SET transaction_id = 'TX-1' WHERE seq = 11", 11),
        ("DELETE FROM outcome WHERE seq = 10", 10),
        ("DELETE FROM payment WHERE seq = 9", 9),
        (
            "INSERT INTO event (seq, recorded, participant, actor, kind, digest) \
             SELECT 8, recorded, participant, actor, 'suspended', digest FROM event WHERE seq = 5",
            8,
        ),
        (
            "INSERT INTO event (seq, recorded, participant, actor, kind, digest) \
             SELECT 12, recorded, participant, actor, 'suspended', digest FROM event WHERE seq = 5",
            12,
        ),
    ];
    for world in kept() {
        for (statement, row) in alterations {
            let found = differences(&world, statement);
            assert!(names_row(&found, row), "{statement}: {found:#?}");
        }
        world.assert_exact();
    }
}

#[test]
fn an_altered_position_is_named() {
    for world in kept() {
        let found = differences(&world, "UPDATE position SET balance = balance + 100 WHERE participant = 27");
        assert!(
            matches!(&found[..], [
            Difference::Total { .. },
            Difference::Position { participant, what: "balance", stored, computed, .. },
        ] if *participant == bank("027") && stored == "601.00" && computed == "600.00"),
            "{found:#?}"
        );
    }
}

#[test]
fn money_moved_between_positions_is_found_though_the_total_is_right() {
    for world in kept() {
        let moved = "UPDATE position SET balance = CASE participant WHEN 12 THEN balance - 1 ELSE balance + 1 END";
        assert_eq!(differences(&world, moved).len(), 2);
    }
}

#[test]
fn altered_chain_head_participants_and_certificates_are_found() {
    for world in kept() {
        for statement in [
            "UPDATE batch SET hash = previous_hash WHERE last_seq = 10",
            "UPDATE batch SET previous_hash = hash WHERE last_seq = 10",
            "DELETE FROM batch WHERE last_seq = 11",
            "UPDATE log_head SET seq = 10",
            "UPDATE participant SET suspended = NOT suspended WHERE clearing_code = 12",
            "UPDATE participant SET name_en = 'Another Bank' WHERE clearing_code = 12",
            "INSERT INTO participant_certificate (thumbprint, participant, added) SELECT hash, 12, 0 FROM log_head",
        ] {
            assert!(!differences(&world, statement).is_empty(), "{statement}");
        }
    }
}

#[test]
fn a_switch_does_not_open_on_books_that_contradict_themselves() {
    for world in kept() {
        for statement in [
            "UPDATE log_head SET seq = 10",
            "UPDATE payment SET amount = amount + 1 WHERE seq = 11",
            "UPDATE position SET reserved = 0 WHERE participant = 12",
        ] {
            let loaded = altered(&world, statement, memory::load);
            assert!(matches!(loaded, Err(Error::Damaged(_))), "{statement}");
        }
        assert!(world.try_open().is_ok());
    }
}
