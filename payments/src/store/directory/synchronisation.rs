//! A participant compares all that it registered with what the directory holds.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{self, Purpose};
use super::row::EntryRow;
use super::schema::directory_entry;
use super::{Directory, DirectoryError};
use crate::directory::{ContentId, Differences, EntryId};
use crate::participant::ClearingCode;

/// Entries that can be compared at once; more than a participant sends, so that what it lacks has room too.
const COMPARED: i64 = 2_000;

impl Directory {
    /// Where the entries of `participant` with identifiers above `after`, up to `until`, differ from what it believes
    /// them to be. When it lacks very many, those with the lowest identifiers come first.
    pub fn differences(
        &self,
        participant: ClearingCode,
        (after, until): (Option<EntryId>, Option<EntryId>),
        theirs: &[(EntryId, ContentId)],
        now: Timestamp,
    ) -> Result<Differences, DirectoryError> {
        let after = after.unwrap_or(EntryId::from_uuid(uuid::Uuid::nil()));
        let rows = self.db().read(|conn| rows(conn, participant, after, until, COMPARED))?;
        // Beyond the last row nothing is known when there may be more.
        let cut = i64::try_from(rows.len()).is_ok_and(|read| read == COMPARED);
        let end = rows.last().filter(|_| cut).map(|row| row.id);
        let theirs: Vec<_> = theirs.iter().copied().filter(|(id, _)| end.is_none_or(|end| *id <= end)).collect();
        let ours = rows.iter().map(|row| row.entry(self.keys())).collect::<Result<_, _>>()?;
        let differences = Differences::between(ours, &theirs);
        let shown: Vec<EntryId> = differences.current.iter().map(|entry| entry.id).collect();
        self.db().write(move |conn| audit::record(conn, &shown, participant, Purpose::List, now))?;
        Ok(differences)
    }
}

fn rows(
    conn: &mut Conn<'_>,
    participant: ClearingCode,
    after: EntryId,
    until: Option<EntryId>,
    limit: i64,
) -> Result<Vec<EntryRow>, DirectoryError> {
    let until = until.unwrap_or(EntryId::from_uuid(uuid::Uuid::max()));
    Ok(on_db!(conn, c => directory_entry::table
        .filter(directory_entry::participant.eq(participant))
        .filter(directory_entry::id.gt(after))
        .filter(directory_entry::id.le(until))
        .order(directory_entry::id)
        .limit(limit)
        .select(EntryRow::as_select())
        .load(c))?)
}
