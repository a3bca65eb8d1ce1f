//! What payments do to requests, in the payments' own transactions.

use std::collections::BTreeSet;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::row::RequestColumns;
use super::schema::request_to_pay;
use super::{feed, save};
use crate::clearing::{PaymentState, Row, State};
use crate::error::Error;
use crate::request_to_pay::{RequestId, RequestPayment, RequestState, RequestStep, RequestToPay, step};

/// What became of a payment that carries a request's id.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Turn {
    request: RequestId,
    payment: RequestPayment,
    step: RequestStep,
    at: Timestamp,
}

impl Turn {
    /// What `row`, which is folded into `state`, does to a request.
    pub(in crate::store) fn by(row: &Row, state: &State) -> Option<Self> {
        let (payment, step) = match row {
            Row::Payment(row) => (&row.payment, RequestStep::Hold),
            Row::Outcome(row) => (state.payment(row.payment)?, RequestStep::Settle),
            Row::Event(_) => return None,
        };
        let step = match step {
            RequestStep::Settle if payment.state != PaymentState::Settled => RequestStep::Free,
            step => step,
        };
        Some(Self {
            request: payment.consumes?,
            payment: RequestPayment { sequence: payment.sequence, amount: payment.amount },
            step,
            at: row.recorded(),
        })
    }
}

/// The requests with these ids as they stand. Whoever would change them waits until this transaction ends. The head of
/// the log is taken before, so that no two gateways wait for each other.
pub(in crate::store) fn take(conn: &mut Conn<'_>, ids: &BTreeSet<RequestId>) -> Result<Vec<RequestToPay>, Error> {
    let ids: Vec<&str> = ids.iter().map(RequestId::as_str).collect();
    let wanted = request_to_pay::table.filter(request_to_pay::id.eq_any(ids)).order(request_to_pay::id);
    let found: Vec<RequestColumns> = match conn {
        Conn::Postgres(c) => wanted.select(RequestColumns::as_select()).for_update().load(*c)?,
        Conn::Sqlite(c) => wanted.select(RequestColumns::as_select()).load(*c)?,
    };
    found.into_iter().map(RequestColumns::request).collect()
}

/// Writes what payments did to requests, in the order of the log.
pub(in crate::store) fn write(conn: &mut Conn<'_>, turns: &[Turn]) -> Result<(), Error> {
    if turns.is_empty() {
        return Ok(());
    }
    let mut known = take(conn, &turns.iter().map(|turn| turn.request).collect())?;
    let mut changed = Vec::with_capacity(turns.len());
    for turn in turns {
        let Some(request) = known.iter_mut().find(|request| request.id == turn.request) else {
            tracing::error!(payment = turn.payment.sequence, "the request to pay of a payment is gone");
            continue;
        };
        let holds = request.payment.is_some_and(|held| held.sequence == turn.payment.sequence);
        if holds == (turn.step == RequestStep::Hold) {
            tracing::error!(payment = turn.payment.sequence, "a payment does not hold the request to pay it carries");
            continue;
        }
        let Ok(state) = step(request.state, turn.step, request.asked.expires, turn.at) else {
            tracing::error!(payment = turn.payment.sequence, "a request to pay is not in the state of its payment");
            continue;
        };
        (request.state, request.changed) = (state, turn.at);
        request.payment = (state != RequestState::Waiting).then_some(turn.payment);
        save(conn, request)?;
        changed.push(request.clone());
    }
    feed::append(conn, &changed)
}

/// Every request that says it is being paid, or is paid, with its payment: what the audit compares with the log.
pub(in crate::store) fn held_and_paid(conn: &mut Conn<'_>) -> Result<Vec<(RequestId, RequestState, i64)>, Error> {
    let found: Vec<RequestColumns> = on_db!(conn, c => request_to_pay::table
        .filter(request_to_pay::payment.is_not_null())
        .order(request_to_pay::id)
        .select(RequestColumns::as_select())
        .load(c))?;
    let read = |columns: RequestColumns| {
        let request = columns.request()?;
        Ok(request.payment.map(|payment| (request.id, request.state, payment.sequence)))
    };
    found.into_iter().filter_map(|columns| read(columns).transpose()).collect()
}
