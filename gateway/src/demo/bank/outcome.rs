//! What a bank concludes from the switch's answer, or from its absence.

use payments::clearing::{Status, StatusReport};
use payments::iso20022::ReasonCode;
use reqwest::StatusCode;

use super::client::ClientError;
use super::ledger::Outcome;
use super::payment::Uetr;

/// `AM05`: the switch knows another payment under this id.
const DUPLICATE: ReasonCode = ReasonCode::literal("AM05");
/// `MS03`: refused by the agent without a reason of its own.
const NO_REASON: ReasonCode = ReasonCode::literal("MS03");

/// What is known of a payment after it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// How it ended.
    Final(Outcome),
    /// The switch has it; the inbox will say how it ended.
    UnderWay,
    /// The switch may have it or not: the money stays set aside, and the same message is sent again.
    InDoubt,
}

/// Whether the message may have reached the switch before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Never sent before.
    First,
    /// Sent before, without an answer.
    Again,
}

/// The outcome that a status tells; `None` while there is none.
pub const fn outcome(status: Status) -> Option<Outcome> {
    match status {
        Status::InProcess => None,
        Status::Settled | Status::Credited | Status::Blocked => Some(Outcome::Settled),
        Status::Rejected(reason) => Some(Outcome::Rejected(reason)),
    }
}

/// What the answer to a payment message says of that payment. When in doubt, it says so: money that may have
/// been paid is never given back.
pub fn judge(uetr: Uetr, attempt: Attempt, answer: &Result<Vec<StatusReport>, ClientError>) -> Known {
    match answer {
        Ok(reports) => match reports.iter().find(|report| report.original_uetr == *uetr.as_uuid()) {
            // Our ids are random: this cannot be, and it says nothing of the payment that we made.
            Some(StatusReport { status: Status::Rejected(DUPLICATE), .. }) if attempt == Attempt::Again => {
                Known::InDoubt
            }
            Some(report) => outcome(report.status).map_or(Known::UnderWay, Known::Final),
            None => Known::InDoubt,
        },
        Err(ClientError::Refused(call)) if attempt == Attempt::First && is_final(call.status) => {
            Known::Final(Outcome::Rejected(call.reason.unwrap_or(NO_REASON)))
        }
        Err(_) => Known::InDoubt,
    }
}

/// Whether a refusal says that nothing was taken and that the same message will never be.
fn is_final(status: StatusCode) -> bool {
    let passing = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
    status.is_client_error() && !passing.contains(&status)
}

#[cfg(test)]
mod tests {
    use payments::clearing::Subject;
    use store::Timestamp;

    use super::*;
    use crate::demo::bank::client::RefusedCall;

    const REASON: ReasonCode = ReasonCode::literal("AC04");

    fn uetr() -> Uetr {
        Uetr::random([7; 16])
    }

    fn report(status: Status) -> StatusReport {
        StatusReport {
            sequence: 1,
            recorded: Timestamp::from_seconds(1),
            subject: Subject::Transfer,
            original_end_to_end_id: "e".to_owned(),
            original_transaction_id: "t".to_owned(),
            original_uetr: *uetr().as_uuid(),
            status,
            accepted: Timestamp::from_seconds(1),
            debtor_agent: "012".parse().unwrap(),
            creditor_agent: "027".parse().unwrap(),
        }
    }

    fn refused(status: StatusCode, reason: Option<ReasonCode>) -> Result<Vec<StatusReport>, ClientError> {
        Err(ClientError::Refused(Box::new(RefusedCall { status, detail: String::new(), reason })))
    }

    #[test]
    fn the_switchs_word_is_final() {
        for attempt in [Attempt::First, Attempt::Again] {
            for (status, known) in [
                (Status::Settled, Known::Final(Outcome::Settled)),
                (Status::Rejected(REASON), Known::Final(Outcome::Rejected(REASON))),
                (Status::InProcess, Known::UnderWay),
            ] {
                assert_eq!(judge(uetr(), attempt, &Ok(vec![report(status)])), known);
            }
        }
    }

    #[test]
    fn the_word_on_another_payment_says_nothing() {
        let other = StatusReport { original_uetr: uuid::Uuid::from_u128(9), ..report(Status::Rejected(REASON)) };
        assert_eq!(judge(uetr(), Attempt::First, &Ok(vec![other])), Known::InDoubt);
        assert_eq!(judge(uetr(), Attempt::First, &Ok(Vec::new())), Known::InDoubt);
    }

    #[test]
    fn a_refused_first_message_was_not_taken() {
        let taken = judge(uetr(), Attempt::First, &refused(StatusCode::FORBIDDEN, Some(REASON)));
        assert_eq!(taken, Known::Final(Outcome::Rejected(REASON)));
        let taken = judge(uetr(), Attempt::First, &refused(StatusCode::BAD_REQUEST, None));
        assert_eq!(taken, Known::Final(Outcome::Rejected(NO_REASON)));
    }

    #[test]
    fn a_refused_repetition_says_nothing_of_the_first_message() {
        for status in [StatusCode::FORBIDDEN, StatusCode::BAD_REQUEST] {
            assert_eq!(judge(uetr(), Attempt::Again, &refused(status, Some(REASON))), Known::InDoubt);
        }
        let duplicate = Ok(vec![report(Status::Rejected(DUPLICATE))]);
        assert_eq!(judge(uetr(), Attempt::Again, &duplicate), Known::InDoubt);
    }

    #[test]
    fn a_busy_or_silent_switch_leaves_the_payment_in_doubt() {
        for status in [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS, StatusCode::BAD_GATEWAY] {
            assert_eq!(judge(uetr(), Attempt::First, &refused(status, None)), Known::InDoubt, "{status}");
        }
        let unreadable = Err(ClientError::Unreadable(String::new()));
        assert_eq!(judge(uetr(), Attempt::First, &unreadable), Known::InDoubt);
    }
}
