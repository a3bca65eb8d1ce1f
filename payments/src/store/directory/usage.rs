//! When an entry was last shown to a payer, to the month: whoever uses a number need not prove it again.

use std::sync::Arc;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::DirectoryError;
use super::desk::Seen;
use super::payable::PayableRow;
use super::row::day;
use super::schema::directory_entry;
use crate::directory::EntryId;
use crate::participant::ClearingCode;

/// Days after which a use is noted again. An entry that is paid every day is written once a month.
const EVERY: i32 = 30;

/// Of what was shown, the entries whose last use was noted long ago.
pub(super) fn to_note(seen: &Seen, now: Timestamp) -> Vec<(ClearingCode, EntryId)> {
    let long_ago = |row: &&Arc<PayableRow>| day(now) - row.proven_on.max(row.last_used_on) >= EVERY;
    seen.iter().flatten().filter(long_ago).map(|row| (row.participant, row.id)).collect()
}

/// Notes that they were used today.
pub(super) fn write(
    conn: &mut Conn<'_>,
    used: &[(ClearingCode, EntryId)],
    now: Timestamp,
) -> Result<(), DirectoryError> {
    for (participant, id) in used {
        on_db!(conn, c => diesel::update(directory_entry::table)
            .filter(directory_entry::participant.eq(participant))
            .filter(directory_entry::id.eq(id))
            .set(directory_entry::last_used_on.eq(day(now)))
            .execute(c))?;
    }
    Ok(())
}
