//! Payments are found by their ids, whatever day they are of and however far the projector has come.

use time::Date;
use time::macros::date;

use super::*;
use crate::clearing::tests::support::{rejected, say, transfer, uetr};
use crate::clearing::{Status, Verdict};
use crate::store::projector::{Step, step};
use crate::store::recent::Recent;
use crate::store::{keys, log};

/// The switch's own projector may be at work too: whoever does it, it gets done.
fn project(world: &World) {
    let recent = Recent::after(i64::MAX);
    let behind = || world.db().read(keys::projected).unwrap() < world.db().read(log::head).unwrap().sequence;
    while behind() {
        step(&world.db(), &recent).unwrap();
    }
}

fn on(day: Date, number: u32, now: Timestamp) -> CreditTransfer {
    CreditTransfer { settlement_date: day, ..transfer(number, now) }
}

#[test]
fn what_is_projected_and_what_is_not_yet_is_found_by_its_uetr() {
    for world in World::each() {
        let switch = world.funded();
        for number in 1..=3 {
            submit(&switch, transfer(number, NOW), NOW);
            wait(switch.answer(bank("027"), vec![say(number, Verdict::Accepted)], NOW)).unwrap();
            if number == 2 {
                project(&world);
            }
        }
        for number in 1..=3 {
            let found = switch.payment(uetr(number)).unwrap().unwrap();
            assert_eq!((found.transaction_id, found.state.status()), (format!("TX-{number}"), Status::Settled));
        }
        assert_eq!(switch.payment(uetr(4)).unwrap(), None);
    }
}

#[test]
fn the_log_is_projected_once() {
    for world in World::each() {
        let switch = world.funded();
        (1..=3).for_each(|number| drop(submit(&switch, transfer(number, NOW), NOW)));
        switch.stop();
        project(&world);
        assert_eq!(step(&world.db(), &Recent::after(i64::MAX)).unwrap(), Step::Done { more: false });
        let head = world.db().read(log::head).unwrap().sequence;
        // Another gateway that had read where the projection stood before.
        let late = world.db().write(move |conn| keys::advance(conn, head - 1, head)).unwrap();
        assert!(!late);
    }
}

#[test]
fn an_id_is_an_id_for_two_business_days() {
    for world in World::each() {
        let switch = world.funded();
        let first = submit(&switch, transfer(1, NOW), NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap();
        project(&world);
        let day = Duration::from_hours(24);
        world.pass(day);
        let repeated = submit(&switch, on(date!(2026 - 11 - 23), 1, world.now()), world.now());
        assert_eq!((repeated.original_uetr, repeated.status), (first.original_uetr, Status::Settled));
        world.pass(day);
        project(&world);
        let anew = submit(&switch, on(date!(2026 - 11 - 24), 1, world.now()), world.now());
        assert_eq!(anew.status, Status::InProcess, "the day before yesterday's ids are free again");
        assert_ne!(anew.sequence, first.sequence);
        let told = wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], world.now())).unwrap().remove(0);
        assert_eq!(told.unwrap().status, Status::Settled);
        assert_eq!(switch.payment(uetr(1)).unwrap().unwrap().sequence, anew.sequence, "the latest has the UETR");
        world.assert_exact();
    }
}

#[test]
fn a_uetr_belongs_to_the_payment_that_was_sent() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        project(&world);
        let thief = CreditTransfer { transaction_id: "TX-2".to_owned(), ..transfer(1, NOW) };
        assert!(matches!(submit(&switch, thief, NOW).status, Status::Rejected(_)));
        project(&world);
        assert_eq!(switch.payment(uetr(1)).unwrap().unwrap().transaction_id, "TX-1");
    }
}

#[test]
fn payments_of_several_days_are_listed_ended_and_read_in_order() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap();
        submit(&switch, transfer(2, NOW), NOW);
        switch.stop();
        world.pass(Duration::from_hours(72));
        let switch = world.open();
        let ended = wait(switch.wait_final(bank("012"), "TX-2"));
        assert!(ended.is_ok(), "it ended three days after it was recorded");
        submit(&switch, on(date!(2026 - 11 - 25), 3, world.now()), world.now());
        let listed = switch.payments(None, 10).unwrap();
        let states: Vec<_> = listed.iter().map(|one| (one.transaction_id.as_str(), one.state.status())).collect();
        assert_eq!(states, [("TX-3", Status::InProcess), ("TX-2", rejected("AB05")), ("TX-1", Status::Settled)]);
        let inbox = switch.inbox(bank("027"), 0, 10).unwrap();
        assert_eq!(inbox.messages.len(), 5);
        assert!(inbox.messages.is_sorted_by_key(|item| item.sequence));
        drop(switch);
        world.open();
        world.assert_exact();
    }
}

#[test]
fn a_payment_is_found_by_whatever_id_somebody_knows() {
    for world in World::each() {
        let switch = world.funded();
        for number in 1..=3 {
            submit(&switch, CreditTransfer { end_to_end_id: "RENT".to_owned(), ..transfer(number, NOW) }, NOW);
            if number == 2 {
                project(&world);
            }
        }
        let found = |id: &str, limit| -> Vec<String> {
            let found = switch.payments_known_as(id, limit).unwrap();
            found.into_iter().map(|payment| payment.transaction_id).collect()
        };
        assert_eq!(found("RENT", 10), ["TX-3", "TX-2", "TX-1"]);
        assert_eq!(found("RENT", 2), ["TX-3", "TX-2"]);
        assert_eq!(found("TX-2", 10), ["TX-2"]);
        assert_eq!(found(&uetr(3).to_string(), 10), ["TX-3"]);
        assert!(found("rent", 10).is_empty());
        assert!(found("", 10).is_empty());
    }
}
