//! An entry of a participant's own, by its proxy: what it registered, for what else it does with it.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{self, Purpose};
use super::row::EntryRow;
use super::schema::directory_entry;
use super::{Directory, DirectoryError};
use crate::directory::{Entry, Proxy};
use crate::participant::ClearingCode;

/// The entry of `proxy` at `participant`. The read leaves a record.
pub(in crate::store) fn own_entry(
    conn: &mut Conn<'_>,
    directory: &Directory,
    participant: ClearingCode,
    proxy: &Proxy,
    now: Timestamp,
) -> Result<Option<Entry>, DirectoryError> {
    let hash = directory.keys().proxy_hash(proxy);
    let row: Option<EntryRow> = on_db!(conn, c => directory_entry::table
        .filter(directory_entry::proxy_hash.eq(hash.as_slice()))
        .filter(directory_entry::participant.eq(participant))
        .select(EntryRow::as_select())
        .first(c)
        .optional())?;
    let Some(row) = row else { return Ok(None) };
    audit::record(conn, &[row.id], participant, Purpose::List, now)?;
    row.entry(directory.keys()).map(Some)
}
