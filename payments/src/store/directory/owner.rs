//! What an owner sees and does themselves, at whatever bank: their entries, who looked at them, and the end of them.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{self, Purpose};
use super::holding::lock;
use super::notice::{self, NoticeKind};
use super::proof::{Proof, ProofSubject};
use super::register::delete;
use super::row::EntryRow;
use super::schema::directory_entry;
use super::{Directory, DirectoryError};
use crate::directory::{Entry, EntryId, OwnerKey, Proxy, ProxyKind};
use crate::participant::ClearingCode;

/// Entries of one owner that are shown: far more than anybody has.
const MOST: i64 = 200;

impl Directory {
    /// Every entry of this owner, at whatever bank.
    pub fn entries_of_owner(&self, owner: OwnerKey) -> Result<Vec<Entry>, DirectoryError> {
        let rows: Vec<EntryRow> = self.db().read(|conn| -> Result<_, DirectoryError> {
            Ok(on_db!(conn, c => directory_entry::table
                .filter(directory_entry::owner_key.eq(owner.as_bytes().as_slice()))
                .order(directory_entry::id)
                .limit(MOST)
                .select(EntryRow::as_select())
                .load(c))?)
        })?;
        rows.iter().map(|row| row.entry(self.keys())).collect()
    }

    /// Removes an entry of this owner, and tells its bank.
    ///
    /// # Errors
    /// [`DirectoryError::NotFound`] also when it is somebody else's; a locked entry stays until its claim is decided.
    pub fn remove_by_owner(&self, owner: OwnerKey, id: EntryId, now: Timestamp) -> Result<(), DirectoryError> {
        let this = self.clone();
        self.db().write(move |conn| {
            let row = find(conn, owner, id)?;
            let hash = row.hash()?;
            lock(conn, &hash)?;
            delete(conn, this.keys(), &hash, row.participant)?;
            audit::record(conn, &[id], ClearingCode::SWITCH, Purpose::RemovedByOwner, now)?;
            notice::tell(conn, row.participant, NoticeKind::EntryRemovedByOwner, id.as_uuid(), now)
        })
    }

    /// Takes the owner's own word, given under their digital identity, that an entry's proxy is theirs. It counts for the
    /// numbers and addresses that the register of residents attests, and for no others: identity alone says nothing
    /// about a telephone.
    ///
    /// # Errors
    /// [`DirectoryError::NothingToProve`] when the proxy is none of those.
    pub fn confirm_by_owner(
        &self,
        owner: OwnerKey,
        id: EntryId,
        attested: &[Proxy],
        now: Timestamp,
    ) -> Result<(), DirectoryError> {
        let (this, attested) = (self.clone(), attested.to_vec());
        self.db().write(move |conn| {
            let row = find(conn, owner, id)?;
            let proxy = row.open(this.keys())?.proxy;
            // Only its holder's entry has an identity card number: whoever this is, it is theirs.
            if proxy.kind() != ProxyKind::Hkid && !attested.contains(&proxy) {
                return Err(DirectoryError::NothingToProve);
            }
            let hash = row.hash()?;
            lock(conn, &hash)?;
            let proof = Proof { directory: &this, participant: row.participant, kind: proxy.kind(), hash, now };
            proof.carry_out(conn, ProofSubject::Entry(id))
        })
    }
}

fn find(conn: &mut Conn<'_>, owner: OwnerKey, id: EntryId) -> Result<EntryRow, DirectoryError> {
    let row: Option<EntryRow> = on_db!(conn, c => directory_entry::table
        .filter(directory_entry::owner_key.eq(owner.as_bytes().as_slice()))
        .filter(directory_entry::id.eq(id))
        .select(EntryRow::as_select())
        .first(c)
        .optional())?;
    row.ok_or(DirectoryError::NotFound)
}
