//! A participant's money in one currency.

use super::business_day::BusinessDay;
use super::limits::{Limits, Sent};
use crate::money::Amount;

/// A position, in minor units. Incoming money counts when it is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// What is settled: funding, plus what came, less what went. At least −[`Position::net_debit_cap`].
    pub balance: i64,
    /// Own payments under way.
    pub reserved: i64,
    /// How far below zero the balance may go.
    pub net_debit_cap: i64,
    /// What operators allow.
    pub limits: Limits,
    /// What the latest day on which it paid has used of that.
    pub sent: Sent,
    /// Whether it has been told that its liquidity is low.
    pub is_low: bool,
}

/// A sum left the range that can be counted, or a position would break its limit: the log is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a position would leave its limits")]
pub struct PositionBroken;

impl Position {
    /// Everything that one currency holds, balances and caps together, stays below this, so that no sum of
    /// positions can overflow.
    pub const CEILING: i64 = 4 * Amount::MAX_MINOR;

    /// What can still be paid: balance − reserved + net debit cap.
    pub const fn available(&self) -> i64 {
        self.balance.saturating_sub(self.reserved).saturating_add(self.net_debit_cap)
    }

    /// Whether less is available than the participant wants to have.
    pub fn is_below_threshold(&self) -> bool {
        self.limits.low_liquidity.is_some_and(|least| self.available() < least)
    }

    /// Sets `amount` aside for a payment of `day`.
    pub(crate) fn reserve(&mut self, amount: i64, day: BusinessDay) -> Result<(), PositionBroken> {
        self.sent.add(day, amount);
        self.moved(0, amount)
    }

    /// Frees what was set aside on `day`.
    pub(crate) fn release(&mut self, amount: i64, day: BusinessDay) -> Result<(), PositionBroken> {
        self.sent.take_back(day, amount);
        self.moved(0, -amount)
    }

    /// Pays out what was set aside.
    pub(crate) fn settle(&mut self, amount: i64) -> Result<(), PositionBroken> {
        self.moved(-amount, -amount)
    }

    /// Adds to the balance.
    pub(crate) fn credit(&mut self, amount: i64) -> Result<(), PositionBroken> {
        self.moved(amount, 0)
    }

    /// Takes from the balance.
    pub(crate) fn debit(&mut self, amount: i64) -> Result<(), PositionBroken> {
        self.moved(-amount, 0)
    }

    /// Sets the cap.
    pub(crate) fn set_cap(&mut self, cap: i64) -> Result<(), PositionBroken> {
        *self = Self { net_debit_cap: cap, ..*self }.checked()?;
        Ok(())
    }

    fn moved(&mut self, balance: i64, reserved: i64) -> Result<(), PositionBroken> {
        *self = Self {
            balance: self.balance.checked_add(balance).ok_or(PositionBroken)?,
            reserved: self.reserved.checked_add(reserved).ok_or(PositionBroken)?,
            ..*self
        }
        .checked()?;
        Ok(())
    }

    /// The invariant: nothing negative is set aside, no cap is negative, and all that is set aside is covered.
    fn checked(self) -> Result<Self, PositionBroken> {
        let covered = self.reserved >= 0 && self.net_debit_cap >= 0 && self.available() >= 0;
        if covered { Ok(self) } else { Err(PositionBroken) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reserved_cannot_be_spent_again() {
        let mut position = Position { balance: 100, net_debit_cap: 50, ..Position::default() };
        let day = BusinessDay::default();
        position.reserve(150, day).unwrap();
        assert_eq!(position.available(), 0);
        assert_eq!(position.reserve(1, day), Err(PositionBroken));
        position.settle(150).unwrap();
        assert_eq!((position.balance, position.reserved, position.net_debit_cap), (-50, 0, 50));
    }

    #[test]
    fn what_was_not_reserved_cannot_be_released() {
        let mut position = Position { balance: 100, ..Position::default() };
        assert_eq!(position.release(1, BusinessDay::default()), Err(PositionBroken));
        assert_eq!(position.debit(101), Err(PositionBroken));
        assert_eq!(position.balance, 100, "a refused movement moves nothing");
    }
}
