//! The entries of a statement, read from the rows of its day in bounded steps.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::archive::compact;
use super::columns::{EventColumns, RecordColumns, currency_column};
use super::days;
use super::schema::{event, outcome, payment};
use crate::clearing::{ClosedDay, Entry, Event, EventRow, Movement};
use crate::error::Error;
use crate::money::Currency;
use crate::participant::ClearingCode;
use crate::report::{EntryPage, References, StatementEntry};

/// So many rows of the log are looked through in one statement.
const WINDOW: i64 = 4_096;
/// So many windows for one page: a page may hold fewer entries than asked for, and still not be the last.
const WINDOWS: usize = 64;

/// Whose entries.
#[derive(Clone, Copy)]
pub(super) struct Of {
    pub(super) participant: ClearingCode,
    pub(super) currency: Currency,
}

/// At most `limit` entries of `day` after row `after`. Everything must be read from one snapshot.
pub(super) fn page(conn: &mut Conn<'_>, day: &ClosedDay, of: Of, after: i64, limit: usize) -> Result<EntryPage, Error> {
    let mut next = after.clamp(day.first - 1, day.last);
    let mut entries = Vec::new();
    for _ in 0..WINDOWS {
        if next == day.last || entries.len() >= limit {
            break;
        }
        let last = (next + WINDOW).min(day.last);
        let mut found = window(conn, of, next + 1, last)?;
        next = last;
        if entries.len() + found.len() > limit {
            found.truncate(limit - entries.len());
            next = found.last().map_or(last, |entry| entry.sequence);
        }
        entries.append(&mut found);
    }
    Ok(EntryPage { entries, next: (next < day.last).then_some(next) })
}

fn window(conn: &mut Conn<'_>, of: Of, first: i64, last: i64) -> Result<Vec<StatementEntry>, Error> {
    let mut entries = payments(conn, of, first, last)?;
    entries.extend(events(conn, of, first, last)?);
    entries.sort_unstable_by_key(|entry| entry.sequence);
    Ok(entries)
}

fn payments(conn: &mut Conn<'_>, of: Of, first: i64, last: i64) -> Result<Vec<StatementEntry>, Error> {
    let archived = compact::ended(conn, of.participant, first, last)?.into_iter().filter_map(|kept| {
        let outcome = kept.outcome().filter(|outcome| outcome.ending == "settled")?;
        Some((outcome.seq, outcome.recorded, kept.record()))
    });
    let archived: Vec<_> = archived.filter(|(.., record)| record.currency == currency_column(of.currency)).collect();
    let Some(days) = days::spanning(conn, first, last)? else { return Ok(Vec::new()) };
    // A payment was recorded on the day on which it ended, or before.
    let not_after = payment::business_day.le(days.last);
    let found: Vec<(i64, Timestamp, RecordColumns)> = on_db!(conn, c => outcome::table
        .inner_join(payment::table.on(payment::seq.eq(outcome::payment).and(not_after)))
        .filter(outcome::business_day.between(days.first, days.last))
        .filter(outcome::seq.between(first, last))
        .filter(outcome::ending.eq("settled"))
        .filter(payment::currency.eq(currency_column(of.currency)))
        .filter(payment::debtor_agent.eq(of.participant).or(payment::creditor_agent.eq(of.participant)))
        .select((outcome::seq, outcome::recorded, RecordColumns::as_select()))
        .load(c))?;
    let entry = |(sequence, recorded, columns): (i64, Timestamp, RecordColumns)| {
        let payment = columns.payment(None)?;
        let pays = payment.debtor_agent == of.participant;
        Ok(StatementEntry {
            sequence,
            recorded,
            entry: if pays { Entry::PaymentOut } else { Entry::PaymentIn },
            amount: payment.amount,
            counterparty: Some(if pays { payment.creditor_agent } else { payment.debtor_agent }),
            references: Some(References {
                end_to_end_id: payment.end_to_end_id,
                uetr: payment.uetr,
                transaction_id: payment.transaction_id,
                return_id: None,
            }),
        })
    };
    found.into_iter().chain(archived).map(entry).collect()
}

fn events(conn: &mut Conn<'_>, of: Of, first: i64, last: i64) -> Result<Vec<StatementEntry>, Error> {
    let about = event::participant.eq(of.participant).or(event::counterparty.eq(of.participant).assume_not_null());
    let found: Vec<EventColumns> = on_db!(conn, c => event::table
        .filter(event::seq.between(first, last))
        .filter(event::kind.eq_any(["returned", "funded", "withdrawn"]))
        .filter(event::currency.eq(currency_column(of.currency)).assume_not_null())
        .filter(about)
        .select(EventColumns::as_select())
        .load(c))?;
    let rows = found.into_iter().map(EventColumns::event_row).collect::<Result<Vec<_>, _>>()?;
    Ok(rows.iter().filter_map(|row| entry(row, of)).collect())
}

fn entry(row: &EventRow, of: Of) -> Option<StatementEntry> {
    let (entry, amount, counterparty, references) = match &row.event {
        Event::Moved { movement: Movement::Funding, amount, .. } => (Entry::Funding, *amount, None, None),
        Event::Moved { movement: Movement::Withdrawal, amount, .. } => (Entry::Withdrawal, *amount, None, None),
        Event::Returned(record) => {
            let gives = row.participant == of.participant;
            let references = References {
                end_to_end_id: record.detail.original_end_to_end_id.clone(),
                uetr: record.detail.original_uetr,
                transaction_id: record.detail.original_transaction_id.clone(),
                return_id: Some(record.return_id.clone()),
            };
            let entry = if gives { Entry::ReturnOut } else { Entry::ReturnIn };
            let counterparty = if gives { record.receiver } else { Some(row.participant) };
            (entry, record.amount, counterparty, Some(references))
        }
        _ => return None,
    };
    Some(StatementEntry { sequence: row.sequence, recorded: row.recorded, entry, amount, counterparty, references })
}
