//! The switch's memory: a fold over the rows of the log.

mod days;
mod events;
mod of_batch;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use store::Timestamp;
use uuid::Uuid;

use self::of_batch::OfBatch;
use super::business_day::BusinessDay;
use super::canonical::Digest;
use super::obligation::{Obligation, Owed};
use super::payment::{Ending, Payment, PaymentState};
use super::position::{Position, PositionBroken};
use super::proposal::Proposal;
use super::row::{OutcomeRow, PaymentRow, Row};
use super::turnover::{Entry, Turnover};
use crate::money::Currency;
use crate::participant::{ClearingCode, Participant, Thumbprint};
use crate::request_to_pay::RequestStep;

/// A client certificate that acts, or acted, for a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certificate {
    /// For whom.
    pub participant: ClearingCode,
    /// Since when.
    pub added: Timestamp,
    /// Since when no longer.
    pub revoked: Option<Timestamp>,
}

/// Everything that deciding needs: participants, their money, and the payments under way.
///
/// Payments that are final are not kept, except for the length of a batch, when a command asks about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The last row's sequence number.
    pub(crate) sequence: i64,
    /// The hash of the last batch.
    pub(crate) hash: Digest,
    /// The latest moment seen. Time never goes back.
    now: Option<Timestamp>,
    /// The business day that has begun.
    day: Option<BusinessDay>,
    pub(crate) participants: Arc<BTreeMap<ClearingCode, Participant>>,
    pub(crate) certificates: Arc<BTreeMap<Thumbprint, Certificate>>,
    pub(crate) positions: BTreeMap<(ClearingCode, Currency), Position>,
    /// What moved them since the day began.
    turnovers: BTreeMap<(ClearingCode, Currency), Turnover>,
    pub(crate) proposals: Arc<BTreeMap<i64, Proposal>>,
    obligations: Arc<BTreeMap<(i64, Owed), Obligation>>,
    payments: HashMap<i64, Arc<Payment>>,
    by_uetr: HashMap<Uuid, i64>,
    by_transaction_id: HashMap<(ClearingCode, String), i64>,
    deadlines: BTreeSet<(Timestamp, i64)>,
    journal: Journal,
    of_batch: OfBatch,
}

/// Where a state stood. What is under way is not in it: the journal leads back to that.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    sequence: i64,
    hash: Digest,
    now: Option<Timestamp>,
    day: Option<BusinessDay>,
    participants: Arc<BTreeMap<ClearingCode, Participant>>,
    certificates: Arc<BTreeMap<Thumbprint, Certificate>>,
    positions: BTreeMap<(ClearingCode, Currency), Position>,
    turnovers: BTreeMap<(ClearingCode, Currency), Turnover>,
    /// How many changes the journal had seen.
    changes: usize,
    proposals: Arc<BTreeMap<i64, Proposal>>,
    obligations: Arc<BTreeMap<(i64, Owed), Obligation>>,
}

/// What happened to the payments in memory, in order, as far as it can still be undone.
#[derive(Debug, Clone, Default)]
struct Journal {
    changes: VecDeque<Change>,
    /// How many came before these.
    forgotten: usize,
}

impl Journal {
    fn len(&self) -> usize {
        self.forgotten + self.changes.len()
    }
}

/// How a state came about does not make it another.
impl PartialEq for Journal {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Journal {}

#[derive(Debug, Clone)]
enum Change {
    /// The payment with this number was taken into memory.
    Remembered(i64),
    /// A payment ended that was like this before.
    Ended(Arc<Payment>),
}

impl Change {
    fn payment(&self) -> i64 {
        match self {
            Self::Remembered(sequence) => *sequence,
            Self::Ended(payment) => payment.sequence,
        }
    }
}

/// The log says something that cannot have happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {sequence} of the log cannot follow what is before it: {why}")]
pub struct BrokenLog {
    /// The row.
    pub sequence: i64,
    /// What is wrong with it.
    pub why: &'static str,
}

/// What a state is made of when it is read back instead of folded from the beginning.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// The last row's sequence number.
    pub(crate) sequence: i64,
    /// The hash of the last batch.
    pub(crate) hash: Digest,
    /// When the last row was recorded.
    pub(crate) recorded: Option<Timestamp>,
    /// The business day that has begun.
    pub(crate) day: Option<BusinessDay>,
    pub(crate) participants: Vec<Participant>,
    pub(crate) certificates: Vec<(Thumbprint, Certificate)>,
    pub(crate) positions: Vec<(ClearingCode, Currency, Position)>,
    /// What moved them since the day began.
    pub(crate) turnovers: Vec<(ClearingCode, Currency, Turnover)>,
    pub(crate) proposals: Vec<Proposal>,
    pub(crate) obligations: Vec<Obligation>,
    /// The payments under way.
    pub(crate) open: Vec<Payment>,
}

