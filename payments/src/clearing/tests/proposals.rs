//! Money moves when two officers say so.

use std::time::Duration;

use super::support::*;
use crate::clearing::{Movement, OperationRefusal, PROPOSAL_VALID_FOR, ProposalState, State};
use crate::money::{Amount, Currency};

/// 012 is to get 100.00.
fn proposed() -> (State, i64) {
    let mut state = books();
    let proposal = operated(apply(&mut state, &propose("012", Movement::Funding, hkd(10_000), "K-1"), NOW));
    (state, proposal.unwrap())
}

#[test]
fn nothing_moves_before_another_officer_approves() {
    let (mut state, proposal) = proposed();
    assert_eq!(balance(&state, "012"), 100_000);
    let own = operated(apply(&mut state, &decide("an officer", proposal, true), NOW));
    assert_eq!((own, balance(&state, "012")), (Err(OperationRefusal::OwnProposal), 100_000));
    operated(apply(&mut state, &decide("another officer", proposal, true), NOW)).unwrap();
    assert_eq!(balance(&state, "012"), 110_000);
}

#[test]
fn a_proposal_moves_money_once() {
    let (mut state, proposal) = proposed();
    apply(&mut state, &decide("another officer", proposal, true), NOW);
    let again = apply(&mut state, &decide("another officer", proposal, true), NOW);
    assert!(again.row.is_none() && operated(again).is_ok(), "the same again changes nothing");
    for command in [decide("a third", proposal, true), decide("another officer", proposal, false)] {
        assert_eq!(operated(apply(&mut state, &command, NOW)), Err(OperationRefusal::ProposalDecided));
    }
    assert_eq!(balance(&state, "012"), 110_000);
}

#[test]
fn a_key_is_one_proposal() {
    let (mut state, proposal) = proposed();
    let mut again = |code, movement, minor, key| {
        let step = apply(&mut state, &propose(code, movement, hkd(minor), key), NOW);
        (step.row.is_some(), operated(step))
    };
    assert_eq!(again("012", Movement::Funding, 10_000, "K-1"), (false, Ok(proposal)));
    assert_eq!(again("012", Movement::Funding, 10_001, "K-1"), (false, Err(OperationRefusal::KeyReused)));
    assert_eq!(again("012", Movement::Withdrawal, 10_000, "K-1"), (false, Err(OperationRefusal::KeyReused)));
    assert!(again("027", Movement::Funding, 10_000, "K-1").0, "another participant's keys are its own");
    assert_eq!(again("012", Movement::Funding, 10_000, ""), (false, Err(OperationRefusal::Malformed)));
    assert_eq!(again("099", Movement::Funding, 10_000, "K-2"), (false, Err(OperationRefusal::UnknownParticipant)));
}

#[test]
fn who_proposed_may_take_it_back_and_nobody_revives_it() {
    let (mut state, proposal) = proposed();
    operated(apply(&mut state, &decide("an officer", proposal, false), NOW)).unwrap();
    assert_eq!(state.proposal(proposal).unwrap().state(NOW), ProposalState::Refused);
    let revived = operated(apply(&mut state, &decide("another officer", proposal, true), NOW));
    assert_eq!((revived, balance(&state, "012")), (Err(OperationRefusal::ProposalDecided), 100_000));
}

#[test]
fn a_proposal_expires() {
    let last = NOW + PROPOSAL_VALID_FOR - Duration::from_micros(1);
    let (mut state, proposal) = proposed();
    let late = operated(apply(&mut state, &decide("another officer", proposal, true), NOW + PROPOSAL_VALID_FOR));
    assert_eq!(late, Err(OperationRefusal::ProposalExpired));
    let (mut state, proposal) = proposed();
    assert!(operated(apply(&mut state, &decide("another officer", proposal, true), last)).is_ok());
    assert_eq!(operated(apply(&mut state, &decide("a third", 1, true), last)), Err(OperationRefusal::UnknownProposal));
}

#[test]
fn a_withdrawal_is_covered_when_it_is_approved() {
    let mut state = books();
    let withdraw = propose("038", Movement::Withdrawal, hkd(5_000), "W-1");
    let proposal = operated(apply(&mut state, &withdraw, NOW)).unwrap();
    let approve = decide("another officer", proposal, true);
    assert_eq!(operated(apply(&mut state, &approve, NOW)), Err(OperationRefusal::InsufficientLiquidity));
    fund(&mut state, "038", hkd(5_000));
    operated(apply(&mut state, &approve, NOW)).unwrap();
    assert_eq!(balance(&state, "038"), 0);
    let yuan = Amount::new(1, Currency::Cny).unwrap();
    let other = move_money(&mut state, "012", Movement::Withdrawal, yuan);
    assert_eq!(other, Err(OperationRefusal::InsufficientLiquidity), "each currency by itself");
}
