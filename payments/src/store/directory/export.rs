//! The whole directory, or a participant's part of it, a page at a time in the order of its key. Identity card numbers
//! are left out: the directory has their hashes only, and a file is no place for them.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{self, Purpose};
use super::row::{EntryRow, owner_key};
use super::schema::directory_entry;
use super::{Directory, DirectoryError};
use crate::directory::sealed_text::Private;
use crate::directory::{EntryId, ProxyKind, Registration};
use crate::participant::ClearingCode;

/// Entries on a page.
const PAGE: i64 = 5_000;

/// An export under way. Entries that are registered meanwhile may be in it or not.
pub struct Export {
    directory: Directory,
    participant: Option<ClearingCode>,
    after: Option<(Vec<u8>, ClearingCode)>,
    total: u64,
}

impl Directory {
    /// Begins to export, and records that. There is one record for all entries: its identifier is all zeros.
    pub fn export(&self, participant: Option<ClearingCode>, now: Timestamp) -> Result<Export, DirectoryError> {
        let who = participant.unwrap_or(ClearingCode::SWITCH);
        let all = EntryId::from_uuid(uuid::Uuid::nil());
        let total = self.db().write(move |conn| -> Result<i64, DirectoryError> {
            audit::record(conn, &[all], who, Purpose::Export, now)?;
            count(conn, participant)
        })?;
        let total = u64::try_from(total).unwrap_or(0);
        Ok(Export { directory: self.clone(), participant, after: None, total })
    }
}

fn count(conn: &mut Conn<'_>, participant: Option<ClearingCode>) -> Result<i64, DirectoryError> {
    let all = directory_entry::table.count();
    Ok(match participant {
        Some(one) => on_db!(conn, c => all.filter(directory_entry::participant.eq(one)).get_result(c))?,
        None => on_db!(conn, c => all.get_result(c))?,
    })
}

impl Export {
    /// How many entries there were when it began.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The next entries, opened; nothing when all have been given. Those that wait for a proof are left out: a file
    /// proves nothing.
    pub fn next_page(&mut self) -> Result<Option<Vec<(ClearingCode, Registration)>>, DirectoryError> {
        let rows = self.directory.db().read(|conn| page(conn, self.participant, self.after.as_ref()))?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = Some((last.proxy_hash.clone(), last.participant));
        let keys = self.directory.keys();
        let open = |row: &EntryRow| -> Result<Option<(ClearingCode, Registration)>, DirectoryError> {
            let Private { proxy, account, owner } = row.open(keys)?;
            if proxy.kind() == ProxyKind::Hkid || !row.status().is_payable() {
                return Ok(None);
            }
            let (owner_key, currencies) = (owner_key(row.owner_key.as_deref()), row.currencies()?);
            let registration = Registration { proxy, account, owner, owner_key, currencies, default: row.is_default };
            Ok(Some((row.participant, registration)))
        };
        rows.iter().filter_map(|row| open(row).transpose()).collect::<Result<_, _>>().map(Some)
    }
}

fn page(
    conn: &mut Conn<'_>,
    participant: Option<ClearingCode>,
    after: Option<&(Vec<u8>, ClearingCode)>,
) -> Result<Vec<EntryRow>, DirectoryError> {
    let (hash, agent) = after.map_or((&[][..], ClearingCode::SWITCH), |(hash, agent)| (hash.as_slice(), *agent));
    // The key's first part alone bounds the search; entries of one proxy at several banks are told apart behind it.
    let behind = directory_entry::proxy_hash
        .ge(hash)
        .and(directory_entry::proxy_hash.gt(hash).or(directory_entry::participant.gt(agent)));
    let rows = directory_entry::table
        .filter(behind)
        .order((directory_entry::proxy_hash, directory_entry::participant))
        .limit(PAGE);
    Ok(match participant {
        Some(one) => {
            on_db!(conn, c => rows.filter(directory_entry::participant.eq(one)).select(EntryRow::as_select()).load(c))?
        }
        None => on_db!(conn, c => rows.select(EntryRow::as_select()).load(c))?,
    })
}
