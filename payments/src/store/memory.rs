//! Getting the state out of the database: whole at a start, and what was missed after another gateway wrote.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::archive::compact;
use super::columns::{OutcomeColumns, RecordColumns, consumed};
use super::days::Days;
use super::log::Head;
use super::recent::Entry;
use super::schema::{outcome, payment};
use super::{after_settlement, closed_days, days, log, obligations, projection, proposals};
use crate::clearing::{BusinessDay, Digest, Parts, Payment, Row, State, chain};
use crate::error::Error;
use crate::money::Currency;
use crate::participant::ClearingCode;

/// Payments under way are looked for in this much of the end of the log. A payment ends within seconds of
/// its deadline while the switch runs, and nothing is recorded while it does not; that nothing was
/// overlooked is checked against what the positions have reserved.
const OPEN_WITHIN: Duration = Duration::from_hours(1);

/// So many rows are folded at a time when catching up.
const ROWS_A_STEP: i64 = 4_096;

/// Reads the state. Everything must be read from one snapshot.
///
/// # Errors
/// [`Error::Damaged`] when the end of the log does not carry the hash that the head says, or when positions
/// and payments under way do not agree.
pub(super) fn load(conn: &mut Conn<'_>) -> Result<State, Error> {
    let head = log::head(conn)?;
    let last = log::batch_ending(conn, head.sequence)?;
    match &last {
        None if head.sequence == 0 => {}
        Some(batch) if batch.hash == head.hash => {
            let rows = log::rows(conn, batch.first, batch.last)?;
            let digests: Vec<Digest> = rows.iter().map(Row::digest).collect();
            if chain::batch(batch.previous, &rows, &digests).as_ref() != Some(batch) {
                return Err(Error::Damaged(format!("rows {}..={} do not have their hash", batch.first, batch.last)));
            }
        }
        _ => return Err(Error::Damaged(format!("the log does not end with row {} as its head says", head.sequence))),
    }
    let recorded = last.map(|batch| batch.recorded);
    let since = recorded.map(|recorded| log::first_since(conn, recorded - OPEN_WITHIN)).transpose()?.flatten();
    let open = open_payments(conn, since.unwrap_or(0))?;
    let (mut positions, mut turnovers) = (Vec::new(), Vec::new());
    for (code, currency, position, turnover) in projection::positions_and_turnovers(conn)? {
        positions.push((code, currency, position));
        turnovers.push((code, currency, turnover));
    }
    let mut reserved: BTreeMap<(ClearingCode, Currency), i64> = BTreeMap::new();
    for payment in &open {
        let sum = reserved.entry((payment.debtor_agent, payment.amount.currency())).or_default();
        *sum = sum.saturating_add(payment.amount.minor());
    }
    for (code, currency, position) in &positions {
        if reserved.get(&(*code, *currency)).copied().unwrap_or(0) != position.reserved {
            return Err(Error::Damaged(format!("{code} has not reserved what its payments in {currency} need")));
        }
    }
    Ok(State::restored(Parts {
        sequence: head.sequence,
        hash: head.hash,
        recorded,
        day: closed_days::current(conn)?,
        participants: projection::participants(conn)?,
        certificates: projection::certificates(conn)?,
        positions,
        turnovers,
        proposals: proposals::all(conn)?,
        obligations: obligations::all(conn)?,
        open,
    }))
}

fn open_payments(conn: &mut Conn<'_>, first: i64) -> Result<Vec<Payment>, Error> {
    let Some(days) = days::spanning(conn, first, i64::MAX)? else { return Ok(Vec::new()) };
    let ended = outcome::payment.eq(payment::seq).and(outcome::business_day.ge(days.first));
    let found: Vec<(RecordColumns, Vec<u8>)> = on_db!(conn, c => payment::table
        .left_join(outcome::table.on(ended))
        .filter(payment::business_day.ge(days.first))
        .filter(payment::seq.ge(first))
        .filter(payment::reason.is_null())
        .filter(outcome::seq.is_null())
        .select((RecordColumns::as_select(), payment::body))
        .load(c))?;
    let open = |(columns, body): (RecordColumns, Vec<u8>)| {
        let mut payment = columns.payment(None)?;
        payment.consumes = consumed(&payment, &body);
        Ok(payment)
    };
    found.into_iter().map(open).collect()
}

/// Folds in what others appended up to `head`, and says what it means to those who read along.
pub(super) fn catch_up(conn: &mut Conn<'_>, state: &mut State, head: Head) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    // No row is of an earlier day than those before it; before the first day there is nothing.
    let days = Days { first: state.business_day(Timestamp::from_micros(0)), last: BusinessDay::LAST };
    while state.sequence() < head.sequence {
        let (first, last) = (state.sequence() + 1, (state.sequence() + ROWS_A_STEP).min(head.sequence));
        for row in log::rows_of(conn, first, last, days)? {
            state.fold(&row)?;
            entries.push(Entry::of(&row, state));
        }
        if state.sequence() != last {
            return Err(Error::Damaged(format!("row {} of the log is missing", state.sequence() + 1)));
        }
    }
    state.hash = head.hash;
    Ok(entries)
}

/// How these payments ended, of those that have, by their sequence number.
pub(super) fn outcomes(conn: &mut Conn<'_>, found: &[RecordColumns]) -> Result<HashMap<i64, OutcomeColumns>, Error> {
    let reserved: Vec<i64> = found.iter().filter(|row| row.reason.is_none()).map(|row| row.seq).collect();
    // A payment ends on the day on which it was recorded, or later.
    let since = found.iter().map(|row| row.business_day).min();
    let outcomes: Vec<OutcomeColumns> = match since {
        Some(since) if !reserved.is_empty() => on_db!(conn, c => outcome::table
            .filter(outcome::business_day.ge(since))
            .filter(outcome::payment.eq_any(&reserved))
            .select(OutcomeColumns::as_select())
            .load(c))?,
        _ => Vec::new(),
    };
    let mut outcomes: HashMap<i64, OutcomeColumns> = outcomes.into_iter().map(|row| (row.payment, row)).collect();
    let missing: Vec<i64> = reserved.into_iter().filter(|payment| !outcomes.contains_key(payment)).collect();
    for archived in compact::find(conn, &missing)? {
        outcomes.extend(archived.outcome().map(|row| (row.payment, row)));
    }
    Ok(outcomes)
}

/// The payments of these columns as they stand.
pub(super) fn with_outcomes(conn: &mut Conn<'_>, found: Vec<RecordColumns>) -> Result<Vec<Payment>, Error> {
    let outcomes = outcomes(conn, &found)?;
    let mut payments = found
        .into_iter()
        .map(|columns| {
            let outcome = outcomes.get(&columns.seq);
            columns.payment(outcome)
        })
        .collect::<Result<Vec<_>, _>>()?;
    after_settlement::complete(conn, &mut payments)?;
    Ok(payments)
}
