//! What an audit says.

use crate::clearing::{BusinessDay, Digest};
use crate::merchant::MerchantId;
use crate::money::Currency;
use crate::participant::{ClearingCode, Thumbprint};
use crate::request_to_pay::RequestId;

/// What the audit looked at and found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditReport {
    /// Batches whose hash was recomputed.
    pub batches: u64,
    /// Rows of payments.
    pub payments: u64,
    /// Rows of outcomes.
    pub outcomes: u64,
    /// Rows of events.
    pub events: u64,
    /// Positions that were recomputed.
    pub positions: u64,
    /// Business days whose statements were recomputed.
    pub days: u64,
    /// Checkpoints that were looked for.
    pub checkpoints: u64,
    /// The last row.
    pub sequence: i64,
    /// The hash of the last batch: what a signed statement of these books would carry.
    pub hash: Digest,
    /// Everything that is not as it must be, in the order of the log. Empty when the books are exact.
    pub differences: Vec<Difference>,
}

impl AuditReport {
    /// The first batch whose rows or links are not what was recorded, by its first and last row.
    pub fn first_batch(&self) -> Option<(i64, i64)> {
        let batch = |difference: &Difference| match difference {
            Difference::Batch { first, last, .. } => Some((*first, *last)),
            _ => None,
        };
        self.differences.iter().filter_map(batch).min()
    }

    /// The first row that is not what was recorded, or cannot be.
    pub fn first_row(&self) -> Option<i64> {
        let row = |difference: &Difference| match difference {
            Difference::Row { sequence, .. } => Some(*sequence),
            _ => None,
        };
        self.differences.iter().filter_map(row).min()
    }

    /// Whether the books are exact.
    pub fn is_exact(&self) -> bool {
        self.differences.is_empty()
    }
}

/// One thing that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// The rows of a batch, or the batch itself, are not what was recorded.
    #[error("batch of rows {first}..={last}: {why}")]
    Batch {
        /// Its first row.
        first: i64,
        /// Its last row.
        last: i64,
        /// What is wrong.
        why: &'static str,
    },
    /// A row is not what was recorded, or cannot be.
    #[error("row {sequence}: {why}")]
    Row {
        /// Its sequence number.
        sequence: i64,
        /// What is wrong.
        why: String,
    },
    /// The log no longer contains what was signed.
    #[error("checkpoint of row {sequence}: {why}")]
    Checkpoint {
        /// The last row of the batch that was signed.
        sequence: i64,
        /// What is wrong.
        why: &'static str,
    },
    /// The head does not say where the log ends.
    #[error("the head says row {head}, the log ends with row {log}, or their hashes differ")]
    Head {
        /// What it says.
        head: i64,
        /// Where the log ends.
        log: i64,
    },
    /// A position is not the sum of what the log says.
    #[error("position of {participant}, {what} in {currency}: stored {stored}, by the log {computed}")]
    Position {
        /// Whose.
        participant: ClearingCode,
        /// In which currency.
        currency: Currency,
        /// Balance, reserved, net debit cap or available.
        what: &'static str,
        /// As the table has it, in decimals.
        stored: String,
        /// As it must be, in decimals.
        computed: String,
    },
    /// A statement is not what the rows of its day add up to.
    #[error(
        "statement of {participant} for {business_day}, {what} in {currency}: stated {stated}, by the log {computed}"
    )]
    Statement {
        /// The day that it closed.
        business_day: BusinessDay,
        /// Whose.
        participant: ClearingCode,
        /// In which currency.
        currency: Currency,
        /// A balance, or a kind of entries.
        what: &'static str,
        /// As it says, in decimals, and how many entries.
        stated: String,
        /// As it must be.
        computed: String,
    },
    /// A business day is not kept as the log says, or is no day of the log.
    #[error("business day {0} is not kept as the log says")]
    Day(BusinessDay),
    /// The balances of a currency do not add up to what was funded.
    #[error("all balances in {currency}: stored {stored}, funded {computed}")]
    Total {
        /// Which currency.
        currency: Currency,
        /// The sum of the table, in decimals.
        stored: String,
        /// The sum of the funding events, in decimals.
        computed: String,
    },
    /// A participant is not what the log says.
    #[error("participant {0} is not what the log says")]
    Participant(ClearingCode),
    /// A proposal is not what the log says.
    #[error("proposal {0} is not what the log says")]
    Proposal(i64),
    /// What a creditor agent owes of a payment is not what the log says.
    #[error("what is owed of payment {0} is not what the log says")]
    Obligation(i64),
    /// A request to pay is not paid, or being paid, as the log says.
    #[error("request to pay {0} is not paid, or being paid, as the log says")]
    RequestToPay(RequestId),
    /// A merchant's receipt is not what the log says of its payment: altered, missing, or of no payment.
    #[error("what a merchant received by payment {0} is not what the log says")]
    Receipt(i64),
    /// What went back of a payment to a merchant is not what the log says.
    #[error("what a merchant sent back of payment {0} is not what the log says")]
    Refunds(i64),
    /// A merchant's totals of a day and a till are not what the log adds up to.
    #[error(
        "totals of merchant {merchant} on {business_day}, {till} in {currency}: stored {stored}; by the log {computed}"
    )]
    MerchantTotal {
        /// Whose.
        merchant: MerchantId,
        /// Of which business day.
        business_day: BusinessDay,
        /// In which currency.
        currency: Currency,
        /// Which till, or that there is none.
        till: String,
        /// As the table has it, in words.
        stored: String,
        /// As it must be, in words.
        computed: String,
    },
    /// A certificate acts for somebody for whom the log does not say so, or no longer does.
    #[error("certificate {0} is not what the log says")]
    Certificate(Thumbprint),
}
