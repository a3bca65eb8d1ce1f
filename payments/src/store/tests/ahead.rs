//! Batches that are decided while the one before them is on its way to disk.

use tokio::sync::oneshot;

use super::super::queue::{Ask, Job};
use super::*;
use crate::clearing::tests::support::{pay, say, transfer};
use crate::clearing::{Command, Reply, State, Status, Verdict};
use crate::store::ids::Ids;
use crate::store::memory;
use crate::store::recall::LookUps;

fn job(commands: Vec<Command>) -> (Job, oneshot::Receiver<Vec<Reply>>) {
    let (reply, replied) = oneshot::channel();
    (Job { arrived: NOW, ask: Ask::Decide { commands, reply } }, replied)
}

fn status(replies: &[Reply]) -> Vec<Status> {
    let status = |reply: &Reply| match reply {
        Reply::Reserved(report) | Reply::Answered(Ok(report)) => report.status,
        other => panic!("no report: {other:?}"),
    };
    replies.iter().map(status).collect()
}

fn answer(number: u32) -> Command {
    Command::Answer { sender: bank("027"), answer: say(number, Verdict::Accepted), arrived: NOW }
}

/// Until what was recorded before is taken in, ids are looked up and nothing is decided ahead.
fn ready(sequencer: &mut Sequencer) {
    let anything = crate::clearing::SearchKey::end_to_end_id("anything");
    while !sequencer.ids.is_new(anything) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_payment_is_answered_before_its_reservation_is_on_disk() {
    for world in World::each() {
        drop(world.funded());
        let mut sequencer = world.sequencer();
        ready(&mut sequencer);
        let (first, mut reserved) = job(vec![pay(transfer(1, NOW), NOW)]);
        sequencer.process(vec![first], Vec::new(), NOW);
        sequencer.advance();
        assert!(sequencer.in_flight.is_some());
        let (second, mut settled) = job(vec![answer(1), pay(transfer(2, NOW), NOW)]);
        sequencer.process(vec![second], Vec::new(), NOW);
        assert!(sequencer.gathered.is_some());
        assert!(settled.try_recv().is_err(), "nobody is told before it is on disk");
        sequencer.wait_for_all();
        assert_eq!(status(&reserved.try_recv().unwrap()), [Status::InProcess]);
        assert_eq!(status(&settled.try_recv().unwrap()), [Status::Settled, Status::InProcess]);
        drop(sequencer);
        world.assert_exact();
    }
}

#[test]
fn what_was_decided_on_a_batch_that_failed_is_decided_anew() {
    for world in World::each() {
        drop(world.funded());
        let mut sequencer = world.sequencer();
        ready(&mut sequencer);
        let ahead = world.open();
        submit(&ahead, transfer(3, NOW), NOW);
        let (first, mut reserved) = job(vec![pay(transfer(1, NOW), NOW)]);
        let (second, mut settled) = job(vec![answer(1), pay(transfer(3, NOW), NOW)]);
        sequencer.process(vec![first], Vec::new(), NOW);
        sequencer.advance();
        sequencer.process(vec![second], Vec::new(), NOW);
        sequencer.wait_for_all();
        assert_eq!(sequencer.counters.read(0).head_moved, 1);
        assert_eq!(status(&reserved.try_recv().unwrap()), [Status::InProcess]);
        let told = status(&settled.try_recv().unwrap());
        assert_eq!(told, [Status::Settled, Status::InProcess], "and the other gateway's payment is known");
        assert_eq!(ahead.positions().unwrap()[0].2.reserved, 10_000, "it was reserved once");
        drop(sequencer);
        world.assert_exact();
    }
}

#[test]
fn an_id_that_may_have_been_used_is_looked_for_beside_and_holds_nothing_up() {
    for world in World::each() {
        drop(world.funded());
        let mut sequencer = world.sequencer();
        sequencer.ids = Ids::unknown();
        let (first, mut reserved) = job(vec![pay(transfer(1, NOW), NOW)]);
        sequencer.process(vec![first], Vec::new(), NOW);
        sequencer.advance();
        let (second, mut also) = job(vec![pay(transfer(2, NOW), NOW)]);
        sequencer.process(vec![second], Vec::new(), NOW);
        assert!(sequencer.in_flight.is_some() && sequencer.gathered.is_some(), "a new one is decided ahead");
        sequencer.wait_for_all();
        for replied in [&mut reserved, &mut also] {
            assert_eq!(status(&replied.try_recv().unwrap()), [Status::InProcess]);
        }
        let (answers, _replied) = job(vec![answer(1), answer(2)]);
        sequencer.process(vec![answers], Vec::new(), NOW);
        sequencer.wait_for_all();
        let (again, mut replied) = job(vec![pay(transfer(1, NOW), NOW)]);
        sequencer.process(vec![again], Vec::new(), NOW);
        assert!(sequencer.is_settled(), "a repetition of what memory forgot waits for what is before it");
        assert_eq!(status(&replied.try_recv().unwrap()), [Status::Settled]);
        world.assert_exact();
    }
}

#[test]
fn an_id_that_another_gateway_used_in_between_is_a_repetition_all_the_same() {
    for world in World::each() {
        drop(world.funded());
        let mut sequencer = world.sequencer();
        sequencer.ids = Ids::unknown();
        let (first, mut reserved) = job(vec![pay(transfer(1, NOW), NOW)]);
        sequencer.process(vec![first], Vec::new(), NOW);
        assert!(sequencer.gathered.is_some(), "it was not there when it was looked for");
        let other = world.open();
        submit(&other, transfer(1, NOW), NOW);
        sequencer.wait_for_all();
        assert_eq!(status(&reserved.try_recv().unwrap()), [Status::InProcess]);
        assert_eq!(other.positions().unwrap()[0].2.reserved, 10_000, "it was reserved once");
        drop(sequencer);
        world.assert_exact();
    }
}

#[test]
fn a_restart_knows_the_ids_of_before() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap();
        drop(switch);
        let mut sequencer = world.sequencer();
        ready(&mut sequencer);
        let again = [pay(transfer(1, NOW), NOW)];
        assert!(!sequencer.can_go_ahead(&again, NOW), "a repetition is looked up");
        assert!(sequencer.can_go_ahead(&[pay(transfer(2, NOW), NOW)], NOW), "a new one is not");
    }
}

#[test]
fn what_memory_has_learned_since_is_looked_up_no_more() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        let learned = world.db().snapshot(memory::load).unwrap();
        let commands = [answer(1), pay(transfer(1, NOW), NOW), answer(2)];
        let looked_up = |commands: &[Command]| {
            let mut asked = LookUps::by(commands, &State::default(), &mut Ids::unknown());
            asked.forget_known(&learned);
            !asked.is_empty()
        };
        assert!(!looked_up(&commands[..2]), "the payment, by its UETR and by its id");
        assert!(looked_up(&commands), "a payment that nobody has heard of yet");
    }
}
