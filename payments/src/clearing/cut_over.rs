//! The cut-over: one business day ends, the next begins, and each position gets its statement.
//!
//! It is an event in the log like any other, so every gateway agrees on which payments belong to which day,
//! however their clocks or configurations differ. A payment belongs to the day in which it settles.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use store::Timestamp;

use super::business_day::BusinessDay;
use super::command::{Reply, Rules, Step};
use super::liquidity::SWITCH;
use super::row::{Event, EventRow, Row};
use super::settle::record;
use super::state::{BrokenLog, State};
use super::turnover::Statement;
use crate::participant::ClearingCode;

/// The end of a business day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOver {
    /// The day that ended.
    pub closed: BusinessDay,
    /// The day that began: the next, unless the switch was down for longer.
    pub opened: BusinessDay,
    /// Every position, by participant and currency.
    pub statements: Vec<Statement>,
}

/// A business day that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClosedDay {
    /// Which.
    pub business_day: BusinessDay,
    /// The one after it.
    pub next_day: BusinessDay,
    /// The first row of the log that is its own.
    pub first: i64,
    /// The last one; the row after it is the cut-over.
    pub last: i64,
    /// When it began.
    pub opened: Timestamp,
    /// When it ended.
    pub closed: Timestamp,
}

/// Whether the day of `state` is over at `now`. Nothing is ever closed before something has happened.
pub fn is_due(state: &State, now: Timestamp, rules: &Rules) -> bool {
    days(state, now, rules).is_some()
}

/// The business day to which a row recorded at `now` belongs, once the day has ended that is over.
pub(crate) fn day_at(state: &State, now: Timestamp, rules: &Rules) -> BusinessDay {
    days(state, now, rules).map_or_else(|| state.business_day(state.clock(now)), |(_, opened)| opened)
}

/// The day that ends and the one that begins, when it is time.
fn days(state: &State, now: Timestamp, rules: &Rules) -> Option<(BusinessDay, BusinessDay)> {
    let closed = state.day()?;
    let opened = BusinessDay::at(state.clock(now), rules.cut_over);
    (opened > closed).then_some((closed, opened))
}

/// Ends the day if it is over. Whoever comes second finds that it is not: the new day has begun.
pub(super) fn cut_over(state: &mut State, now: Timestamp, rules: &Rules) -> Result<Step, BrokenLog> {
    let Some((closed, opened)) = days(state, now, rules) else { return Ok(Step { row: None, reply: Reply::CutOver }) };
    let event = Event::CutOver(Arc::new(CutOver { closed, opened, statements: state.statements() }));
    let sequence = state.sequence() + 1;
    let row = EventRow { sequence, recorded: now, participant: ClearingCode::SWITCH, actor: SWITCH.to_owned(), event };
    record(state, Row::Event(row), Reply::CutOver)
}
