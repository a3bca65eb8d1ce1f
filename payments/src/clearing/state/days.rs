//! The business day in memory: which it is, and what has moved each position since it began.

use super::State;
use crate::clearing::business_day::BusinessDay;
use crate::clearing::cut_over::CutOver;
use crate::clearing::position::PositionBroken;
use crate::clearing::turnover::{Entry, Statement, Turnover};
use crate::money::Currency;
use crate::participant::ClearingCode;
use store::Timestamp;

impl State {
    /// The business day that has begun; none before the first row.
    pub(crate) const fn day(&self) -> Option<BusinessDay> {
        self.day
    }

    /// The business day to which a row recorded at `now` belongs.
    pub fn business_day(&self, now: Timestamp) -> BusinessDay {
        self.day.unwrap_or_else(|| BusinessDay::of(now))
    }

    /// What moved a position since the day began.
    pub fn turnover(&self, participant: ClearingCode, currency: Currency) -> Turnover {
        self.turnovers.get(&(participant, currency)).copied().unwrap_or_default()
    }

    /// Moves a balance. Nothing else does, so the turnover of a day always explains it.
    pub(super) fn book(
        &mut self,
        participant: ClearingCode,
        currency: Currency,
        entry: Entry,
        minor: i64,
    ) -> Result<(), PositionBroken> {
        let position = self.position_mut(participant, currency);
        match entry {
            Entry::PaymentOut => position.settle(minor)?,
            Entry::ReturnOut | Entry::Withdrawal => position.debit(minor)?,
            Entry::PaymentIn | Entry::ReturnIn | Entry::Funding => position.credit(minor)?,
        }
        self.turnovers.entry((participant, currency)).or_default().add(entry, minor)
    }

    /// The statement of every position as it is now.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        let statement = |(participant, currency, position)| {
            Statement::of(participant, currency, position, self.turnover(participant, currency))
        };
        self.positions().map(statement).collect()
    }

    /// One day ends, the next begins.
    pub(super) fn fold_cut_over(&mut self, cut_over: &CutOver) -> Result<(), &'static str> {
        if self.day != Some(cut_over.closed) || cut_over.opened <= cut_over.closed {
            return Err("it does not close the business day that is");
        }
        if cut_over.statements != self.statements() {
            return Err("its statements are not those of the positions");
        }
        self.day = Some(cut_over.opened);
        self.turnovers.clear();
        Ok(())
    }
}
