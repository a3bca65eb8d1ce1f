//! Reading entries: a participant its own, a payer's bank what a payer may see. Each read leaves a record.

use diesel::prelude::*;
use store::{Timestamp, on_db};

use super::audit::{self, Purpose};
use super::row::EntryRow;
use super::schema::directory_entry;
use super::{Directory, DirectoryError, LOOKUP_LASTS};
use crate::directory::sealed_text::Private;
use crate::directory::{Entry, EntryId, EntryStatus, Lookup, MaskedName, Proxy, Shown};
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

pub(super) fn lookup(
    directory: &Directory,
    payer_agent: ClearingCode,
    proxy: &Proxy,
    creditor_agent: Option<ClearingCode>,
    now: Timestamp,
) -> Result<Lookup, DirectoryError> {
    let hash = directory.keys().proxy_hash(proxy).to_vec();
    let row = directory.db().write(move |conn| -> Result<Option<EntryRow>, DirectoryError> {
        let row: Option<EntryRow> = match creditor_agent {
            Some(agent) => on_db!(conn, c => directory_entry::table
                .filter(directory_entry::proxy_hash.eq(&hash))
                .filter(directory_entry::participant.eq(agent))
                .filter(directory_entry::status.ne(EntryStatus::Pending.number()))
                .select(EntryRow::as_select())
                .first(c)
                .optional())?,
            None => on_db!(conn, c => directory_entry::table
                .filter(directory_entry::proxy_hash.eq(&hash))
                .filter(directory_entry::is_default.eq(true))
                .filter(directory_entry::status.ne(EntryStatus::Pending.number()))
                .select(EntryRow::as_select())
                .first(c)
                .optional())?,
        };
        if let Some(row) = &row {
            audit::record(conn, &[row.id], payer_agent, Purpose::Lookup, now)?;
        }
        Ok(row)
    })?;
    let row = row.ok_or(DirectoryError::Unknown)?;
    let Private { owner, .. } = row.open(directory.keys())?;
    let account_token = row.token(directory.keys())?;
    let shown = Shown { payer_agent, proxy, creditor_agent: row.participant, account_token: &account_token };
    let expires = Timestamp::from_seconds((now + LOOKUP_LASTS).seconds());
    let reference = directory.keys().references().issue(&shown, row.version(), expires);
    Ok(Lookup {
        participant: row.participant,
        account_token,
        masked_name: MaskedName::of(&owner),
        owner_kind: owner.kind(),
        currencies: row.currencies()?,
        reference,
        expires,
    })
}
