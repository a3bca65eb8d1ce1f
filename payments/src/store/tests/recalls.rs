//! Recalls and enquiries through the switch: forwarded, remembered, answered after a restart.

use super::*;
use crate::clearing::tests::support::{say, transfer, uetr};
use crate::clearing::{
    InboxMessage, Owed, RecallAnswer, RecallDecision, RecallRefusal, RecallRequest, Status, Verdict,
};
use crate::iso20022::ReasonCode;
use crate::store::audit::Difference;
use crate::store::tests::books::differences;

fn recall(switch: &Switch, id: &str) -> Result<(), RecallRefusal> {
    let request = RecallRequest {
        cancellation_id: id.to_owned(),
        original_transaction_id: "TX-1".to_owned(),
        original_uetr: uetr(1),
        original_amount: None,
        reason: ReasonCode::literal("DUPL"),
    };
    wait(switch.recall(bank("012"), request, "<Undrlyg/>".to_owned())).unwrap()
}

fn decide(switch: &Switch, id: &str, decision: RecallDecision) -> Result<(), RecallRefusal> {
    let answer = RecallAnswer {
        cancellation_id: id.to_owned(),
        original_transaction_id: "TX-1".to_owned(),
        original_uetr: uetr(1),
        decision,
    };
    wait(switch.answer_recall(bank("027"), answer, "<CxlDtls/>".to_owned())).unwrap()
}

#[test]
fn a_recall_reaches_the_payee_side_and_its_answer_the_payer_side() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap()[0].as_ref().unwrap();
        let before = *switch.head().borrow();
        let no = RecallDecision::Rejected(ReasonCode::literal("CUST"));
        assert_eq!(recall(&switch, "C-1"), Ok(()));
        switch.stop();
        let switch = world.open();
        assert_eq!(recall(&switch, "C-1"), Ok(()), "again, when the first answer was lost");
        assert_eq!(recall(&switch, "C-2"), Err(RecallRefusal::AnotherStands));
        assert_eq!(decide(&switch, "C-1", no), Ok(()));
        switch.stop();
        let switch = world.open();
        assert_eq!(decide(&switch, "C-1", RecallDecision::Accepted), Err(RecallRefusal::AnotherStands));
        let told = |reader: &str| -> Vec<(String, Option<RecallDecision>)> {
            let read = switch.inbox(bank(reader), before, 10).unwrap().messages;
            let recall = |message| match message {
                InboxMessage::Recall(recall) => (recall.body, recall.decision),
                other => panic!("{other:?}"),
            };
            read.into_iter().map(|item| recall(item.message)).collect()
        };
        assert_eq!(told("027"), [("<Undrlyg/>".to_owned(), None)]);
        assert_eq!(told("012"), [("<CxlDtls/>".to_owned(), Some(no))]);
        world.assert_exact();
    }
}

#[test]
fn a_payment_whose_answer_was_lost_is_found_by_its_uetr_however_old() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap()[0].as_ref().unwrap();
        world.pass(Duration::from_hours(24 * 30));
        for agent in ["012", "027"] {
            let found = wait(switch.enquire_by_uetr(bank(agent), vec![uetr(1), uetr(9)])).unwrap();
            assert_eq!(found[0].as_ref().unwrap().status, Status::Settled);
            assert_eq!(found[1], None);
        }
        assert_eq!(wait(switch.enquire_by_uetr(bank("038"), vec![uetr(1)])).unwrap(), [None]);
    }
}

#[test]
fn what_is_owed_outlives_the_switch() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::AcceptedWithoutPosting)], NOW)).unwrap();
        let owed = |switch: &Switch| switch.obligations().unwrap().iter().map(|one| one.owed).collect::<Vec<_>>();
        assert_eq!(owed(&switch), [Owed::Posting]);
        switch.stop();
        let switch = world.open();
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Credited)], NOW)).unwrap();
        assert_eq!(owed(&switch), []);
        switch.stop();
        world.assert_exact();
    }
}

#[test]
fn the_audit_names_the_payment_whose_obligation_was_altered() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::AcceptedWithoutPosting)], NOW)).unwrap();
        let payment = switch.obligations().unwrap()[0].payment;
        switch.stop();
        world.assert_exact();
        for altered in [
            "DELETE FROM obligation",
            "UPDATE obligation SET participant = 12",
            "UPDATE obligation SET owed = 'return'",
            "UPDATE obligation SET since = since + 1",
            "INSERT INTO obligation SELECT payment, 'return', participant, since FROM obligation",
        ] {
            let found = differences(&world, altered);
            assert!(found.contains(&Difference::Obligation(payment)), "{altered}: {found:?}");
        }
    }
}
