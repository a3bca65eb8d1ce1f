//! What moved a position in one business day, and the statement that closes it.

use serde::{Deserialize, Serialize};

use super::position::{Position, PositionBroken};
use crate::money::Currency;
use crate::participant::ClearingCode;

/// So many entries of a kind, and how much together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Total {
    /// How many.
    pub count: i64,
    /// Their sum, in minor units.
    pub sum: i64,
}

impl Total {
    fn add(&mut self, minor: i64) -> Result<(), PositionBroken> {
        let count = self.count.checked_add(1).ok_or(PositionBroken)?;
        let sum = self.sum.checked_add(minor).ok_or(PositionBroken)?;
        *self = Self { count, sum };
        Ok(())
    }

    fn and(self, other: Self) -> Self {
        Self { count: self.count.saturating_add(other.count), sum: self.sum.saturating_add(other.sum) }
    }
}

/// What moves a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// An own payment settled.
    PaymentOut,
    /// A payment from another participant settled.
    PaymentIn,
    /// The participant gave back what it had received.
    ReturnOut,
    /// Another gave back what the participant had paid.
    ReturnIn,
    /// Money arrived at the settlement institution.
    Funding,
    /// Money left the settlement institution.
    Withdrawal,
}

impl Entry {
    /// Whether it adds to the balance (`CdtDbtInd` CRDT).
    pub const fn is_credit(self) -> bool {
        matches!(self, Self::PaymentIn | Self::ReturnIn | Self::Funding)
    }
}

/// What moved one position since the last cut-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Turnover {
    /// Own payments.
    pub payments_out: Total,
    /// Payments from others.
    pub payments_in: Total,
    /// What it gave back.
    pub returns_out: Total,
    /// What it got back.
    pub returns_in: Total,
    /// What arrived at the settlement institution.
    pub funding: Total,
    /// What left it.
    pub withdrawals: Total,
}

impl Turnover {
    /// Counts one entry.
    pub(crate) fn add(&mut self, entry: Entry, minor: i64) -> Result<(), PositionBroken> {
        let total = match entry {
            Entry::PaymentOut => &mut self.payments_out,
            Entry::PaymentIn => &mut self.payments_in,
            Entry::ReturnOut => &mut self.returns_out,
            Entry::ReturnIn => &mut self.returns_in,
            Entry::Funding => &mut self.funding,
            Entry::Withdrawal => &mut self.withdrawals,
        };
        total.add(minor)
    }

    /// Everything that was added to the balance.
    pub fn credits(&self) -> Total {
        self.payments_in.and(self.returns_in).and(self.funding)
    }

    /// Everything that was taken from it.
    pub fn debits(&self) -> Total {
        self.payments_out.and(self.returns_out).and(self.withdrawals)
    }

    /// What clearing moved, funding and withdrawals apart: what the participant is owed by the others, or owes
    /// them when it is negative.
    pub fn net_cleared(&self) -> i64 {
        self.payments_in.and(self.returns_in).sum.saturating_sub(self.payments_out.and(self.returns_out).sum)
    }
}

/// One position at the end of a business day, in minor units. It never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Whose.
    pub participant: ClearingCode,
    /// In which currency.
    pub currency: Currency,
    /// The balance when the day began: at the end of the day before.
    pub opening: i64,
    /// What moved it.
    #[serde(flatten)]
    pub turnover: Turnover,
    /// The balance when the day ended.
    pub closing: i64,
    /// What was set aside then for own payments under way.
    pub reserved: i64,
    /// The net debit cap that held then.
    pub net_debit_cap: i64,
}

impl Statement {
    /// The statement of a position at this moment.
    pub(crate) fn of(participant: ClearingCode, currency: Currency, position: Position, turnover: Turnover) -> Self {
        let moved = i128::from(turnover.credits().sum) - i128::from(turnover.debits().sum);
        let opening = i128::from(position.balance) - moved;
        Self {
            participant,
            currency,
            // Balances of the past were within the same limits as those of today.
            opening: i64::try_from(opening).unwrap_or_default(),
            turnover,
            closing: position.balance,
            reserved: position.reserved,
            net_debit_cap: position.net_debit_cap,
        }
    }
}
