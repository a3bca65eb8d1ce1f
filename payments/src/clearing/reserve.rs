//! What a payment must satisfy before money is set aside for it: one check after the other, in one order.

use store::Timestamp;

use super::business_day::BusinessDay;
use super::command::Rules;
use super::position::Position;
use super::state::State;
use super::{CreditTransfer, Refusal};
use crate::participant::Standing;
use crate::request_to_pay::payable::payable;

/// Everything that the checks look at.
pub(crate) struct Case<'a> {
    pub(crate) state: &'a State,
    pub(crate) transfer: &'a CreditTransfer,
    /// When it arrived.
    pub(crate) arrived: Timestamp,
    /// When it is its turn.
    pub(crate) now: Timestamp,
    /// Until when the creditor agent could answer.
    pub(crate) deadline: Timestamp,
    pub(crate) rules: &'a Rules,
    /// What the directory says against its proxy.
    pub(crate) payee: Option<Refusal>,
}

impl Case<'_> {
    /// The position that is to pay.
    fn paying(&self) -> Position {
        self.state.position(self.transfer.debtor_agent, self.transfer.amount.currency())
    }
}

type Check = fn(&Case<'_>) -> Option<Refusal>;

/// By descending precedence, as [`Refusal`] lists them. (A duplicate is found before any of these.)
const CHECKS: [Check; 14] = [
    debtor_agent_takes_part,
    debtor_agent_may_pay,
    creditor_agent_takes_part,
    creditor_agent_may_be_paid,
    agents_differ,
    uetr_is_new,
    times_are_right,
    can_still_be_answered,
    creditor_agent_answers,
    payee_is_as_shown,
    request_is_payable,
    payment_is_within_maximum,
    day_is_within_maximum,
    liquidity_covers_it,
];

/// The first reason to refuse, if any.
pub(crate) fn refusal(case: &Case<'_>) -> Option<Refusal> {
    CHECKS.iter().find_map(|check| check(case))
}

fn debtor_agent_takes_part(case: &Case<'_>) -> Option<Refusal> {
    case.state.participant(case.transfer.debtor_agent).is_none().then_some(Refusal::DebtorAgentUnknown)
}

fn debtor_agent_may_pay(case: &Case<'_>) -> Option<Refusal> {
    let agent = case.state.participant(case.transfer.debtor_agent)?;
    match agent.standing {
        Standing::Active => None,
        Standing::Suspended => Some(Refusal::DebtorAgentSuspended),
        Standing::Blocked => Some(Refusal::DebtorAgentBlocked),
    }
}

fn creditor_agent_takes_part(case: &Case<'_>) -> Option<Refusal> {
    case.state.participant(case.transfer.creditor_agent).is_none().then_some(Refusal::CreditorAgentUnknown)
}

fn creditor_agent_may_be_paid(case: &Case<'_>) -> Option<Refusal> {
    let agent = case.state.participant(case.transfer.creditor_agent)?;
    match agent.standing {
        Standing::Active => None,
        Standing::Suspended => Some(Refusal::CreditorAgentSuspended),
        Standing::Blocked => Some(Refusal::CreditorAgentBlocked),
    }
}

/// A request to pay is spent here alone, so what answers one comes here also when both customers have one bank.
fn agents_differ(case: &Case<'_>) -> Option<Refusal> {
    let transfer = case.transfer;
    (transfer.debtor_agent == transfer.creditor_agent && transfer.request_to_pay.is_none())
        .then_some(Refusal::SameAgent)
}

fn uetr_is_new(case: &Case<'_>) -> Option<Refusal> {
    case.state.payment_by_uetr(case.transfer.uetr).map(|_| Refusal::UetrNotUnique)
}

fn times_are_right(case: &Case<'_>) -> Option<Refusal> {
    let (accepted, arrived) = (case.transfer.accepted, case.arrived);
    if accepted.since(arrived).max(arrived.since(accepted)) > case.rules.acceptance_tolerance {
        return Some(Refusal::AcceptanceTimeOff);
    }
    // One day beside, because the debtor agent's midnight and ours are not the same instant.
    let apart = BusinessDay::of_date(case.transfer.settlement_date).distance(case.state.business_day(case.now));
    (apart > 1).then_some(Refusal::SettlementDateOff)
}

fn can_still_be_answered(case: &Case<'_>) -> Option<Refusal> {
    (case.deadline <= case.now).then_some(Refusal::TooLate)
}

fn creditor_agent_answers(case: &Case<'_>) -> Option<Refusal> {
    let agent = case.state.participant(case.transfer.creditor_agent)?;
    agent.is_offline.then_some(Refusal::CreditorAgentOffline)
}

fn payee_is_as_shown(case: &Case<'_>) -> Option<Refusal> {
    case.payee
}

fn request_is_payable(case: &Case<'_>) -> Option<Refusal> {
    let id = case.transfer.request_to_pay?;
    payable(case.state.request(id), case.transfer, case.now).err().map(Refusal::from)
}

fn payment_is_within_maximum(case: &Case<'_>) -> Option<Refusal> {
    let limits = case.paying().limits;
    (!limits.allow_payment(case.transfer.amount.minor())).then_some(Refusal::AbovePaymentMaximum)
}

fn day_is_within_maximum(case: &Case<'_>) -> Option<Refusal> {
    let position = case.paying();
    let of_the_day = position.sent.on(case.state.business_day(case.now)).saturating_add(case.transfer.amount.minor());
    (!position.limits.allow_day(of_the_day)).then_some(Refusal::AboveDailyMaximum)
}

fn liquidity_covers_it(case: &Case<'_>) -> Option<Refusal> {
    (case.transfer.amount.minor() > case.paying().available()).then_some(Refusal::InsufficientLiquidity)
}
