//! One payment's life.

use std::time::Duration;

use super::support::*;
use crate::clearing::{AnswerRefusal, Command, Event, Operation, Reply, Row, Status, Verdict, timeout};
use crate::iso20022::ReasonCode;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn an_accepted_payment_moves_the_money_once() {
    let mut state = books();
    assert_eq!(report(apply(&mut state, &pay(transfer(1, NOW), NOW), NOW)).status, Status::InProcess);
    assert_eq!((balance(&state, "012"), reserved(&state, "012")), (100_000, 10_000));
    for _ in 0..2 {
        let told = report(apply(&mut state, &answer("027", 1, Verdict::Accepted, NOW + SECOND), NOW + SECOND));
        assert_eq!(told.status, Status::Settled);
        assert_eq!((balance(&state, "012"), reserved(&state, "012")), (90_000, 0));
        assert_eq!(balance(&state, "027"), 60_000);
    }
}

#[test]
fn accepted_without_posting_settles_too() {
    let mut state = books();
    apply(&mut state, &pay(transfer(1, NOW), NOW), NOW);
    let told = report(apply(&mut state, &answer("027", 1, Verdict::AcceptedWithoutPosting, NOW), NOW));
    assert_eq!(told.status, Status::Settled);
}

#[test]
fn a_rejected_payment_frees_what_was_reserved() {
    let mut state = books();
    apply(&mut state, &pay(transfer(1, NOW), NOW), NOW);
    let closed = Verdict::Rejected(ReasonCode::literal("AC04"));
    assert_eq!(report(apply(&mut state, &answer("027", 1, closed, NOW), NOW)).status, rejected("AC04"));
    assert_eq!((balance(&state, "012"), reserved(&state, "012")), (100_000, 0));
    let told = report(apply(&mut state, &answer("027", 1, Verdict::Accepted, NOW), NOW));
    assert_eq!(told.status, rejected("AC04"), "a second answer changes nothing");
    assert_eq!(balance(&state, "027"), 50_000);
}

#[test]
fn an_answer_is_judged_by_when_it_arrived() {
    let mut state = books();
    for number in [1, 2] {
        apply(&mut state, &pay(transfer(number, NOW), NOW), NOW);
    }
    let (deadline, turn) = (NOW + 10 * SECOND, NOW + 15 * SECOND);
    let told = report(apply(&mut state, &answer("027", 1, Verdict::Accepted, deadline), turn));
    assert_eq!(told.status, Status::Settled, "in time, though its turn came late");
    let late = deadline + Duration::from_micros(1);
    let told = report(apply(&mut state, &answer("027", 2, Verdict::Accepted, late), turn));
    assert_eq!(told.status, rejected("AB05"));
    assert_eq!(reserved(&state, "012"), 0);
}

#[test]
fn a_payment_without_an_answer_times_out_and_stays_so() {
    let mut state = books();
    apply(&mut state, &pay(transfer(1, NOW), NOW), NOW);
    let payment = state.payment_by_uetr(uetr(1)).unwrap().sequence;
    let late = NOW + 11 * SECOND;
    assert!(apply(&mut state, &Command::TimeOut { payment }, NOW + 9 * SECOND).row.is_none(), "not before its time");
    assert!(apply(&mut state, &Command::TimeOut { payment }, late).row.is_some());
    assert!(apply(&mut state, &Command::TimeOut { payment }, late).row.is_none(), "not twice");
    assert_eq!((balance(&state, "012"), reserved(&state, "012")), (100_000, 0));
    let told = report(apply(&mut state, &answer("027", 1, Verdict::Accepted, late), late));
    assert_eq!(told.status, rejected("AB05"), "a late answer gets the state that stands");
}

#[test]
fn time_outs_let_older_answers_pass() {
    let mut state = books();
    apply(&mut state, &pay(transfer(1, NOW), NOW), NOW);
    let deadline = NOW + 10 * SECOND;
    let sequence = state.sequence();
    assert_eq!(timeout::due(&state, deadline, None, 10), [0_i64; 0], "an answer may be on its way to the queue");
    assert_eq!(timeout::due(&state, deadline + timeout::GRACE, None, 10), [sequence]);
    assert_eq!(
        timeout::due(&state, deadline + SECOND, Some(deadline), 10),
        [0_i64; 0],
        "an answer in time still waits"
    );
    assert_eq!(timeout::due(&state, deadline + SECOND, Some(deadline + SECOND), 10), [sequence]);
    assert_eq!(timeout::until_next(&state, deadline), Some(timeout::GRACE));
}

