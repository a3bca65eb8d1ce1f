//! Infraction reports: a bank tells another that an account of its customer was used for a fraud, and the other looks
//! into it. What both agree on counts against the proxy, the owner and the account.

use serde::{Deserialize, Serialize};

store::identifier! {
    /// One infraction report.
    pub struct InfractionId;
}

/// How far a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InfractionState {
    /// The other bank has been told.
    Open,
    /// It has seen it and looks into it.
    Acknowledged,
    /// It agrees: the fraud counts.
    Agreed,
    /// It disagrees.
    Disagreed,
    /// The reporter took it back.
    Cancelled,
}

impl InfractionState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Open, Self::Acknowledged, Self::Agreed, Self::Disagreed, Self::Cancelled];

    /// The number in the database. One once given stays.
    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::Open => 1,
            Self::Acknowledged => 2,
            Self::Agreed => 3,
            Self::Disagreed => 4,
            Self::Cancelled => 5,
        }
    }

    pub(crate) fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}

/// Whose step it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InfractionParty {
    /// Who reported it.
    Reporter,
    /// Whose customer it is about.
    Reported,
}

/// A step of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InfractionStep {
    /// The report was seen.
    Acknowledge,
    /// It is so.
    Agree,
    /// It is not so.
    Disagree,
    /// It is taken back.
    Cancel,
}

impl InfractionStep {
    /// Every step.
    pub const ALL: [Self; 4] = [Self::Acknowledge, Self::Agree, Self::Disagree, Self::Cancel];
}

/// Why a step is not taken, by descending precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum InfractionRefusal {
    /// The report is closed.
    #[error("the report is closed")]
    Closed,
    /// The step is the other side's.
    #[error("this step is not yours to take")]
    NotYours,
}

impl InfractionState {
    /// The state after a step; the same step again changes nothing.
    ///
    /// # Errors
    /// The first [`InfractionRefusal`] that applies.
    pub fn take(self, step: InfractionStep, by: InfractionParty) -> Result<Self, InfractionRefusal> {
        let (whose, then) = match step {
            InfractionStep::Acknowledge => (InfractionParty::Reported, Self::Acknowledged),
            InfractionStep::Agree => (InfractionParty::Reported, Self::Agreed),
            InfractionStep::Disagree => (InfractionParty::Reported, Self::Disagreed),
            InfractionStep::Cancel => (InfractionParty::Reporter, Self::Cancelled),
        };
        match self {
            Self::Open | Self::Acknowledged if by == whose => Ok(then),
            Self::Open | Self::Acknowledged => Err(InfractionRefusal::NotYours),
            Self::Agreed | Self::Disagreed | Self::Cancelled if self == then && by == whose => Ok(self),
            Self::Agreed | Self::Disagreed | Self::Cancelled => Err(InfractionRefusal::Closed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_every_report_is_as_it_should_be() {
        use InfractionParty::{Reported, Reporter};
        use InfractionState::{Acknowledged, Agreed, Cancelled, Disagreed, Open};
        use InfractionStep::{Acknowledge, Agree, Cancel, Disagree};
        let (closed, theirs) = (Err(InfractionRefusal::Closed), Err(InfractionRefusal::NotYours));
        for state in InfractionState::ALL {
            for step in InfractionStep::ALL {
                for by in [Reporter, Reported] {
                    let expected = match (state, step, by) {
                        (Open | Acknowledged, Cancel, Reporter) => Ok(Cancelled),
                        (Open | Acknowledged, Acknowledge, Reported) => Ok(Acknowledged),
                        (Open | Acknowledged, Agree, Reported) => Ok(Agreed),
                        (Open | Acknowledged, Disagree, Reported) => Ok(Disagreed),
                        (Open | Acknowledged, ..) => theirs,
                        (Agreed, Agree, Reported) | (Disagreed, Disagree, Reported) | (Cancelled, Cancel, Reporter) => {
                            Ok(state)
                        }
                        _ => closed,
                    };
                    assert_eq!(state.take(step, by), expected, "{state:?} {step:?} {by:?}");
                }
            }
        }
    }
}