impl State {
    /// The state with these parts.
    pub(crate) fn restored(parts: Parts) -> Self {
        let mut state = Self {
            sequence: parts.sequence,
            hash: parts.hash,
            now: parts.recorded,
            day: parts.day,
            participants: Arc::new(parts.participants.into_iter().map(|known| (known.clearing_code, known)).collect()),
            certificates: Arc::new(parts.certificates.into_iter().collect()),
            positions: parts.positions.into_iter().map(|(code, currency, money)| ((code, currency), money)).collect(),
            turnovers: parts.turnovers.into_iter().map(|(code, currency, moved)| ((code, currency), moved)).collect(),
            proposals: Arc::new(parts.proposals.into_iter().map(|known| (known.id, known)).collect()),
            obligations: Arc::new(parts.obligations.into_iter().map(|one| ((one.payment, one.owed), one)).collect()),
            ..Self::default()
        };
        for payment in parts.open {
            state.remember(payment);
        }
        state
    }

    /// The last row's sequence number.
    pub const fn sequence(&self) -> i64 {
        self.sequence
    }

    /// The position of a participant; nothing at all when it was never funded.
    pub fn position(&self, participant: ClearingCode, currency: Currency) -> Position {
        self.positions.get(&(participant, currency)).copied().unwrap_or_default()
    }

    /// All positions.
    pub fn positions(&self) -> impl Iterator<Item = (ClearingCode, Currency, Position)> {
        self.positions.iter().map(|(&(participant, currency), &position)| (participant, currency, position))
    }

    /// Who takes part, by clearing code.
    pub fn participant(&self, code: ClearingCode) -> Option<&Participant> {
        self.participants.get(&code)
    }

    /// A payment under way, or remembered for this batch.
    pub fn payment(&self, sequence: i64) -> Option<&Payment> {
        self.payments.get(&sequence).map(AsRef::as_ref)
    }

    /// The same, by UETR.
    pub fn payment_by_uetr(&self, uetr: Uuid) -> Option<&Payment> {
        self.payment(*self.by_uetr.get(&uetr)?)
    }

    /// The same, by what makes a payment the same payment.
    pub fn payment_by_transaction_id(&self, debtor_agent: ClearingCode, transaction_id: &str) -> Option<&Payment> {
        self.payment(*self.by_transaction_id.get(&(debtor_agent, transaction_id.to_owned()))?)
    }

    /// Deadlines of the payments under way with their sequence numbers, earliest first.
    pub fn deadlines(&self) -> impl Iterator<Item = (Timestamp, i64)> {
        self.deadlines.iter().copied()
    }

    /// How many payments are under way.
    pub fn open(&self) -> usize {
        self.deadlines.len()
    }

    /// The time for the next row: `now`, but never before what was recorded already.
    pub fn clock(&self, now: Timestamp) -> Timestamp {
        self.now.map_or(now, |latest| latest.max(now))
    }

    /// Takes a payment into memory: one under way, or a final one that a command of this batch asks about.
    pub(crate) fn remember(&mut self, payment: Payment) {
        let payment = Arc::new(payment);
        self.journal.changes.push_back(Change::Remembered(payment.sequence));
        if !payment.state.is_final() {
            self.deadlines.insert((payment.deadline, payment.sequence));
        }
        // The first payment with a UETR owns it; a later one was refused for that.
        self.by_uetr.entry(payment.uetr).or_insert(payment.sequence);
        self.by_transaction_id.insert((payment.debtor_agent, payment.transaction_id.clone()), payment.sequence);
        self.payments.insert(payment.sequence, payment);
    }

    /// Forgets the payments that have become final, and all returns: their place is the log. What happened until
    /// now can no longer be undone.
    pub(crate) fn forget_final(&mut self) {
        self.forget_until(self.journal.len(), self.sequence);
    }

    /// The same for what happened before `mark`, while what came after it may still be undone.
    pub(crate) fn forget_before(&mut self, mark: &Mark) {
        self.forget_until(mark.changes, mark.sequence);
    }

    fn forget_until(&mut self, changes: usize, last: i64) {
        self.of_batch = OfBatch::default();
        while self.journal.forgotten < changes {
            let Some(change) = self.journal.changes.pop_front() else { break };
            self.journal.forgotten += 1;
            let sequence = change.payment();
            let ended = |payment: &Arc<Payment>| payment.state.is_final() && payment.state_sequence <= last;
            if self.payments.get(&sequence).is_some_and(ended) {
                self.forget(sequence);
            }
        }
    }

    fn forget(&mut self, sequence: i64) {
        let Some(payment) = self.payments.remove(&sequence) else { return };
        self.deadlines.remove(&(payment.deadline, sequence));
        if self.by_uetr.get(&payment.uetr) == Some(&sequence) {
            self.by_uetr.remove(&payment.uetr);
        }
        let id = (payment.debtor_agent, payment.transaction_id.clone());
        if self.by_transaction_id.get(&id) == Some(&sequence) {
            self.by_transaction_id.remove(&id);
        }
    }

    /// Where the state stands, to go back to with [`State::undo`]. Costs no more than the positions do: what is
    /// under way is not copied.
    pub(crate) fn mark(&mut self) -> Mark {
        self.forget_final();
        self.mark_again()
    }

