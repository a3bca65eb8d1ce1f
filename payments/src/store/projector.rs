//! The projector: a thread that follows the log, at most a moment behind, and stores the keys by which payments are
//! found. It works in bulk and beside the sequencer, so that looking up by random ids costs the clearing path
//! nothing. Each gateway has one; on one database whoever is first does the work, and the others wait.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use store::{Backend, Conn, Db};

use super::recent::{Keyed, Recent};
use super::{keys, log};
use crate::error::Error;

/// How long it leaves the work to another gateway that was quicker, or waits after a failure.
const STAND_BY: Duration = Duration::from_secs(1);
/// So many keys share a transaction on SQLite, which has one writer: no payment waits long behind them.
const KEYS_A_TRANSACTION: usize = 4_096;

/// How it goes about its work.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// So often it looks for new rows.
    every: Duration,
    /// So many rows of the log at a time, at most.
    rows: i64,
}

impl Pace {
    /// SQLite writes a page whole however few of its keys are new, so there many keys are gathered and then stored
    /// in order, a few pages at a time.
    const fn on(backend: Backend) -> Self {
        match backend {
            Backend::Postgres => Self { every: Duration::from_millis(200), rows: 4_096 },
            Backend::Sqlite => Self { every: Duration::from_millis(500), rows: 65_536 },
        }
    }
}

/// The thread. Dropping it ends it.
pub(super) struct Projector {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Projector {
    pub(super) fn start(db: Db, recent: Arc<Recent>) -> Result<Self, Error> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("projector".to_owned()).spawn(move || {
            let mut pause = Pace::on(db.backend()).every;
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                pause = follow(&db, &recent);
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Projector {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Does one step. Returns how long to wait before the next.
fn follow(db: &Db, recent: &Recent) -> Duration {
    match step(db, recent) {
        Ok(Step::Done { more: true }) => Duration::ZERO,
        Ok(Step::Done { more: false }) => Pace::on(db.backend()).every,
        Ok(Step::Outrun) => STAND_BY,
        Err(error) => {
            tracing::warn!(%error, "payments could not be indexed");
            STAND_BY
        }
    }
}

/// What a step came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// What was there is projected; perhaps there was more than one step can take.
    Done { more: bool },
    /// Another gateway projected it first.
    Outrun,
}

/// Projects the next rows of the log, if there are any.
pub(super) fn step(db: &Db, recent: &Recent) -> Result<Step, Error> {
    let before = db.read(keys::projected)?;
    let rows = Pace::on(db.backend()).rows;
    let (after, payments) = match recent.keys(before, rows) {
        Some(found) => found,
        None => db.snapshot(|conn| from_log(conn, before, rows))?,
    };
    if after <= before {
        return Ok(Step::Done { more: false });
    }
    let more = after - before >= rows;
    let of_payment = |(seq, keys): Keyed| keys.map(|key| (key.of_row(seq), seq));
    let mut stored: Vec<(i64, i64)> = payments.into_iter().flat_map(of_payment).collect();
    stored.sort_unstable();
    let last = match db.backend() {
        Backend::Postgres => stored,
        Backend::Sqlite => store_in_parts(db, stored)?,
    };
    let first = db.write(move |conn| -> Result<bool, Error> {
        let first = keys::advance(conn, before, after)?;
        if first {
            keys::store(conn, &last)?;
        }
        Ok(first)
    })?;
    Ok(if first { Step::Done { more } } else { Step::Outrun })
}

/// Stores all but the last keys, which it returns. They lead to rows that are recorded, so they do no harm until the
/// projection has come so far; after a crash they are stored again, where they stand.
fn store_in_parts(db: &Db, mut stored: Vec<(i64, i64)>) -> Result<Vec<(i64, i64)>, Error> {
    while stored.len() > KEYS_A_TRANSACTION {
        let rest = stored.split_off(KEYS_A_TRANSACTION);
        let part = std::mem::replace(&mut stored, rest);
        db.write(move |conn| keys::store(conn, &part))?;
    }
    Ok(stored)
}

/// The next rows' keys, read from the log: this gateway has not seen them, or not kept them.
fn from_log(conn: &mut Conn<'_>, before: i64, rows: i64) -> Result<(i64, Vec<Keyed>), Error> {
    let after = log::head(conn)?.sequence.min(before + rows);
    let known = keys::known(conn, before + 1, after)?;
    let keys = known.iter().map(|payment| Ok((payment.seq, payment.keys()?))).collect::<Result<_, Error>>()?;
    Ok((after, keys))
}

#[cfg(test)]
mod tests {
    use store::testing::TestDatabase;

    use super::*;

    #[test]
    fn keys_that_a_crash_left_stored_are_stored_again_in_parts() {
        let test = TestDatabase::sqlite().unwrap();
        let db = test.db();
        let all: Vec<(i64, i64)> = (1..=10_000).map(|key| (key, key)).collect();
        for _ in 0..2 {
            let last = store_in_parts(&db, all.clone()).unwrap();
            assert_eq!(last, all[8_192..]);
            db.write(move |conn| keys::store(conn, &last)).unwrap();
        }
        let stored = db.read(|conn| keys::stored_after(conn, 0, 20_000)).unwrap();
        assert_eq!(stored, (1..=10_000).collect::<Vec<_>>());
    }
}
