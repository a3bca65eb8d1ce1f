//! The switch of the simulation: the rules and the memory of the real one over a log that survives crashes.
#![allow(clippy::match_wildcard_for_single_variants)] // commands that the simulation does not send

use std::collections::BTreeMap;

use store::Timestamp;

use super::BANKS;
use super::auditor::Auditor;
use crate::clearing::tests::support::{bank, hkd, operate};
use crate::clearing::{Command, Operation, Payment, Reply, Row, Rules, State, Status, Step, settle, timeout};
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
    /// Whether an officer's act was done.
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
    auditor: Auditor,
}

impl Switch {
    pub(super) fn due(&self, now: Timestamp) -> Vec<Command> {
        let due = timeout::due(&self.state, now, None, usize::MAX);
        due.into_iter().map(|payment| Command::TimeOut { payment }).collect()
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
        for command in commands {
            self.recall(command);
        }
        let apply = |command| settle::apply(&mut self.state, command, None, now, &Rules::default()).unwrap();
        commands.iter().map(apply).collect()
    }

    /// Takes the payments that a command refers to out of the log into memory.
    fn recall(&mut self, command: &Command) {
        let asked = |payment: &&Payment| match command {
            Command::Reserve { transfer, .. } => {
                let same =
                    payment.debtor_agent == transfer.debtor_agent && payment.transaction_id == transfer.transaction_id;
                same || payment.uetr == transfer.uetr
            }
            Command::Answer { answer, .. } => payment.uetr == answer.original_uetr,
            Command::Enquire { debtor_agent, transaction_id } => {
                payment.debtor_agent == *debtor_agent && payment.transaction_id == *transaction_id
            }
            _ => false,
        };
        let found: Vec<Payment> = self.archive.values().filter(asked).cloned().collect();
        for payment in found {
            if self.state.payment(payment.sequence).is_none() {
                self.state.remember(payment);
            }
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
            }
            Row::Event(_) => {}
        }
        self.log.push(row);
    }

    /// Another gateway on the same log funds a bank; this one follows.
    fn another_gateway(&mut self, now: Timestamp) {
        let command = operate(BANKS[0], Operation::Fund(hkd(1)));
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
        for code in BANKS {
            let held = self.state.position(bank(code), Currency::Hkd);
            assert_eq!((held.balance, held.reserved), self.auditor.holds(bank(code)), "the position of {code}");
            assert!(held.available() >= 0, "{code} has spent more than it may");
        }
    }
}

fn told(reply: &Reply) -> Told {
    match reply {
        Reply::Reserved(report) | Reply::Answered(Ok(report)) | Reply::Enquired(Some(report)) => {
            Told::Stands(report.status)
        }
        Reply::Answered(Err(_)) | Reply::Enquired(None) => Told::NotTaken,
        Reply::Operated(done) => Told::Done(done.is_ok()),
        _ => Told::Nothing,
    }
}
