//! The clearing path: what a payment is, how it moves through its states, and what that does to positions.

mod payment;

pub use payment::{Answer, CreditTransfer, Status, StatusReport, Verdict};
