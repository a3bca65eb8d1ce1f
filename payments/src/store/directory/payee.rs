//! What a payment's own transaction asks of the directory: where do these proxies lead now?

use std::collections::HashMap;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::row;
use super::schema::directory_entry;
use super::{Directory, DirectoryError};
use crate::clearing::CreditTransfer;
use crate::directory::{CurrentEntry, EntryId, EntryStatus, EntryVersion, NotAsShown, ProxyHash, check_payee};
use crate::participant::ClearingCode;

impl Directory {
    /// What the directory says against each of these payments, in their order; nothing against a payment that
    /// goes where its payer was shown, or that names no proxy. One query for all of them, inside the
    /// transaction that will record them. It reads no personal data and leaves no record: the payment itself
    /// is one.
    pub fn payees_not_as_shown(
        &self,
        conn: &mut Conn<'_>,
        transfers: &[&CreditTransfer],
        now: Timestamp,
    ) -> Result<Vec<Option<NotAsShown>>, DirectoryError> {
        let hash = |transfer: &&CreditTransfer| transfer.creditor_proxy.as_ref().map(|p| self.keys().proxy_hash(p));
        let hashes: Vec<Option<ProxyHash>> = transfers.iter().map(hash).collect();
        let current = self.current_entries(conn, &hashes)?;
        let check = |(transfer, hash): (&&CreditTransfer, &Option<ProxyHash>)| {
            let entry = hash.and_then(|hash| current.get(&(hash.to_vec(), transfer.creditor_agent)));
            check_payee(self.keys().references(), transfer, entry, now).err()
        };
        Ok(transfers.iter().zip(&hashes).map(check).collect())
    }

    fn current_entries(
        &self,
        conn: &mut Conn<'_>,
        hashes: &[Option<ProxyHash>],
    ) -> Result<ByProxyAndAgent, DirectoryError> {
        let wanted: Vec<Vec<u8>> = hashes.iter().flatten().map(|hash| hash.to_vec()).collect();
        if wanted.is_empty() {
            return Ok(ByProxyAndAgent::new());
        }
        let rows: Vec<CurrentRow> = on_db!(conn, c => directory_entry::table
            .filter(directory_entry::proxy_hash.eq_any(&wanted))
            .filter(directory_entry::status.ne(EntryStatus::Pending.number()))
            .select(CurrentRow::as_select())
            .load(c))?;
        let current = |row: CurrentRow| {
            let Ok(account_token) = row::token(self.keys(), row.id, &row.sealed) else {
                // Nobody can be paid by it, but the others in the batch can: it is as if it were not registered.
                tracing::error!(participant = %row.participant, "an entry of the directory is damaged");
                return None;
            };
            let version = EntryVersion::from_number(i64::from(row.version));
            Some(((row.proxy_hash, row.participant), CurrentEntry { account_token, version }))
        };
        Ok(rows.into_iter().filter_map(current).collect())
    }
}

type ByProxyAndAgent = HashMap<(Vec<u8>, ClearingCode), CurrentEntry>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = directory_entry)]
struct CurrentRow {
    proxy_hash: Vec<u8>,
    participant: ClearingCode,
    id: EntryId,
    sealed: Vec<u8>,
    version: i32,
}
