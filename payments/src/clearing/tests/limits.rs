//! What operators limit, and what happens when a participant is not there.

use std::time::Duration;

use store::Timestamp;

use super::support::*;
use crate::clearing::{
    AnswerRefusal, Command, CreditTransfer, Event, Limits, Operation, Reply, Row, State, Status, Verdict, liquidity,
};
use crate::iso20022::ReasonCode;
use crate::money::Currency;

/// 012 may send 100.00 at once and 250.00 a day, and is warned below 800.00.
fn limited() -> State {
    let limits = Limits { payment_maximum: Some(10_000), daily_maximum: Some(25_000), low_liquidity: Some(80_000) };
    let mut state = books();
    apply(&mut state, &operate("012", Operation::SetLimits(Currency::Hkd, limits)), NOW);
    state
}

fn send(state: &mut State, number: u32, minor: i64, now: Timestamp) -> Status {
    let amount = hkd(minor);
    let settlement_date = (now + Duration::from_hours(8)).to_utc().date();
    let payment = CreditTransfer { amount, settlement_date, ..transfer(number, now) };
    report(apply(state, &pay(payment, now), now)).status
}

fn reject(state: &mut State, number: u32, now: Timestamp) {
    let closed = Verdict::Rejected(ReasonCode::literal("AC04"));
    apply(state, &answer("027", number, closed, now), now);
}

#[test]
fn one_payment_and_one_day_have_their_maximum() {
    let mut state = limited();
    assert_eq!(send(&mut state, 1, 10_001, NOW), rejected("AM02"));
    for number in [2, 3] {
        assert_eq!(send(&mut state, number, 10_000, NOW), Status::InProcess);
    }
    assert_eq!(send(&mut state, 4, 5_001, NOW), rejected("AM23"), "what is under way counts");
    assert_eq!(send(&mut state, 5, 5_000, NOW), Status::InProcess, "the maximum itself is allowed");
    apply(&mut state, &answer("027", 2, Verdict::Accepted, NOW), NOW);
    assert_eq!(send(&mut state, 6, 1, NOW), rejected("AM23"), "what is settled counts");
    reject(&mut state, 3, NOW);
    assert_eq!(send(&mut state, 7, 10_000, NOW), Status::InProcess, "what came to nothing does not");
}

#[test]
fn a_business_day_begins_with_nothing_sent() {
    // Midnight in Hong Kong is twelve hours after NOW.
    let (before, after) = (NOW + Duration::from_secs(12 * 3_600 - 2), NOW + Duration::from_secs(12 * 3_600 + 1));
    let mut state = limited();
    for number in [1, 2] {
        assert_eq!(send(&mut state, number, 10_000, before), Status::InProcess);
    }
    apply(&mut state, &Command::CutOver, after);
    assert_eq!(send(&mut state, 3, 10_000, after), Status::InProcess);
    reject(&mut state, 1, after);
    assert_eq!(send(&mut state, 4, 10_000, after), Status::InProcess);
    assert_eq!(send(&mut state, 5, 5_001, after), rejected("AM23"), "yesterday's payment frees nothing of today");
}

#[test]
fn a_currency_has_limits_of_its_own() {
    let mut state = limited();
    let yuan = crate::money::Amount::new(90_000, Currency::Cny).unwrap();
    fund(&mut state, "012", yuan);
    let payment = CreditTransfer { amount: yuan, ..transfer(1, NOW) };
    assert_eq!(report(apply(&mut state, &pay(payment, NOW), NOW)).status, Status::InProcess);
}

/// What the switch says of itself about liquidity, until it has no more to say.
fn turns(state: &mut State) -> Vec<bool> {
    let mut said = Vec::new();
    loop {
        let due: Vec<Command> = liquidity::due(state).collect();
        if due.is_empty() {
            return said;
        }
        for command in due {
            match apply(state, &command, NOW).row {
                Some(Row::Event(row)) => match row.event {
                    Event::Liquidity(turn) => said.push(turn.is_low),
                    other => panic!("{other:?}"),
                },
                other => panic!("nothing was recorded: {other:?}"),
            }
            assert!(apply(state, &command, NOW).row.is_none(), "another gateway was first");
        }
    }
}

#[test]
fn low_liquidity_is_said_once_until_it_recovers() {
    let mut state = limited();
    for number in [1, 2] {
        send(&mut state, number, 10_000, NOW);
    }
    assert!(turns(&mut state).is_empty(), "800.00 is not below 800.00");
    send(&mut state, 3, 1, NOW);
    assert_eq!(turns(&mut state), [true]);
    send(&mut state, 4, 1, NOW);
    assert!(turns(&mut state).is_empty(), "it has been told");
    reject(&mut state, 1, NOW);
    assert_eq!(turns(&mut state), [false]);
    apply(&mut state, &operate("012", Operation::SetLimits(Currency::Hkd, Limits::default())), NOW);
    assert!(turns(&mut state).is_empty(), "nobody asked to be warned");
}

#[test]
fn a_blocked_participant_is_not_listened_to() {
    let mut state = books();
    send(&mut state, 1, 10_000, NOW);
    apply(&mut state, &operate("027", Operation::Block), NOW);
    let step = apply(&mut state, &answer("027", 1, Verdict::Accepted, NOW), NOW);
    assert_eq!(step.reply, Reply::Answered(Err(AnswerRefusal::AnswererBlocked)));
    assert_eq!(send(&mut state, 2, 10_000, NOW), rejected("AG11"));
    let later = NOW + Duration::from_secs(11);
    let payment = state.payment_by_uetr(uetr(1)).unwrap().sequence;
    apply(&mut state, &Command::TimeOut { payment }, later);
    assert_eq!(reserved(&state, "012"), 0, "what was sent to it times out");
    apply(&mut state, &operate("027", Operation::Resume), later);
    assert_eq!(send(&mut state, 3, 10_000, later), Status::InProcess);
}

#[test]
fn what_a_participant_paid_before_it_was_blocked_still_settles() {
    let mut state = books();
    send(&mut state, 1, 10_000, NOW);
    apply(&mut state, &operate("012", Operation::Block), NOW);
    assert_eq!(send(&mut state, 2, 10_000, NOW), rejected("AG10"));
    let told = apply(&mut state, &answer("027", 1, Verdict::Accepted, NOW), NOW);
    assert_eq!(report(told).status, Status::Settled);
}

#[test]
fn a_suspended_participant_still_answers() {
    let mut state = books();
    send(&mut state, 1, 10_000, NOW);
    apply(&mut state, &operate("027", Operation::Suspend), NOW);
    assert_eq!(send(&mut state, 2, 10_000, NOW), rejected("AG11"));
    let told = apply(&mut state, &answer("027", 1, Verdict::Accepted, NOW), NOW);
    assert_eq!(report(told).status, Status::Settled);
}

#[test]
fn who_is_offline_is_not_waited_for() {
    let mut state = books();
    apply(&mut state, &operate("027", Operation::GoOffline), NOW);
    assert_eq!(send(&mut state, 1, 10_000, NOW), rejected("AB08"));
    let back = CreditTransfer { debtor_agent: bank("027"), creditor_agent: bank("012"), ..transfer(2, NOW) };
    assert_eq!(report(apply(&mut state, &pay(back, NOW), NOW)).status, Status::InProcess, "it may pay");
    apply(&mut state, &operate("027", Operation::ComeOnline), NOW);
    assert_eq!(send(&mut state, 3, 10_000, NOW), Status::InProcess);
}
