//! What may happen to a payment that has settled.

use super::support::*;
use crate::clearing::{
    AnswerRefusal, Movement, Operation, PaymentReturn, Posting, Reply, ReturnRefusal, State, Status, Subject, Verdict,
};
use crate::iso20022::ReasonCode;
use crate::money::{Amount, Currency};

/// Payment 1 of 100.00 from 012 to 027, accepted in this way.
fn settled(how: Verdict) -> State {
    let mut state = books();
    apply(&mut state, &pay(transfer(1, NOW), NOW), NOW);
    apply(&mut state, &answer("027", 1, how, NOW), NOW);
    state
}

fn say(state: &mut State, verdict: Verdict) -> Status {
    report(apply(state, &answer("027", 1, verdict, NOW), NOW)).status
}

fn send_back(state: &mut State, request: PaymentReturn) -> Status {
    report(apply(state, &give_back("027", request, NOW), NOW)).status
}

fn refused(refusal: ReturnRefusal) -> Status {
    Status::Rejected(refusal.reason())
}

#[test]
fn a_creditor_agent_that_accepted_without_posting_says_later_what_it_did() {
    for (word, status) in [(Verdict::Credited, Status::Credited), (Verdict::Blocked, Status::Blocked)] {
        let mut state = settled(Verdict::AcceptedWithoutPosting);
        assert_eq!(state.payment_by_uetr(uetr(1)).unwrap().posting, Posting::Pending);
        let step = apply(&mut state, &answer("027", 1, word, NOW), NOW);
        assert!(step.row.is_some());
        assert_eq!(report(step).status, status);
        let rows = state.sequence();
        for other in [Verdict::Credited, Verdict::Blocked, Verdict::Accepted] {
            assert_eq!(say(&mut state, other), status, "its last word stays");
        }
        assert_eq!(state.sequence(), rows);
        assert_eq!(balance(&state, "027"), 60_000, "no money moves");
    }
}

#[test]
fn only_what_was_accepted_without_posting_is_blocked() {
    let mut state = settled(Verdict::Accepted);
    assert_eq!(say(&mut state, Verdict::Blocked), Status::Settled);
    assert_eq!(say(&mut state, Verdict::Credited), Status::Credited);
}

#[test]
fn nobody_is_credited_before_the_payment_settles() {
    let mut state = books();
    apply(&mut state, &pay(transfer(1, NOW), NOW), NOW);
    let step = apply(&mut state, &answer("027", 1, Verdict::Credited, NOW), NOW);
    assert_eq!(step.reply, Reply::Answered(Err(AnswerRefusal::NotSettled)));
    let closed = Verdict::Rejected(ReasonCode::literal("AC04"));
    assert_eq!(say(&mut state, closed), rejected("AC04"));
    assert_eq!(say(&mut state, Verdict::Credited), rejected("AC04"), "answered with the state that stands");
}

#[test]
fn money_comes_back_in_parts_up_to_the_whole() {
    let mut state = settled(Verdict::Accepted);
    assert_eq!(send_back(&mut state, back("R-1", 1, 4_000)), Status::Settled);
    assert_eq!((balance(&state, "012"), balance(&state, "027")), (94_000, 56_000));
    assert_eq!(send_back(&mut state, back("R-2", 1, 6_001)), refused(ReturnRefusal::MoreThanPaid));
    assert_eq!(send_back(&mut state, back("R-3", 1, 6_000)), Status::Settled);
    assert_eq!((balance(&state, "012"), balance(&state, "027")), (100_000, 50_000));
    assert_eq!(send_back(&mut state, back("R-4", 1, 1)), refused(ReturnRefusal::MoreThanPaid));
    assert_eq!(say(&mut state, Verdict::Credited), Status::Credited, "the payment itself stays settled");
}

#[test]
fn the_same_return_again_has_the_same_outcome_and_moves_nothing() {
    let mut state = settled(Verdict::Accepted);
    for request in [back("R-1", 1, 4_000), back("R-2", 1, 9_000)] {
        let first = report(apply(&mut state, &give_back("027", request.clone(), NOW), NOW));
        let money = balance(&state, "012");
        let step =
            apply(&mut state, &give_back("027", PaymentReturn { message_id: "M-9".to_owned(), ..request }, NOW), NOW);
        assert!(step.row.is_none());
        assert_eq!(report(step), first);
        assert_eq!(balance(&state, "012"), money);
    }
    assert_eq!(send_back(&mut state, back("R-1", 1, 3_000)), refused(ReturnRefusal::Duplicate));
    assert_eq!(send_back(&mut state, back("R-1", 1, 4_000)), Status::Settled, "the first under an id keeps it");
    assert_eq!(balance(&state, "012"), 94_000);
}

