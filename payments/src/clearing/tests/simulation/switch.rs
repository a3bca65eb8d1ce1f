//! The switch of the simulation: the rules and the memory of the real one over a log that survives crashes.

use std::collections::BTreeMap;

use store::Timestamp;

use super::BANKS;
use super::auditor::Auditor;
use crate::clearing::tests::support::{bank, hkd, propose};
use crate::clearing::{
    Command, Event, EventRow, Movement, Owed, Payment, Reply, Row, Rules, State, Status, Step, cut_over, liquidity,
    settle, timeout,
};
use crate::money::Currency;

/// How a batch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Committed,
    /// The database refuses it; it is tried again later.
    Failed,
    /// The program dies after so many steps; nothing was recorded.
    CrashedBefore {
        steps: usize,
    },
    /// The program dies when all is recorded and nobody has been told.
    CrashedAfter,
    /// Another gateway has recorded something meanwhile: the batch is undone, the other's row folded in, and
    /// everything decided again.
    AnotherWasFirst,
}

/// What somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// How a payment stands.
    Stands(Status),
    /// Whether an officer's act was done, or a recall or its answer taken.
    Done(bool),
    /// There is no such payment.
    NotTaken,
    /// Nobody asked.
    Nothing,
}

#[derive(Default)]
pub(super) struct Switch {
    state: State,
    /// What survives a crash.
    log: Vec<Row>,
    /// The payments of the log, as they stand.
    archive: BTreeMap<i64, Payment>,
    /// Every return of the log.
    returns: Vec<EventRow>,
    auditor: Auditor,
}

impl Switch {
    pub(super) fn due(&self, now: Timestamp) -> Vec<Command> {
        let due = timeout::due(&self.state, now, None, usize::MAX);
        let late = due.into_iter().map(|payment| Command::TimeOut { payment });
        late.chain(liquidity::due(&self.state)).collect()
    }

    /// What a batch begins with: the end of the day, when it is over.
    pub(super) fn opening(&self, now: Timestamp) -> Vec<Command> {
        if cut_over::is_due(&self.state, now, &Rules::default()) { vec![Command::CutOver] } else { Vec::new() }
    }

    /// The numbers of all proposals.
    pub(super) fn proposals(&self) -> Vec<i64> {
        self.state.proposals().map(|known| known.id).collect()
    }

    pub(super) fn open(&self) -> usize {
        assert_eq!(self.state.open(), self.auditor.open());
        self.state.open()
    }

    /// Takes a batch; says what whoever asked was told, which is nothing unless it committed.
    pub(super) fn batch(&mut self, commands: &[Command], now: Timestamp, end: End) -> Vec<Told> {
        let mark = self.state.mark();
        let before = self.state.clone();
        match end {
            End::CrashedBefore { steps } => {
                self.decide(&commands[..steps], now);
                self.crash();
                return Vec::new();
            }
            End::Failed | End::AnotherWasFirst => {
                self.decide(commands, now);
                self.state.undo(&mark);
                assert_eq!(self.state, before, "what was undone left something behind");
                if end == End::Failed {
                    return Vec::new();
                }
                self.another_gateway(now);
            }
            End::Committed | End::CrashedAfter => {}
        }
        let steps = self.decide(commands, now);
        let told = self.record(commands, steps, now);
        if end == End::CrashedAfter {
            self.crash();
            return Vec::new();
        }
        self.state.forget_final();
        self.assert_books();
        told
    }

    /// The program starts anew: memory is what the log says.
    pub(super) fn crash(&mut self) {
        let mut folded = State::default();
        for row in &self.log {
            folded.fold(row).unwrap();
        }
        folded.forget_final();
        self.state = folded;
    }

    fn decide(&mut self, commands: &[Command], now: Timestamp) -> Vec<Step> {
        self.recall(commands);
        let apply = |command| settle::apply(&mut self.state, command, None, now, &Rules::default()).unwrap();
        commands.iter().map(apply).collect()
    }

    /// Takes the payments that commands refer to out of the log into memory, in the order of the log: the first
    /// payment with a UETR owns it.
    fn recall(&mut self, commands: &[Command]) {
        let asked = |payment: &&Payment| commands.iter().any(|command| refers(command, payment));
        let found: Vec<Payment> = self.archive.values().filter(asked).cloned().collect();
        for payment in found {
            if self.state.payment(payment.sequence).is_none() {
                self.state.remember(payment);
            }
        }
        if commands.iter().any(|command| matches!(command, Command::Return { .. })) {
            self.returns.iter().for_each(|row| self.state.remember_return(row));
        }
    }

