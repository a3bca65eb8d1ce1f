//! An entry as a row: found by keyed hash, opened under the directory's keys.

use diesel::prelude::*;
use store::Timestamp;

use super::DirectoryError;
use super::schema::directory_entry;
use crate::directory::sealed::{self, Place};
use crate::directory::sealed_text::Private;
use crate::directory::{
    AccountToken, CannotOpen, Currencies, DirectoryKeys, Entry, EntryId, EntryStatus, EntryVersion, OwnerKey, Proxy,
    ProxyHash, ProxyKind,
};
use crate::participant::ClearingCode;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = directory_entry)]
pub(super) struct EntryRow {
    pub(super) changed_at: Timestamp,
    pub(super) version: i32,
    pub(super) proven_on: i32,
    pub(super) last_used_on: i32,
    pub(super) participant: ClearingCode,
    pub(super) currencies: i16,
    pub(super) status: i16,
    pub(super) is_default: bool,
    pub(super) proxy_hash: Vec<u8>,
    pub(super) id: EntryId,
    pub(super) sealed: Vec<u8>,
    pub(super) owner_key: Option<Vec<u8>>,
}

impl EntryRow {
    pub(super) fn place(&self) -> Place {
        Place { id: self.id, participant: self.participant }
    }

    pub(super) fn hash(&self) -> Result<ProxyHash, CannotOpen> {
        self.proxy_hash.as_slice().try_into().map_err(|_| CannotOpen)
    }

    pub(super) fn open(&self, keys: &DirectoryKeys) -> Result<Private, CannotOpen> {
        sealed::open(keys, self.place(), &self.sealed)
    }

    pub(super) fn token(&self, keys: &DirectoryKeys) -> Result<AccountToken, CannotOpen> {
        token(keys, self.id, &self.sealed)
    }

    pub(super) fn version(&self) -> EntryVersion {
        EntryVersion::from_number(i64::from(self.version))
    }

    /// A status that nobody knows pays nobody.
    pub(super) fn status(&self) -> EntryStatus {
        EntryStatus::from_number(self.status).unwrap_or(EntryStatus::Pending)
    }

    pub(super) fn currencies(&self) -> Result<Currencies, CannotOpen> {
        Currencies::from_bits(self.currencies).ok_or(CannotOpen)
    }

    pub(super) fn entry(&self, keys: &DirectoryKeys) -> Result<Entry, DirectoryError> {
        let Private { proxy, account, owner } = self.open(keys)?;
        let account_token = self.token(keys)?;
        let is_card = proxy.kind() == ProxyKind::Hkid;
        Ok(Entry {
            id: self.id,
            participant: self.participant,
            proxy: if is_card { Proxy::hidden_hkid(&account_token) } else { proxy },
            account,
            account_token,
            owner,
            currencies: self.currencies()?,
            status: self.status(),
            default: self.is_default,
            version: self.version(),
            created: self.id.registered(),
            changed: self.changed_at,
        })
    }
}

/// What stands for the account: it follows from the entry's id, unless the entry keeps one from before.
pub(super) fn token(keys: &DirectoryKeys, id: EntryId, sealed: &[u8]) -> Result<AccountToken, CannotOpen> {
    Ok(sealed::kept_token(sealed)?.unwrap_or_else(|| keys.account_token(id)))
}

/// The day of a moment, counted from 1970-01-01 in UTC: as exactly as the directory keeps when an entry was proven
/// or used.
pub(super) fn day(moment: Timestamp) -> i32 {
    i32::try_from(moment.seconds().div_euclid(86_400)).unwrap_or(i32::MAX)
}

/// Whose an entry is, when that is known.
pub(super) fn owner_key(bytes: Option<&[u8]>) -> Option<OwnerKey> {
    bytes.and_then(|bytes| bytes.try_into().ok()).map(OwnerKey::from_bytes)
}
