//! What stays of an archived payment: enough to say how it ended, to take a return or a recall of it, and to put it
//! into a statement. The message itself is in the archive.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::super::columns::{OutcomeColumns, RecordColumns};
use super::super::schema::{archived_payment, outcome, payment};
use crate::clearing::{BusinessDay, ClosedDay};
use crate::error::Error;
use crate::participant::ClearingCode;

/// Table `archived_payment`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = archived_payment)]
pub(in crate::store) struct ArchivedColumns {
    seq: i64,
    recorded: Timestamp,
    business_day: BusinessDay,
    debtor_agent: ClearingCode,
    creditor_agent: ClearingCode,
    currency: i16,
    amount: i64,
    transaction_id: String,
    end_to_end_id: String,
    uetr: Vec<u8>,
    accepted: Timestamp,
    deadline: Timestamp,
    reason: Option<String>,
    fingerprint: Vec<u8>,
    outcome_seq: Option<i64>,
    outcome_recorded: Option<Timestamp>,
    outcome_day: Option<BusinessDay>,
    ending: Option<String>,
    outcome_reason: Option<String>,
}

impl ArchivedColumns {
    /// The payment as it was recorded.
    pub(in crate::store) fn record(&self) -> RecordColumns {
        let own = self.clone();
        RecordColumns {
            seq: own.seq,
            recorded: own.recorded,
            business_day: own.business_day,
            debtor_agent: own.debtor_agent,
            creditor_agent: own.creditor_agent,
            currency: own.currency,
            amount: own.amount,
            transaction_id: own.transaction_id,
            end_to_end_id: own.end_to_end_id,
            uetr: own.uetr,
            accepted: own.accepted,
            deadline: own.deadline,
            reason: own.reason,
            fingerprint: own.fingerprint,
        }
    }

    /// How it ended. Its hash is in the archive.
    pub(in crate::store) fn outcome(&self) -> Option<OutcomeColumns> {
        Some(OutcomeColumns {
            seq: self.outcome_seq?,
            recorded: self.outcome_recorded?,
            business_day: self.outcome_day?,
            payment: self.seq,
            ending: self.ending.clone()?,
            reason: self.outcome_reason.clone(),
            digest: Vec::new(),
        })
    }
}

/// Keeps what stays of the day's payments among rows `first..=last`.
pub(super) fn keep(conn: &mut Conn<'_>, day: &ClosedDay, first: i64, last: i64) -> Result<(), Error> {
    // A payment ends on its own day or on the next: by then its deadline has long passed.
    let ended = outcome::payment.eq(payment::seq).and(outcome::business_day.between(day.business_day, day.next_day));
    on_db!(conn, c => payment::table
        .left_join(outcome::table.on(ended))
        .filter(payment::business_day.eq(day.business_day))
        .filter(payment::seq.between(first, last))
        .select((
            payment::seq,
            payment::recorded,
            payment::business_day,
            payment::debtor_agent,
            payment::creditor_agent,
            payment::currency,
            payment::amount,
            payment::transaction_id,
            payment::end_to_end_id,
            payment::uetr,
            payment::accepted,
            payment::deadline,
            payment::reason,
            payment::fingerprint,
            outcome::seq.nullable(),
            outcome::recorded.nullable(),
            outcome::business_day.nullable(),
            outcome::ending.nullable(),
            outcome::reason.nullable(),
        ))
        .insert_into(archived_payment::table)
        .into_columns(archived_payment::all_columns)
        .execute(c))?;
    Ok(())
}

/// Those of these payments that are archived, in the order of the log.
pub(in crate::store) fn find(conn: &mut Conn<'_>, sequences: &[i64]) -> Result<Vec<ArchivedColumns>, Error> {
    if sequences.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on_db!(conn, c => archived_payment::table
        .filter(archived_payment::seq.eq_any(sequences))
        .order(archived_payment::seq)
        .select(ArchivedColumns::as_select())
        .load(c))?)
}

/// Archived payments of `agent` that ended among rows `first..=last`, in that order.
pub(in crate::store) fn ended(
    conn: &mut Conn<'_>,
    agent: ClearingCode,
    first: i64,
    last: i64,
) -> Result<Vec<ArchivedColumns>, Error> {
    Ok(on_db!(conn, c => archived_payment::table
        .filter(archived_payment::outcome_seq.assume_not_null().between(first, last))
        .filter(archived_payment::debtor_agent.eq(agent).or(archived_payment::creditor_agent.eq(agent)))
        .order(archived_payment::outcome_seq)
        .select(ArchivedColumns::as_select())
        .load(c))?)
}
