//! What a payment's own transaction asks of the directory: where do these proxies lead now?

use std::collections::HashMap;

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::schema::directory_entry;
use super::{Directory, DirectoryError};
use crate::clearing::CreditTransfer;
use crate::directory::{AccountToken, CurrentEntry, EntryVersion, NotAsShown, check_payee};
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
        let hashes: Vec<Option<[u8; 32]>> = transfers.iter().map(hash).collect();
        let current = current_entries(conn, &hashes)?;
        let check = |(transfer, hash): (&&CreditTransfer, &Option<[u8; 32]>)| {
            let entry = hash.and_then(|hash| current.get(&(hash.to_vec(), transfer.creditor_agent)));
            check_payee(self.keys().references(), transfer, entry, now).err()
        };
        Ok(transfers.iter().zip(&hashes).map(check).collect())
    }
}

type ByProxyAndAgent = HashMap<(Vec<u8>, ClearingCode), CurrentEntry>;

fn current_entries(conn: &mut Conn<'_>, hashes: &[Option<[u8; 32]>]) -> Result<ByProxyAndAgent, DirectoryError> {
    let wanted: Vec<Vec<u8>> = hashes.iter().flatten().map(|hash| hash.to_vec()).collect();
    if wanted.is_empty() {
        return Ok(ByProxyAndAgent::new());
    }
    let rows: Vec<(Vec<u8>, ClearingCode, String, i64)> = on_db!(conn, c => directory_entry::table
        .filter(directory_entry::proxy_hash.eq_any(&wanted))
        .select((
            directory_entry::proxy_hash,
            directory_entry::participant,
            directory_entry::account_token,
            directory_entry::version,
        ))
        .load(c))?;
    let current = |(hash, agent, token, version): (Vec<u8>, ClearingCode, String, i64)| {
        let Some(account_token) = AccountToken::parse(&token) else {
            // Nobody can be paid by it, but the others in the batch can: it is as if it were not registered.
            tracing::error!(participant = %agent, version, "an entry of the directory is damaged");
            return None;
        };
        Some(((hash, agent), CurrentEntry { account_token, version: EntryVersion::from_number(version) }))
    };
    Ok(rows.into_iter().filter_map(current).collect())
}
