//! The auditor: says what the switch must reply, from nothing but the commands in the order in which they were
//! recorded. It is written differently on purpose: it keeps no positions and no indexes, only what was asked
//! for and how it ended, and adds up anew whenever it is asked about money.

use std::collections::BTreeMap;
use std::time::Duration;

use store::Timestamp;

use super::switch::Told;
use crate::clearing::tests::support::rejected;
use crate::clearing::{Answer, Command, CreditTransfer, Operation, Rules, Status, Verdict};
use crate::participant::ClearingCode;

#[derive(Default)]
pub(super) struct Auditor {
    /// The latest moment of any command.
    clock: Option<Timestamp>,
    banks: BTreeMap<ClearingCode, Bank>,
    claims: Vec<Claim>,
}

#[derive(Default)]
struct Bank {
    suspended: bool,
    funding: Vec<i64>,
    cap: i64,
}

/// A payment that was asked for, and what became of it.
struct Claim {
    asked: CreditTransfer,
    /// The number under which the switch keeps it.
    sequence: i64,
    deadline: Timestamp,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Never sent on.
    Refused(&'static str),
    Open,
    Ended(Status),
}

impl Claim {
    fn status(&self) -> Status {
        match self.fate {
            Fate::Refused(reason) => rejected(reason),
            Fate::Open => Status::InProcess,
            Fate::Ended(status) => status,
        }
    }

    fn minor(&self) -> i64 {
        self.asked.amount.minor()
    }
}

impl Auditor {
    /// What the reply to `command` must say. `sequence` is what the next row would be called.
    pub(super) fn expect(&mut self, command: &Command, now: Timestamp, sequence: i64, rules: &Rules) -> Told {
        let now = self.clock.map_or(now, |clock| clock.max(now));
        match command {
            Command::Reserve { transfer, arrived, .. } => {
                let status = self.payment(transfer, (*arrived).min(now), now, sequence, rules);
                Told::Stands(status)
            }
            Command::Answer { sender, answer, arrived } => self.answer(*sender, answer, *arrived),
            Command::TimeOut { payment } => {
                let due = |claim: &&mut Claim| claim.sequence == *payment && claim.deadline < now;
                for claim in self.claims.iter_mut().filter(due).filter(|claim| claim.fate == Fate::Open) {
                    claim.fate = Fate::Ended(rejected("AB05"));
                }
                Told::Nothing
            }
            Command::Operate { participant, operation, .. } => Told::Done(self.operate(*participant, operation)),
            Command::Enquire { debtor_agent, transaction_id } => {
                let own = |claim: &&Claim| {
                    claim.asked.debtor_agent == *debtor_agent && claim.asked.transaction_id == *transaction_id
                };
                self.claims.iter().find(own).map_or(Told::NotTaken, |claim| Told::Stands(claim.status()))
            }
            #[allow(unreachable_patterns, reason = "commands that the simulation does not send")]
            other => panic!("the auditor knows nothing of {other:?}"),
        }
    }

    /// A row was recorded at `moment`: time does not go back behind it.
    pub(super) fn recorded(&mut self, moment: Timestamp) {
        self.clock = Some(moment);
    }

    /// What a participant has, added up from the beginning: settled, and set aside.
    pub(super) fn holds(&self, code: ClearingCode) -> (i64, i64) {
        let funded: i64 = self.banks.get(&code).map_or(0, |bank| bank.funding.iter().sum());
        let settled = |claim: &&Claim| claim.fate == Fate::Ended(Status::Settled);
        let received: i64 =
            self.claims.iter().filter(settled).filter(|c| c.asked.creditor_agent == code).map(Claim::minor).sum();
        let own = || self.claims.iter().filter(|claim| claim.asked.debtor_agent == code);
        let paid: i64 = own().filter(settled).map(Claim::minor).sum();
        let under_way = own().filter(|claim| claim.fate == Fate::Open).map(Claim::minor).sum();
        (funded + received - paid, under_way)
    }

