//! What comes after settlement: the creditor agent's later word, and money that goes back.

use super::*;
use crate::ReturnSubmission;
use crate::clearing::tests::support::{back, rejected, say, transfer, uetr};
use crate::clearing::{InboxMessage, PaymentReturn, Status, Subject, Verdict};
use crate::store::audit::Difference;

/// A switch on which 012 has paid 100.00 to 027 (payment 1), accepted in this way.
fn paid(world: &World, how: Verdict) -> Switch {
    let switch = world.funded();
    submit(&switch, transfer(1, NOW), NOW);
    wait(switch.answer(bank("027"), vec![say(1, how)], NOW)).unwrap()[0].as_ref().unwrap();
    switch
}

fn send_back(switch: &Switch, request: PaymentReturn) -> StatusReport {
    let body = format!("<TxInf>{}</TxInf>", request.return_id);
    let one = ReturnSubmission { request, body };
    wait(switch.return_payments(bank("027"), vec![one], NOW)).unwrap().remove(0)
}

fn word(switch: &Switch, verdict: Verdict) -> Status {
    wait(switch.answer(bank("027"), vec![say(1, verdict)], NOW)).unwrap().remove(0).unwrap().status
}

fn read(switch: &Switch, reader: &str, after: i64) -> Vec<InboxMessage> {
    switch.inbox(bank(reader), after, 100).unwrap().messages.into_iter().map(|item| item.message).collect()
}

#[test]
fn a_later_word_reaches_both_agents_and_is_remembered() {
    for world in World::each() {
        let switch = paid(&world, Verdict::AcceptedWithoutPosting);
        let before = *switch.head().borrow();
        assert_eq!(word(&switch, Verdict::Credited), Status::Credited);
        for reader in ["012", "027"] {
            let messages = read(&switch, reader, before);
            let [InboxMessage::Report(report)] = &messages[..] else { panic!("{messages:?}") };
            assert_eq!((report.status, report.original_uetr), (Status::Credited, uetr(1)));
        }
        switch.stop();
        let switch = world.open();
        assert_eq!(word(&switch, Verdict::Blocked), Status::Credited, "also after a restart");
        assert_eq!(submit(&switch, transfer(1, NOW), NOW).status, Status::Credited);
        world.assert_exact();
    }
}

#[test]
fn money_comes_back_up_to_the_whole_across_gateways_and_restarts() {
    for world in World::each() {
        let (switch, other) = (paid(&world, Verdict::Accepted), world.elsewhere());
        assert_eq!(send_back(&switch, back("R-1", 1, 4_000)).status, Status::Settled);
        assert_eq!(send_back(&other, back("R-2", 1, 6_001)).status, rejected("AM09"));
        assert_eq!(send_back(&other, back("R-3", 1, 5_000)).status, Status::Settled);
        switch.stop();
        let switch = world.open();
        assert_eq!(send_back(&switch, back("R-4", 1, 1_001)).status, rejected("AM09"));
        assert_eq!(send_back(&switch, back("R-5", 1, 1_000)).status, Status::Settled);
        assert_eq!(switch.payment(uetr(1)).unwrap().unwrap().returned, 10_000);
        let balances: Vec<i64> = switch.positions().unwrap().iter().map(|(.., held)| held.balance).collect();
        assert_eq!(balances, [100_000, 50_000]);
        world.assert_exact();
    }
}

#[test]
fn a_return_whose_answer_was_lost_is_sent_again() {
    for world in World::each() {
        let switch = paid(&world, Verdict::Accepted);
        let settled = send_back(&switch, back("R-1", 1, 4_000));
        let refused = send_back(&switch, back("R-2", 1, 9_000));
        switch.stop();
        let switch = world.open();
        assert_eq!(send_back(&switch, back("R-1", 1, 4_000)), settled);
        assert_eq!(send_back(&switch, back("R-2", 1, 9_000)), refused);
        assert_eq!(send_back(&switch, back("R-1", 1, 4_001)).status, rejected("AM05"));
        world.assert_exact();
    }
}

#[test]
fn both_agents_are_told_of_a_return() {
    for world in World::each() {
        let switch = paid(&world, Verdict::Accepted);
        let before = *switch.head().borrow();
        let settled = send_back(&switch, back("R-1", 1, 4_000));
        let refused = send_back(&switch, back("R-2", 1, 9_000));
        let messages = read(&switch, "012", before);
        let [InboxMessage::Return(came)] = &messages[..] else { panic!("{messages:?}") };
        assert_eq!((came.body.as_str(), came.amount), ("<TxInf>R-1</TxInf>", hkd(4_000)));
        assert_eq!(read(&switch, "027", before), [settled.clone(), refused].map(InboxMessage::Report));
        assert_eq!(settled.subject, Subject::Return { message_id: "M-R-1".to_owned() });
        assert_eq!(read(&switch, "038", before), []);
    }
}

#[test]
fn the_audit_finds_returns_that_cannot_be() {
    for world in World::each() {
        let switch = paid(&world, Verdict::Accepted);
        send_back(&switch, back("R-1", 1, 4_000));
        let row = *switch.head().borrow();
        switch.stop();
        world.assert_exact();
        for (change, undo) in [
            (
                "UPDATE event SET amount = 10001 WHERE kind = 'returned'",
                "UPDATE event SET amount = 4000 WHERE kind = 'returned'",
            ),
            (
                "UPDATE event SET counterparty = 38 WHERE kind = 'returned'",
                "UPDATE event SET counterparty = 12 WHERE kind = 'returned'",
            ),
            (
                "UPDATE event SET reference = 'R-9' WHERE kind = 'returned'",
                "UPDATE event SET reference = 'R-1' WHERE kind = 'returned'",
            ),
        ] {
            let alter = |statement: &'static str| {
                world.db().write(move |conn| -> Result<(), crate::Error> {
                    use diesel::prelude::*;
                    store::on_db!(conn, c => diesel::sql_query(statement).execute(c))?;
                    Ok(())
                })
            };
            alter(change).unwrap();
            let found = crate::store::audit::verify(&world.db()).unwrap().differences;
            let named = |one: &Difference| matches!(one, Difference::Row { sequence, .. } if *sequence == row);
            assert!(found.iter().any(named), "{change}: {found:#?}");
            alter(undo).unwrap();
        }
        world.assert_exact();
    }
}
