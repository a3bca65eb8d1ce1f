//! Looking things up for people: payments and events, newest first.

use diesel::prelude::*;
use store::{Conn, on_db};
use uuid::Uuid;

use super::archive::compact::{self, ArchivedColumns};
use super::columns::{EventColumns, RecordColumns};
use super::memory::with_outcomes;
use super::recent::Recent;
use super::schema::{event, payment};
use super::{days, keys, projection};
use crate::clearing::{EventRow, Payment, SearchKey};
use crate::error::Error;

/// So many rows are looked through in one statement: a few pages' worth, so that not every day is opened.
const WINDOW: i64 = 4_096;

pub(super) fn payments(conn: &mut Conn<'_>, before: Option<i64>, limit: usize) -> Result<Vec<Payment>, Error> {
    let mut found: Vec<RecordColumns> = Vec::new();
    let mut last = before.map_or(super::log::head(conn)?.sequence, |before| before.saturating_sub(1));
    while last > 0 && found.len() < limit {
        let first = (last - WINDOW + 1).max(1);
        let Some(days) = days::spanning(conn, first, last)? else { break };
        let more: Vec<RecordColumns> = on_db!(conn, c => payment::table
            .filter(payment::business_day.between(days.first, days.last))
            .filter(payment::seq.between(first, last))
            .order(payment::seq.desc())
            .limit(i64::try_from(limit - found.len()).unwrap_or(i64::MAX))
            .select(RecordColumns::as_select())
            .load(c))?;
        found.extend(more);
        last = first - 1;
    }
    with_outcomes(conn, found)
}

/// The payments with these sequence numbers, in the order of the log, as they were recorded.
pub(super) fn records(conn: &mut Conn<'_>, sequences: &[i64]) -> Result<Vec<RecordColumns>, Error> {
    let (Some(first), Some(last)) = (sequences.iter().min(), sequences.iter().max()) else { return Ok(Vec::new()) };
    let Some(days) = days::spanning(conn, *first, *last)? else { return Ok(Vec::new()) };
    let mut found: Vec<RecordColumns> = on_db!(conn, c => payment::table
        .filter(payment::business_day.between(days.first, days.last))
        .filter(payment::seq.eq_any(sequences))
        .order(payment::seq)
        .select(RecordColumns::as_select())
        .load(c))?;
    if found.len() < sequences.len() {
        found.extend(compact::find(conn, sequences)?.iter().map(ArchivedColumns::record));
        found.sort_unstable_by_key(|columns| columns.seq);
    }
    Ok(found)
}

pub(super) fn payment(conn: &mut Conn<'_>, sequence: i64) -> Result<Option<Payment>, Error> {
    let found = records(conn, &[sequence])?;
    Ok(with_outcomes(conn, found)?.pop())
}

pub(super) fn payment_by_uetr(conn: &mut Conn<'_>, recent: &Recent, uetr: Uuid) -> Result<Option<Payment>, Error> {
    let sequences = keys::find(conn, recent, &[SearchKey::uetr(&uetr)], 1)?;
    let mut found = records(conn, &sequences)?;
    found.retain(|columns| columns.uetr == uetr.as_bytes());
    let owner = found.into_iter().min_by_key(RecordColumns::claim);
    Ok(with_outcomes(conn, owner.into_iter().collect())?.pop())
}

/// The payments that somebody knows by `id`: a UETR, a transaction id of any participant, or an end-to-end id. Newest
/// first, at most `limit`.
pub(super) fn payments_known_as(
    conn: &mut Conn<'_>,
    recent: &Recent,
    id: &str,
    limit: usize,
) -> Result<Vec<Payment>, Error> {
    let uetr = Uuid::try_parse(id).ok();
    let mut wanted = vec![SearchKey::end_to_end_id(id)];
    wanted.extend(uetr.as_ref().map(SearchKey::uetr));
    let participants = projection::participants(conn)?;
    wanted.extend(participants.iter().map(|one| SearchKey::transaction_id(one.clearing_code, id)));
    let mut sequences = keys::find(conn, recent, &wanted, 1)?;
    let mut known = Vec::new();
    // From the newest on, a page's worth at a time: many may share an end-to-end id such as NOTPROVIDED.
    while known.len() < limit && !sequences.is_empty() {
        let newest = sequences.split_off(sequences.len().saturating_sub(limit));
        let is_meant = |one: &RecordColumns| {
            one.transaction_id == id || one.end_to_end_id == id || uetr.is_some_and(|uetr| one.uetr == uetr.as_bytes())
        };
        known.extend(records(conn, &newest)?.into_iter().filter(is_meant).rev());
    }
    known.truncate(limit);
    let mut found = with_outcomes(conn, known)?;
    found.sort_unstable_by_key(|payment| std::cmp::Reverse(payment.sequence));
    Ok(found)
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
