//! The entries that can be paid, by proxy: what look-ups and payments read.

use std::sync::Arc;

use diesel::backend::Backend;
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Binary, Bool, Integer, Nullable, SmallInt};
use diesel::sqlite::Sqlite;
use store::{Conn, on_db};

use super::row;
use super::schema::directory_entry;
use crate::directory::sealed::Place;
use crate::directory::{AccountToken, CannotOpen, DirectoryKeys, EntryId, EntryStatus, EntryVersion, ProxyHash};
use crate::participant::ClearingCode;

/// What an entry is found by, as its column holds it.
#[derive(Debug, Clone, Copy, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub(super) struct StoredHash(ProxyHash);

impl<DB: Backend> FromSql<Binary, DB> for StoredHash
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        Ok(Self(Vec::from_sql(bytes)?.as_slice().try_into()?))
    }
}

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
    proxy_hash: StoredHash,
    pub(super) id: EntryId,
    pub(super) sealed: Vec<u8>,
    pub(super) owner_key: Option<Vec<u8>>,
}

impl PayableRow {
    pub(super) fn token(&self, keys: &DirectoryKeys) -> Result<AccountToken, CannotOpen> {
        row::token(keys, self.id, &self.sealed)
    }

    pub(super) const fn hash(&self) -> &ProxyHash {
        &self.proxy_hash.0
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

/// What proxies lead to, in the order of their hashes.
pub(super) struct Payable(Vec<Arc<PayableRow>>);

impl Payable {
    fn of(mut rows: Vec<PayableRow>) -> Self {
        rows.sort_unstable_by_key(|row| row.proxy_hash.0);
        Self(rows.into_iter().map(Arc::new).collect())
    }

    /// What this proxy leads to, at each bank.
    pub(super) fn of_proxy(&self, hash: &ProxyHash) -> &[Arc<PayableRow>] {
        let from = self.0.partition_point(|row| row.proxy_hash.0 < *hash);
        let many = self.0[from..].iter().take_while(|row| row.proxy_hash.0 == *hash).count();
        &self.0[from..from + many]
    }
}

/// The entries of all these proxies: one query on PostgreSQL, one for every [`OfProxies::MOST`] on SQLite.
pub(super) fn payable<'a>(
    conn: &mut Conn<'_>,
    hashes: impl Iterator<Item = &'a ProxyHash>,
) -> Result<Payable, diesel::result::Error> {
    let mut hashes: Vec<&ProxyHash> = hashes.collect();
    hashes.sort_unstable();
    hashes.dedup();
    let rows = match conn {
        Conn::Postgres(conn) => {
            let hashes: Vec<&[u8]> = hashes.into_iter().map(ProxyHash::as_slice).collect();
            directory_entry::table
                .filter(directory_entry::proxy_hash.eq_any(hashes))
                .filter(directory_entry::status.ne(EntryStatus::Pending.number()))
                .select(PayableRow::as_select())
                .load(*conn)?
        }
        Conn::Sqlite(conn) => {
            let mut rows = Vec::with_capacity(hashes.len());
            for some in hashes.chunks(OfProxies::MOST) {
                rows.extend(OfProxies::of(some).load::<PayableRow>(*conn)?);
            }
            rows
        }
    };
    Ok(Payable::of(rows))
}

/// The entries of some proxies in an embedded database. The query has the same number of places whoever asks, so that each
/// connection prepares it once; a place that nobody needs holds nothing and finds nothing.
struct OfProxies<'a> {
    hashes: [Option<&'a [u8]>; OfProxies::MOST],
    pending: i16,
}

impl<'a> OfProxies<'a> {
    /// Most batches need two, with few places to spare.
    const MOST: usize = 32;

    fn of(some: &[&'a ProxyHash]) -> Self {
        let mut hashes = [None; OfProxies::MOST];
        for (place, hash) in hashes.iter_mut().zip(some) {
            *place = Some(hash.as_slice());
        }
        Self { hashes, pending: EntryStatus::Pending.number() }
    }
}

impl QueryId for OfProxies<'_> {
    type QueryId = OfProxies<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for OfProxies<'_> {
    /// The columns of [`PayableRow`], in its order.
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "SELECT version, proven_on, last_used_on, participant, currencies, is_default, proxy_hash, id, sealed, \
             owner_key FROM directory_entry WHERE status <> ",
        );
        out.push_bind_param::<SmallInt, _>(&self.pending)?;
        out.push_sql(" AND proxy_hash IN (");
        for (place, hash) in self.hashes.iter().enumerate() {
            out.push_sql(if place == 0 { "" } else { ", " });
            out.push_bind_param::<Nullable<Binary>, _>(hash)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

impl Query for OfProxies<'_> {
    type SqlType = (Integer, Integer, Integer, SmallInt, SmallInt, Bool, Binary, Binary, Binary, Nullable<Binary>);
}

impl RunQueryDsl<SqliteConnection> for OfProxies<'_> {}
