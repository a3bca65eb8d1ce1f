//! Who read or changed which entry, and why. Written in the same transaction as what it tells of. Look-ups and
//! imports, of which there are very many, are kept more closely (`reads.rs`).

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::reads;
use super::schema::directory_audit;
use super::{Directory, DirectoryError};
use crate::directory::EntryId;
use crate::participant::ClearingCode;
use crate::store::random::random;

/// Why an entry was touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Its participant registered it.
    Register,
    /// It was registered for its participant from a file, by whoever runs the directory.
    Import,
    /// Its participant changed it.
    Change,
    /// Its participant removed it.
    Remove,
    /// Another participant's registration took its place as the default.
    DefaultReplaced,
    /// Its participant read its own entries.
    List,
    /// All entries, or all of a participant, were exported by whoever runs the directory.
    Export,
    /// It was claimed by another participant.
    Claim,
    /// Its owner proved possession.
    Prove,
    /// Its owner removed it.
    RemovedByOwner,
    /// A payer was shown it.
    Lookup,
    /// An institution was shown it, preparing a list of payments.
    BulkLookup,
    /// A participant was shown it for a service of its own.
    ServiceLookup,
}

const PURPOSES: [(Purpose, &str); 13] = [
    (Purpose::Register, "register"),
    (Purpose::Import, "import"),
    (Purpose::Change, "change"),
    (Purpose::Remove, "remove"),
    (Purpose::DefaultReplaced, "default replaced"),
    (Purpose::List, "list"),
    (Purpose::Export, "export"),
    (Purpose::Claim, "claim"),
    (Purpose::Prove, "prove"),
    (Purpose::RemovedByOwner, "removed by owner"),
    (Purpose::Lookup, "lookup"),
    (Purpose::BulkLookup, "bulk lookup"),
    (Purpose::ServiceLookup, "service lookup"),
];

impl Purpose {
    /// The word in the database.
    pub fn code(self) -> &'static str {
        PURPOSES.iter().find(|(purpose, _)| *purpose == self).map_or("", |(_, code)| code)
    }

    fn from_code(code: &str) -> Option<Self> {
        PURPOSES.iter().find(|(_, known)| *known == code).map(|(purpose, _)| *purpose)
    }
}

/// One touch of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditRecord {
    /// The participant that touched it.
    pub participant: ClearingCode,
    /// Why.
    pub purpose: Purpose,
    /// When.
    pub at: Timestamp,
}

store::identifier! {
    /// One record of the audit.
    pub(crate) struct AuditId;
}

#[derive(Insertable)]
#[diesel(table_name = directory_audit)]
struct AuditRow {
    id: AuditId,
    entry_id: EntryId,
    participant: ClearingCode,
    purpose: &'static str,
    at: Timestamp,
}

/// Records that `participant` touched these entries.
pub(super) fn record(
    conn: &mut Conn<'_>,
    entries: &[EntryId],
    participant: ClearingCode,
    purpose: Purpose,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let mut rows = Vec::with_capacity(entries.len());
    for entry_id in entries {
        let id = AuditId::new(now, &random()?);
        rows.push(AuditRow { id, entry_id: *entry_id, participant, purpose: purpose.code(), at: now });
    }
    if !rows.is_empty() {
        on_db!(conn, c => diesel::insert_into(directory_audit::table).values(&rows).execute(c))?;
    }
    Ok(())
}

pub(super) fn of_entry(directory: &Directory, id: EntryId) -> Result<Vec<AuditRecord>, DirectoryError> {
    type Row = (ClearingCode, String, Timestamp);
    // All of it as it was at one moment: what is filed between two statements would be in neither.
    let (rows, reads): (Vec<Row>, _) = directory.db().snapshot(|conn| -> Result<_, DirectoryError> {
        let rows = on_db!(conn, c => directory_audit::table
            .filter(directory_audit::entry_id.eq(id))
            .order(directory_audit::id)
            .select((directory_audit::participant, directory_audit::purpose, directory_audit::at))
            .load(c))?;
        Ok((rows, reads::of_entry(conn, id)?))
    })?;
    let record = |(participant, purpose, at): (ClearingCode, String, Timestamp)| {
        Purpose::from_code(&purpose).map(|purpose| AuditRecord { participant, purpose, at })
    };
    let mut records: Vec<AuditRecord> = rows.into_iter().filter_map(record).chain(reads).collect();
    records.sort_by_key(|record| record.at);
    Ok(records)
}
