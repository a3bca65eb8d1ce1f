//! Business days in the database: which have ended, which rows are theirs, and the statements that closed them.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::columns::EventColumns;
use super::log;
use super::schema::{closed_day, event};
use crate::clearing::{BusinessDay, ClosedDay, CutOver, Event, EventRow, Statement};
use crate::error::Error;

/// Table `closed_day`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = closed_day)]
struct DayColumns {
    business_day: BusinessDay,
    next_day: BusinessDay,
    first_seq: i64,
    last_seq: i64,
    opened: Timestamp,
    closed: Timestamp,
}

impl DayColumns {
    fn day(self) -> ClosedDay {
        let Self { business_day, next_day, first_seq, last_seq, opened, closed } = self;
        ClosedDay { business_day, next_day, first: first_seq, last: last_seq, opened, closed }
    }
}

/// The business day that has begun; none while the log is empty.
pub(super) fn current(conn: &mut Conn<'_>) -> Result<Option<BusinessDay>, Error> {
    match closed(conn, None, 1)?.first() {
        Some(last) => Ok(Some(last.next_day)),
        None => Ok(log::began(conn)?.map(BusinessDay::of)),
    }
}

/// Days that have ended, the latest first, before `before`.
pub(super) fn closed(conn: &mut Conn<'_>, before: Option<BusinessDay>, limit: i64) -> Result<Vec<ClosedDay>, Error> {
    let before = before.map_or(i32::MAX, BusinessDay::number);
    let found: Vec<DayColumns> = on_db!(conn, c => closed_day::table
        .filter(closed_day::business_day.lt(before))
        .order(closed_day::business_day.desc())
        .limit(limit)
        .select(DayColumns::as_select())
        .load(c))?;
    Ok(found.into_iter().map(DayColumns::day).collect())
}

/// One day that has ended.
pub(super) fn find(conn: &mut Conn<'_>, day: BusinessDay) -> Result<Option<ClosedDay>, Error> {
    let found: Option<DayColumns> =
        on_db!(conn, c => closed_day::table.find(day).select(DayColumns::as_select()).get_result(c).optional())?;
    Ok(found.map(DayColumns::day))
}

/// The statements that closed it.
pub(super) fn statements(conn: &mut Conn<'_>, day: &ClosedDay) -> Result<Vec<Statement>, Error> {
    let found: EventColumns =
        on_db!(conn, c => event::table.find(day.last + 1).select(EventColumns::as_select()).get_result(c))?;
    match found.event_row()?.event {
        Event::CutOver(cut_over) if cut_over.closed == day.business_day => Ok(cut_over.statements.clone()),
        _ => Err(Error::Damaged(format!("row {} does not close business day {}", day.last + 1, day.business_day))),
    }
}

/// Keeps that a day has ended with `row`. Its rows are all since the cut-over before.
pub(super) fn close(conn: &mut Conn<'_>, row: &EventRow, cut_over: &CutOver) -> Result<(), Error> {
    let before = closed(conn, None, 1)?;
    let opened = match before.first() {
        Some(before) => Some(before.closed),
        None => log::began(conn)?,
    };
    let day = DayColumns {
        business_day: cut_over.closed,
        next_day: cut_over.opened,
        first_seq: before.first().map_or(1, |day| day.last + 1),
        last_seq: row.sequence - 1,
        opened: opened.unwrap_or(row.recorded),
        closed: row.recorded,
    };
    on_db!(conn, c => diesel::insert_into(closed_day::table).values(&day).execute(c))?;
    Ok(())
}

/// How far a day's archiving has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Archived {
    /// The SHA-256 of its file, once that is whole and on disk.
    pub(super) fingerprint: Option<String>,
}

/// Days of which payments or outcomes may still be in the database, oldest first.
pub(super) fn not_removed(conn: &mut Conn<'_>) -> Result<Vec<(ClosedDay, Archived)>, Error> {
    let found: Vec<(DayColumns, Option<String>)> = on_db!(conn, c => closed_day::table
        .filter(closed_day::removed.eq(false))
        .order(closed_day::business_day)
        .select((DayColumns::as_select(), closed_day::archive))
        .load(c))?;
    Ok(found.into_iter().map(|(day, fingerprint)| (day.day(), Archived { fingerprint })).collect())
}

/// Days that have an archive, oldest first, with its SHA-256.
pub(super) fn archived(conn: &mut Conn<'_>) -> Result<Vec<(ClosedDay, String)>, Error> {
    let found: Vec<(DayColumns, String)> = on_db!(conn, c => closed_day::table
        .filter(closed_day::archive.is_not_null())
        .order(closed_day::business_day)
        .select((DayColumns::as_select(), closed_day::archive.assume_not_null()))
        .load(c))?;
    Ok(found.into_iter().map(|(day, fingerprint)| (day.day(), fingerprint)).collect())
}

/// Notes that a day's archive is whole and on disk.
pub(super) fn note_archive(conn: &mut Conn<'_>, day: BusinessDay, fingerprint: &str) -> Result<(), Error> {
    on_db!(conn, c => diesel::update(closed_day::table.find(day)).set(closed_day::archive.eq(fingerprint)).execute(c))?;
    Ok(())
}

/// Notes that its payments and outcomes are only there.
pub(super) fn note_removed(conn: &mut Conn<'_>, day: BusinessDay) -> Result<(), Error> {
    on_db!(conn, c => diesel::update(closed_day::table.find(day)).set(closed_day::removed.eq(true)).execute(c))?;
    Ok(())
}
