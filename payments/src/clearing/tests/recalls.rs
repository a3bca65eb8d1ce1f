//! Asking for money back, and answering.

use super::support::*;
use crate::clearing::{
    Command, Obligation, Owed, RecallAnswer, RecallDecision, RecallRefusal, RecallRequest, Reply, State, Step, Verdict,
};
use crate::iso20022::ReasonCode;

fn request(id: &str, number: u32) -> RecallRequest {
    RecallRequest {
        cancellation_id: id.to_owned(),
        original_transaction_id: format!("TX-{number}"),
        original_uetr: uetr(number),
        original_amount: Some(hkd(10_000)),
        reason: ReasonCode::literal("FRAD"),
    }
}

fn recall(state: &mut State, sender: &str, request: RecallRequest) -> Step {
    let command = Command::Recall { sender: bank(sender), request: Box::new(request), body: "<Undrlyg/>".into() };
    apply(state, &command, NOW)
}

fn say(state: &mut State, id: &str, decision: RecallDecision) -> Step {
    let answer = RecallAnswer {
        cancellation_id: id.to_owned(),
        original_transaction_id: "TX-1".to_owned(),
        original_uetr: uetr(1),
        decision,
    };
    let command = Command::AnswerRecall { sender: bank("027"), answer: Box::new(answer), body: "<CxlDtls/>".into() };
    apply(state, &command, NOW)
}

const NO: RecallDecision = RecallDecision::Rejected(ReasonCode::literal("CUST"));

/// Payment 1 of 100.00 from 012 to 027 has settled; payment 2 waits for its answer.
fn settled() -> State {
    let mut state = books();
    for number in [1, 2] {
        apply(&mut state, &pay(transfer(number, NOW), NOW), NOW);
    }
    apply(&mut state, &answer("027", 1, Verdict::Accepted, NOW), NOW);
    state
}

fn taken(step: &Step) -> bool {
    assert_eq!(step.reply, Reply::Recalled(Ok(())));
    step.row.is_some()
}

#[test]
fn a_recall_is_answered_once() {
    for decision in [RecallDecision::Accepted, NO] {
        let mut state = settled();
        assert!(taken(&recall(&mut state, "012", request("C-1", 1))));
        assert!(!taken(&recall(&mut state, "012", request("C-1", 1))), "the same again changes nothing");
        assert!(taken(&say(&mut state, "C-1", decision)));
        assert!(!taken(&say(&mut state, "C-1", decision)));
        let other = if decision == NO { RecallDecision::Accepted } else { NO };
        let refused = Reply::Recalled(Err(RecallRefusal::AnotherStands));
        assert_eq!(say(&mut state, "C-1", other).reply, refused);
        assert_eq!((balance(&state, "012"), balance(&state, "027")), (90_000, 60_000), "no money moves by it");
    }
}

#[test]
fn one_recall_at_a_time_and_another_after_a_refusal() {
    let mut state = settled();
    recall(&mut state, "012", request("C-1", 1));
    let refused = Reply::Recalled(Err(RecallRefusal::AnotherStands));
    assert_eq!(recall(&mut state, "012", request("C-2", 1)).reply, refused);
    say(&mut state, "C-1", NO);
    assert!(taken(&recall(&mut state, "012", request("C-2", 1))));
    assert!(!taken(&recall(&mut state, "012", request("C-1", 1))), "an older recall is recognised");
    assert!(!taken(&say(&mut state, "C-1", NO)), "and so is the answer to it");
    assert_eq!(say(&mut state, "C-1", RecallDecision::Accepted).reply, refused);
    assert_eq!(say(&mut state, "C-9", NO).reply, Reply::Recalled(Err(RecallRefusal::UnknownRecall)));
    assert!(taken(&say(&mut state, "C-2", RecallDecision::Accepted)));
    assert_eq!(recall(&mut state, "012", request("C-3", 1)).reply, refused);
}

