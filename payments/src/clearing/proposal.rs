//! Four eyes: money moves in or out of a position when one officer has proposed it and another has approved.
//!
//! A proposal and what became of it are events in the log. The key that its officer gave it makes a repetition
//! the same proposal; it can be approved for a day.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use store::Timestamp;

use super::command::{Reply, Step};
use super::operate::within_ceiling;
use super::operation::is_name;
use super::refusal::OperationRefusal;
use super::row::{Event, EventRow, Row};
use super::settle::record;
use super::state::{BrokenLog, State};
use crate::money::Amount;
use crate::participant::ClearingCode;

/// How long a proposal can be approved.
pub const VALID_FOR: Duration = Duration::from_hours(24);
/// The longest key, in bytes.
const LONGEST_KEY: usize = 64;

/// Which way the money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Movement {
    /// In: it arrived at the settlement institution.
    Funding,
    /// Out: it leaves the settlement institution.
    Withdrawal,
}

impl Movement {
    /// Its name for programs: `funding`, `withdrawal`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Funding => "funding",
            Self::Withdrawal => "withdrawal",
        }
    }
}

impl fmt::Display for Movement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text is neither `funding` nor `withdrawal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a movement is funding or withdrawal")]
pub struct NotAMovement;

impl FromStr for Movement {
    type Err = NotAMovement;
    fn from_str(name: &str) -> Result<Self, NotAMovement> {
        [Self::Funding, Self::Withdrawal].into_iter().find(|one| one.name() == name).ok_or(NotAMovement)
    }
}

/// Money that somebody proposed to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The sequence number of its event.
    pub id: i64,
    /// Whose position.
    pub participant: ClearingCode,
    /// In or out.
    pub movement: Movement,
    /// How much.
    pub amount: Amount,
    /// What tells a repetition from another proposal for the same participant.
    pub key: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed: Timestamp,
    /// From when it can no longer be approved.
    pub expires: Timestamp,
    /// What was decided, once it was.
    pub decision: Option<ProposalDecision>,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalDecision {
    /// Approved, so the money moved; or refused.
    pub approved: bool,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// How a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalState {
    /// It waits for another officer.
    Pending,
    /// The money has moved.
    Approved,
    /// Somebody decided against it; this may be who proposed it.
    Refused,
    /// Nobody decided in time.
    Expired,
}

impl ProposalState {
    /// Its name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }
}

impl Proposal {
    /// How it stands at `now`.
    pub fn state(&self, now: Timestamp) -> ProposalState {
        match &self.decision {
            Some(decision) if decision.approved => ProposalState::Approved,
            Some(_) => ProposalState::Refused,
            None if self.expires <= now => ProposalState::Expired,
            None => ProposalState::Pending,
        }
    }
}

/// What an officer asks to be moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedMovement {
    /// Whose position.
    pub participant: ClearingCode,
    /// In or out.
    pub movement: Movement,
    /// How much.
    pub amount: Amount,
    /// Chosen by whoever proposes, at most 64 characters: the same key for the same participant is the same
    /// proposal.
    pub key: String,
}

/// Records a proposal, and says under which number it stands.
pub(super) fn propose(
    state: &mut State,
    officer: &str,
    wanted: &ProposedMovement,
    now: Timestamp,
) -> Result<Step, BrokenLog> {
    let same_key = |known: &&Proposal| known.participant == wanted.participant && known.key == wanted.key;
    let known = state.proposals().find(same_key);
    let judged = match known {
        Some(known) if (known.movement, known.amount) == (wanted.movement, wanted.amount) => Ok(Some(known.id)),
        Some(_) => Err(OperationRefusal::KeyReused),
        None => may_be_proposed(state, officer, wanted).map(|()| None),
    };
    match judged {
        Err(refusal) => Ok(Step { row: None, reply: Reply::Operated(Err(refusal)) }),
        Ok(Some(id)) => Ok(Step { row: None, reply: Reply::Operated(Ok(id)) }),
        Ok(None) => {
            let ProposedMovement { movement, amount, ref key, .. } = *wanted;
            let event = Event::Proposed { movement, amount, key: key.clone(), expires: now + VALID_FOR };
            act(state, officer, wanted.participant, event, now)
        }
    }
}

fn may_be_proposed(state: &State, officer: &str, wanted: &ProposedMovement) -> Result<(), OperationRefusal> {
    let key = &wanted.key;
    let is_key = !key.is_empty() && key.len() <= LONGEST_KEY && key.bytes().all(|b| b.is_ascii_graphic());
    if !is_name(officer) || !is_key {
        return Err(OperationRefusal::Malformed);
    }
    state.participant(wanted.participant).ok_or(OperationRefusal::UnknownParticipant)?;
    can_move(state, wanted.participant, wanted.movement, wanted.amount, false)
}

/// Whether the books allow the movement. What is available may still come until a withdrawal is approved.
fn can_move(
    state: &State,
    participant: ClearingCode,
    movement: Movement,
    amount: Amount,
    is_now: bool,
) -> Result<(), OperationRefusal> {
    match movement {
        Movement::Funding => within_ceiling(state, amount.currency(), amount.minor().into()),
        Movement::Withdrawal
            if is_now && amount.minor() > state.position(participant, amount.currency()).available() =>
        {
            Err(OperationRefusal::InsufficientLiquidity)
        }
        Movement::Withdrawal => Ok(()),
    }
}

/// Approves or refuses a proposal. The same decision again changes nothing.
pub(super) fn decide(
    state: &mut State,
    officer: &str,
    id: i64,
    approve: bool,
    now: Timestamp,
) -> Result<Step, BrokenLog> {
    match judge(state, officer, id, approve, now) {
        Err(refusal) => Ok(Step { row: None, reply: Reply::Operated(Err(refusal)) }),
        Ok(None) => Ok(Step { row: None, reply: Reply::Operated(Ok(state.sequence())) }),
        Ok(Some((participant, event))) => act(state, officer, participant, event, now),
    }
}

/// The event that follows; none when it was decided so before.
fn judge(
    state: &State,
    officer: &str,
    id: i64,
    approve: bool,
    now: Timestamp,
) -> Result<Option<(ClearingCode, Event)>, OperationRefusal> {
    if !is_name(officer) {
        return Err(OperationRefusal::Malformed);
    }
    let proposal = state.proposal(id).ok_or(OperationRefusal::UnknownProposal)?;
    match &proposal.decision {
        Some(decision) if decision.approved == approve && decision.by == officer => return Ok(None),
        Some(_) => return Err(OperationRefusal::ProposalDecided),
        None => {}
    }
    let Proposal { participant, movement, amount, .. } = *proposal;
    if !approve {
        return Ok(Some((participant, Event::ProposalRefused { proposal: id })));
    }
    if proposal.proposed_by == officer {
        return Err(OperationRefusal::OwnProposal);
    }
    if proposal.state(now) == ProposalState::Expired {
        return Err(OperationRefusal::ProposalExpired);
    }
    can_move(state, participant, movement, amount, true)?;
    Ok(Some((participant, Event::Moved { movement, amount, proposal: Some(id) })))
}

fn act(
    state: &mut State,
    officer: &str,
    participant: ClearingCode,
    event: Event,
    now: Timestamp,
) -> Result<Step, BrokenLog> {
    let sequence = state.sequence() + 1;
    let row = EventRow { sequence, recorded: now, participant, actor: officer.to_owned(), event };
    record(state, Row::Event(row), Reply::Operated(Ok(sequence)))
}
