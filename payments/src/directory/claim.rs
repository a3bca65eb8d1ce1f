//! Claims: how a proxy that is registered elsewhere changes hands.
//!
//! A new owner of a number **claims ownership** against the old one; an owner who takes an FPS ID along to another bank
//! **claims portability** against the bank that has it. The claimant's bank opens the claim and waits for the donor, the
//! bank that has the proxy. While a claim is open the entries of the proxy can be paid and not be changed. At its
//! deadline an ownership claim completes, if its owner has proven possession, because an old owner who is gone answers
//! nothing; a portability claim is cancelled, because its owner can still ask the old bank.
//!
//! [`Claim::take`] is the whole machine. Its table is in `docs/directory.md`, and a test walks every state and step.

use std::time::Duration;

use serde::Serialize;
use store::Timestamp;

store::identifier! {
    /// One claim.
    pub struct ClaimId;
}

/// How long a claim is open at the most, unless the configuration says otherwise.
pub(super) const TIME_TO_RESOLVE: Duration = Duration::from_hours(7 * 24);

/// What is claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClaimKind {
    /// The proxy has another owner now.
    Ownership,
    /// The owner moves the proxy to another bank.
    Portability,
}

/// How far a claim is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimState {
    /// The donor has been told.
    Open,
    /// The donor has seen it and asks its customer.
    WaitingResolution,
    /// The donor lets go; the claimant may complete.
    Confirmed,
    /// The proxy is the claimant's.
    Completed,
    /// Everything stays as it was.
    Cancelled,
}

impl ClaimState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Open, Self::WaitingResolution, Self::Confirmed, Self::Completed, Self::Cancelled];

    /// The number in the database: the open ones come first.
    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::Open => 1,
            Self::WaitingResolution => 2,
            Self::Confirmed => 3,
            Self::Completed => 4,
            Self::Cancelled => 5,
        }
    }

    /// Reads [`Self::number`] back.
    pub(crate) fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }

    /// Whether it can still change.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::WaitingResolution | Self::Confirmed)
    }
}

/// Who takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimParty {
    /// The bank that wants the proxy.
    Claimant,
    /// The bank that has it.
    Donor,
    /// Nobody: time has passed.
    Time,
}

/// Why a claim is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The claimant's customer wants it no more.
    Withdrawn,
    /// The donor's customer has proven possession again.
    OwnerProvedAgain,
    /// The donor's customer did not ask to move.
    OwnerObjects,
    /// The donor suspects fraud.
    Fraud,
    /// The deadline passed.
    Expired,
}

impl CancelReason {
    /// Every reason.
    pub const ALL: [Self; 5] =
        [Self::Withdrawn, Self::OwnerProvedAgain, Self::OwnerObjects, Self::Fraud, Self::Expired];
}

/// A step of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimStep {
    /// The donor has seen it.
    Acknowledge,
    /// This side's customer has proven possession of the number or address.
    Prove,
    /// The donor lets go.
    Confirm,
    /// Everything shall stay as it was.
    Cancel(CancelReason),
    /// The claimant takes the proxy.
    Complete,
    /// The deadline has come.
    Deadline,
}

/// Where a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Claim {
    /// What is claimed.
    pub kind: ClaimKind,
    /// How far it is.
    pub state: ClaimState,
    /// Whether the claimant's customer has proven possession.
    pub claimant_proved: bool,
    /// Whether the donor's customer has proven possession since the claim was opened.
    pub donor_proved: bool,
    /// Why it was cancelled.
    pub cancelled: Option<CancelReason>,
    /// When it is decided at the latest.
    pub deadline: Timestamp,
}

/// Why a step is not taken, by descending precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum ClaimRefusal {
    /// The claim is decided.
    #[error("the claim is closed")]
    Closed,
    /// The step is the other side's, or is no step of such a claim.
    #[error("this step is not yours to take")]
    NotYours,
    /// The deadline has passed: the claim is being decided.
    #[error("the deadline has passed")]
    TooLate,
    /// The deadline has not come yet.
    #[error("the deadline has not come yet")]
    TooEarly,
    /// The donor has not let go yet, or has already.
    #[error("the claim is not in a state for this")]
    State,
    /// Possession has not been proven since the claim was opened.
    #[error("possession of the number or address has not been proven")]
    NotProven,
}

