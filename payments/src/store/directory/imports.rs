//! The audit of imports: which file, by whom, when, and what became of its entries.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::import::{ImportId, ImportRun, Imported};
use super::schema::directory_import_run;
use super::{Directory, DirectoryError};

/// Runs that are listed.
const LISTED: i64 = 100;

/// One run of an import, exact to the last step that is in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRecord {
    /// Which run; it says when it began.
    pub run: ImportId,
    /// SHA-256 of the file.
    pub source: [u8; 32],
    /// Who ran it.
    pub actor: String,
    /// When the last stretch was made ready of which something is done.
    pub changed: Timestamp,
    /// Entries of the file that earlier runs had done.
    pub done_before: u64,
    /// What became of those of this run.
    pub imported: Imported,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = directory_import_run)]
struct RunRow {
    id: ImportId,
    source: Vec<u8>,
    actor: String,
    changed_at: Timestamp,
    done_before: i64,
    added: i64,
    known: i64,
    default_elsewhere: i64,
}

impl RunRow {
    fn record(self) -> Option<ImportRecord> {
        let count = |number| u64::try_from(number).ok();
        Some(ImportRecord {
            run: self.id,
            source: self.source.try_into().ok()?,
            actor: self.actor,
            changed: self.changed_at,
            done_before: count(self.done_before)?,
            imported: Imported {
                added: count(self.added)?,
                known: count(self.known)?,
                default_elsewhere: count(self.default_elsewhere)?,
            },
        })
    }
}

/// Adds a step to the record of its run, in the step's own transaction.
pub(super) fn record(
    conn: &mut Conn<'_>,
    run: &ImportRun,
    step: Imported,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
    let row = RunRow {
        id: run.id,
        source: run.source.to_vec(),
        actor: run.actor.clone(),
        changed_at: now,
        done_before: number(run.done_before),
        added: number(step.added),
        known: number(step.known),
        default_elsewhere: number(step.default_elsewhere),
    };
    on_db!(conn, c => diesel::insert_into(directory_import_run::table)
        .values(&row)
        .on_conflict(directory_import_run::id)
        .do_update()
        .set((
            directory_import_run::changed_at.eq(now),
            directory_import_run::added.eq(directory_import_run::added + row.added),
            directory_import_run::known.eq(directory_import_run::known + row.known),
            directory_import_run::default_elsewhere
                .eq(directory_import_run::default_elsewhere + row.default_elsewhere),
        ))
        .execute(c))?;
    Ok(())
}

impl Directory {
    /// The latest runs, the last one first.
    pub fn imports(&self) -> Result<Vec<ImportRecord>, DirectoryError> {
        let rows: Vec<RunRow> = self.db().read(|conn| -> Result<_, DirectoryError> {
            Ok(on_db!(conn, c => directory_import_run::table
                .order(directory_import_run::id.desc())
                .limit(LISTED)
                .select(RunRow::as_select())
                .load(c))?)
        })?;
        Ok(rows.into_iter().filter_map(RunRow::record).collect())
    }
}
