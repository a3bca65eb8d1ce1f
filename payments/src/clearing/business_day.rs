//! Business days: Hong Kong's calendar days, since the switch never closes.

use std::time::Duration;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Integer;
use store::Timestamp;
use time::Date;

/// Hong Kong is eight hours ahead of UTC, without summer time.
const AHEAD_OF_UTC: Duration = Duration::from_hours(8);
const SECONDS_A_DAY: i64 = 86_400;
const EPOCH_JULIAN_DAY: i32 = 2_440_588;

/// A business day, counted from 1970-01-01 in Hong Kong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, AsExpression, FromSqlRow)]
#[diesel(sql_type = Integer)]
pub struct BusinessDay(i32);

impl BusinessDay {
    /// Before any payment.
    pub const FIRST: Self = Self(i32::MIN);
    /// After any payment.
    pub const LAST: Self = Self(i32::MAX);

    /// The business day at this moment.
    pub fn of(moment: Timestamp) -> Self {
        let days = (moment + AHEAD_OF_UTC).seconds().div_euclid(SECONDS_A_DAY);
        Self(i32::try_from(days).unwrap_or(i32::MAX))
    }

    /// The business day of a calendar date.
    pub const fn of_date(date: Date) -> Self {
        Self(date.to_julian_day() - EPOCH_JULIAN_DAY)
    }

    /// The day before.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// How many days the two are apart.
    pub const fn distance(self, other: Self) -> u32 {
        self.0.abs_diff(other.0)
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> i32 {
        self.0
    }
}

mod columns {
    use super::{BusinessDay, Integer};
    use diesel::backend::Backend;
    use diesel::deserialize::{self, FromSql};
    use diesel::serialize::{self, Output, ToSql};

    impl<DB: Backend> FromSql<Integer, DB> for BusinessDay
    where
        i32: FromSql<Integer, DB>,
    {
        fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
            i32::from_sql(bytes).map(Self)
        }
    }

    impl<DB: Backend> ToSql<Integer, DB> for BusinessDay
    where
        i32: ToSql<Integer, DB>,
    {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
            self.0.to_sql(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn the_day_turns_at_midnight_in_hong_kong() {
        let at = |text| BusinessDay::of(Timestamp::parse_rfc3339(text).unwrap());
        assert_eq!(at("2026-11-22T23:59:59.999999+08:00"), BusinessDay::of_date(date!(2026 - 11 - 22)));
        assert_eq!(at("2026-11-22T16:00:00Z"), BusinessDay::of_date(date!(2026 - 11 - 23)));
        assert_eq!(at("2026-11-22T16:00:00Z").previous(), at("2026-11-22T15:59:59Z"));
    }
}
