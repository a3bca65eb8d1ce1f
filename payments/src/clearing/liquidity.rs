//! Low liquidity: a participant is told once when it has less at its disposal than its threshold, and again only
//! after it had more. Both turns are events in the log, so every gateway knows who has been told.

use store::Timestamp;

use super::command::{Command, Reply, Step};
use super::row::{Event, EventRow, Row};
use super::settle::record;
use super::state::{BrokenLog, State};
use crate::money::Currency;
use crate::participant::ClearingCode;

/// Who does what nobody asked for, in the log.
pub(crate) const SWITCH: &str = "the switch";

/// Which way a position has crossed its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiquidityTurn {
    /// In which currency.
    pub currency: Currency,
    /// Below it, or at least at it again.
    pub is_low: bool,
    /// What was at the participant's disposal then, in minor units.
    pub available: i64,
}

/// The positions that have crossed their threshold since the log said so last.
pub(crate) fn due(state: &State) -> impl Iterator<Item = Command> {
    state
        .positions()
        .filter(|(.., position)| position.is_low != position.is_below_threshold())
        .map(|(participant, currency, _)| Command::WatchLiquidity { participant, currency })
}

/// Records the turn, if there still is one: another gateway may have seen it first.
pub(super) fn watch(
    state: &mut State,
    participant: ClearingCode,
    currency: Currency,
    now: Timestamp,
) -> Result<Step, BrokenLog> {
    let position = state.position(participant, currency);
    let is_low = position.is_below_threshold();
    if is_low == position.is_low {
        return Ok(Step { row: None, reply: Reply::TimedOut });
    }
    let turn = LiquidityTurn { currency, is_low, available: position.available() };
    let row = EventRow {
        sequence: state.sequence() + 1,
        recorded: now,
        participant,
        actor: SWITCH.to_owned(),
        event: Event::Liquidity(turn),
    };
    record(state, Row::Event(row), Reply::TimedOut)
}
