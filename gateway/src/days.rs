//! Business days and statements as JSON, for the command line and both APIs. Amounts are decimal strings: JSON
//! numbers are floats to many readers.

use payments::clearing::{BusinessDay, ClosedDay, Statement, Total};
use payments::money::{Currency, format_minor};
use payments::participant::ClearingCode;
use serde::Serialize;

/// A business day that has ended.
#[derive(Debug, Serialize)]
pub(crate) struct DayBody {
    /// Its date.
    pub business_day: BusinessDay,
    /// The day after it.
    pub next_day: BusinessDay,
    /// When it began.
    pub opened: String,
    /// When it ended.
    pub closed: String,
    /// The first row of the log that is its own.
    pub first_row: i64,
    /// The last.
    pub last_row: i64,
}

impl From<&ClosedDay> for DayBody {
    fn from(day: &ClosedDay) -> Self {
        Self {
            business_day: day.business_day,
            next_day: day.next_day,
            opened: day.opened.to_string(),
            closed: day.closed.to_string(),
            first_row: day.first,
            last_row: day.last,
        }
    }
}

/// Entries of one kind.
#[derive(Debug, Serialize)]
pub(crate) struct Entries {
    /// How many.
    pub count: i64,
    /// How much together.
    pub sum: String,
}

/// One position at the end of a day, and what moved it in the day.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields are those of `payments::clearing::Statement`")]
pub(crate) struct StatementBody {
    pub clearing_code: ClearingCode,
    pub currency: Currency,
    pub opening_balance: String,
    pub payments_out: Entries,
    pub payments_in: Entries,
    pub returns_out: Entries,
    pub returns_in: Entries,
    pub funding: Entries,
    pub withdrawals: Entries,
    pub closing_balance: String,
    pub reserved: String,
    pub net_debit_cap: String,
    /// What clearing moved: positive when the others owe it to the participant.
    pub net_cleared: String,
}

impl From<&Statement> for StatementBody {
    fn from(of: &Statement) -> Self {
        let decimal = |minor| format_minor(minor, of.currency);
        let entries = |total: Total| Entries { count: total.count, sum: decimal(total.sum) };
        let moved = of.turnover;
        Self {
            clearing_code: of.participant,
            currency: of.currency,
            opening_balance: decimal(of.opening),
            payments_out: entries(moved.payments_out),
            payments_in: entries(moved.payments_in),
            returns_out: entries(moved.returns_out),
            returns_in: entries(moved.returns_in),
            funding: entries(moved.funding),
            withdrawals: entries(moved.withdrawals),
            closing_balance: decimal(of.closing),
            reserved: decimal(of.reserved),
            net_debit_cap: decimal(of.net_debit_cap),
            net_cleared: decimal(moved.net_cleared()),
        }
    }
}
