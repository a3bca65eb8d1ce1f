//! An entry as a row: found by keyed hash, opened under the directory's keys.

use diesel::prelude::*;
use store::Timestamp;

use super::DirectoryError;
use super::schema::directory_entry;
use crate::directory::sealed::{self, Place, Private};
use crate::directory::{AccountToken, CannotOpen, DirectoryKeys, Entry, EntryId, EntryVersion};
use crate::participant::ClearingCode;

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = directory_entry)]
pub(super) struct EntryRow {
    pub(super) id: EntryId,
    pub(super) proxy_hash: Vec<u8>,
    pub(super) participant: ClearingCode,
    pub(super) account_token: String,
    pub(super) sealed: Vec<u8>,
    pub(super) is_default: bool,
    pub(super) version: i64,
    pub(super) created_at: Timestamp,
    pub(super) changed_at: Timestamp,
}

impl EntryRow {
    pub(super) fn place(&self) -> Place {
        Place { id: self.id, participant: self.participant }
    }

    pub(super) fn open(&self, keys: &DirectoryKeys) -> Result<Private, CannotOpen> {
        sealed::open(keys, self.place(), &self.sealed)
    }

    pub(super) fn token(&self) -> Result<AccountToken, CannotOpen> {
        AccountToken::parse(&self.account_token).ok_or(CannotOpen)
    }

    pub(super) fn entry(&self, keys: &DirectoryKeys) -> Result<Entry, DirectoryError> {
        let Private { proxy, account, owner } = self.open(keys)?;
        Ok(Entry {
            id: self.id,
            participant: self.participant,
            proxy,
            account,
            account_token: self.token()?,
            owner,
            default: self.is_default,
            version: EntryVersion::from_number(self.version),
            created: self.created_at,
            changed: self.changed_at,
        })
    }
}