#[test]
fn only_the_creditor_agent_answers_and_only_what_it_was_sent() {
    let mut state = books();
    apply(&mut state, &pay(transfer(1, NOW), NOW), NOW);
    apply(&mut state, &pay(crate::clearing::CreditTransfer { amount: hkd(99_999_999), ..transfer(2, NOW) }, NOW), NOW);
    for (sender, number) in [("012", 1), ("038", 1), ("027", 2), ("027", 3)] {
        let step = apply(&mut state, &answer(sender, number, Verdict::Accepted, NOW), NOW);
        assert_eq!(step.reply, Reply::Answered(Err(AnswerRefusal::UnknownPayment)), "{sender} to {number}");
        assert!(step.row.is_none());
    }
    let mut other = say(1, Verdict::Accepted);
    other.original_transaction_id = "TX-9".to_owned();
    let step = apply(&mut state, &Command::Answer { sender: bank("027"), answer: other, arrived: NOW }, NOW);
    assert_eq!(step.reply, Reply::Answered(Err(AnswerRefusal::OtherTransaction)));
    assert_eq!(reserved(&state, "012"), 10_000);
}

#[test]
fn a_repeated_payment_has_the_same_outcome_again() {
    let mut state = books();
    let first = report(apply(&mut state, &pay(transfer(1, NOW), NOW), NOW));
    let later = NOW + SECOND;
    // Its times and its texts may differ; what it pays may not.
    let again = crate::clearing::CreditTransfer { accepted: later, ..transfer(1, NOW) };
    assert_eq!(report(apply(&mut state, &pay(again.clone(), later), later)), first);
    let settled = report(apply(&mut state, &answer("027", 1, Verdict::Accepted, later), later));
    let step = apply(&mut state, &pay(again, NOW + 60 * SECOND), NOW + 60 * SECOND);
    assert!(step.row.is_none());
    assert_eq!(report(step), settled);
    assert_eq!(balance(&state, "012"), 90_000);
}

#[test]
fn another_payment_under_the_same_id_is_refused_and_noted() {
    let mut state = books();
    apply(&mut state, &pay(transfer(1, NOW), NOW), NOW);
    let original = state.sequence();
    let other = crate::clearing::CreditTransfer { amount: hkd(20_000), uetr: uetr(7), ..transfer(1, NOW) };
    let step = apply(&mut state, &pay(other, NOW), NOW);
    let Some(Row::Event(event)) = &step.row else { panic!("no event") };
    assert!(matches!(&event.event, Event::DuplicateRefused(duplicate) if duplicate.original == original));
    assert_eq!(report(step).status, rejected("AM05"));
    assert_eq!(reserved(&state, "012"), 10_000);
}

#[test]
fn a_payment_with_anothers_uetr_does_not_hide_it() {
    let mut state = books();
    apply(&mut state, &pay(transfer(1, NOW), NOW), NOW);
    let other = crate::clearing::CreditTransfer { uetr: uetr(1), ..transfer(2, NOW) };
    assert_eq!(report(apply(&mut state, &pay(other, NOW), NOW)).status, rejected("DU03"));
    state.forget_final();
    let told = report(apply(&mut state, &answer("027", 1, Verdict::Accepted, NOW), NOW));
    assert_eq!(told.status, Status::Settled);
}

#[test]
fn a_suspended_participant_still_answers() {
    let mut state = books();
    apply(&mut state, &pay(transfer(1, NOW), NOW), NOW);
    apply(&mut state, &operate("027", Operation::Suspend), NOW);
    assert_eq!(report(apply(&mut state, &pay(transfer(2, NOW), NOW), NOW)).status, rejected("AG11"));
    let told = report(apply(&mut state, &answer("027", 1, Verdict::Accepted, NOW), NOW));
    assert_eq!(told.status, Status::Settled);
}

#[test]
fn time_never_goes_back() {
    let mut state = books();
    let later = NOW + 3 * SECOND;
    apply(&mut state, &pay(transfer(1, later), later), later);
    let told = report(apply(&mut state, &pay(transfer(2, NOW), NOW), NOW));
    assert_eq!(told.recorded, later);
}

#[test]
fn an_enquiry_is_for_ones_own_payments() {
    let mut state = books();
    let told = report(apply(&mut state, &pay(transfer(1, NOW), NOW), NOW));
    let ask = |code: &str, id: &str| Command::Enquire { debtor_agent: bank(code), transaction_id: id.to_owned() };
    assert_eq!(report(apply(&mut state, &ask("012", "TX-1"), NOW)), told);
    assert_eq!(apply(&mut state, &ask("027", "TX-1"), NOW).reply, Reply::Enquired(None));
    assert_eq!(apply(&mut state, &ask("012", "TX-2"), NOW).reply, Reply::Enquired(None));
}
