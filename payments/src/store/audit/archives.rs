//! Archived days in the audit: their payments and outcomes come from their files, and what the database keeps of each
//! payment must be what the file says.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use store::Conn;

use super::super::archive::ArchiveError;
use super::super::archive::compact::{self, ArchivedColumns};
use super::super::archive::file::{self, Line, Reader};
use super::super::closed_days;
use super::Audit;
use super::rows::Raw;
use crate::clearing::ClosedDay;
use crate::error::Error;

/// The files of the archived days, read along with the log.
#[derive(Default)]
pub(super) struct Archives {
    folder: PathBuf,
    /// Those not come to yet, with what their files must hash to.
    days: VecDeque<(ClosedDay, String)>,
    reader: Option<Reader>,
    /// The row that was read last and lies beyond what was asked for.
    ahead: Option<Raw>,
}

impl Archives {
    /// # Errors
    /// [`ArchiveError::NotGiven`] when days are archived and `folder` is not said.
    pub(super) fn open(conn: &mut Conn<'_>, folder: Option<&Path>) -> Result<Self, Error> {
        let days: VecDeque<_> = closed_days::archived(conn)?.into();
        match folder {
            _ if days.is_empty() => Ok(Self::default()),
            Some(folder) => Ok(Self { folder: folder.to_owned(), days, ..Self::default() }),
            None => Err(ArchiveError::NotGiven(days.len()).into()),
        }
    }

    /// The archived payments and outcomes up to row `last`, of those not read yet.
    pub(super) fn rows_to(&mut self, last: i64) -> Result<Vec<Raw>, ArchiveError> {
        let mut rows = Vec::new();
        while let Some(row) = self.next(last)? {
            if row.sequence() > last {
                self.ahead = Some(row);
                break;
            }
            rows.push(row);
        }
        Ok(rows)
    }

    /// The next row, of a file that has rows up to `last`.
    fn next(&mut self, last: i64) -> Result<Option<Raw>, ArchiveError> {
        if let Some(row) = self.ahead.take() {
            return Ok(Some(row));
        }
        loop {
            if let Some(reader) = &mut self.reader {
                while let Some(line) = reader.line()? {
                    let row = match line {
                        Line::Payment(line) => line.columns().map(Raw::Payment),
                        Line::Outcome(line) => line.columns().map(Raw::Outcome),
                        // The rest is in the database, too.
                        Line::Day { .. }
                        | Line::Batch { .. }
                        | Line::Event(_)
                        | Line::Checkpoint(_)
                        | Line::End { .. } => {
                            continue;
                        }
                    };
                    return row.map(Some).ok_or_else(|| reader.damaged("a row cannot be read"));
                }
                self.reader = None;
            }
            let Some((day, fingerprint)) = self.days.pop_front_if(|(day, _)| day.first <= last) else {
                return Ok(None);
            };
            let path = file::path(&self.folder, day.business_day);
            if file::fingerprint(&path)? != fingerprint {
                return Err(ArchiveError::OtherFile(path));
            }
            self.reader = Some(Reader::open(&path)?);
        }
    }
}

impl Audit {
    /// Rows that are only in an archive: what is kept of them must be what they are.
    pub(super) fn kept_of(&mut self, conn: &mut Conn<'_>, archived: &[Raw]) -> Result<(), Error> {
        let payment = |raw: &Raw| match raw {
            Raw::Payment(columns) => Some(columns.record.seq),
            Raw::Outcome(columns) => Some(columns.payment),
            Raw::Event(_) => None,
        };
        let numbers: Vec<i64> = archived.iter().filter_map(payment).collect();
        let mut kept: BTreeMap<i64, ArchivedColumns> = BTreeMap::new();
        for numbers in numbers.chunks(4_096) {
            kept.extend(compact::find(conn, numbers)?.into_iter().map(|own| (own.record().seq, own)));
        }
        for raw in archived {
            let own = payment(raw).and_then(|number| kept.get(&number));
            let same = match raw {
                Raw::Payment(columns) => own.is_some_and(|own| own.record() == columns.record),
                Raw::Outcome(columns) => own.and_then(ArchivedColumns::outcome).is_some_and(|outcome| {
                    (outcome.seq, outcome.recorded, &outcome.ending, &outcome.reason)
                        == (columns.seq, columns.recorded, &columns.ending, &columns.reason)
                }),
                Raw::Event(_) => true,
            };
            if !same {
                self.row(raw.sequence(), "what the database keeps of it is not what was archived");
            }
        }
        Ok(())
    }
}
