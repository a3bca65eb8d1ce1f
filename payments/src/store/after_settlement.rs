//! What happened to payments after they settled: credited, blocked, returned, recalled. Read from the log when a command
//! asks about such a payment; payments under way have nothing of it.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use store::{Conn, on_db};

use super::columns::EventColumns;
use super::schema::event;
use crate::clearing::{Command, Event, EventRow, Payment, PaymentState, State};
use crate::error::Error;
use crate::participant::ClearingCode;

/// Adds to settled payments what came after.
pub(super) fn complete(conn: &mut Conn<'_>, payments: &mut [Payment]) -> Result<(), Error> {
    let settled = |payment: &&Payment| payment.state == PaymentState::Settled;
    let settled: Vec<i64> = payments.iter().filter(settled).map(|payment| payment.sequence).collect();
    if settled.is_empty() {
        return Ok(());
    }
    let found: Vec<EventColumns> = on_db!(conn, c => event::table
        .filter(event::payment.eq_any(&settled))
        .filter(event::kind.eq_any(["credited", "blocked", "returned", "recalled", "recall_accepted", "recall_rejected"]))
        .order(event::seq)
        .select(EventColumns::as_select())
        .load(c))?;
    if found.is_empty() {
        return Ok(());
    }
    let mut by_sequence: HashMap<i64, &mut Payment> =
        payments.iter_mut().map(|payment| (payment.sequence, payment)).collect();
    for columns in found {
        let Some(payment) = columns.payment.and_then(|sequence| by_sequence.get_mut(&sequence)) else { continue };
        add(payment, &columns.event_row()?);
    }
    Ok(())
}

fn add(payment: &mut Payment, row: &EventRow) {
    match &row.event {
        Event::Posted { posting, .. } => {
            payment.posting = *posting;
            (payment.state_sequence, payment.state_recorded) = (row.sequence, row.recorded);
        }
        Event::Returned(record) => payment.returned = payment.returned.saturating_add(record.amount.minor()),
        Event::Recalled(record) => payment.take_recall(record),
        _ => {}
    }
}

/// Takes the returns into `state` whose ids `commands` use again.
///
/// # Errors
/// [`Error::HeadMoved`] when one of them is newer than the state: another gateway has recorded it.
pub(super) fn recall(conn: &mut Conn<'_>, state: &mut State, commands: &[Command]) -> Result<(), Error> {
    let mut ids: BTreeMap<ClearingCode, Vec<&str>> = BTreeMap::new();
    for command in commands {
        if let Command::Return { sender, request, .. } = command {
            ids.entry(*sender).or_default().push(&request.return_id);
        }
    }
    for (returner, ids) in ids {
        let found: Vec<EventColumns> = on_db!(conn, c => event::table
            .filter(event::participant.eq(returner))
            .filter(event::reference.eq_any(&ids))
            .filter(event::kind.eq_any(["returned", "return_refused"]))
            .order(event::seq)
            .select(EventColumns::as_select())
            .load(c))?;
        for columns in found {
            if columns.seq > state.sequence() {
                return Err(Error::HeadMoved);
            }
            state.remember_return(&columns.event_row()?);
        }
    }
    Ok(())
}