    /// Makes the rows durable, and lets the auditor look at every reply.
    fn record(&mut self, commands: &[Command], steps: Vec<Step>, now: Timestamp) -> Vec<Told> {
        let mut all = Vec::with_capacity(steps.len());
        for (command, step) in commands.iter().zip(steps) {
            let next = i64::try_from(self.log.len()).unwrap() + 1;
            let expected = self.auditor.expect(command, now, next, &Rules::default());
            let told = told(&step.reply);
            assert_eq!(told, expected, "{command:?}");
            if let Some(row) = step.row {
                assert_eq!(row.sequence(), next, "the log has a gap");
                self.auditor.recorded(row.recorded());
                self.keep(row);
            }
            all.push(told);
        }
        all
    }

    fn keep(&mut self, row: Row) {
        match &row {
            Row::Payment(row) => _ = self.archive.insert(row.payment.sequence, row.payment.clone()),
            Row::Outcome(outcome) => {
                let payment = self.archive.get_mut(&outcome.payment).unwrap();
                payment.state = outcome.ending.state();
                payment.state_sequence = outcome.sequence;
                payment.state_recorded = outcome.recorded;
                payment.posting = outcome.ending.posting();
            }
            Row::Event(row) => self.keep_event(row),
        }
        self.log.push(row);
    }

    /// What happened to a payment that memory may have forgotten.
    fn keep_event(&mut self, row: &EventRow) {
        match &row.event {
            Event::Posted { payment, posting, .. } => {
                let payment = self.archive.get_mut(payment).unwrap();
                payment.posting = *posting;
                (payment.state_sequence, payment.state_recorded) = (row.sequence, row.recorded);
            }
            Event::Returned(record) => {
                self.returns.push(row.clone());
                if record.detail.refusal.is_none() {
                    self.archive.get_mut(&record.payment.unwrap()).unwrap().returned += record.amount.minor();
                }
            }
            Event::Recalled(record) => self.archive.get_mut(&record.payment).unwrap().take_recall(record),
            _ => {}
        }
    }

    /// Another gateway on the same log takes a proposal; this one follows.
    fn another_gateway(&mut self, now: Timestamp) {
        let command = propose(BANKS[0], Movement::Funding, hkd(1), &format!("elsewhere-{}", self.log.len()));
        let mut other = self.state.clone();
        let step = settle::apply(&mut other, &command, None, now, &Rules::default()).unwrap();
        let from = self.log.len();
        self.record(&[command], vec![step], now);
        for row in &self.log[from..] {
            self.state.fold(row).unwrap();
        }
        self.state.forget_final();
    }

    /// Memory has what the auditor adds up.
    pub(super) fn assert_books(&self) {
        for (code, currency) in BANKS.into_iter().flat_map(|code| Currency::ALL.map(|currency| (code, currency))) {
            let held = self.state.position(bank(code), currency);
            let computed = self.auditor.holds(bank(code), currency);
            assert_eq!((held.balance, held.reserved), computed, "the position of {code} in {currency}");
            assert!(held.available() >= 0, "{code} has spent more than it may");
            assert_eq!(held.is_low, self.auditor.is_warned(bank(code), currency), "{code} was warned");
        }
        let mut owed: Vec<_> = self.state.obligations().map(|one| (one.payment, one.owed == Owed::Return)).collect();
        let mut expected = self.auditor.owed();
        owed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(owed, expected, "what is owed");
    }
}

fn told(reply: &Reply) -> Told {
    match reply {
        Reply::Reserved(report) | Reply::Answered(Ok(report)) | Reply::Enquired(Some(report)) => {
            Told::Stands(report.status)
        }
        Reply::Answered(Err(_)) | Reply::Enquired(None) => Told::NotTaken,
        Reply::Returned(report) => Told::Stands(report.status),
        Reply::Recalled(done) => Told::Done(done.is_ok()),
        Reply::Operated(done) => Told::Done(done.is_ok()),
        Reply::TimedOut | Reply::CutOver => Told::Nothing,
    }
}

/// Whether a command is about this payment.
fn refers(command: &Command, payment: &Payment) -> bool {
    match command {
        Command::Reserve { transfer, .. } => {
            let same =
                payment.debtor_agent == transfer.debtor_agent && payment.transaction_id == transfer.transaction_id;
            same || payment.uetr == transfer.uetr
        }
        Command::Answer { answer, .. } => payment.uetr == answer.original_uetr,
        Command::Return { request, .. } => payment.uetr == request.original_uetr,
        Command::Recall { request, .. } => payment.uetr == request.original_uetr,
        Command::AnswerRecall { answer, .. } => payment.uetr == answer.original_uetr,
        Command::EnquireByUetr { original_uetr, .. } => payment.uetr == *original_uetr,
        Command::Enquire { debtor_agent, transaction_id } => {
            payment.debtor_agent == *debtor_agent && payment.transaction_id == *transaction_id
        }
        _ => false,
    }
}
