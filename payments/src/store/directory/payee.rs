//! What a payment's own transaction asks of the directory: where do these proxies lead now, and is a payee suspected?

use store::{Conn, Timestamp};

use super::notice::{self, NoticeKind};
use super::payable::{PayableRow, payable, payable_by_id};
use super::{Directory, DirectoryError};
use crate::clearing::CreditTransfer;
use crate::directory::{AccountToken, AlertEffect, CurrentEntry, NotAsShown, Proxy, ProxyHash, ProxyKind, check_payee};
use crate::participant::ClearingCode;

/// A proxy, and the bank at which it is to be paid.
type Wanted<'a> = Option<(&'a Proxy, ClearingCode)>;

impl Directory {
    /// What the directory says against each of these payments, in their order; nothing against a payment that
    /// goes where its payer was shown, or that names no proxy, unless its payee is suspected. One query for all of them,
    /// inside the transaction that will record them. It leaves no record: the payment itself is one.
    pub fn payees_not_as_shown(
        &self,
        conn: &mut Conn<'_>,
        transfers: &[&CreditTransfer],
        now: Timestamp,
    ) -> Result<Vec<Option<NotAsShown>>, DirectoryError> {
        let wanted =
            transfers.iter().map(|transfer| Some((transfer.creditor_proxy.as_ref()?, transfer.creditor_agent)));
        let rows = self.rows_within(conn, &wanted.collect::<Vec<_>>())?;
        let mut said = Vec::with_capacity(transfers.len());
        for (transfer, row) in transfers.iter().zip(&rows) {
            said.push(self.against(conn, transfer, row.as_ref(), now)?);
        }
        Ok(said)
    }

    /// Whether a payment without a proxy has to be asked about all the same: its payee may be suspected. From memory.
    pub(crate) fn may_be_suspected(&self, transfer: &CreditTransfer, now: Timestamp) -> bool {
        // When memory cannot be refreshed, whoever decides in the payment's transaction says why.
        self.0.core.alert_on_payee(transfer, None, now).map_or(true, |effect| effect.is_some())
    }

    fn against(
        &self,
        conn: &mut Conn<'_>,
        transfer: &CreditTransfer,
        row: Option<&PayableRow>,
        now: Timestamp,
    ) -> Result<Option<NotAsShown>, DirectoryError> {
        let current = row.and_then(|row| self.current_entry(row));
        let lookup = match check_payee(self.keys().references(), transfer, current.as_ref(), now) {
            Ok(lookup) => lookup,
            Err(against) => return Ok(Some(against)),
        };
        match self.0.core.alert_on_payee(transfer, row, now) {
            Ok(Some(AlertEffect::Refuse)) => return Ok(Some(NotAsShown::Suspected)),
            Ok(Some(AlertEffect::Warn)) => mark(conn, transfer, now)?,
            Ok(None) => {}
            // As where it has no token: nobody can be paid by it, but the others in the batch can.
            Err(DirectoryError::Sealed(_)) => return Ok(Some(NotAsShown::Unknown)),
            Err(error) => return Err(error),
        }
        if let Some(lookup) = &lookup {
            self.refund(lookup, now);
        }
        Ok(None)
    }

    /// Where each of these proxies leads at its bank, as it stands now; nothing where nobody can be paid.
    pub fn current(&self, wanted: &[Wanted<'_>]) -> Result<Vec<Option<CurrentEntry>>, DirectoryError> {
        let rows = self.db().read_widely(|conn| self.rows_within(conn, wanted))?;
        Ok(rows.iter().map(|row| self.current_entry(row.as_ref()?)).collect())
    }

    fn rows_within(
        &self,
        conn: &mut Conn<'_>,
        wanted: &[Wanted<'_>],
    ) -> Result<Vec<Option<PayableRow>>, DirectoryError> {
        let is_card = |proxy: &Proxy| proxy.kind() == ProxyKind::Hkid;
        let hash = |(proxy, _): (&Proxy, _)| (!is_card(proxy)).then(|| self.keys().proxy_hash(proxy));
        let hashes: Vec<Option<ProxyHash>> = wanted.iter().map(|one| one.and_then(hash)).collect();
        let mut found = vec![None; wanted.len()];
        if hashes.iter().any(Option::is_some) {
            let rows = payable(conn, hashes.iter().flatten())?;
            let at_its_bank = |(wanted, hash): (&Wanted<'_>, &Option<ProxyHash>)| {
                let (_, agent) = (*wanted)?;
                rows.of_proxy(hash.as_ref()?).iter().find(|row| row.participant == agent).map(|row| (**row).clone())
            };
            found = wanted.iter().zip(&hashes).map(at_its_bank).collect();
        }
        for (place, one) in wanted.iter().enumerate() {
            if let Some((proxy, agent)) = one.filter(|(proxy, _)| is_card(proxy)) {
                found[place] = self.row_of_card(conn, proxy, agent)?;
            }
        }
        Ok(found)
    }

    /// The entry of an identity card number, which a payment names by the token of its account.
    fn row_of_card(
        &self,
        conn: &mut Conn<'_>,
        hidden: &Proxy,
        agent: ClearingCode,
    ) -> Result<Option<PayableRow>, DirectoryError> {
        let entry = AccountToken::parse(hidden.value()).and_then(|token| self.keys().entry_of_token(&token));
        Ok(entry.map(|id| payable_by_id(conn, agent, id)).transpose()?.flatten())
    }

    fn current_entry(&self, row: &PayableRow) -> Option<CurrentEntry> {
        let Ok(account_token) = row.token(self.keys()) else {
            // Nobody can be paid by it, but the others in the batch can: it is as if it were not registered.
            tracing::error!(participant = %row.participant, "an entry of the directory is damaged");
            return None;
        };
        Some(CurrentEntry { account_token, version: row.version() })
    }
}

/// Tells both banks that this payment goes to somebody whom an alert warns of.
fn mark(conn: &mut Conn<'_>, transfer: &CreditTransfer, now: Timestamp) -> Result<(), DirectoryError> {
    let mut banks = [transfer.debtor_agent, transfer.creditor_agent];
    // In one order, so that two payments never wait for each other.
    banks.sort_unstable();
    for bank in banks {
        notice::tell(conn, bank, NoticeKind::PayeeSuspected, &transfer.uetr, now)?;
    }
    Ok(())
}