    /// The same, while it is still open whether what happened before will be undone.
    pub(crate) fn mark_again(&self) -> Mark {
        Mark {
            sequence: self.sequence,
            hash: self.hash,
            now: self.now,
            day: self.day,
            participants: Arc::clone(&self.participants),
            certificates: Arc::clone(&self.certificates),
            positions: self.positions.clone(),
            turnovers: self.turnovers.clone(),
            changes: self.journal.len(),
            proposals: Arc::clone(&self.proposals),
            obligations: Arc::clone(&self.obligations),
        }
    }

    /// Goes back to `mark`. Nothing from before it may have been made final since.
    pub(crate) fn undo(&mut self, mark: &Mark) {
        // What was said and returned since is of payments that ended since: they go, or are as they were.
        self.of_batch = OfBatch::default();
        while self.journal.len() > mark.changes {
            match self.journal.changes.pop_back() {
                Some(Change::Remembered(sequence)) => self.forget(sequence),
                Some(Change::Ended(before)) => {
                    self.deadlines.insert((before.deadline, before.sequence));
                    self.payments.insert(before.sequence, before);
                }
                None => break,
            }
        }
        let Mark { sequence, hash, now, day, participants, certificates, positions, turnovers, .. } = mark.clone();
        (self.sequence, self.hash, self.now, self.day) = (sequence, hash, now, day);
        (self.participants, self.certificates) = (participants, certificates);
        (self.positions, self.turnovers) = (positions, turnovers);
        (self.proposals, self.obligations) = (Arc::clone(&mark.proposals), Arc::clone(&mark.obligations));
    }

    /// Moves the state by one row.
    ///
    /// # Errors
    /// [`BrokenLog`] when the row cannot follow; the state is then of no further use.
    pub fn fold(&mut self, row: &Row) -> Result<(), BrokenLog> {
        let sequence = row.sequence();
        let broken = |why| BrokenLog { sequence, why };
        if sequence != self.sequence + 1 {
            return Err(broken("its number is not the next"));
        }
        if self.now.is_some_and(|latest| row.recorded() < latest) {
            return Err(broken("it was recorded before the row before it"));
        }
        let today = *self.day.get_or_insert_with(|| BusinessDay::of(row.recorded()));
        if !matches!(row, Row::Event(_)) && row.business_day() != Some(today) {
            return Err(broken("it belongs to another business day"));
        }
        self.sequence = sequence;
        self.now = Some(row.recorded());
        match row {
            Row::Payment(row) => self.fold_payment(row).map_err(|_| broken("it reserves what is not there")),
            Row::Outcome(row) => self.fold_outcome(row),
            Row::Event(row) => self.fold_event(row),
        }
    }

    fn position_mut(&mut self, participant: ClearingCode, currency: Currency) -> &mut Position {
        self.positions.entry((participant, currency)).or_default()
    }

    fn fold_payment(&mut self, row: &PaymentRow) -> Result<(), PositionBroken> {
        let payment = &row.payment;
        if payment.state == PaymentState::Reserved {
            let position = self.position_mut(payment.debtor_agent, payment.amount.currency());
            position.reserve(payment.amount.minor(), payment.business_day)?;
        }
        self.pay_request(payment, RequestStep::Hold);
        self.remember(payment.clone());
        Ok(())
    }

    fn fold_outcome(&mut self, row: &OutcomeRow) -> Result<(), BrokenLog> {
        let broken = |why| BrokenLog { sequence: row.sequence, why };
        let payment = self.payments.get_mut(&row.payment).ok_or(broken("it ends a payment that is not under way"))?;
        if payment.state.is_final() {
            return Err(broken("it ends a payment that had ended"));
        }
        self.deadlines.remove(&(payment.deadline, payment.sequence));
        self.journal.changes.push_back(Change::Ended(Arc::clone(payment)));
        let payment = Arc::make_mut(payment);
        payment.state = row.ending.state();
        payment.posting = row.ending.posting();
        payment.state_sequence = row.sequence;
        payment.state_recorded = row.recorded;
        let (amount, currency) = (payment.amount.minor(), payment.amount.currency());
        let reserved_on = payment.business_day;
        let owes_word = row.ending == Ending::SettledWithoutPosting;
        let ended = payment.consumes.map(|_| payment.clone());
        let (debtor, creditor) = (payment.debtor_agent, payment.creditor_agent);
        let moved = match row.ending {
            Ending::Settled | Ending::SettledWithoutPosting => self
                .book(debtor, currency, Entry::PaymentOut, amount)
                .and_then(|()| self.book(creditor, currency, Entry::PaymentIn, amount)),
            Ending::Rejected(_) | Ending::TimedOut => self.position_mut(debtor, currency).release(amount, reserved_on),
        };
        if let Some(payment) = ended {
            let settled = payment.state == PaymentState::Settled;
            self.pay_request(&payment, if settled { RequestStep::Settle } else { RequestStep::Free });
        }
        if owes_word {
            self.owe(row.payment, Owed::Posting, creditor, row.recorded);
        }
        moved.map_err(|_| broken("it moves what is not there"))
    }
}
