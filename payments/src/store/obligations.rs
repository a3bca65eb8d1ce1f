//! What creditor agents owe, as its table holds it.

use std::collections::BTreeSet;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::schema::obligation;
use crate::clearing::{Obligation, Owed};
use crate::error::Error;
use crate::participant::ClearingCode;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = obligation)]
struct ObligationColumns {
    payment: i64,
    owed: String,
    participant: ClearingCode,
    since: Timestamp,
}

/// Writes that for these payments this is owed, and nothing else.
pub(super) fn write(conn: &mut Conn<'_>, payments: &BTreeSet<i64>, owed: &[Obligation]) -> Result<(), Error> {
    if payments.is_empty() {
        return Ok(());
    }
    let columns: Vec<ObligationColumns> = owed
        .iter()
        .map(|one| ObligationColumns {
            payment: one.payment,
            owed: one.owed.name().to_owned(),
            participant: one.participant,
            since: one.since,
        })
        .collect();
    on_db!(conn, c => diesel::delete(obligation::table.filter(obligation::payment.eq_any(payments))).execute(c))?;
    for one in columns {
        on_db!(conn, c => diesel::insert_into(obligation::table).values(&one).execute(c))?;
    }
    Ok(())
}

/// Everything that is owed, longest first.
pub(super) fn all(conn: &mut Conn<'_>) -> Result<Vec<Obligation>, Error> {
    let found: Vec<ObligationColumns> = on_db!(conn, c => obligation::table
        .order((obligation::since, obligation::payment, obligation::owed))
        .select(ObligationColumns::as_select())
        .load(c))?;
    let read = |columns: ObligationColumns| {
        let ObligationColumns { payment, owed, participant, since } = columns;
        let owed = Owed::from_name(&owed)
            .ok_or_else(|| Error::Damaged(format!("obligation of payment {payment}: what is owed cannot be read")))?;
        Ok(Obligation { payment, owed, participant, since })
    };
    found.into_iter().map(read).collect()
}
