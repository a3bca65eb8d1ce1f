//! What a payment's own transaction asks of the directory: where do these proxies lead now?

use store::{Conn, Timestamp};

use super::payable::payable;
use super::{Directory, DirectoryError};
use crate::clearing::CreditTransfer;
use crate::directory::{CurrentEntry, NotAsShown, Proxy, ProxyHash, check_payee};
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
        let wanted: Vec<Option<(&Proxy, ClearingCode)>> = transfers
            .iter()
            .map(|transfer| transfer.creditor_proxy.as_ref().map(|proxy| (proxy, transfer.creditor_agent)))
            .collect();
        let current = self.current_within(conn, &wanted)?;
        let references = self.keys().references();
        let check = |(transfer, entry): (&&CreditTransfer, &Option<CurrentEntry>)| {
            let checked = check_payee(references, transfer, entry.as_ref(), now);
            if let (Ok(_), Some(proxy)) = (&checked, &transfer.creditor_proxy)
                && self.0.core.is_refused(proxy, now)?
            {
                return Ok(Some(NotAsShown::Suspected));
            }
            if let Ok(Some(lookup)) = &checked {
                self.refund(lookup, now);
            }
            Ok(checked.err())
        };
        transfers.iter().zip(&current).map(check).collect()
    }

    /// Where each of these proxies leads at its bank, as it stands now; nothing where nobody can be paid.
    pub fn current(
        &self,
        wanted: &[Option<(&Proxy, ClearingCode)>],
    ) -> Result<Vec<Option<CurrentEntry>>, DirectoryError> {
        self.db().read(|conn| self.current_within(conn, wanted))
    }

    fn current_within(
        &self,
        conn: &mut Conn<'_>,
        wanted: &[Option<(&Proxy, ClearingCode)>],
    ) -> Result<Vec<Option<CurrentEntry>>, DirectoryError> {
        let hashes: Vec<Option<ProxyHash>> =
            wanted.iter().map(|one| one.map(|(proxy, _)| self.keys().proxy_hash(proxy))).collect();
        if hashes.iter().all(Option::is_none) {
            return Ok(vec![None; wanted.len()]);
        }
        let rows = payable(conn, hashes.iter().flatten())?;
        let current = |(wanted, hash): (&Option<(&Proxy, ClearingCode)>, &Option<ProxyHash>)| {
            let (_, agent) = (*wanted)?;
            let row = rows.get(&(*hash)?)?.iter().find(|row| row.participant == agent)?;
            let Ok(account_token) = row.token(self.keys()) else {
                // Nobody can be paid by it, but the others in the batch can: it is as if it were not registered.
                tracing::error!(participant = %agent, "an entry of the directory is damaged");
                return None;
            };
            Some(CurrentEntry { account_token, version: row.version() })
        };
        Ok(wanted.iter().zip(&hashes).map(current).collect())
    }
}
