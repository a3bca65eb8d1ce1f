//! Business days in the audit: every row under its day, every statement as the rows of its day add up, and each
//! day's opening balance the closing balance of the day before.

use std::collections::{BTreeMap, BTreeSet};

use store::{Conn, Timestamp};

use super::super::closed_days;
use super::rows::Raw;
use super::tally::{Moved, Sum, Tally};
use super::{Audit, Difference, decimal};
use crate::clearing::{BusinessDay, ClosedDay, CutOver, Statement};
use crate::error::Error;
use crate::money::Currency;
use crate::participant::ClearingCode;

/// The business day at one row of the log, and those before it.
#[derive(Default)]
pub(super) struct Days {
    today: Option<BusinessDay>,
    /// When the log began.
    since: Option<Timestamp>,
    /// What everybody's money had done when the day began.
    began: BTreeMap<(ClearingCode, Currency), Tally>,
    closed: Vec<ClosedDay>,
}

impl Days {
    /// Whether a row recorded at `recorded` may be kept under `day`.
    fn holds(&mut self, recorded: Timestamp, day: Option<BusinessDay>) -> bool {
        let calendar = BusinessDay::of(recorded);
        self.since.get_or_insert(recorded);
        let today = *self.today.get_or_insert(calendar);
        // Before there were cut-overs, rows were kept under the calendar's day.
        day.is_none_or(|day| day == today || (self.closed.is_empty() && day == calendar))
    }

    /// What a participant's money had done when the day began.
    pub(super) fn began(&self, key: (ClearingCode, Currency)) -> Tally {
        self.began.get(&key).copied().unwrap_or_default()
    }
}

impl Audit {
    /// A row under its business day.
    pub(super) fn day_of(&mut self, sequence: i64, raw: &Raw) {
        let (recorded, day) = raw.recorded();
        if !self.days.holds(recorded, day) {
            self.row(sequence, "it is kept under another business day than its own");
        }
    }

    /// The end of a business day.
    pub(super) fn cut_over(&mut self, sequence: i64, recorded: Timestamp, cut_over: &CutOver) {
        if self.days.today != Some(cut_over.closed) || cut_over.opened <= cut_over.closed {
            self.row(sequence, "it does not close the business day that is");
        }
        let mut stated: BTreeMap<_, _> =
            cut_over.statements.iter().map(|of| ((of.participant, of.currency), of)).collect();
        let keys: BTreeSet<_> = stated.keys().chain(self.tallies.keys()).copied().collect();
        for key in keys {
            let tally = self.tallies.get(&key).copied().unwrap_or_default();
            let wrong = differences(stated.remove(&key), &tally, &self.days.began(key));
            let (participant, currency) = key;
            self.report.differences.extend(wrong.into_iter().map(|(what, stated, computed)| Difference::Statement {
                business_day: cut_over.closed,
                participant,
                currency,
                what,
                stated: text(stated, currency),
                computed: text(computed, currency),
            }));
        }
        let before = self.days.closed.last();
        let day = ClosedDay {
            business_day: cut_over.closed,
            next_day: cut_over.opened,
            first: before.map_or(1, |day| day.last + 1),
            last: sequence - 1,
            opened: before.map_or(self.days.since.unwrap_or(recorded), |day| day.closed),
            closed: recorded,
        };
        self.days.closed.push(day);
        self.days.today = Some(cut_over.opened);
        self.days.began.clone_from(&self.tallies);
        self.report.days += 1;
    }

    /// The list of days, which follows from the log.
    pub(super) fn closed_days(&mut self, conn: &mut Conn<'_>) -> Result<(), Error> {
        let mut kept: BTreeMap<BusinessDay, ClosedDay> =
            closed_days::closed(conn, None, i64::MAX)?.into_iter().map(|day| (day.business_day, day)).collect();
        for day in std::mem::take(&mut self.days.closed) {
            if kept.remove(&day.business_day) != Some(day) {
                self.report.differences.push(Difference::Day(day.business_day));
            }
        }
        self.report.differences.extend(kept.into_keys().map(Difference::Day));
        Ok(())
    }
}

/// Sum in minor units, and how many when that is counted.
type Figure = (i128, Option<i128>);

fn text((minor, count): Figure, currency: Currency) -> String {
    let sum = decimal(minor, currency);
    count.map_or_else(|| sum.clone(), |count| format!("{sum} in {count}"))
}

/// What a statement says otherwise than the rows: what, as stated, as computed.
fn differences(stated: Option<&Statement>, now: &Tally, began: &Tally) -> Vec<(&'static str, Figure, Figure)> {
    let figures = stated.map_or([0; 4], |of| [of.opening, of.closing, of.reserved, of.net_debit_cap]);
    let computed = [began.balance(), now.balance(), now.set_aside, now.cap];
    let names = ["opening balance", "closing balance", "reserved", "net debit cap"];
    let mut found: Vec<(&'static str, Figure, Figure)> = names
        .into_iter()
        .zip(figures.into_iter().map(i128::from).zip(computed))
        .filter(|(_, (stated, computed))| stated != computed)
        .map(|(what, (stated, computed))| (what, (stated, None), (computed, None)))
        .collect();
    let turnover = Moved::from(stated.map(|of| of.turnover).unwrap_or_default());
    let counted = |sum: Sum| (sum.minor, Some(sum.count));
    let moved = turnover.difference(&now.since(began));
    found.extend(moved.map(|(what, stated, computed)| (what, counted(stated), counted(computed))));
    found
}
