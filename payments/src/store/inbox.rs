//! A participant's inbox, read from the log. Nothing is stored for it: what concerns whom follows from the rows.

use std::sync::Arc;

use diesel::prelude::*;
use store::{Conn, Db, on_db};

use super::columns::{OutcomeColumns, RecordColumns};
use super::days::{self, Days};
use super::recent::{Page, Recent};
use super::schema::{outcome, payment};
use super::{inbox_events, log};
use crate::clearing::{ForwardedPayment, Inbox, InboxItem, InboxMessage, Payment};
use crate::error::Error;
use crate::participant::ClearingCode;

/// So many rows of the log are looked through in one statement.
const WINDOW: i64 = 4_096;
/// So many windows in one page: a reader far behind gets an empty page and a cursor, rather than a long wait.
const WINDOWS: usize = 16;

/// At most `max` messages to `reader` after row `after`, when memory alone knows them all.
pub(super) fn recent(recent: &Recent, reader: ClearingCode, after: i64, max: usize) -> Option<Inbox> {
    let page = recent.page(reader, after, max).filter(|page| !page.has_events)?;
    Some(Inbox { messages: page.messages, next: page.last })
}

/// At most `max` messages to `reader` after row `after`: from memory when they are recent, otherwise from the log.
pub(super) fn read(db: &Db, recent: &Recent, reader: ClearingCode, after: i64, max: usize) -> Result<Inbox, Error> {
    let Some(Page { mut messages, last, has_events }) = recent.page(reader, after, max) else {
        return db.snapshot(|conn| page(conn, reader, after, max));
    };
    let mut next = last;
    if has_events {
        let limit = i64::try_from(max).unwrap_or(i64::MAX);
        messages.extend(db.snapshot(|conn| inbox_events::window(conn, reader, after + 1, last, limit))?);
        messages.sort_unstable_by_key(|item| item.sequence);
        if messages.len() >= max {
            messages.truncate(max);
            next = messages.last().map_or(next, |item| item.sequence);
        }
    }
    Ok(Inbox { messages, next })
}

/// The same from the log. Everything must be read from one snapshot.
fn page(conn: &mut Conn<'_>, reader: ClearingCode, after: i64, max: usize) -> Result<Inbox, Error> {
    log::prepare(conn)?;
    let head = log::head(conn)?.sequence;
    let mut next = after.clamp(0, head);
    let mut messages = Vec::new();
    for _ in 0..WINDOWS {
        if next == head || messages.len() >= max {
            break;
        }
        let last = (next + WINDOW).min(head);
        let mut found = window(conn, reader, next + 1, last, max - messages.len())?;
        next = last;
        if messages.len() + found.len() >= max {
            found.truncate(max - messages.len());
            next = found.last().map_or(last, |item| item.sequence);
        }
        messages.append(&mut found);
    }
    Ok(Inbox { messages, next })
}

/// The first `limit` messages of each kind in rows `first..=last`.
#[derive(Clone, Copy)]
struct Window {
    first: i64,
    last: i64,
    days: Days,
    limit: i64,
}

/// At least the first `limit` messages in rows `first..=last`, in order, when there are so many.
fn window(
    conn: &mut Conn<'_>,
    reader: ClearingCode,
    first: i64,
    last: i64,
    limit: usize,
) -> Result<Vec<InboxItem>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut items = Vec::new();
    if let Some(days) = days::spanning(conn, first, last)? {
        let window = Window { first, last, days, limit };
        items.extend(to_answer(conn, reader, window)?);
        items.extend(refused(conn, reader, window)?);
        items.extend(ended(conn, reader, window)?);
    }
    items.extend(inbox_events::window(conn, reader, first, last, limit)?);
    items.sort_unstable_by_key(|item| item.sequence);
    Ok(items)
}

/// Payments that were reserved, to their creditor agent.
fn to_answer(conn: &mut Conn<'_>, reader: ClearingCode, window: Window) -> Result<Vec<InboxItem>, Error> {
    let found: Vec<(RecordColumns, Vec<u8>)> = on_db!(conn, c => payment::table
        .filter(payment::business_day.between(window.days.first, window.days.last))
        .filter(payment::seq.between(window.first, window.last))
        .filter(payment::creditor_agent.eq(reader))
        .filter(payment::reason.is_null())
        .order(payment::seq)
        .limit(window.limit)
        .select((RecordColumns::as_select(), payment::body))
        .load(c))?;
    let item = |(columns, body): (RecordColumns, Vec<u8>)| Ok(forward(&columns.payment(None)?, Arc::from(body)));
    found.into_iter().map(item).collect()
}

/// Payments that were refused at once, to their debtor agent.
fn refused(conn: &mut Conn<'_>, reader: ClearingCode, window: Window) -> Result<Vec<InboxItem>, Error> {
    let found: Vec<RecordColumns> = on_db!(conn, c => payment::table
        .filter(payment::business_day.between(window.days.first, window.days.last))
        .filter(payment::seq.between(window.first, window.last))
        .filter(payment::debtor_agent.eq(reader))
        .filter(payment::reason.is_not_null())
        .order(payment::seq)
        .limit(window.limit)
        .select(RecordColumns::as_select())
        .load(c))?;
    found.into_iter().map(|columns| Ok(report(&columns.payment(None)?))).collect()
}

/// How payments ended, to both agents.
fn ended(conn: &mut Conn<'_>, reader: ClearingCode, window: Window) -> Result<Vec<InboxItem>, Error> {
    // A payment was recorded on the day on which it ended, or before.
    let not_after = payment::business_day.le(window.days.last);
    let found: Vec<(OutcomeColumns, RecordColumns)> = on_db!(conn, c => outcome::table
        .inner_join(payment::table.on(payment::seq.eq(outcome::payment).and(not_after)))
        .filter(outcome::business_day.between(window.days.first, window.days.last))
        .filter(outcome::seq.between(window.first, window.last))
        .filter(payment::debtor_agent.eq(reader).or(payment::creditor_agent.eq(reader)))
        .order(outcome::seq)
        .limit(window.limit)
        .select((OutcomeColumns::as_select(), RecordColumns::as_select()))
        .load(c))?;
    found.into_iter().map(|(outcome, columns)| Ok(report(&columns.payment(Some(&outcome))?))).collect()
}

/// A payment that was reserved, as its creditor agent is sent it.
pub(super) fn forward(payment: &Payment, body: Arc<[u8]>) -> InboxItem {
    let forwarded = ForwardedPayment {
        uetr: payment.uetr,
        amount: payment.amount,
        debtor_agent: payment.debtor_agent,
        creditor_agent: payment.creditor_agent,
        body,
    };
    let message = InboxMessage::Payment(forwarded);
    InboxItem { sequence: payment.sequence, recorded: payment.recorded, message }
}

/// How a payment ended, as its agents are told it.
pub(super) fn report(payment: &Payment) -> InboxItem {
    let message = InboxMessage::Report(payment.report());
    InboxItem { sequence: payment.state_sequence, recorded: payment.state_recorded, message }
}
