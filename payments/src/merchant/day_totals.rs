//! What a day came to, till by till: the sums that a merchant compares with its bank's statement.

use super::TillLabel;
use crate::clearing::BusinessDay;
use crate::money::Currency;

/// What totals are kept for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayKey {
    /// The business day.
    pub day: BusinessDay,
    /// The currency.
    pub currency: Currency,
    /// The till; none for payments that name none.
    pub till: Option<TillLabel>,
}

/// A day's totals of one till in one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayTotal {
    /// Payments that settled.
    pub count: i64,
    /// What they came to.
    pub received: i64,
    /// Returns that settled.
    pub refund_count: i64,
    /// What they came to.
    pub refunded: i64,
}

impl DayTotal {
    /// Received less refunded: by so much the account grew.
    pub const fn net(&self) -> i64 {
        self.received.saturating_sub(self.refunded)
    }

    /// Together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            received: self.received.saturating_add(other.received),
            refund_count: self.refund_count.saturating_add(other.refund_count),
            refunded: self.refunded.saturating_add(other.refunded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tills_add_up_to_the_day() {
        let one = DayTotal { count: 2, received: 5_000, refund_count: 0, refunded: 0 };
        let other = DayTotal { count: 1, received: 800, refund_count: 1, refunded: 300 };
        let day = one.plus(other);
        assert_eq!(day, DayTotal { count: 3, received: 5_800, refund_count: 1, refunded: 300 });
        assert_eq!(day.net(), 5_500);
    }
}
