//! What one participant's money did in one currency, by the rows.

use crate::clearing::{BusinessDay, Limits, Total, Turnover};

/// How many, and how much together. In `i128` nothing here can overflow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) count: i128,
    pub(super) minor: i128,
}

impl Sum {
    pub(super) fn add(&mut self, minor: i128) {
        *self = Self { count: self.count + 1, minor: self.minor + minor };
    }

    const fn since(self, before: Self) -> Self {
        Self { count: self.count - before.count, minor: self.minor - before.minor }
    }
}

impl From<Total> for Sum {
    fn from(total: Total) -> Self {
        Self { count: total.count.into(), minor: total.sum.into() }
    }
}

/// Since the beginning of the log.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) funded: Sum,
    pub(super) withdrawn: Sum,
    pub(super) paid: Sum,
    pub(super) received: Sum,
    /// What went back to payers.
    pub(super) given_back: Sum,
    /// What came back from payees.
    pub(super) got_back: Sum,
    pub(super) set_aside: i128,
    pub(super) cap: i128,
    pub(super) limits: Limits,
    /// The last day on which it paid, and what it sent on it.
    pub(super) sent: (BusinessDay, i128),
    pub(super) is_low: bool,
}

impl Tally {
    pub(super) const fn balance(&self) -> i128 {
        let came = self.funded.minor + self.received.minor + self.got_back.minor;
        came - self.withdrawn.minor - self.paid.minor - self.given_back.minor
    }

    /// What moved it since it stood at `before`.
    pub(super) const fn since(&self, before: &Self) -> Moved {
        Moved([
            self.paid.since(before.paid),
            self.received.since(before.received),
            self.given_back.since(before.given_back),
            self.got_back.since(before.got_back),
            self.funded.since(before.funded),
            self.withdrawn.since(before.withdrawn),
        ])
    }
}

/// What moved a position within a time, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moved([Sum; 6]);

/// The kinds, in the order of [`Moved`].
const KINDS: [&str; 6] = ["payments out", "payments in", "returns out", "returns in", "funding", "withdrawals"];

impl From<Turnover> for Moved {
    fn from(of: Turnover) -> Self {
        Self(
            [of.payments_out, of.payments_in, of.returns_out, of.returns_in, of.funding, of.withdrawals].map(Sum::from),
        )
    }
}

impl Moved {
    /// The first kind in which the two differ, with both sums.
    pub(super) fn difference(&self, other: &Self) -> Option<(&'static str, Sum, Sum)> {
        let both = self.0.iter().zip(&other.0).zip(KINDS);
        both.into_iter().find(|((a, b), _)| a != b).map(|((a, b), kind)| (kind, *a, *b))
    }
}
