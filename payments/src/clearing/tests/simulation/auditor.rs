//! The auditor: says what the switch must reply, from nothing but the commands in the order in which they were
//! recorded. It is written differently on purpose: it keeps no positions and no indexes, only what was asked
//! for and how it ended, and adds up anew whenever it is asked about money.

mod bank;
mod later;
mod officers;

use std::collections::BTreeMap;
use std::time::Duration;

use store::Timestamp;

use self::bank::Bank;
use self::later::Returned;
use self::officers::Wish;
use super::switch::Told;
use crate::clearing::tests::support::rejected;
use crate::clearing::{Answer, Command, CreditTransfer, Rules, Status, Verdict};
use crate::money::Currency;
use crate::participant::ClearingCode;

#[derive(Default)]
pub(super) struct Auditor {
    /// The latest moment of any command.
    clock: Option<Timestamp>,
    /// The business day, from the first row on: it ends when the switch says so.
    today: Option<i64>,
    banks: BTreeMap<ClearingCode, Bank>,
    claims: Vec<Claim>,
    wishes: Vec<Wish>,
    returned: Vec<Returned>,
}

/// A payment that was asked for, and what became of it.
struct Claim {
    asked: CreditTransfer,
    /// The number under which the switch keeps it.
    sequence: i64,
    /// The day on which it was taken.
    day: i64,
    deadline: Timestamp,
    fate: Fate,
    /// Accepted without posting, and nothing said since.
    unposted: bool,
    /// The same, and nothing sent back since.
    owes_word: bool,
    /// Each recall with its answer.
    recalls: Vec<(String, Option<bool>)>,
    /// It accepted a recall, and nothing was sent back since.
    owes_return: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Never sent on.
    Refused(&'static str),
    Open,
    Ended(Status),
}

/// Days in Hong Kong since the epoch.
fn day(moment: Timestamp) -> i64 {
    (moment.micros() + 8 * 3_600_000_000).div_euclid(86_400_000_000)
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

    fn settled(&self) -> bool {
        matches!(self.fate, Fate::Ended(status) if status.is_settled())
    }

    fn was_sent(&self) -> bool {
        !matches!(self.fate, Fate::Refused(_))
    }
}

impl Auditor {
    /// What the reply to `command` must say. `sequence` is what the next row would be called.
    pub(super) fn expect(&mut self, command: &Command, now: Timestamp, sequence: i64, rules: &Rules) -> Told {
        let now = self.clock.map_or(now, |clock| clock.max(now));
        match command {
            Command::Reserve { transfer, arrived, .. } => {
                Told::Stands(self.payment(transfer, (*arrived).min(now), now, sequence, rules))
            }
            Command::Answer { sender, answer, arrived } => self.answer(*sender, answer, *arrived),
            Command::Return { sender, request, .. } => Told::Stands(self.give_back(*sender, request, now)),
            Command::Recall { sender, request, .. } => self.recall(*sender, request),
            Command::AnswerRecall { sender, answer, .. } => self.answer_recall(*sender, answer),
            Command::EnquireByUetr { sender, original_uetr } => {
                let own = |claim: &&Claim| {
                    let is_creditor = claim.asked.creditor_agent == *sender && claim.was_sent();
                    claim.asked.uetr == *original_uetr && (claim.asked.debtor_agent == *sender || is_creditor)
                };
                // The first payment with a UETR owns it.
                let first = self.claims.iter().find(|claim| claim.asked.uetr == *original_uetr);
                first.filter(own).map_or(Told::NotTaken, |claim| Told::Stands(claim.status()))
            }
            Command::TimeOut { payment } => {
                let due = |claim: &&mut Claim| claim.sequence == *payment && claim.deadline < now;
                for claim in self.claims.iter_mut().filter(due).filter(|claim| claim.fate == Fate::Open) {
                    claim.fate = Fate::Ended(rejected("AB05"));
                }
                Told::Nothing
            }
            Command::CutOver => {
                self.today = self.today.map(|today| today.max(day(now)));
                Told::Nothing
            }
            Command::WatchLiquidity { participant, currency } => {
                self.watch(*participant, *currency);
                Told::Nothing
            }
            Command::Propose { officer, wanted } => Told::Done(self.propose(officer, wanted, now, sequence)),
            Command::DecideProposal { officer, proposal, approve } => {
                Told::Done(self.decide(officer, *proposal, *approve, now))
            }
            Command::Operate { participant, operation, .. } => Told::Done(self.operate(*participant, operation)),
            Command::Enquire { debtor_agent, transaction_id } => {
                let own = |claim: &&Claim| {
                    claim.asked.debtor_agent == *debtor_agent && claim.asked.transaction_id == *transaction_id
                };
                self.claims.iter().find(own).map_or(Told::NotTaken, |claim| Told::Stands(claim.status()))
            }
        }
    }

    /// A row was recorded at `moment`: time does not go back behind it.
    pub(super) fn recorded(&mut self, moment: Timestamp) {
        self.clock = Some(moment);
        self.today.get_or_insert(day(moment));
    }

