//! The clearing path: what a payment is, how it moves through its states, and what that does to positions.
//!
//! All of it is pure: [`settle::apply`] decides one command in a [`State`], at a moment it is told, and the
//! state moves only by folding [`Row`]s of the log. The switch (`crate::Switch`) gives it commands in one
//! order, makes the rows durable and replies afterwards.

mod business_day;
mod canonical;
pub mod chain;
mod checkpoint;
mod command;
pub mod cut_over;
mod fingerprint;
mod inbox;
mod limits;
pub(crate) mod liquidity;
mod obligation;
mod operate;
mod operation;
mod payment;
mod position;
mod posting;
mod proposal;
mod recall;
mod refusal;
mod reserve;
mod returns;
mod row;
mod search_key;
pub mod settle;
mod state;
pub mod timeout;
mod transfer;
mod turnover;

#[cfg(test)]
pub(crate) mod tests;

pub use business_day::{BusinessDay, CutOverTime, NotABusinessDay, NotACutOverTime};
pub use canonical::Digest;
#[cfg(test)]
pub(crate) use checkpoint::tests::key as test_checkpoint_key;
pub use checkpoint::{Checkpoint, CheckpointError, CheckpointJwk, CheckpointKey, CheckpointPublicKey};
pub use command::{Command, Reply, Rules, Step};
pub use cut_over::{ClosedDay, CutOver};
pub use fingerprint::{Fingerprint, fingerprint};
pub use inbox::{ForwardedPayment, ForwardedRecall, ForwardedReturn, Inbox, InboxItem, InboxMessage, LowLiquidity};
pub use limits::{Limits, Sent};
pub use liquidity::LiquidityTurn;
pub use obligation::{Obligation, Owed};
pub use operation::{Operation, Particulars};
pub use payment::{Ending, Payment, PaymentState};
pub use position::{Position, PositionBroken};
pub use posting::Posting;
pub use proposal::{
    Movement, NotAMovement, Proposal, ProposalDecision, ProposalState, ProposedMovement,
    VALID_FOR as PROPOSAL_VALID_FOR,
};
pub use recall::{Recall, RecallAnswer, RecallDecision, RecallRecord, RecallRefusal, RecallRequest};
pub use refusal::{AnswerRefusal, OperationRefusal, Refusal};
pub use returns::{PaymentReturn, ReturnDetail, ReturnRecord, ReturnRefusal};
pub(crate) use row::EventFields;
pub use row::{Duplicate, Event, EventRow, OutcomeRow, PaymentRow, Row};
pub(crate) use search_key::SearchKey;
pub use state::{BrokenLog, Certificate, State};
pub(crate) use state::{Mark, Parts};
pub use transfer::{Answer, CreditTransfer, Status, StatusReport, Subject, Verdict};
pub use turnover::{Entry, Statement, Total, Turnover};
