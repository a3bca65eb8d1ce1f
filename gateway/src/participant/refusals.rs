//! How the refusals of `payments` read to a participant or an operator.

use std::time::Duration;

use actix_web::http::StatusCode;
use payments::clearing::{AnswerRefusal, OperationRefusal};
use payments::directory::{
    AlertRefusal, ClaimKind, ClaimRefusal, DirectoryError, InfractionRefusal, NoClaim, NotRegistered, TooManyCodes,
};
use payments::iso20022::MessageError;
use payments::merchant::{MerchantError, MerchantRefusal};
use payments::presented_code::NotPresentable;
use payments::{OperationError, RequestError, SubmitError};

use crate::clock;
use crate::error::Problem;

/// Seconds after which it is worth trying again when the switch cannot be reached.
const RETRY_AFTER: u32 = 2;

impl From<MessageError> for Problem {
    /// 400, naming the element; what the element holds is never quoted.
    fn from(error: MessageError) -> Self {
        let problem = Self::bad_request(error.to_string()).reason(error.reason());
        if error.path().is_empty() { problem } else { problem.field(error.path()) }
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        let detail = error.to_string();
        match error {
            // Whole seconds, and never "at once".
            SubmitError::Busy { retry_after } => {
                Self::unavailable(detail, u32::try_from(retry_after.as_secs()).unwrap_or(u32::MAX).max(1))
            }
            SubmitError::NotDebtorAgent { index } => {
                Self::forbidden(detail).field(format!("FIToFICstmrCdtTrf/CdtTrfTxInf[{}]/DbtrAgt", index + 1))
            }
            SubmitError::Unavailable => Self::unavailable(detail, RETRY_AFTER),
        }
    }
}

impl From<payments::Error> for Problem {
    fn from(error: payments::Error) -> Self {
        match error {
            payments::Error::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}

/// Rounded up: whoever waits so long need not wait again.
fn whole_seconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX).max(1)
}

/// An answer that is not taken; `index` is its place in the message, counted from 0.
pub(super) fn answer_refused(index: usize, refusal: AnswerRefusal) -> Problem {
    let element = match refusal {
        AnswerRefusal::AnswererBlocked | AnswerRefusal::UnknownPayment => "OrgnlUETR",
        AnswerRefusal::OtherTransaction => "OrgnlTxId",
        AnswerRefusal::NotSettled => "TxSts",
    };
    let detail = format!("{refusal}; the other answers of this message were taken");
    let (status, kind, title) = match refusal {
        AnswerRefusal::AnswererBlocked => (StatusCode::FORBIDDEN, "forbidden", "Not allowed"),
        AnswerRefusal::UnknownPayment | AnswerRefusal::OtherTransaction => {
            (StatusCode::NOT_FOUND, "unknown-payment", "There is no such payment to answer")
        }
        AnswerRefusal::NotSettled => (StatusCode::CONFLICT, "not-settled", "The payment has not settled yet"),
    };
    Problem::new(status, kind, title, detail)
        .field(format!("FIToFIPmtStsRpt/TxInfAndSts[{}]/{element}", index + 1))
        .reason(refusal.reason())
}

impl From<DirectoryError> for Problem {
    fn from(error: DirectoryError) -> Self {
        let detail = error.to_string();
        match error {
            DirectoryError::Unknown => Self::not_found(detail).reason("BE23"),
            DirectoryError::NotFound => Self::not_found(detail),
            DirectoryError::NotIssued => Self::forbidden(detail).field("proxy"),
            DirectoryError::NotItsHolder(_) => Self::forbidden(detail).field("owner"),
            DirectoryError::InstitutionsOnly(_) => Self::forbidden(detail).field("payer.kind").reason("AG01"),
            DirectoryError::Busy | DirectoryError::Stopped => Self::unavailable(detail, 1),
            DirectoryError::TooMany { retry_after } => {
                let mut problem = Self::from_status(StatusCode::TOO_MANY_REQUESTS);
                problem.detail = detail;
                problem.retry_after = Some(whole_seconds(retry_after));
                problem
            }
            DirectoryError::NotRegistered(NotRegistered::Locked) | DirectoryError::NoClaim(NoClaim::Locked) => {
                Self::new(StatusCode::CONFLICT, "locked", "A claim on this proxy is open", detail)
            }
            DirectoryError::NotRegistered(NotRegistered::ClaimNeeded(kind)) => {
                let kind = match kind {
                    ClaimKind::Ownership => "ownership-claim-needed",
                    ClaimKind::Portability => "portability-claim-needed",
                };
                Self::new(StatusCode::CONFLICT, kind, "This proxy must be claimed", detail)
            }
            DirectoryError::NoClaim(_) => {
                Self::new(StatusCode::CONFLICT, "no-claim", "There is nothing to claim", detail)
            }
            DirectoryError::Claim(ClaimRefusal::NotYours) | DirectoryError::Infraction(InfractionRefusal::NotYours) => {
                Self::forbidden(detail)
            }
            DirectoryError::Claim(_) => {
                Self::new(StatusCode::CONFLICT, "claim-state", "The claim does not take this", detail)
            }
            DirectoryError::Alert(AlertRefusal::OnlyPoliceRefuse) => Self::forbidden(detail).field("effect"),
            DirectoryError::Alert(AlertRefusal::Ended | AlertRefusal::TooLong) => {
                Self::bad_request(detail).field("expires")
            }
            DirectoryError::Infraction(InfractionRefusal::Closed) => {
                Self::new(StatusCode::CONFLICT, "report-closed", "The report is closed", detail)
            }
            DirectoryError::NothingToProve => {
                Self::new(StatusCode::CONFLICT, "nothing-to-prove", "No code can be sent", detail)
            }
            DirectoryError::TooManyCodes(TooManyCodes { until }) => {
                let mut problem = Self::from_status(StatusCode::TOO_MANY_REQUESTS);
                problem.detail = detail;
                problem.retry_after = Some(whole_seconds(until.since(clock::now())));
                problem
            }
            DirectoryError::Store(error) => error.into(),
            DirectoryError::Sealed(_) | DirectoryError::Randomness(_) => Self::internal(&detail),
        }
    }
}

