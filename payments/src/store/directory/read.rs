//! A participant reads its own entries. Each read leaves a record.

use diesel::prelude::*;
use store::{Timestamp, on_db};

use super::audit::{self, Purpose};
use super::row::EntryRow;
use super::schema::directory_entry;
use super::{Directory, DirectoryError, Page};
use crate::directory::{Entry, EntryId};
use crate::participant::ClearingCode;

/// Entries on a page.
const PAGE: i64 = 100;

pub(super) fn list(
    directory: &Directory,
    participant: ClearingCode,
    cursor: Option<EntryId>,
    now: Timestamp,
) -> Result<Page<Entry, EntryId>, DirectoryError> {
    let after = cursor.unwrap_or(EntryId::from_uuid(uuid::Uuid::nil()));
    let rows = directory.db().write(move |conn| -> Result<Vec<EntryRow>, DirectoryError> {
        let rows: Vec<EntryRow> = on_db!(conn, c => directory_entry::table
            .filter(directory_entry::participant.eq(participant))
            .filter(directory_entry::id.gt(after))
            .order(directory_entry::id)
            .limit(PAGE)
            .select(EntryRow::as_select())
            .load(c))?;
        let ids: Vec<EntryId> = rows.iter().map(|row| row.id).collect();
        audit::record(conn, &ids, participant, Purpose::List, now)?;
        Ok(rows)
    })?;
    Page::of(rows, PAGE, |row| row.id, |row| row.entry(directory.keys()))
}
