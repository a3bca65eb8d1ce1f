//! Looking things up for people: payments and events, newest first.

use diesel::prelude::*;
use store::{Conn, on_db};
use uuid::Uuid;

use super::columns::{EventColumns, RecordColumns};
use super::memory::with_outcomes;
use super::schema::{event, payment};
use crate::clearing::{EventRow, Payment};
use crate::error::Error;

pub(super) fn payments(conn: &mut Conn<'_>, before: Option<i64>, limit: usize) -> Result<Vec<Payment>, Error> {
    let found: Vec<RecordColumns> = on_db!(conn, c => payment::table
        .filter(payment::seq.lt(before.unwrap_or(i64::MAX)))
        .order(payment::seq.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(RecordColumns::as_select())
        .load(c))?;
    with_outcomes(conn, found)
}

pub(super) fn payment(conn: &mut Conn<'_>, sequence: i64) -> Result<Option<Payment>, Error> {
    let found: Vec<RecordColumns> =
        on_db!(conn, c => payment::table.find(sequence).select(RecordColumns::as_select()).load(c))?;
    Ok(with_outcomes(conn, found)?.pop())
}

pub(super) fn payment_by_uetr(conn: &mut Conn<'_>, uetr: Uuid) -> Result<Option<Payment>, Error> {
    // A UETR that is refused because it was used before leads to the payment that had it first.
    let found: Option<RecordColumns> = on_db!(conn, c => payment::table
        .filter(payment::uetr.eq(uetr.as_bytes().as_slice()))
        .order(payment::seq)
        .select(RecordColumns::as_select())
        .first(c)
        .optional())?;
    Ok(with_outcomes(conn, found.into_iter().collect())?.pop())
}

pub(super) fn events(conn: &mut Conn<'_>, before: Option<i64>, limit: usize) -> Result<Vec<EventRow>, Error> {
    let found: Vec<EventColumns> = on_db!(conn, c => event::table
        .filter(event::seq.lt(before.unwrap_or(i64::MAX)))
        .order(event::seq.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(EventColumns::as_select())
        .load(c))?;
    found.into_iter().map(EventColumns::event_row).collect()
}
