//! The business days of the log. Payments and outcomes are kept by day, and a day's rows follow each other, so
//! whoever knows between which rows to look is told between which days.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use store::{Conn, on_db};

use super::schema::{log_day, log_head};
use crate::clearing::{BusinessDay, Row};
use crate::error::Error;

/// From this day to that, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) first: BusinessDay,
    pub(super) last: BusinessDay,
}

/// The days of rows `first..=last`; `None` when no day had begun by then.
pub(super) fn spanning(conn: &mut Conn<'_>, first: i64, last: i64) -> Result<Option<Days>, Error> {
    let Some(until) = of_row(conn, last)? else { return Ok(None) };
    // Before the first day there is nothing.
    let since = of_row(conn, first)?.unwrap_or(BusinessDay::FIRST);
    Ok(Some(Days { first: since, last: until }))
}

fn of_row(conn: &mut Conn<'_>, sequence: i64) -> Result<Option<BusinessDay>, Error> {
    Ok(on_db!(conn, c => log_day::table
        .filter(log_day::first_seq.le(sequence))
        .order(log_day::first_seq.desc())
        .select(log_day::business_day)
        .first(c)
        .optional())?)
}

/// The first row of `day` or of the first day after it.
pub(super) fn first_row_since(conn: &mut Conn<'_>, day: BusinessDay) -> Result<Option<i64>, Error> {
    Ok(on_db!(conn, c => log_day::table
        .filter(log_day::business_day.ge(day))
        .order(log_day::business_day)
        .select(log_day::first_seq)
        .first(c)
        .optional())?)
}

/// Readies the tables for the days of `rows` that come after `latest`, the latest that is open.
pub(super) fn open(conn: &mut Conn<'_>, rows: &[Row], mut latest: BusinessDay) -> Result<(), Error> {
    for row in rows {
        // The first day begins with whatever comes first, later ones with their cut-over.
        let is_first = latest == BusinessDay::default();
        let day = row.business_day().or_else(|| is_first.then(|| BusinessDay::of(row.recorded())));
        if let Some(day) = day
            && day > latest
        {
            open_day(conn, day, row.sequence())?;
            latest = day;
        }
    }
    Ok(())
}

fn open_day(conn: &mut Conn<'_>, day: BusinessDay, first: i64) -> Result<(), Error> {
    match conn {
        Conn::Postgres(c) => {
            diesel::sql_query("SELECT open_business_day($1, $2)")
                .bind::<Integer, _>(day)
                .bind::<BigInt, _>(first)
                .execute(*c)?;
        }
        Conn::Sqlite(c) => {
            diesel::insert_into(log_day::table)
                .values((log_day::business_day.eq(day), log_day::first_seq.eq(first)))
                .execute(*c)?;
            diesel::update(log_head::table).set(log_head::business_day.eq(day)).execute(*c)?;
        }
    }
    Ok(())
}