impl From<MerchantError> for Problem {
    fn from(error: MerchantError) -> Self {
        match error {
            MerchantError::Refused(refusal) => refusal.into(),
            MerchantError::Directory(error) => error.into(),
            MerchantError::Log(error) => error.into(),
            MerchantError::Store(error) => error.into(),
            MerchantError::Damaged(_) | MerchantError::Requests(_) | MerchantError::Randomness(_) => {
                Self::internal(&error)
            }
        }
    }
}

impl From<MerchantRefusal> for Problem {
    fn from(refusal: MerchantRefusal) -> Self {
        let detail = refusal.to_string();
        let problem = match refusal {
            MerchantRefusal::Unknown
            | MerchantRefusal::UnknownTill
            | MerchantRefusal::UnknownMember
            | MerchantRefusal::UnknownReceipt
            | MerchantRefusal::UnknownDelivery
            | MerchantRefusal::UnknownProgram
            | MerchantRefusal::UnknownRefund => Self::not_found(detail),
            MerchantRefusal::FpsIdUnknown
            | MerchantRefusal::TooManyTills
            | MerchantRefusal::TooManyReturnAddresses
            | MerchantRefusal::UnknownReturnAddress => Self::bad_request(detail),
            MerchantRefusal::NotInThisRole | MerchantRefusal::LastOwner | MerchantRefusal::TooManyPrograms => {
                Self::forbidden(detail)
            }
            MerchantRefusal::RequestUsed => {
                Self::new(StatusCode::CONFLICT, "request-used", "This request was another one before", detail)
            }
            MerchantRefusal::FpsIdTaken => {
                Self::new(StatusCode::CONFLICT, "fps-id-taken", "Another merchant has this FPS ID", detail)
            }
            MerchantRefusal::Closed => Self::new(StatusCode::CONFLICT, "closed", "The merchant is closed", detail),
            MerchantRefusal::InvitationOver => {
                Self::new(StatusCode::GONE, "invitation-over", "The invitation is over", detail)
            }
            MerchantRefusal::MoreThanReceived => {
                Self::new(StatusCode::CONFLICT, "more-than-received", "More than was received", detail)
            }
            MerchantRefusal::RefundOver => Self::new(StatusCode::CONFLICT, "refund-over", "The refund is over", detail),
        };
        match refusal.field() {
            Some(field) => problem.field(field),
            None => problem,
        }
    }
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        let detail = error.to_string();
        match error {
            RequestError::Invalid(wrong) => Self::bad_request(detail).field(wrong.field),
            RequestError::NotFound => Self::not_found(detail).reason("IRNR"),
            RequestError::NotPresentable(NotPresentable::Unknown) => Self::not_found(detail),
            RequestError::NotPresentable(_) => {
                Self::new(StatusCode::CONFLICT, "not-presentable", "Nothing can be asked by this code", detail)
            }
            RequestError::Refused(refusal) => {
                Self::new(StatusCode::CONFLICT, "request-state", "The request to pay does not take this", detail)
                    .reason(refusal.reason())
            }
            RequestError::ReferenceUsed => {
                Self::new(StatusCode::CONFLICT, "reference-used", "This reference was used before", detail)
                    .field("reference")
            }
            RequestError::Failed(failed) => failed.into(),
            other => Self::internal(&other),
        }
    }
}

impl From<OperationError> for Problem {
    fn from(error: OperationError) -> Self {
        let detail = error.to_string();
        match error {
            OperationError::Refused(OperationRefusal::UnknownParticipant | OperationRefusal::UnknownProposal) => {
                Self::not_found(detail)
            }
            OperationError::Refused(OperationRefusal::OwnProposal) => Self::forbidden(detail),
            OperationError::Refused(_) => {
                Self::new(StatusCode::CONFLICT, "refused", "The rules are against it", detail)
            }
            OperationError::Busy | OperationError::Unavailable => Self::unavailable(detail, RETRY_AFTER),
        }
    }
}
