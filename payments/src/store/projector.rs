//! The projector: a thread that follows the log, at most a moment behind, and stores the keys by which payments are
//! found. It works in bulk and beside the sequencer, so that looking up by random ids costs the clearing path
//! nothing. Each gateway has one; on one database whoever is first does the work, and the others wait.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use store::{Conn, Db};

use super::recent::{Keyed, Recent};
use super::{keys, log};
use crate::error::Error;

/// So often it looks for new rows.
const EVERY: Duration = Duration::from_millis(200);
/// How long it leaves the work to another gateway that was quicker, or waits after a failure.
const STAND_BY: Duration = Duration::from_secs(1);
/// So many rows of the log share a transaction: few enough that no payment waits long behind them.
const ROWS_A_STEP: i64 = 4_096;

/// The thread. Dropping it ends it.
pub(super) struct Projector {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Projector {
    pub(super) fn start(db: Db, recent: Arc<Recent>) -> Result<Self, Error> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("projector".to_owned()).spawn(move || {
            let mut pause = EVERY;
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
        Ok(Step::Done { more: false }) => EVERY,
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

/// Projects the next rows of the log, if there are any. Whole or not at all, and never twice.
pub(super) fn step(db: &Db, recent: &Recent) -> Result<Step, Error> {
    let before = db.read(keys::projected)?;
    let (after, payments) = match recent.keys(before, ROWS_A_STEP) {
        Some(found) => found,
        None => db.snapshot(|conn| from_log(conn, before))?,
    };
    if after <= before {
        return Ok(Step::Done { more: false });
    }
    let more = after - before >= ROWS_A_STEP;
    let of_payment = |(seq, keys): Keyed| keys.map(|key| (key.of_row(seq), seq));
    let mut stored: Vec<(i64, i64)> = payments.into_iter().flat_map(of_payment).collect();
    stored.sort_unstable();
    let first = db.write(move |conn| -> Result<bool, Error> {
        let first = keys::advance(conn, before, after)?;
        if first {
            keys::store(conn, &stored)?;
        }
        Ok(first)
    })?;
    Ok(if first { Step::Done { more } } else { Step::Outrun })
}

/// The next rows' keys, read from the log: this gateway has not seen them, or not kept them.
fn from_log(conn: &mut Conn<'_>, before: i64) -> Result<(i64, Vec<Keyed>), Error> {
    let after = log::head(conn)?.sequence.min(before + ROWS_A_STEP);
    let known = keys::known(conn, before + 1, after)?;
    let keys = known.iter().map(|payment| Ok((payment.seq, payment.keys()?))).collect::<Result<_, Error>>()?;
    Ok((after, keys))
}
