//! The thin, impure side: handles, the database, threads and randomness.
//!
//! The log (`payment`, `outcome`, `event` under one head) is the truth. [`Switch`] is the handle; behind it one
//! sequencer decides commands in order and makes them durable in batches.

mod after_settlement;
mod ahead;
pub mod archive;
mod arrays;
mod asked;
pub mod audit;
mod checkpoint;
mod closed_days;
mod columns;
mod commit;
mod committer;
mod copy;
mod days;
pub(crate) mod directory;
mod due;
mod entries;
mod filter;
mod history;
mod ids;
mod inbox;
mod inbox_events;
mod keys;
mod log;
mod memory;
pub(crate) mod merchant;
mod metrics;
mod obligations;
mod operators;
mod presence;
mod projection;
mod projector;
mod proposals;
mod queue;
mod random;
mod recall;
mod recent;
mod request_to_pay;
mod schema;
mod sequencer;
mod statistics;
mod switch;
#[cfg(test)]
mod tests;
mod trial_balance;
mod turnover;

pub use metrics::Metrics;
pub use operators::Operators;
pub use request_to_pay::{RequestError, RequestsToPay};
pub use statistics::Minute;
pub use switch::{AnswerReport, Clock, ReturnSubmission, Submission, Switch, SwitchSettings};
pub use trial_balance::TrialBalance;
