//! Business days. The switch never closes: at the cut-over one day ends and the next begins.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Integer;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use store::Timestamp;
use time::macros::format_description;
use time::{Date, Time};

/// Hong Kong is eight hours ahead of UTC, without summer time.
const AHEAD_OF_UTC: Duration = Duration::from_hours(8);
const SECONDS_A_DAY: i64 = 86_400;
const EPOCH_JULIAN_DAY: i32 = 2_440_588;

/// A business day, counted from 1970-01-01. As text it is an ISO 8601 date: `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, AsExpression, FromSqlRow, Serialize)]
#[diesel(sql_type = Integer)]
#[serde(into = "String")]
pub struct BusinessDay(i32);

/// The text is not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a business day is a date: 2026-11-22")]
pub struct NotABusinessDay;

/// The time of day, in Hong Kong, at which one business day ends and the next begins.
///
/// At a cut-over before noon the day begins that has the calendar's date; at one from noon on, as where banks
/// settle in the evening, the day of the date to come. By default it is midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CutOverTime {
    minutes: u16,
}

/// The text is not a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cut-over time is hours and minutes in Hong Kong: 00:00")]
pub struct NotACutOverTime;

impl CutOverTime {
    /// The beginning of the calendar's day.
    pub const MIDNIGHT: Self = Self { minutes: 0 };
    const NOON: Self = Self { minutes: 12 * 60 };

    fn since_midnight(self) -> Duration {
        Duration::from_mins(self.minutes.into())
    }
}

impl Default for CutOverTime {
    fn default() -> Self {
        Self::MIDNIGHT
    }
}

impl FromStr for CutOverTime {
    type Err = NotACutOverTime;
    fn from_str(text: &str) -> Result<Self, NotACutOverTime> {
        let time = Time::parse(text, format_description!("[hour]:[minute]")).map_err(|_| NotACutOverTime)?;
        Ok(Self { minutes: u16::from(time.hour()) * 60 + u16::from(time.minute()) })
    }
}

impl fmt::Display for CutOverTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl TryFrom<String> for CutOverTime {
    type Error = NotACutOverTime;
    fn try_from(text: String) -> Result<Self, NotACutOverTime> {
        text.parse()
    }
}

impl From<CutOverTime> for String {
    fn from(time: CutOverTime) -> Self {
        time.to_string()
    }
}

impl BusinessDay {
    /// Before any payment.
    pub const FIRST: Self = Self(i32::MIN);
    /// After any payment.
    pub const LAST: Self = Self(i32::MAX);

    /// The calendar's day in Hong Kong at this moment.
    pub fn of(moment: Timestamp) -> Self {
        let days = (moment + AHEAD_OF_UTC).seconds().div_euclid(SECONDS_A_DAY);
        Self(i32::try_from(days).unwrap_or(i32::MAX))
    }

    /// The business day at this moment, when days turn at `cut_over`.
    pub fn at(moment: Timestamp, cut_over: CutOverTime) -> Self {
        let begun = Self::of(moment - cut_over.since_midnight());
        if cut_over.minutes < CutOverTime::NOON.minutes { begun } else { Self(begun.0.saturating_add(1)) }
    }

    /// Its calendar date; for days that no calendar has, the first of 1970.
    pub fn date(self) -> Date {
        Date::from_julian_day(EPOCH_JULIAN_DAY.saturating_add(self.0)).unwrap_or(time::macros::date!(1970 - 01 - 01))
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

impl FromStr for BusinessDay {
    type Err = NotABusinessDay;
    fn from_str(text: &str) -> Result<Self, NotABusinessDay> {
        let format = format_description!("[year]-[month]-[day]");
        Date::parse(text, format).map(Self::of_date).map_err(|_| NotABusinessDay)
    }
}

impl fmt::Display for BusinessDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        write!(f, "{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
    }
}

impl<'de> Deserialize<'de> for BusinessDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl From<BusinessDay> for String {
    fn from(day: BusinessDay) -> Self {
        day.to_string()
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
    #[test]
    fn the_day_turns_at_the_cut_over() {
        let day = |text, cut_over: &str| {
            BusinessDay::at(Timestamp::parse_rfc3339(text).unwrap(), cut_over.parse().unwrap()).to_string()
        };
        for (moment, cut_over, expected) in [
            ("2026-11-22T00:00:00+08:00", "00:00", "2026-11-22"),
            ("2026-11-22T23:59:59+08:00", "00:00", "2026-11-22"),
            ("2026-11-22T02:59:59+08:00", "03:00", "2026-11-21"),
            ("2026-11-22T03:00:00+08:00", "03:00", "2026-11-22"),
            ("2026-11-22T17:59:59+08:00", "18:00", "2026-11-22"),
            ("2026-11-22T18:00:00+08:00", "18:00", "2026-11-23"),
        ] {
            assert_eq!(day(moment, cut_over), expected, "{moment} with a cut-over at {cut_over}");
        }
    }

    #[test]
    fn days_and_times_are_read_as_they_are_written() {
        assert_eq!("2026-11-22".parse::<BusinessDay>().unwrap().to_string(), "2026-11-22");
        assert_eq!("18:30".parse::<CutOverTime>().unwrap().to_string(), "18:30");
        for wrong in ["24:00", "8:00", "noon", ""] {
            assert_eq!(wrong.parse::<CutOverTime>(), Err(NotACutOverTime), "{wrong}");
        }
        for wrong in ["2026-02-30", "22-11-2026", ""] {
            assert_eq!(wrong.parse::<BusinessDay>(), Err(NotABusinessDay), "{wrong}");
        }
    }
}