#[test]
fn a_return_is_not_returned() {
    let mut state = settled(Verdict::Accepted);
    let by_payer = |state: &mut State, request| report(apply(state, &give_back("012", request, NOW), NOW)).status;
    assert_eq!(by_payer(&mut state, back("R-1", 1, 4_000)), refused(ReturnRefusal::UnknownPayment));
    send_back(&mut state, back("R-1", 1, 4_000));
    assert_eq!(by_payer(&mut state, back("R-2", 1, 4_000)), refused(ReturnRefusal::ReturnOfReturn));
    let named = PaymentReturn { original_message: Some("pacs.004.001.09".to_owned()), ..back("R-3", 1, 1_000) };
    assert_eq!(send_back(&mut state, named), refused(ReturnRefusal::ReturnOfReturn));
    assert_eq!(balance(&state, "012"), 94_000);
}

#[test]
fn a_report_on_a_return_says_so() {
    let mut state = settled(Verdict::Accepted);
    let told = report(apply(&mut state, &give_back("027", back("R-1", 1, 4_000), NOW), NOW));
    assert_eq!(told.subject, Subject::Return { message_id: "M-R-1".to_owned() });
    assert_eq!((told.original_transaction_id.as_str(), told.original_end_to_end_id.as_str()), ("R-1", "E2E-1"));
    assert_eq!((told.debtor_agent, told.creditor_agent), (bank("027"), bank("012")));
}

#[test]
fn the_first_refusal_by_descending_precedence_is_given() {
    // Each makes its refusal apply as well; from the last to the first, every new one comes before all others.
    let mut request = back("R-1", 1, 4_000);
    let mut state = settled(Verdict::Accepted);
    move_money(&mut state, "027", Movement::Withdrawal, hkd(60_000)).unwrap();
    assert_eq!(send_back(&mut state, request.clone()), refused(ReturnRefusal::InsufficientLiquidity));
    let next = |state: &mut State, request: &mut PaymentReturn, id: &str, refusal| {
        request.return_id = id.to_owned();
        assert_eq!(send_back(state, request.clone()), refused(refusal));
    };
    request.amount = hkd(10_001);
    next(&mut state, &mut request, "R-2", ReturnRefusal::MoreThanPaid);
    request.amount = Amount::new(10_001, Currency::Cny).unwrap();
    next(&mut state, &mut request, "R-3", ReturnRefusal::OtherAmount);
    request.original_amount = Some(hkd(9_999));
    next(&mut state, &mut request, "R-4", ReturnRefusal::OtherAmount);
    request.settlement_date = time::macros::date!(2026 - 11 - 24);
    next(&mut state, &mut request, "R-5", ReturnRefusal::SettlementDateOff);
    apply(&mut state, &operate("012", Operation::Suspend), NOW);
    next(&mut state, &mut request, "R-6", ReturnRefusal::ReceiverSuspended);
    apply(&mut state, &operate("027", Operation::Suspend), NOW);
    next(&mut state, &mut request, "R-7", ReturnRefusal::ReturnerSuspended);
    apply(&mut state, &operate("012", Operation::Resume), NOW);
    apply(&mut state, &operate("027", Operation::Resume), NOW);
    apply(&mut state, &pay(transfer(2, NOW), NOW), NOW);
    apply(&mut state, &operate("012", Operation::Suspend), NOW);
    request.original_uetr = uetr(2);
    request.original_transaction_id = "TX-2".to_owned();
    next(&mut state, &mut request, "R-8", ReturnRefusal::NotSettled);
    request.original_transaction_id = "TX-9".to_owned();
    next(&mut state, &mut request, "R-9", ReturnRefusal::OtherTransaction);
    request.original_uetr = uetr(9);
    next(&mut state, &mut request, "R-10", ReturnRefusal::UnknownPayment);
    request.original_message = Some("pacs.004.001.09".to_owned());
    next(&mut state, &mut request, "R-11", ReturnRefusal::ReturnOfReturn);
    next(&mut state, &mut request, "R-1", ReturnRefusal::Duplicate);
    assert!(ReturnRefusal::ALL.is_sorted());
}
