//! Checkpoints in the database: one for each business day that has ended, to be exported at any time.

use diesel::prelude::*;
use store::{Conn, on_db};

use super::schema::{batch, checkpoint, closed_day};
use super::{closed_days, log};
use crate::clearing::{BusinessDay, Checkpoint, CheckpointKey};
use crate::error::Error;

/// So many days are signed in one transaction.
const DAYS_A_STEP: i64 = 32;

/// The checkpoint of the end of the log; none while it is empty.
pub(super) fn of_head(conn: &mut Conn<'_>) -> Result<Option<Checkpoint>, Error> {
    let head = log::head(conn)?;
    Ok(log::batch_ending(conn, head.sequence)?.map(|batch| Checkpoint::of(&batch, None)))
}

/// The batch that closed a day, as a checkpoint.
fn of_day(conn: &mut Conn<'_>, day: BusinessDay, last: i64) -> Result<Checkpoint, Error> {
    // A cut-over is the first row of its batch.
    let ending: Option<i64> = on_db!(conn, c => batch::table
        .filter(batch::last_seq.gt(last))
        .order(batch::last_seq)
        .select(batch::last_seq)
        .first(c)
        .optional())?;
    let batch = ending.map(|ending| log::batch_ending(conn, ending)).transpose()?.flatten();
    let batch = batch.ok_or_else(|| Error::Damaged(format!("business day {day} was closed by no batch")))?;
    Ok(Checkpoint::of(&batch, Some(day)))
}

/// Signs the days that have ended since this was last done, at most so many at a time. Returns the signatures.
pub(super) fn sign_closed_days(conn: &mut Conn<'_>, key: &CheckpointKey) -> Result<Vec<String>, Error> {
    let unsigned: Vec<(BusinessDay, i64)> = on_db!(conn, c => closed_day::table
        .left_join(checkpoint::table.on(checkpoint::business_day.eq(closed_day::business_day)))
        .filter(checkpoint::business_day.is_null())
        .order(closed_day::business_day)
        .limit(DAYS_A_STEP)
        .select((closed_day::business_day, closed_day::last_seq))
        .load(c))?;
    let mut made = Vec::with_capacity(unsigned.len());
    for (day, last) in unsigned {
        let signed = key.sign(&of_day(conn, day, last)?);
        // Another gateway may have been first; the text is the same.
        on_db!(conn, c => diesel::insert_into(checkpoint::table)
            .values((checkpoint::business_day.eq(day), checkpoint::jws.eq(&signed)))
            .on_conflict_do_nothing()
            .execute(c))?;
        made.push(signed);
    }
    Ok(made)
}

/// The signature of the batch that closed `day`.
pub(super) fn of_closed_day(conn: &mut Conn<'_>, day: BusinessDay) -> Result<Option<String>, Error> {
    Ok(on_db!(conn, c => checkpoint::table.find(day).select(checkpoint::jws).get_result(c).optional())?)
}

/// All signatures that are kept, by day.
pub(super) fn all(conn: &mut Conn<'_>) -> Result<Vec<(BusinessDay, String)>, Error> {
    Ok(on_db!(conn, c => checkpoint::table
        .order(checkpoint::business_day)
        .select((checkpoint::business_day, checkpoint::jws))
        .load(c))?)
}

/// Whether there is anything to sign.
pub(super) fn is_due(conn: &mut Conn<'_>) -> Result<bool, Error> {
    let Some(last) = closed_days::closed(conn, None, 1)?.pop() else { return Ok(false) };
    Ok(of_closed_day(conn, last.business_day)?.is_none())
}