    /// What a participant has, added up from the beginning: settled, and set aside.
    pub(super) fn holds(&self, code: ClearingCode, currency: Currency) -> (i64, i64) {
        let funded: i64 = self
            .banks
            .get(&code)
            .map_or(0, |bank| bank.funding.iter().filter(|sum| sum.0 == currency).map(|sum| sum.1).sum());
        let of_it = || self.claims.iter().filter(move |claim| claim.asked.amount.currency() == currency);
        let settled = |claim: &&Claim| claim.settled();
        let received: i64 = of_it().filter(settled).filter(|c| c.asked.creditor_agent == code).map(Claim::minor).sum();
        let own = || of_it().filter(move |claim| claim.asked.debtor_agent == code);
        let paid: i64 = own().filter(settled).map(Claim::minor).sum();
        let under_way = own().filter(|claim| claim.fate == Fate::Open).map(Claim::minor).sum();
        let came_back = |side: fn(&Returned) -> ClearingCode| -> i64 {
            let settled = self.returned.iter().filter(|one| one.status == Status::Settled);
            settled
                .filter(|one| one.amount.currency() == currency && side(one) == code)
                .map(|one| one.amount.minor())
                .sum()
        };
        let back = came_back(|one| one.receiver) - came_back(|one| one.sender);
        (funded + received - paid + back, under_way)
    }

    /// What a participant has sent on the day of `now`: all that it asked for and that did not fail.
    fn sent_today(&self, code: ClearingCode, currency: Currency, now: Timestamp) -> i64 {
        let failed = |claim: &Claim| match claim.fate {
            Fate::Refused(_) => true,
            Fate::Open => false,
            Fate::Ended(status) => !status.is_settled(),
        };
        let counts = |claim: &&Claim| {
            let own = claim.asked.debtor_agent == code && claim.asked.amount.currency() == currency;
            own && claim.day == self.today(now) && !failed(claim)
        };
        self.claims.iter().filter(counts).map(Claim::minor).sum()
    }

    fn today(&self, now: Timestamp) -> i64 {
        self.today.unwrap_or_else(|| day(now))
    }

    pub(super) fn open(&self) -> usize {
        self.claims.iter().filter(|claim| claim.fate == Fate::Open).count()
    }

    fn spendable(&self, code: ClearingCode, currency: Currency) -> i64 {
        let (settled, under_way) = self.holds(code, currency);
        settled - under_way + self.banks.get(&code).map_or(0, |bank| bank.purse(currency).cap)
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
        let refused = self.against(asked, arrived, now, deadline, rules);
        let fate = refused.map_or(Fate::Open, Fate::Refused);
        self.claims.push(Claim {
            asked: asked.clone(),
            sequence,
            day: self.today(now),
            deadline,
            fate,
            unposted: false,
            owes_word: false,
            recalls: Vec::new(),
            owes_return: false,
        });
        refused.map_or(Status::InProcess, rejected)
    }

    fn against(
        &self,
        asked: &CreditTransfer,
        arrived: Timestamp,
        now: Timestamp,
        deadline: Timestamp,
        rules: &Rules,
    ) -> Option<&'static str> {
        let (from, to, currency) = (asked.debtor_agent, asked.creditor_agent, asked.amount.currency());
        let minor = asked.amount.minor();
        let apart = Duration::from_micros(asked.accepted.micros().abs_diff(arrived.micros()));
        let date = i64::from(asked.settlement_date.to_julian_day()) - 2_440_588;
        let Some(payer) = self.banks.get(&from) else { return Some("RC03") };
        if !payer.may_pay() {
            return Some("AG10");
        }
        let Some(payee) = self.banks.get(&to) else { return Some("RC04") };
        let purse = payer.purse(currency);
        let reasons = [
            (!payee.may_pay(), "AG11"),
            (from == to, "AG01"),
            (self.claims.iter().any(|claim| claim.asked.uetr == asked.uetr), "DU03"),
            (apart > rules.acceptance_tolerance || (date - self.today(now)).abs() > 1, "DT01"),
            (deadline <= now, "AB03"),
            (payee.offline, "AB08"),
            (purse.payment_maximum.is_some_and(|most| minor > most), "AM02"),
            (purse.daily_maximum.is_some_and(|most| self.sent_today(from, currency, now) + minor > most), "AM23"),
            (minor > self.spendable(from, currency), "AM04"),
        ];
        reasons.into_iter().find_map(|(applies, reason)| applies.then_some(reason))
    }

    fn answer(&mut self, sender: ClearingCode, answer: &Answer, arrived: Timestamp) -> Told {
        if self.banks.get(&sender).is_some_and(|bank| bank.blocked) {
            return Told::NotTaken;
        }
        let Some(claim) = self.claims.iter_mut().find(|claim| claim.asked.uetr == answer.original_uetr) else {
            return Told::NotTaken;
        };
        let was_sent = claim.asked.creditor_agent == sender && claim.was_sent();
        if !was_sent || claim.asked.transaction_id != answer.original_transaction_id {
            return Told::NotTaken;
        }
        let later = match answer.verdict {
            Verdict::Credited => Some(Status::Credited),
            Verdict::Blocked => Some(Status::Blocked),
            _ => None,
        };
        match (claim.fate, later) {
            (Fate::Open, Some(_)) => return Told::NotTaken,
            (Fate::Open, None) => {
                claim.unposted = answer.verdict == Verdict::AcceptedWithoutPosting && arrived <= claim.deadline;
                claim.owes_word = claim.unposted;
                claim.fate = Fate::Ended(match answer.verdict {
                    _ if arrived > claim.deadline => rejected("AB05"),
                    Verdict::Rejected(reason) => Status::Rejected(reason),
                    _ => Status::Settled,
                });
            }
            // Its last word stays; only who has not posted may say that it is blocked.
            (Fate::Ended(Status::Settled), Some(word)) if word == Status::Credited || claim.unposted => {
                claim.fate = Fate::Ended(word);
                (claim.unposted, claim.owes_word) = (false, false);
            }
            _ => {}
        }
        Told::Stands(claim.status())
    }
}
