//! A participant reads its own entries. Each read leaves a record.

use diesel::prelude::*;
use store::{Timestamp, on_db};

use super::audit::{self, Purpose};
use super::row::EntryRow;
use super::schema::directory_entry;
use super::{Directory, DirectoryError};
use crate::directory::{Entry, EntryId};
use crate::participant::ClearingCode;

/// Entries on a page.
const PAGE: i64 = 100;

/// A page of a participant's entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// In the order of their registration.
    pub entries: Vec<Entry>,
    /// The cursor of the next page, when there may be one.
    pub next: Option<EntryId>,
}

pub(super) fn list(
    directory: &Directory,
    participant: ClearingCode,
    cursor: Option<EntryId>,
    now: Timestamp,
) -> Result<Page, DirectoryError> {
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
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    let next = rows.last().filter(|_| full).map(|row| row.id);
    let entries = rows.iter().map(|row| row.entry(directory.keys())).collect::<Result<_, _>>()?;
    Ok(Page { entries, next })
}
