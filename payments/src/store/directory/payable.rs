//! The entries that can be paid, by proxy: what look-ups and payments read.

use std::collections::HashMap;

use diesel::prelude::*;
use store::{Conn, on_db};

use super::row;
use super::schema::directory_entry;
use crate::directory::sealed::Place;
use crate::directory::{AccountToken, CannotOpen, DirectoryKeys, EntryId, EntryStatus, EntryVersion, ProxyHash};
use crate::participant::ClearingCode;

/// As much of an entry as paying needs.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = directory_entry)]
pub(super) struct PayableRow {
    pub(super) version: i32,
    pub(super) proven_on: i32,
    pub(super) last_used_on: i32,
    pub(super) participant: ClearingCode,
    pub(super) currencies: i16,
    pub(super) is_default: bool,
    proxy_hash: Vec<u8>,
    pub(super) id: EntryId,
    pub(super) sealed: Vec<u8>,
    pub(super) owner_key: Option<Vec<u8>>,
}

impl PayableRow {
    pub(super) fn token(&self, keys: &DirectoryKeys) -> Result<AccountToken, CannotOpen> {
        row::token(keys, self.id, &self.sealed)
    }

    pub(super) fn hash(&self) -> Result<ProxyHash, CannotOpen> {
        self.proxy_hash.as_slice().try_into().map_err(|_| CannotOpen)
    }

    pub(super) fn place(&self) -> Place {
        Place { id: self.id, participant: self.participant }
    }

    pub(super) fn version(&self) -> EntryVersion {
        EntryVersion::from_number(i64::from(self.version))
    }
}

/// The entry of a bank with this identifier, if it can be paid.
pub(super) fn payable_by_id(
    conn: &mut Conn<'_>,
    participant: ClearingCode,
    id: EntryId,
) -> Result<Option<PayableRow>, diesel::result::Error> {
    on_db!(conn, c => directory_entry::table
        .filter(directory_entry::participant.eq(participant))
        .filter(directory_entry::id.eq(id))
        .filter(directory_entry::status.ne(EntryStatus::Pending.number()))
        .select(PayableRow::as_select())
        .first(c)
        .optional())
}

/// What a proxy leads to, at each bank.
pub(super) type Payable = HashMap<ProxyHash, Vec<PayableRow>>;

/// The entries of all these proxies: one query on PostgreSQL, one prepared read each on SQLite, which needs no way to
/// a server and would have to parse the one query anew for every number of proxies.
pub(super) fn payable<'a>(
    conn: &mut Conn<'_>,
    hashes: impl Iterator<Item = &'a ProxyHash>,
) -> Result<Payable, diesel::result::Error> {
    let mut hashes: Vec<&ProxyHash> = hashes.collect();
    hashes.sort_unstable();
    hashes.dedup();
    let is_payable = directory_entry::status.ne(EntryStatus::Pending.number());
    let rows: Vec<PayableRow> = match conn {
        Conn::Postgres(conn) => {
            let hashes: Vec<&[u8]> = hashes.into_iter().map(ProxyHash::as_slice).collect();
            directory_entry::table
                .filter(directory_entry::proxy_hash.eq_any(hashes))
                .filter(is_payable)
                .select(PayableRow::as_select())
                .load(*conn)?
        }
        Conn::Sqlite(conn) => {
            let mut rows = Vec::with_capacity(hashes.len());
            for hash in hashes {
                let found = directory_entry::table
                    .filter(directory_entry::proxy_hash.eq(hash.as_slice()))
                    .filter(is_payable)
                    .select(PayableRow::as_select());
                rows.extend(found.load::<PayableRow>(*conn)?);
            }
            rows
        }
    };
    let mut found = Payable::with_capacity(rows.len());
    for row in rows {
        if let Ok(hash) = ProxyHash::try_from(row.proxy_hash.as_slice()) {
            found.entry(hash).or_default().push(row);
        }
    }
    Ok(found)
}
