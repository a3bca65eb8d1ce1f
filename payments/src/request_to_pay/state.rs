//! How far a request to pay has come, and what brings it further.

use store::Timestamp;

use crate::iso20022::ReasonCode;

/// The states of a request. `docs/requests-to-pay.md` has the table of all steps, which a test compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestState {
    /// It can be paid, and nobody has said anything yet.
    Waiting,
    /// Its debtor has said that it will be paid.
    Accepted,
    /// A payment is under way that holds it: nobody else can pay it.
    Paying,
    /// A payment has settled it, with finality.
    Paid,
    /// Its debtor does not want to pay it.
    Refused,
    /// Its creditor took it back.
    Cancelled,
    /// Its time ran out.
    Expired,
}

impl RequestState {
    /// Every state, in the order of a request's life.
    pub const ALL: [Self; 7] =
        [Self::Waiting, Self::Accepted, Self::Paying, Self::Paid, Self::Refused, Self::Cancelled, Self::Expired];

    /// Whether it can never change again.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Paid | Self::Refused | Self::Cancelled | Self::Expired)
    }

    /// The word of the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Accepted => "accepted",
            Self::Paying => "paying",
            Self::Paid => "paid",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// The ISO 20022 external payment transaction status that says so in a pain.014.
    pub const fn status(self) -> &'static str {
        match self {
            Self::Waiting => "RCVD",
            Self::Accepted => "ACCP",
            Self::Paying => "ACSP",
            Self::Paid => "ACSC",
            Self::Refused | Self::Expired => "RJCT",
            Self::Cancelled => "CANC",
        }
    }

    /// The number by which the database knows it.
    pub(crate) const fn number(self) -> i16 {
        self as i16
    }

    /// Reads [`RequestState::number`] back.
    pub(crate) fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }

    /// Why nothing more can be done in this state.
    const fn refusal(self) -> Option<RequestRefusal> {
        match self {
            Self::Waiting | Self::Accepted => None,
            Self::Paying => Some(RequestRefusal::UnderWay),
            Self::Paid => Some(RequestRefusal::Paid),
            Self::Refused => Some(RequestRefusal::Refused),
            Self::Cancelled => Some(RequestRefusal::Cancelled),
            Self::Expired => Some(RequestRefusal::Expired),
        }
    }
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestStep {
    /// Its debtor's agent says that it will be paid.
    Accept,
    /// Its debtor's agent says that it will not be paid.
    Refuse,
    /// Its creditor's agent takes it back.
    Cancel,
    /// Its time has run out.
    Expire,
    /// A payment is reserved that carries its id.
    Hold,
    /// That payment was rejected or timed out.
    Free,
    /// That payment settled.
    Settle,
}

impl RequestStep {
    /// Every step.
    pub const ALL: [Self; 7] =
        [Self::Accept, Self::Refuse, Self::Cancel, Self::Expire, Self::Hold, Self::Free, Self::Settle];

    /// The state in which the step was taken already: the same again changes nothing and is no error.
    const fn leaves(self) -> Option<RequestState> {
        match self {
            Self::Accept => Some(RequestState::Accepted),
            Self::Refuse => Some(RequestState::Refused),
            Self::Cancel => Some(RequestState::Cancelled),
            Self::Expire => Some(RequestState::Expired),
            Self::Hold | Self::Free | Self::Settle => None,
        }
    }
}

/// Why a step is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum RequestRefusal {
    /// It has been paid.
    #[error("the request has been paid")]
    Paid,
    /// A payment is under way that holds it.
    #[error("the request is being paid")]
    UnderWay,
    /// Its creditor took it back.
    #[error("the request was cancelled")]
    Cancelled,
    /// Its debtor refused it.
    #[error("the request was refused")]
    Refused,
    /// Its time is over.
    #[error("the request has expired")]
    Expired,
    /// Its time is not over.
    #[error("the request has not expired")]
    NotExpired,
    /// No payment holds it.
    #[error("the request is not being paid")]
    NotHeld,
}

impl RequestRefusal {
    /// The ISO 20022 external status reason that says so.
    pub const fn reason(self) -> ReasonCode {
        ReasonCode::literal(match self {
            Self::Paid => "APAR",
            Self::UnderWay => "ALAC",
            Self::Cancelled => "DS02",
            Self::Refused => "ARFR",
            Self::Expired => "AEXR",
            Self::NotExpired | Self::NotHeld => "NARR",
        })
    }
}

/// Takes a step at `now` with a request whose time is over at `expires`.
pub fn step(
    state: RequestState,
    step: RequestStep,
    expires: Timestamp,
    now: Timestamp,
) -> Result<RequestState, RequestRefusal> {
    if step.leaves() == Some(state) {
        let late = state == RequestState::Accepted && now >= expires;
        return if late { Err(RequestRefusal::Expired) } else { Ok(state) };
    }
    // A payment that was under way in time ends as it ends.
    if let RequestStep::Free | RequestStep::Settle = step {
        return match (state, step) {
            (RequestState::Paying, RequestStep::Settle) => Ok(RequestState::Paid),
            (RequestState::Paying, _) => Ok(RequestState::Waiting),
            _ => Err(RequestRefusal::NotHeld),
        };
    }
    if let Some(refusal) = state.refusal() {
        return Err(refusal);
    }
    match step {
        RequestStep::Expire if now < expires => Err(RequestRefusal::NotExpired),
        RequestStep::Expire => Ok(RequestState::Expired),
        _ if now >= expires => Err(RequestRefusal::Expired),
        RequestStep::Accept => Ok(RequestState::Accepted),
        RequestStep::Refuse => Ok(RequestState::Refused),
        RequestStep::Cancel => Ok(RequestState::Cancelled),
        RequestStep::Hold => Ok(RequestState::Paying),
        RequestStep::Free | RequestStep::Settle => Err(RequestRefusal::NotHeld),
    }
}
