//! The entries of one proxy, at all banks: taken for one transaction, and looked at by the rules of ownership.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{self, Purpose};
use super::digest;
use super::notice::{self, NoticeKind};
use super::row::{EntryRow, owner_key};
use super::schema::directory_entry;
use super::{Directory, DirectoryError};
use crate::directory::{DirectoryKeys, EntryStatus, Held, ProxyHash, Registration, Wish};
use crate::participant::ClearingCode;

/// Takes the entries of one proxy for this transaction alone, so that two banks at once cannot both become its
/// default. SQLite has one writer anyway.
pub(super) fn lock(conn: &mut Conn<'_>, hash: &ProxyHash) -> Result<(), DirectoryError> {
    if let Conn::Postgres(conn) = conn {
        let number = i64::from_be_bytes(*hash.first_chunk().unwrap_or(&[0; 8]));
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
            .bind::<diesel::sql_types::BigInt, _>(number)
            .execute(*conn)?;
    }
    Ok(())
}

/// Every entry of a proxy. Read them after [`lock`].
pub(super) fn entries_of(conn: &mut Conn<'_>, hash: &ProxyHash) -> Result<Vec<EntryRow>, DirectoryError> {
    Ok(on_db!(conn, c => directory_entry::table
        .filter(directory_entry::proxy_hash.eq(hash.as_slice()))
        .order(directory_entry::participant)
        .select(EntryRow::as_select())
        .load(c))?)
}

/// The entries as the rules look at them.
pub(super) fn held(entries: &[EntryRow]) -> Vec<Held> {
    let one = |row: &EntryRow| Held {
        participant: row.participant,
        owner: owner_key(row.owner_key.as_deref()),
        status: row.status(),
        default: row.is_default,
    };
    entries.iter().map(one).collect()
}

/// What `participant` would register, as the rules look at it.
pub(super) fn wish(directory: &Directory, participant: ClearingCode, registration: &Registration) -> Wish {
    Wish { participant, owner: registration.owner_key, asserted: directory.rules().asserts(participant) }
}

/// Another bank's default steps back, and that bank is told; whoever looked it up must look again.
pub(super) fn replace_default(
    conn: &mut Conn<'_>,
    keys: &DirectoryKeys,
    hash: &ProxyHash,
    by: ClearingCode,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let mut replaced = entries_of(conn, hash)?;
    replaced.retain(|row| row.is_default && row.participant != by);
    on_db!(conn, c => diesel::update(directory_entry::table)
        .filter(directory_entry::proxy_hash.eq(hash.as_slice()))
        .filter(directory_entry::is_default.eq(true))
        .filter(directory_entry::participant.ne(by))
        .set((
            directory_entry::is_default.eq(false),
            directory_entry::version.eq(directory_entry::version + 1),
            directory_entry::changed_at.eq(now),
        ))
        .execute(c))?;
    for row in replaced {
        digest::note(conn, keys, [&row], [&EntryRow { is_default: false, ..row.clone() }])?;
        audit::record(conn, &[row.id], by, Purpose::DefaultReplaced, now)?;
        notice::tell(conn, row.participant, NoticeKind::DefaultReplaced, row.id.as_uuid(), now)?;
    }
    Ok(())
}

/// Locks the entries that are paid, or unlocks them.
pub(super) fn set_status(
    conn: &mut Conn<'_>,
    hash: &ProxyHash,
    from: EntryStatus,
    to: EntryStatus,
) -> Result<(), DirectoryError> {
    on_db!(conn, c => diesel::update(directory_entry::table)
        .filter(directory_entry::proxy_hash.eq(hash.as_slice()))
        .filter(directory_entry::status.eq(from.number()))
        .set(directory_entry::status.eq(to.number()))
        .execute(c))?;
    Ok(())
}
