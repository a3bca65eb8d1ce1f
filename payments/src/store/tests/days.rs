//! Business days end once, whoever ends them, with statements that add up.

use super::*;
use crate::clearing::tests::support::{give_back, say, transfer};
use crate::clearing::{BusinessDay, Checkpoint, Command, Statement, Verdict};
use crate::money::Currency;
use crate::store::audit::{Difference, Evidence, verify_with};
use crate::store::queue::{Ask, Job, Queue, Room};

pub(super) const A_DAY: Duration = Duration::from_hours(24);

/// Waits until the day has turned.
pub(super) fn until_closed(switch: &Switch, day: BusinessDay) -> Vec<Statement> {
    for _ in 0..2_000 {
        if let Some((_, statements)) = switch.statements(day).unwrap() {
            return statements;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("the day never ends");
}

fn of(statements: &[Statement], code: &str) -> Statement {
    *statements.iter().find(|of| of.participant == bank(code) && of.currency == Currency::Hkd).unwrap()
}

#[test]
fn each_position_gets_a_statement_and_the_next_day_begins_where_it_ends() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap();
        world.pass(A_DAY);
        let first = until_closed(&switch, BusinessDay::of(NOW));
        let (payer, payee) = (of(&first, "012"), of(&first, "027"));
        assert_eq!((payer.opening, payer.closing, payer.turnover.payments_out.sum), (0, 90_000, 10_000));
        assert_eq!((payee.opening, payee.closing, payee.turnover.payments_in.count), (0, 60_000, 1));
        assert_eq!((payer.turnover.funding.sum, payer.turnover.net_cleared()), (100_000, -10_000));

        let now = world.now();
        let command = give_back("027", crate::clearing::tests::support::back("R-1", 1, 2_500), now);
        let Command::Return { sender, mut request, body, arrived } = command else { panic!() };
        request.settlement_date = BusinessDay::of(now).date();
        let back = crate::store::ReturnSubmission { request: *request, body: body.to_string() };
        wait(switch.return_payments(sender, vec![back], arrived)).unwrap();
        world.pass(A_DAY);
        let second = until_closed(&switch, BusinessDay::of(now));
        for statement in &second {
            assert_eq!(statement.opening, of(&first, &statement.participant.to_string()).closing);
        }
        assert_eq!(of(&second, "012").turnover.returns_in.sum, 2_500);
        assert_eq!(of(&second, "027").turnover.returns_out.count, 1);
        world.assert_exact();
    }
}

#[test]
fn a_payment_counts_for_the_day_in_which_it_settles() {
    for world in World::each() {
        let switch = world.funded();
        // A second before midnight in Hong Kong.
        world.pass(Duration::from_hours(12) - Duration::from_secs(1));
        let before = world.now();
        submit(&switch, transfer(1, before), before);
        world.pass(Duration::from_secs(2));
        let first = until_closed(&switch, BusinessDay::of(NOW));
        assert_eq!((of(&first, "012").reserved, of(&first, "012").turnover.payments_out.count), (10_000, 0));
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], world.now())).unwrap();
        world.pass(A_DAY);
        let second = until_closed(&switch, BusinessDay::of(before + Duration::from_secs(2)));
        assert_eq!(of(&second, "012").turnover.payments_out.sum, 10_000);
        world.assert_exact();
    }
}

#[test]
fn a_day_ends_once_however_many_gateways_there_are() {
    for world in World::each() {
        let (here, there) = (world.funded(), world.elsewhere());
        world.pass(A_DAY);
        until_closed(&here, BusinessDay::of(NOW));
        until_closed(&there, BusinessDay::of(NOW));
        std::thread::sleep(Duration::from_millis(30));
        assert_eq!(here.closed_days(None, 9).unwrap().len(), 1);
        assert_eq!(there.business_day().unwrap(), Some(BusinessDay::of(world.now())));
        world.assert_exact();
    }
}

#[test]
fn a_switch_that_was_down_ends_the_day_when_it_comes_back() {
    for world in World::each() {
        world.funded().stop();
        world.pass(A_DAY * 3);
        let switch = world.open();
        until_closed(&switch, BusinessDay::of(NOW));
        let days = switch.closed_days(None, 9).unwrap();
        assert_eq!(days.len(), 1, "days without business have no statement");
        assert_eq!(days[0].next_day, BusinessDay::of(world.now()));
        let again = transfer(2, world.now());
        let date = BusinessDay::of(world.now()).date();
        submit(&switch, CreditTransfer { settlement_date: date, ..again }, world.now());
        world.assert_exact();
    }
}