    pub(super) fn open(&self) -> usize {
        self.claims.iter().filter(|claim| claim.fate == Fate::Open).count()
    }

    fn spendable(&self, code: ClearingCode) -> i64 {
        let (settled, under_way) = self.holds(code);
        settled - under_way + self.banks[&code].cap
    }

    fn payment(
        &mut self,
        asked: &CreditTransfer,
        arrived: Timestamp,
        now: Timestamp,
        sequence: i64,
        rules: &Rules,
    ) -> Status {
        let same_id = |claim: &&Claim| {
            claim.asked.debtor_agent == asked.debtor_agent && claim.asked.transaction_id == asked.transaction_id
        };
        if let Some(known) = self.claims.iter().find(same_id) {
            let same = known.asked.amount == asked.amount && known.asked.creditor_agent == asked.creditor_agent;
            return if same { known.status() } else { rejected("AM05") };
        }
        let deadline = asked.accepted + rules.time_to_answer;
        let apart = asked.accepted.micros().abs_diff(arrived.micros());
        let suspended = |code| self.banks.get(&code).map(|bank| bank.suspended);
        let refused = if suspended(asked.debtor_agent).is_none() {
            Some("RC03")
        } else if suspended(asked.debtor_agent) == Some(true) {
            Some("AG10")
        } else if suspended(asked.creditor_agent).is_none() {
            Some("RC04")
        } else if suspended(asked.creditor_agent) == Some(true) {
            Some("AG11")
        } else if asked.debtor_agent == asked.creditor_agent {
            Some("AG01")
        } else if self.claims.iter().any(|claim| claim.asked.uetr == asked.uetr) {
            Some("DU03")
        } else if Duration::from_micros(apart) > rules.acceptance_tolerance {
            Some("DT01")
        } else if deadline <= now {
            Some("AB03")
        } else if asked.amount.minor() > self.spendable(asked.debtor_agent) {
            Some("AM04")
        } else {
            None
        };
        let fate = refused.map_or(Fate::Open, Fate::Refused);
        self.claims.push(Claim { asked: asked.clone(), sequence, deadline, fate });
        refused.map_or(Status::InProcess, rejected)
    }

    fn answer(&mut self, sender: ClearingCode, answer: &Answer, arrived: Timestamp) -> Told {
        let Some(claim) = self.claims.iter_mut().find(|claim| claim.asked.uetr == answer.original_uetr) else {
            return Told::NotTaken;
        };
        let was_sent = claim.asked.creditor_agent == sender && !matches!(claim.fate, Fate::Refused(_));
        if !was_sent || claim.asked.transaction_id != answer.original_transaction_id {
            return Told::NotTaken;
        }
        if claim.fate == Fate::Open {
            claim.fate = Fate::Ended(match answer.verdict {
                _ if arrived > claim.deadline => rejected("AB05"),
                Verdict::Rejected(reason) => Status::Rejected(reason),
                _ => Status::Settled,
            });
        }
        Told::Stands(claim.status())
    }

    fn operate(&mut self, code: ClearingCode, operation: &Operation) -> bool {
        if let Operation::Add(_) = operation {
            self.banks.entry(code).or_default();
            return true;
        }
        if !self.banks.contains_key(&code) {
            return false;
        }
        let ((settled, under_way), spendable) = (self.holds(code), self.spendable(code));
        let bank = self.banks.entry(code).or_default();
        match operation {
            Operation::Fund(sum) => bank.funding.push(sum.minor()),
            Operation::Withdraw(sum) if sum.minor() > spendable => return false,
            Operation::Withdraw(sum) => bank.funding.push(-sum.minor()),
            Operation::SetNetDebitCap(_, cap) if settled - under_way + cap < 0 => return false,
            Operation::SetNetDebitCap(_, cap) => bank.cap = *cap,
            Operation::Suspend => bank.suspended = true,
            Operation::Resume => bank.suspended = false,
            other => panic!("the simulation does not do {other:?}"),
        }
        true
    }
}
