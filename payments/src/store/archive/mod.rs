//! Retention: whole business days go from the database to files, and stay verifiable and answerable.
//!
//! For each day, oldest first: its file is written, synced and read back; then the database notes the file's hash;
//! only then are the day's payments and outcomes removed, leaving of each payment one short row without its message
//! ([`compact`]). Events, batches and statements stay. A kill between any two steps loses nothing: the same command
//! again goes on where it stopped.

pub(super) mod compact;
pub(super) mod file;

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use store::{Backend, Conn, Db, on_db};

use super::closed_days::{self, Archived};
use super::keys;
use super::schema::{outcome, payment};
use crate::clearing::{BusinessDay, ClosedDay};
use crate::error::Error;

/// The least age, in days, at which a day may be archived. Ids are ids for two business days, and a payment may end
/// on the day after it came.
pub const LEAST_DAYS: u16 = 3;
/// So many rows leave SQLite in one transaction, so that no payment waits long behind them.
const ROWS_A_STEP: i64 = 4_096;

/// Why a day is not archived, or an archive cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// A file cannot be written or read.
    #[error("{path}: {1}", path = .0.display())]
    File(PathBuf, std::io::Error),
    /// A file does not hold what it must.
    #[error("{path}: {1}", path = .0.display())]
    Damaged(PathBuf, &'static str),
    /// A file is not the one that was written when the day was archived.
    #[error("{path}: not the archive that was made of this day", path = .0.display())]
    OtherFile(PathBuf),
    /// Days too young would be archived.
    #[error("days are kept for at least {} days", LEAST_DAYS)]
    TooYoung,
    /// A payment of that day has not ended.
    #[error("a payment of {0} has not ended")]
    Open(BusinessDay),
    /// Its payments could not be found afterwards: the read model has not come so far.
    #[error("the payments of {0} are not indexed yet: try again when the switch has run for a while")]
    NotIndexed(BusinessDay),
    /// Some days are in archives, and the audit was not told where they are.
    #[error("{0} business days are archived: say where, with --archive FOLDER")]
    NotGiven(usize),
}

/// Archives the days that ended at least `days` before the business day that has begun, into `folder`. Returns the
/// days, oldest first. Blocks for as long as that takes; a switch may be at work meanwhile.
///
/// # Errors
/// [`ArchiveError`], and whatever the database says. Days that were done stay done.
pub fn archive_days(db: &Db, days: u16, folder: &Path) -> Result<Vec<BusinessDay>, Error> {
    if days < LEAST_DAYS {
        return Err(ArchiveError::TooYoung.into());
    }
    let Some(today) = db.read(closed_days::current)? else { return Ok(Vec::new()) };
    let mut done = Vec::new();
    for (day, state) in db.read(closed_days::not_removed)? {
        if day.business_day.distance(today) < u32::from(days) {
            break;
        }
        archive_day(db, &day, &state, folder)?;
        done.push(day.business_day);
    }
    Ok(done)
}

fn archive_day(db: &Db, day: &ClosedDay, state: &Archived, folder: &Path) -> Result<(), Error> {
    let path = file::path(folder, day.business_day);
    match &state.fingerprint {
        Some(fingerprint) if *fingerprint == file::fingerprint(&path)? => {}
        Some(_) => return Err(ArchiveError::OtherFile(path).into()),
        None => {
            db.snapshot(|conn| -> Result<(), Error> {
                if has_open(conn, day)? {
                    return Err(Error::from(ArchiveError::Open(day.business_day)));
                }
                if keys::projected(conn)? < day.last {
                    return Err(Error::from(ArchiveError::NotIndexed(day.business_day)));
                }
                file::write(conn, day, folder)
            })?;
            file::verify(&path, day)?;
            let (number, fingerprint) = (day.business_day, file::fingerprint(&path)?);
            db.write(move |conn| closed_days::note_archive(conn, number, &fingerprint))?;
        }
    }
    remove(db, *day)
}

/// Whether a payment of the day was reserved and has not ended.
fn has_open(conn: &mut Conn<'_>, day: &ClosedDay) -> Result<bool, Error> {
    let ended = outcome::payment.eq(payment::seq).and(outcome::business_day.ge(day.business_day));
    let open: Option<i64> = on_db!(conn, c => payment::table
        .left_join(outcome::table.on(ended))
        .filter(payment::business_day.eq(day.business_day))
        .filter(payment::reason.is_null())
        .filter(outcome::seq.is_null())
        .select(payment::seq)
        .first(c)
        .optional())?;
    Ok(open.is_some())
}

/// Takes the day's payments and outcomes out of the database.
fn remove(db: &Db, day: ClosedDay) -> Result<(), Error> {
    let mut first = day.first;
    if db.read(|conn| Ok::<_, Error>(conn.backend()))? == Backend::Sqlite {
        while first <= day.last {
            let last = (first + ROWS_A_STEP - 1).min(day.last);
            remove_rows(db, &day, first, last)?;
            first = last + 1;
        }
    }
    db.write(move |conn| -> Result<(), Error> {
        compact::keep(conn, &day, first, day.last)?;
        drop_partitions(conn, day.business_day)?;
        closed_days::note_removed(conn, day.business_day)
    })
}

/// Takes rows `first..=last` of the day out of the database.
pub(super) fn remove_rows(db: &Db, day: &ClosedDay, first: i64, last: i64) -> Result<(), Error> {
    let day = *day;
    db.write(move |conn| -> Result<(), Error> {
        compact::keep(conn, &day, first, last)?;
        let payments = payment::business_day.eq(day.business_day).and(payment::seq.between(first, last));
        let outcomes = outcome::business_day.eq(day.business_day).and(outcome::seq.between(first, last));
        on_db!(conn, c => diesel::delete(payment::table.filter(payments)).execute(c))?;
        on_db!(conn, c => diesel::delete(outcome::table.filter(outcomes)).execute(c))?;
        Ok(())
    })
}

/// Whoever writes waits for this, but not for long: if readers are in the way, it fails and can be tried again.
fn drop_partitions(conn: &mut Conn<'_>, day: BusinessDay) -> Result<(), Error> {
    let suffix = day.to_string().replace('-', "");
    match conn {
        Conn::Postgres(c) => c.batch_execute(&format!(
            "SET LOCAL lock_timeout = '3s'; DROP TABLE IF EXISTS payment_{suffix}; DROP TABLE IF EXISTS outcome_{suffix}"
        ))?,
        Conn::Sqlite(_) => {}
    }
    Ok(())
}
