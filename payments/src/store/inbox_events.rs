//! The part of an inbox that comes from events: what creditor agents say after settlement,
//! returns, recalls and warnings.

use std::collections::HashMap;

use diesel::prelude::*;
use store::{Conn, on_db};

use super::columns::EventColumns;
use super::schema::event;
use super::{history, memory};
use crate::clearing::{
    Event, EventRow, ForwardedRecall, ForwardedReturn, InboxItem, InboxMessage, LowLiquidity, Payment,
};
use crate::error::Error;
use crate::participant::ClearingCode;

/// At least the first `limit` messages from events among rows `first..=last`, when there are so many.
pub(super) fn window(
    conn: &mut Conn<'_>,
    reader: ClearingCode,
    first: i64,
    last: i64,
    limit: i64,
) -> Result<Vec<InboxItem>, Error> {
    let refused_by_us = event::kind.eq("return_refused").and(event::participant.eq(reader));
    let about_us = event::participant.eq(reader).or(event::counterparty.eq(reader).assume_not_null());
    let told = event::kind.eq_any(["credited", "blocked", "returned"]).and(about_us);
    let warned = event::kind.eq("liquidity_low").and(event::participant.eq(reader));
    let recalls = ["recalled", "recall_accepted", "recall_rejected"];
    let recalled = event::kind.eq_any(recalls).and(event::counterparty.eq(reader).assume_not_null());
    let found: Vec<EventColumns> = on_db!(conn, c => event::table
        .filter(event::seq.between(first, last))
        .filter(told.or(refused_by_us).or(recalled).or(warned))
        .order(event::seq)
        .limit(limit)
        .select(EventColumns::as_select())
        .load(c))?;
    let rows = found.into_iter().map(EventColumns::event_row).collect::<Result<Vec<_>, _>>()?;
    let posted = |row: &EventRow| if let Event::Posted { payment, .. } = row.event { Some(payment) } else { None };
    let payments = settled(conn, &rows.iter().filter_map(posted).collect::<Vec<_>>())?;
    Ok(rows.iter().filter_map(|row| item(row, reader, &payments)).collect())
}

fn item(row: &EventRow, reader: ClearingCode, payments: &HashMap<i64, Payment>) -> Option<InboxItem> {
    let message = match &row.event {
        Event::Posted { payment, posting, .. } => {
            let mut payment = payments.get(payment)?.clone();
            // As it stood with this row, whatever came later: a message is the same whenever it is read.
            payment.posting = *posting;
            (payment.state_sequence, payment.state_recorded) = (row.sequence, row.recorded);
            InboxMessage::Report(payment.report())
        }
        Event::Returned(record) if row.participant == reader => {
            InboxMessage::Report(record.report(reader, row.sequence, row.recorded))
        }
        Event::Returned(record) => InboxMessage::Return(ForwardedReturn {
            original_uetr: record.detail.original_uetr,
            amount: record.amount,
            returner: row.participant,
            body: record.detail.body.clone(),
        }),
        Event::Recalled(record) => InboxMessage::Recall(ForwardedRecall {
            assigner: row.participant,
            assignee: record.counterparty,
            decision: record.decision,
            body: record.body.clone(),
        }),
        Event::Liquidity(turn) => {
            InboxMessage::LowLiquidity(LowLiquidity { currency: turn.currency, available: turn.available })
        }
        _ => return None,
    };
    Some(InboxItem { sequence: row.sequence, recorded: row.recorded, message })
}

/// These payments as they settled.
fn settled(conn: &mut Conn<'_>, sequences: &[i64]) -> Result<HashMap<i64, Payment>, Error> {
    if sequences.is_empty() {
        return Ok(HashMap::new());
    }
    let found = history::records(conn, sequences)?;
    let outcomes = memory::outcomes(conn, &found)?;
    let settled = found.into_iter().filter_map(|columns| {
        let outcome = outcomes.get(&columns.seq)?;
        Some((columns.seq, columns.payment(Some(outcome))))
    });
    settled.map(|(sequence, payment)| Ok((sequence, payment?))).collect()
}
