//! What operators allow one participant in one currency, and how much of it a business day has used.

use serde::{Deserialize, Serialize};

use super::business_day::BusinessDay;
use super::position::Position;
use crate::money::Amount;

/// Limits of one participant in one currency, in minor units. What is not set does not limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The largest single payment (AM02).
    pub payment_maximum: Option<i64>,
    /// The most that may be sent in one business day (AM23), returns not counted.
    pub daily_maximum: Option<i64>,
    /// Below this much at its disposal the participant is warned.
    pub low_liquidity: Option<i64>,
}

impl Limits {
    /// Whether each can be counted.
    pub(crate) fn are_well_formed(&self) -> bool {
        [self.payment_maximum, self.daily_maximum, self.low_liquidity]
            .into_iter()
            .flatten()
            .all(|minor| (0..=Amount::MAX_MINOR).contains(&minor))
    }

    /// Whether one payment of `minor` is not too large.
    pub(crate) fn allow_payment(&self, minor: i64) -> bool {
        self.payment_maximum.is_none_or(|most| minor <= most)
    }

    /// Whether the day's payments may come to `minor`. Without a limit they may come to all that can be counted.
    pub(crate) fn allow_day(&self, minor: i64) -> bool {
        minor <= self.daily_maximum.unwrap_or(Position::CEILING)
    }
}

/// What was sent on one business day: reserved or settled. A payment counts when it is reserved, and no longer
/// counts when it is rejected or times out on the same day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// The day. On any other, nothing has been sent yet.
    pub day: BusinessDay,
    /// How much, in minor units.
    pub minor: i64,
}

impl Sent {
    /// What was sent on `day`.
    pub fn on(&self, day: BusinessDay) -> i64 {
        if self.day == day { self.minor } else { 0 }
    }

    /// A payment was reserved on `day`. Never overflows: [`Limits::allow_day`] was asked before.
    pub(crate) fn add(&mut self, day: BusinessDay, minor: i64) {
        *self = Self { day, minor: self.on(day).saturating_add(minor) };
    }

    /// That payment came to nothing.
    pub(crate) fn take_back(&mut self, day: BusinessDay, minor: i64) {
        if self.day == day {
            self.minor = self.minor.saturating_sub(minor);
        }
    }
}
