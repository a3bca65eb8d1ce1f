//! Which refusal is given when several apply.

use std::sync::Arc;
use std::time::Duration;

use time::macros::date;

use super::support::*;
use crate::clearing::reserve::{Case, refusal};
use crate::clearing::{CreditTransfer, Limits, Refusal, Rules, State};
use crate::money::{Amount, Currency};
use crate::participant::Standing;
use crate::request_to_pay::RequestState;
use crate::request_to_pay::tests::request_for;

/// Everything that a payment is judged by.
struct Payment {
    state: State,
    transfer: CreditTransfer,
    turn: store::Timestamp,
    payee: Option<Refusal>,
}

impl Payment {
    /// A payment against which nothing stands.
    fn good() -> Self {
        Self { state: books(), transfer: transfer(1, NOW), turn: NOW, payee: None }
    }

    /// Makes `refusal` apply as well.
    fn spoil(&mut self, refusal: Refusal) {
        let (debtor, creditor) = (self.transfer.debtor_agent, self.transfer.creditor_agent);
        let mut stand = |code, standing| {
            // What stands against it already comes first.
            let known = Arc::make_mut(&mut self.state.participants).get_mut(&code);
            if let Some(known) = known.filter(|known| known.standing == Standing::Active) {
                known.standing = standing;
            }
        };

        match refusal {
            Refusal::Duplicate => unreachable!("found before the checks"),
            Refusal::DebtorAgentUnknown => _ = Arc::make_mut(&mut self.state.participants).remove(&debtor),
            Refusal::DebtorAgentBlocked => stand(debtor, Standing::Blocked),
            Refusal::DebtorAgentSuspended => stand(debtor, Standing::Suspended),
            Refusal::CreditorAgentUnknown => _ = Arc::make_mut(&mut self.state.participants).remove(&creditor),
            Refusal::CreditorAgentBlocked => stand(creditor, Standing::Blocked),
            Refusal::CreditorAgentSuspended => stand(creditor, Standing::Suspended),
            Refusal::CreditorAgentOffline => {
                if let Some(known) = Arc::make_mut(&mut self.state.participants).get_mut(&creditor) {
                    known.is_offline = true;
                }
            }
            Refusal::AbovePaymentMaximum => self.limits().payment_maximum = Some(9_999),
            Refusal::AboveDailyMaximum => self.limits().daily_maximum = Some(9_999),
            Refusal::SameAgent => self.transfer.creditor_agent = debtor,
            Refusal::UetrNotUnique => {
                let mut other = books();
                let first = CreditTransfer { transaction_id: "OTHER".to_owned(), ..transfer(1, NOW) };
                apply(&mut other, &pay(first, NOW), NOW);
                self.state.remember(other.payment_by_uetr(uetr(1)).unwrap().clone());
            }
            Refusal::AcceptanceTimeOff => self.transfer.accepted = NOW - Duration::from_secs(6),
            Refusal::SettlementDateOff => self.transfer.settlement_date = date!(2026 - 11 - 24),
            Refusal::TooLate => self.turn = NOW + Duration::from_secs(10),
            Refusal::LookupReferenceMissing
            | Refusal::LookupReferenceInvalid
            | Refusal::LookupReferenceExpired
            | Refusal::NotAnInstitution
            | Refusal::ProxyUnknown
            | Refusal::ProxyMoved
            | Refusal::PayeeSuspected => self.payee = self.payee.or(Some(refusal)),
            Refusal::RequestUnknown
            | Refusal::RequestPaid
            | Refusal::RequestUnderWay
            | Refusal::RequestCancelled
            | Refusal::RequestRefused
            | Refusal::RequestExpired
            | Refusal::RequestOtherCreditor
            | Refusal::RequestOtherCurrency
            | Refusal::RequestOtherAmount => self.spoil_request(refusal),
            Refusal::InsufficientLiquidity => self.transfer.amount = hkd(100_001),
        }
    }

    /// Makes the payment one of a request to pay, against which `refusal` stands beside what stood before.
    fn spoil_request(&mut self, refusal: Refusal) {
        let known = self.transfer.request_to_pay.and_then(|id| self.state.request(id).cloned());
        let is_unknown = self.transfer.request_to_pay.is_some() && known.is_none();
        let mut request = known.unwrap_or_else(|| request_for(&self.transfer, NOW));
        self.transfer.request_to_pay = Some(request.id);
        if is_unknown || refusal == Refusal::RequestUnknown {
            return;
        }
        let mut stand = |state| {
            if request.state == RequestState::Waiting {
                request.state = state;
            }
        };
        match refusal {
            Refusal::RequestPaid => stand(RequestState::Paid),
            Refusal::RequestUnderWay => stand(RequestState::Paying),
            Refusal::RequestCancelled => stand(RequestState::Cancelled),
            Refusal::RequestRefused => stand(RequestState::Refused),
            Refusal::RequestExpired => request.asked.expires = NOW,
            Refusal::RequestOtherCreditor => request.asked.creditor.account = "another".to_owned(),
            Refusal::RequestOtherCurrency => {
                request.asked.amount = Amount::new(request.asked.amount.minor(), Currency::Cny).unwrap();
            }
            _ => request.asked.amount = Amount::new(9_999, request.asked.amount.currency()).unwrap(),
        }
        self.state.remember_request(request);
    }

    fn limits(&mut self) -> &mut Limits {
        &mut self.state.positions.entry((self.transfer.debtor_agent, Currency::Hkd)).or_default().limits
    }

    fn refusal(&self) -> Option<Refusal> {
        let rules = Rules::default();
        refusal(&Case {
            state: &self.state,
            transfer: &self.transfer,
            arrived: NOW,
            now: self.turn,
            deadline: self.transfer.accepted + rules.time_to_answer,
            rules: &rules,
            payee: self.payee,
        })
    }
}

#[test]
fn the_first_refusal_by_descending_precedence_is_given() {
    assert_eq!(Payment::good().refusal(), None);
    for (index, first) in Refusal::ALL.into_iter().enumerate().skip(1) {
        let mut payment = Payment::good();
        payment.spoil(first);
        assert_eq!(payment.refusal(), Some(first), "alone");
        // With one agent for both sides, what stands against one stands against the other.
        let about_agents = first < Refusal::SameAgent;
        for later in Refusal::ALL.into_iter().skip(index + 1) {
            // What answers a request to pay may stay at one agent.
            let allowed = first == Refusal::SameAgent && format!("{later:?}").starts_with("Request");
            if !(allowed || about_agents && later == Refusal::SameAgent) {
                payment.spoil(later);
                assert_eq!(payment.refusal(), Some(first), "before {later:?}");
            }
        }
    }
}

#[test]
fn the_limits_themselves_are_allowed() {
    let mut payment = Payment::good();
    payment.transfer.amount = hkd(100_000);
    payment.transfer.accepted = NOW - Duration::from_secs(5);
    payment.transfer.settlement_date = date!(2026 - 11 - 23);
    payment.turn = NOW + Duration::from_millis(4_999);
    assert_eq!(payment.refusal(), None);
}

#[test]
fn a_payment_ahead_of_the_clock_is_refused_too() {
    let mut payment = Payment::good();
    payment.transfer.accepted = NOW + Duration::from_millis(5_001);
    assert_eq!(payment.refusal(), Some(Refusal::AcceptanceTimeOff));
}