#[test]
fn what_is_decided_with_the_cut_over_belongs_to_the_new_day() {
    for world in World::each() {
        world.funded().stop();
        world.pass(A_DAY);
        let mut sequencer = world.sequencer();
        sequencer.state = world.db().snapshot(crate::store::memory::load).unwrap();
        let (reply, mut replied) = tokio::sync::oneshot::channel();
        let now = world.now();
        let payment = CreditTransfer { settlement_date: BusinessDay::of(now).date(), ..transfer(1, now) };
        let commands = vec![crate::clearing::tests::support::pay(payment, now)];
        let queue = Queue::new(10);
        queue.push(Job { arrived: now, ask: Ask::Decide { commands, reply } }, Room::New(bank("012"))).unwrap();
        sequencer.process(queue.take(10, 1, Duration::ZERO).unwrap(), Vec::new(), now);
        assert_eq!(replied.try_recv().unwrap().len(), 1, "who asked hears of the payment, not of the cut-over");
        drop(sequencer);
        let switch = world.open();
        let (day, _) = switch.statements(BusinessDay::of(NOW)).unwrap().unwrap();
        assert_eq!((day.first, day.last), (1, 7));
        world.assert_exact();
    }
}

#[test]
fn each_day_is_signed_once_and_the_log_contains_what_was_signed() {
    for world in World::each() {
        let key = crate::clearing::test_checkpoint_key();
        let switch = world.funded();
        assert_eq!(switch.sign_closed_days(&key).unwrap(), Vec::<String>::new());
        world.pass(A_DAY);
        until_closed(&switch, BusinessDay::of(NOW));
        let signed = switch.sign_closed_days(&key).unwrap();
        assert_eq!(switch.sign_closed_days(&key).unwrap(), Vec::<String>::new(), "it is signed");
        assert_eq!(switch.checkpoint_of(BusinessDay::of(NOW)).unwrap().as_ref(), Some(&signed[0]));
        let closing = key.public().verify(&signed[0]).unwrap();
        assert_eq!((closing.sequence, closing.closed), (8, Some(BusinessDay::of(NOW))));
        submit(&switch, transfer(1, NOW), NOW);
        let now = switch.checkpoint().unwrap().unwrap();
        let report = verify_with(&world.db(), &Evidence { checkpoints: &[closing, now], archives: None }).unwrap();
        assert!(report.is_exact() && report.checkpoints == 2, "{:#?}", report.differences);

        let rewritten = Checkpoint { hash: now.hash, ..closing };
        let beyond = Checkpoint { sequence: now.sequence + 1, ..now };
        for signed in [rewritten, beyond] {
            let report = verify_with(&world.db(), &Evidence { checkpoints: &[signed], archives: None }).unwrap();
            assert!(matches!(report.differences[..], [Difference::Checkpoint { sequence, .. }]
                if sequence == signed.sequence));
        }
    }
}

#[test]
fn an_altered_day_is_named() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap();
        world.pass(A_DAY);
        until_closed(&switch, BusinessDay::of(NOW));
        switch.stop();
        world.assert_exact();
        let statement = "UPDATE event SET detail = replace(detail, '90000', '90001') WHERE kind = 'cut_over'";
        let found = super::books::differences(&world, statement);
        let named = |difference: &Difference| {
            matches!(difference, Difference::Statement { what: "closing balance", participant, .. }
                if *participant == bank("012"))
        };
        assert!(found.iter().any(named), "{found:#?}");
        assert!(super::books::names_row(&found, 10), "{found:#?}");
        for statement in [
            "UPDATE closed_day SET last_seq = last_seq - 1",
            "DELETE FROM closed_day",
            "UPDATE payment SET business_day = business_day + 1",
            "UPDATE outcome SET business_day = business_day + 1",
            "UPDATE position SET payments_in = 1 WHERE participant = 27",
        ] {
            assert!(!super::books::differences(&world, statement).is_empty(), "{statement}");
        }
    }
}
