//! What a creditor agent owes after settlement: the money of a recall that it accepted, or its word on a customer
//! whom it accepted without posting (ACWP). No money waits for it here; operators see who is late.

use std::time::Duration;

use store::Timestamp;

use crate::participant::ClearingCode;

/// What is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owed {
    /// A pacs.004: the recall was accepted (camt.029). Any return of the payment fulfils it.
    Return,
    /// ACCC, BLCK, or a return: the payment was accepted with ACWP.
    Posting,
}

impl Owed {
    /// Its name for programs: `return`, `posting`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Return => "return",
            Self::Posting => "posting",
        }
    }

    /// Reads [`Owed::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Return, Self::Posting].into_iter().find(|owed| owed.name() == name)
    }

    /// How long it may take. After that it is overdue.
    pub const fn time(self) -> Duration {
        match self {
            Self::Return | Self::Posting => Duration::from_hours(24),
        }
    }
}

/// Something owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Obligation {
    /// The payment's sequence number.
    pub payment: i64,
    /// What.
    pub owed: Owed,
    /// By whom: the creditor agent.
    pub participant: ClearingCode,
    /// Since when.
    pub since: Timestamp,
}

impl Obligation {
    /// Whether it should have been fulfilled by `now`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        now.since(self.since) >= self.owed.time()
    }
}