impl Claim {
    /// A new claim, to be decided within `time`. `proven` says that the claimant's customer has proven possession already.
    pub fn open(kind: ClaimKind, proven: bool, time: Duration, now: Timestamp) -> Self {
        Self {
            kind,
            state: ClaimState::Open,
            claimant_proved: proven,
            donor_proved: false,
            cancelled: None,
            deadline: now + time,
        }
    }

    /// Takes a step, or says why not. A step that has been taken already changes nothing.
    ///
    /// # Errors
    /// The first [`ClaimRefusal`] that applies.
    pub fn take(self, step: ClaimStep, by: ClaimParty, now: Timestamp) -> Result<Self, ClaimRefusal> {
        if !self.state.is_open() {
            return self.repeated(step);
        }
        if !self.is_of(step, by) {
            return Err(ClaimRefusal::NotYours);
        }
        match (step == ClaimStep::Deadline, now >= self.deadline) {
            (true, false) => return Err(ClaimRefusal::TooEarly),
            (false, true) => return Err(ClaimRefusal::TooLate),
            (true, true) | (false, false) => {}
        }
        let confirmed = self.state == ClaimState::Confirmed;
        let may_complete = self.kind == ClaimKind::Portability || self.claimant_proved;
        match step {
            ClaimStep::Acknowledge if self.state == ClaimState::Open => {
                Ok(self.in_state(ClaimState::WaitingResolution))
            }
            ClaimStep::Acknowledge => Ok(self),
            ClaimStep::Prove if by == ClaimParty::Claimant => Ok(Self { claimant_proved: true, ..self }),
            ClaimStep::Prove => Ok(Self { donor_proved: true, ..self }),
            ClaimStep::Confirm => Ok(self.in_state(ClaimState::Confirmed)),
            ClaimStep::Cancel(CancelReason::OwnerProvedAgain | CancelReason::OwnerObjects) if confirmed => {
                Err(ClaimRefusal::State)
            }
            ClaimStep::Cancel(CancelReason::OwnerProvedAgain) if !self.donor_proved => Err(ClaimRefusal::NotProven),
            ClaimStep::Cancel(reason) => Ok(self.cancelled_for(reason)),
            ClaimStep::Complete if !confirmed => Err(ClaimRefusal::State),
            ClaimStep::Complete if !may_complete => Err(ClaimRefusal::NotProven),
            ClaimStep::Complete => Ok(self.in_state(ClaimState::Completed)),
            ClaimStep::Deadline if self.kind == ClaimKind::Ownership && self.claimant_proved => {
                Ok(self.in_state(ClaimState::Completed))
            }
            ClaimStep::Deadline => Ok(self.cancelled_for(CancelReason::Expired)),
        }
    }

    /// Whether the step is this side's, in a claim of this kind.
    fn is_of(self, step: ClaimStep, by: ClaimParty) -> bool {
        let ownership = self.kind == ClaimKind::Ownership;
        match step {
            ClaimStep::Acknowledge | ClaimStep::Confirm | ClaimStep::Cancel(CancelReason::Fraud) => {
                by == ClaimParty::Donor
            }
            ClaimStep::Cancel(CancelReason::OwnerProvedAgain) => by == ClaimParty::Donor && ownership,
            ClaimStep::Cancel(CancelReason::OwnerObjects) => by == ClaimParty::Donor && !ownership,
            ClaimStep::Prove => by != ClaimParty::Time && ownership,
            ClaimStep::Complete | ClaimStep::Cancel(CancelReason::Withdrawn) => by == ClaimParty::Claimant,
            ClaimStep::Deadline => by == ClaimParty::Time,
            ClaimStep::Cancel(CancelReason::Expired) => false,
        }
    }

    /// What closed a claim may be said again.
    fn repeated(self, step: ClaimStep) -> Result<Self, ClaimRefusal> {
        let again = match (self.state, step) {
            (ClaimState::Completed, ClaimStep::Complete) => true,
            (ClaimState::Cancelled, ClaimStep::Cancel(reason)) => self.cancelled == Some(reason),
            _ => false,
        };
        if again { Ok(self) } else { Err(ClaimRefusal::Closed) }
    }

    fn in_state(self, state: ClaimState) -> Self {
        Self { state, ..self }
    }

    fn cancelled_for(self, reason: CancelReason) -> Self {
        Self { state: ClaimState::Cancelled, cancelled: Some(reason), ..self }
    }
}

#[cfg(test)]
mod tests;
