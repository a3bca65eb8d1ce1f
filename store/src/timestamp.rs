//! Moments, as both databases keep them.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::BigInt;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment in microseconds since 1970-01-01T00:00:00Z.
///
/// The program's clock is read in one place and handed on as this type; nothing below reads it by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, as JSON web tokens count (RFC 7519, NumericDate).
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The time from `earlier` to this moment; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The same moment for calendars and formats. Moments beyond year 9999 become the epoch.
    pub fn to_utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Reads an RFC 3339 date and time, such as an ISO 20022 `CreDtTm` with an offset.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let nanos = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp_nanos();
        i64::try_from(nanos.div_euclid(1_000)).ok().map(Self)
    }
}

/// RFC 3339 in UTC, with as many digits of a second as there are. Written by hand, because every message carries
/// several.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = self.to_utc();
        let (year, month, day) = moment.to_calendar_date();
        let (hour, minute, second, micros) = moment.to_hms_micro();
        let mut text = *b"0000-00-00T00:00:00.000000";
        let year = u32::try_from(year).map_err(|_| fmt::Error)?;
        let date = [(0..4, year), (5..7, u8::from(month).into()), (8..10, day.into())];
        let time = [(11..13, hour.into()), (14..16, minute.into()), (17..19, second.into()), (20..26, micros)];
        for (place, number) in date.into_iter().chain(time) {
            write_digits(&mut text[place], number);
        }
        let (whole, fraction) = text.split_at(19);
        let digits = fraction.iter().rposition(|digit| !matches!(digit, b'0' | b'.')).map_or(0, |last| last + 1);
        for part in [whole, &fraction[..digits], b"Z"] {
            f.write_str(std::str::from_utf8(part).map_err(|_| fmt::Error)?)?;
        }
        Ok(())
    }
}

/// Fills `place` with the last digits of `number`.
fn write_digits(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

mod columns {
    use super::{BigInt, Timestamp};
    use diesel::backend::Backend;
    use diesel::deserialize::{self, FromSql};
    use diesel::serialize::{self, Output, ToSql};

    impl<DB: Backend> FromSql<BigInt, DB> for Timestamp
    where
        i64: FromSql<BigInt, DB>,
    {
        fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
            i64::from_sql(bytes).map(Self)
        }
    }

    impl<DB: Backend> ToSql<BigInt, DB> for Timestamp
    where
        i64: ToSql<BigInt, DB>,
    {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
            self.0.to_sql(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_its_text() {
        let moment = Timestamp::from_micros(1_795_000_000_123_456);
        assert_eq!(Timestamp::parse_rfc3339(&moment.to_string()), Some(moment));
        assert_eq!(
            Timestamp::parse_rfc3339("2026-11-22T19:00:00+08:00"),
            Timestamp::parse_rfc3339("2026-11-22T11:00:00Z")
        );
    }

    #[test]
    fn a_moment_is_written_as_rfc_3339_has_it() {
        for micros in [0, 1, 10, 999_999, 1_000_000, 1_500_000, -1, 1_795_000_000_123_450, 951_782_399_999_999] {
            let moment = Timestamp::from_micros(micros);
            assert_eq!(moment.to_string(), moment.to_utc().format(&Rfc3339).unwrap());
        }
    }

    #[test]
    fn time_before_is_zero_not_negative() {
        assert_eq!(Timestamp::from_seconds(1).since(Timestamp::from_seconds(2)), Duration::ZERO);
    }
}