#[test]
fn an_accepted_recall_is_followed_by_the_return() {
    let mut state = settled();
    recall(&mut state, "012", request("C-1", 1));
    assert!(owed(&state).is_empty(), "a question obliges nobody");
    say(&mut state, "C-1", RecallDecision::Accepted);
    let obligation = owed(&state).remove(0);
    assert_eq!((obligation.owed, obligation.participant), (Owed::Return, bank("027")));
    assert!(!obligation.is_overdue(NOW) && obligation.is_overdue(NOW + Owed::Return.time()));
    apply(&mut state, &give_back("027", back("R-1", 1, 10_000), NOW), NOW);
    assert_eq!((balance(&state, "012"), balance(&state, "027")), (100_000, 50_000));
    assert!(owed(&state).is_empty(), "it has kept its word");
}

#[test]
fn a_recall_is_not_accepted_when_nothing_is_left() {
    let mut state = settled();
    recall(&mut state, "012", request("C-1", 1));
    apply(&mut state, &give_back("027", back("R-1", 1, 10_000), NOW), NOW);
    let refused = Reply::Recalled(Err(RecallRefusal::AlreadyReturned));
    assert_eq!(say(&mut state, "C-1", RecallDecision::Accepted).reply, refused);
    assert!(taken(&say(&mut state, "C-1", NO)) && owed(&state).is_empty());
}

#[test]
fn who_accepted_without_posting_owes_its_word() {
    for fulfil in [answer("027", 2, Verdict::Credited, NOW), give_back("027", back("R-1", 2, 1), NOW)] {
        let mut state = settled();
        apply(&mut state, &answer("027", 2, Verdict::AcceptedWithoutPosting, NOW), NOW);
        assert_eq!(owed(&state).iter().map(|one| one.owed).collect::<Vec<_>>(), [Owed::Posting]);
        apply(&mut state, &fulfil, NOW);
        assert!(owed(&state).is_empty());
    }
}

fn owed(state: &State) -> Vec<Obligation> {
    state.obligations().copied().collect()
}

#[test]
fn what_cannot_be_recalled_is_refused() {
    let mut state = settled();
    let mut refusal = |sender: &str, request| match recall(&mut state, sender, request) {
        Step { row: None, reply: Reply::Recalled(Err(refusal)) } => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal("012", request("C-1", 9)), RecallRefusal::UnknownPayment);
    assert_eq!(refusal("027", request("C-1", 1)), RecallRefusal::UnknownPayment, "only who paid");
    assert_eq!(refusal("012", request("C-1", 2)), RecallRefusal::NotSettled);
    let other = RecallRequest { original_transaction_id: "TX-9".to_owned(), ..request("C-1", 1) };
    assert_eq!(refusal("012", other), RecallRefusal::OtherTransaction);
    let other = RecallRequest { original_amount: Some(hkd(1)), ..request("C-1", 1) };
    assert_eq!(refusal("012", other), RecallRefusal::OtherAmount);
    apply(&mut state, &give_back("027", back("R-1", 1, 10_000), NOW), NOW);
    let reply = recall(&mut state, "012", request("C-1", 1)).reply;
    assert_eq!(reply, Reply::Recalled(Err(RecallRefusal::AlreadyReturned)));
}

#[test]
fn either_agent_may_ask_how_a_payment_stands_and_nobody_else() {
    let mut state = settled();
    let refused = crate::clearing::CreditTransfer { amount: hkd(99_999_999), ..transfer(3, NOW) };
    apply(&mut state, &pay(refused, NOW), NOW);
    let mut ask = |sender: &str, number| {
        let command = Command::EnquireByUetr { sender: bank(sender), original_uetr: uetr(number) };
        matches!(apply(&mut state, &command, NOW).reply, Reply::Enquired(Some(_)))
    };
    assert!(ask("012", 1) && ask("027", 1) && ask("012", 2) && ask("027", 2));
    assert!(!ask("038", 1) && !ask("012", 9));
    assert!(ask("012", 3) && !ask("027", 3), "what was refused at once was never sent on");
}
