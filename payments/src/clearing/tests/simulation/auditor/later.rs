//! What the auditor notes of payments after they have settled: what comes back, and what is asked back.

use store::Timestamp;

use super::super::switch::Told;
use super::{Auditor, Claim};
use crate::clearing::tests::support::rejected;
use crate::clearing::{PaymentReturn, RecallAnswer, RecallDecision, RecallRequest, Status};
use crate::money::Amount;
use crate::participant::ClearingCode;

/// A return that was asked for.
pub(super) struct Returned {
    pub(super) sender: ClearingCode,
    /// Who gets the money; the sender itself when there is no such payment.
    pub(super) receiver: ClearingCode,
    pub(super) amount: Amount,
    asked: PaymentReturn,
    pub(super) status: Status,
}

impl Auditor {
    pub(super) fn give_back(&mut self, sender: ClearingCode, asked: &PaymentReturn, now: Timestamp) -> Status {
        let known = self.returned.iter().find(|one| one.sender == sender && one.asked.return_id == asked.return_id);
        let status = match known {
            Some(known) => {
                let said = |one: &PaymentReturn| (one.original_uetr, one.amount, one.original_transaction_id.clone());
                if said(&known.asked) == said(asked) {
                    return known.status;
                }
                rejected("AM05")
            }
            None => self.against_return(sender, asked, now).map_or(Status::Settled, rejected),
        };
        let claim = self.claims.iter().find(|claim| claim.asked.uetr == asked.original_uetr);
        let receiver = claim.map_or(sender, |claim| claim.asked.debtor_agent);
        self.returned.push(Returned { sender, receiver, amount: asked.amount, asked: asked.clone(), status });
        if status == Status::Settled
            && let Some(claim) = self.claims.iter_mut().find(|claim| claim.asked.uetr == asked.original_uetr)
        {
            (claim.owes_word, claim.owes_return) = (false, false);
        }
        status
    }

    fn against_return(&self, sender: ClearingCode, asked: &PaymentReturn, now: Timestamp) -> Option<&'static str> {
        let claim = self.claims.iter().find(|claim| claim.asked.uetr == asked.original_uetr);
        let Some(claim) = claim else { return Some("AG09") };
        let back = self.came_back(claim);
        let (is_payer, is_payee) = (claim.asked.debtor_agent == sender, claim.asked.creditor_agent == sender);
        let is_theirs = is_payer || is_payee && claim.was_sent();
        if !is_theirs {
            return Some("AG09");
        }
        if !is_payee {
            return Some(if back > 0 { "AG13" } else { "AG09" });
        }
        let may_pay = |code: ClearingCode| self.banks.get(&code).is_some_and(super::Bank::may_pay);
        let date = i64::from(asked.settlement_date.to_julian_day()) - 2_440_588;
        let (minor, currency) = (asked.amount.minor(), asked.amount.currency());
        let other_currency = currency != claim.asked.amount.currency();
        let reasons = [
            (claim.asked.transaction_id != asked.original_transaction_id, "BE01"),
            (!claim.settled(), "ED05"),
            (!may_pay(sender), "AG10"),
            (!may_pay(claim.asked.debtor_agent), "AG11"),
            ((date - self.today(now)).abs() > 1, "DT01"),
            (other_currency || back + minor > claim.minor(), "AM09"),
            (minor > self.spendable(sender, currency), "AM04"),
        ];
        reasons.into_iter().find_map(|(applies, reason)| applies.then_some(reason))
    }

    fn came_back(&self, claim: &Claim) -> i64 {
        let of_it = |one: &&Returned| one.asked.original_uetr == claim.asked.uetr && one.status == Status::Settled;
        self.returned.iter().filter(of_it).map(|one| one.amount.minor()).sum()
    }

    pub(super) fn recall(&mut self, sender: ClearingCode, asked: &RecallRequest) -> Told {
        if self.banks.get(&sender).is_some_and(|bank| bank.blocked) {
            return Told::Done(false);
        }
        let Some(index) = self.claims.iter().position(|claim| claim.asked.uetr == asked.original_uetr) else {
            return Told::Done(false);
        };
        let claim = &self.claims[index];
        let own = claim.asked.debtor_agent == sender && claim.asked.transaction_id == asked.original_transaction_id;
        let other_amount = asked.original_amount.is_some_and(|amount| amount != claim.asked.amount);
        if !own || !claim.settled() || other_amount {
            return Told::Done(false);
        }
        if claim.recalls.iter().any(|(id, _)| *id == asked.cancellation_id) {
            return Told::Done(true);
        }
        let stands = claim.recalls.last().is_some_and(|(_, answer)| *answer != Some(false));
        if stands || self.came_back(claim) >= claim.minor() {
            return Told::Done(false);
        }
        self.claims[index].recalls.push((asked.cancellation_id.clone(), None));
        Told::Done(true)
    }

    pub(super) fn answer_recall(&mut self, sender: ClearingCode, said: &RecallAnswer) -> Told {
        if self.banks.get(&sender).is_some_and(|bank| bank.blocked) {
            return Told::Done(false);
        }
        let Some(index) = self.claims.iter().position(|claim| claim.asked.uetr == said.original_uetr) else {
            return Told::Done(false);
        };
        let claim = &self.claims[index];
        let own = claim.asked.creditor_agent == sender && claim.asked.transaction_id == said.original_transaction_id;
        if !own || !claim.settled() {
            return Told::Done(false);
        }
        let (accepts, back) = (said.decision == RecallDecision::Accepted, self.came_back(claim));
        let nothing_left = back >= claim.minor();
        let claim = &mut self.claims[index];
        let Some((_, answer)) = claim.recalls.iter_mut().find(|(id, _)| *id == said.cancellation_id) else {
            return Told::Done(false);
        };
        match answer {
            Some(before) => Told::Done(*before == accepts),
            None if accepts && nothing_left => Told::Done(false),
            None => {
                *answer = Some(accepts);
                claim.owes_return |= accepts;
                Told::Done(true)
            }
        }
    }

    /// The payments whose creditor agents owe something: money, or a word.
    pub(in super::super) fn owed(&self) -> Vec<(i64, bool)> {
        let money = self.claims.iter().filter(|claim| claim.owes_return).map(|claim| (claim.sequence, true));
        let words = self.claims.iter().filter(|claim| claim.owes_word).map(|claim| (claim.sequence, false));
        money.chain(words).collect()
    }
}
