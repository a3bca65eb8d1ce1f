//! How busy the switch was, minute by minute.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use store::{Conn, Timestamp, on_db};

use super::schema::{outcome, payment};
use super::{days, log};
use crate::error::Error;

/// One minute of the switch. Each payment counts in the minute in which its row was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minute {
    /// When the minute began.
    pub began: Timestamp,
    /// Payments reserved.
    pub reserved: u64,
    /// Payments refused at once.
    pub refused: u64,
    /// Payments settled.
    pub settled: u64,
    /// Payments that their creditor agent rejected.
    pub rejected: u64,
    /// Payments that timed out.
    pub timed_out: u64,
}

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60;

pub(super) fn last_hour(conn: &mut Conn<'_>, now: Timestamp) -> Result<Vec<Minute>, Error> {
    let current = now.micros().div_euclid(MINUTE);
    let first = current - HOUR + 1;
    let minute = |number: i64| Minute {
        began: Timestamp::from_micros(number * MINUTE),
        reserved: 0,
        refused: 0,
        settled: 0,
        rejected: 0,
        timed_out: 0,
    };
    let mut minutes: Vec<Minute> = (first..=current).map(minute).collect();
    let since = Timestamp::from_micros(first * MINUTE);
    let Some(from) = log::first_since(conn, since)? else { return Ok(minutes) };
    let Some(days) = days::spanning(conn, from, i64::MAX)? else { return Ok(minutes) };
    let payments: Vec<(i64, bool, i64)> = on_db!(conn, c => payment::table
        .filter(payment::business_day.ge(days.first))
        .filter(payment::seq.ge(from))
        .group_by((sql::<BigInt>("recorded / 60000000"), sql::<Bool>("reason IS NULL")))
        .select((sql::<BigInt>("recorded / 60000000"), sql::<Bool>("reason IS NULL"), count_star()))
        .load(c))?;
    let outcomes: Vec<(i64, String, i64)> = on_db!(conn, c => outcome::table
        .filter(outcome::business_day.ge(days.first))
        .filter(outcome::seq.ge(from))
        .group_by((sql::<BigInt>("recorded / 60000000"), sql::<Text>("ending")))
        .select((sql::<BigInt>("recorded / 60000000"), sql::<Text>("ending"), count_star()))
        .load(c))?;
    let mut count = |number: i64, add: &dyn Fn(&mut Minute)| {
        if let Some(minute) = usize::try_from(number - first).ok().and_then(|index| minutes.get_mut(index)) {
            add(minute);
        }
    };
    for (number, reserved, counted) in payments {
        let counted = u64::try_from(counted).unwrap_or(0);
        count(number, &|minute| if reserved { minute.reserved += counted } else { minute.refused += counted });
    }
    for (number, ending, counted) in outcomes {
        let counted = u64::try_from(counted).unwrap_or(0);
        count(number, &|minute| match ending.as_str() {
            "settled" => minute.settled += counted,
            "rejected" => minute.rejected += counted,
            _ => minute.timed_out += counted,
        });
    }
    Ok(minutes)
}
