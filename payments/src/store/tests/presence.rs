//! Participants that are not there, limits, and warnings.

use super::*;
use crate::clearing::tests::support::{rejected, transfer};
use crate::clearing::{InboxMessage, Limits, LowLiquidity, Operation, Status};
use crate::money::Currency;
use crate::participant::ClearingCode;

fn is_offline(switch: &Switch, code: ClearingCode) -> bool {
    switch.participants().unwrap().into_iter().any(|one| one.clearing_code == code && one.is_offline)
}

/// Sends payment `number` to 027, and lets it time out unanswered.
fn unanswered(world: &World, switch: &Switch, number: u32) -> Status {
    submit(switch, transfer(number, world.now()), world.now());
    world.pass(Duration::from_secs(11));
    wait(switch.wait_final(bank("012"), &format!("TX-{number}"))).unwrap().unwrap().status
}

#[test]
fn who_neither_answers_nor_reads_is_taken_to_be_offline_until_it_reads() {
    for world in World::each() {
        let switch = world.funded();
        assert_eq!(unanswered(&world, &switch, 1), rejected("AB05"));
        assert!(!is_offline(&switch, bank("027")), "it may be slow");
        world.pass(Duration::from_mins(1));
        assert_eq!(unanswered(&world, &switch, 2), rejected("AB05"));
        assert!(is_offline(&switch, bank("027")));
        let told = submit(&switch, transfer(3, world.now()), world.now());
        assert_eq!(told.status, rejected("AB08"));
        switch.hear_from(bank("027")).unwrap();
        let told = submit(&switch, transfer(4, world.now()), world.now());
        assert_eq!(told.status, Status::InProcess);
        let events = switch.events(None, 10).unwrap();
        assert!(events.iter().any(|row| row.actor == "the switch"));
        switch.stop();
        world.assert_exact();
    }
}

#[test]
fn whom_another_gateway_serves_is_not_offline() {
    for world in World::each() {
        let (switch, other) = (world.funded(), world.open());
        world.pass(Duration::from_secs(55));
        assert!(wait(other.answer(bank("027"), Vec::new(), world.now())).unwrap().is_empty());
        assert!(other.hear(bank("027")), "that it answered is noted here, and nowhere else");
        other.hear_from(bank("027")).unwrap();
        assert!(!other.hear(bank("027")), "for some seconds");
        other.stop();
        assert_eq!(unanswered(&world, &switch, 1), rejected("AB05"));
        assert!(!is_offline(&switch, bank("027")));
    }
}

#[test]
fn a_participant_says_itself_that_it_is_away() {
    for world in World::each() {
        let switch = world.funded();
        wait(switch.declare_presence(bank("027"), false)).unwrap();
        assert_eq!(submit(&switch, transfer(1, NOW), NOW).status, rejected("AB08"));
        let again = world.open();
        assert!(again.known_participant(bank("027")).unwrap().is_offline, "also after a start");
        wait(again.declare_presence(bank("027"), true)).unwrap();
        assert_eq!(submit(&again, transfer(2, NOW), NOW).status, Status::InProcess);
    }
}

#[test]
fn limits_hold_after_a_start_and_are_audited() {
    for world in World::each() {
        let switch = world.funded();
        let limits = Limits { daily_maximum: Some(15_000), ..Limits::default() };
        wait(switch.set_limits("an officer", bank("012"), Currency::Hkd, limits)).unwrap();
        assert_eq!(submit(&switch, transfer(1, NOW), NOW).status, Status::InProcess);
        switch.stop();
        let switch = world.open();
        assert_eq!(submit(&switch, transfer(2, NOW), NOW).status, rejected("AM23"));
        wait(switch.operate("an officer", bank("038"), Operation::Block)).unwrap();
        assert!(switch.may_only_read(bank("038")));
        switch.stop();
        world.assert_exact();
    }
}

#[test]
fn a_participant_is_warned_once_in_its_inbox() {
    for world in World::each() {
        let switch = world.funded();
        let limits = Limits { low_liquidity: Some(95_000), ..Limits::default() };
        wait(switch.set_limits("an officer", bank("012"), Currency::Hkd, limits)).unwrap();
        for number in [1, 2] {
            submit(&switch, transfer(number, NOW), NOW);
        }
        let warnings = || {
            let messages = switch.inbox(bank("012"), 0, 100).unwrap().messages;
            let warning = |message: InboxMessage| match message {
                InboxMessage::LowLiquidity(low) => Some(low),
                _ => None,
            };
            messages.into_iter().filter_map(|item| warning(item.message)).collect::<Vec<_>>()
        };
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while warnings().is_empty() && std::time::Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        switch.stop();
        let [LowLiquidity { currency: Currency::Hkd, available }] = warnings()[..] else { panic!("{:?}", warnings()) };
        assert!(available < 95_000);
        assert!(switch.inbox(bank("027"), 0, 100).unwrap().messages.len() == 2, "nobody else is told");
        world.assert_exact();
    }
}
