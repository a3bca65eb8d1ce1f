//! The committer: a thread that makes batches durable while the sequencer decides the next one. One batch is on its
//! way at a time, so that none is recorded before the one it follows.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::JoinHandle;

use store::Db;

use super::commit::Recording;
use super::queue::Queue;
use crate::error::Error;

/// The thread. Dropping it ends it, after what is on its way.
pub(super) struct Committer {
    batches: Option<Sender<Arc<Recording>>>,
    done: Receiver<Result<(), Error>>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// Starts it. Whoever waits at `queue` is woken when a batch is done.
    pub(super) fn start(db: Db, queue: Arc<Queue>) -> Result<Self, Error> {
        let (batches, next) = channel::<Arc<Recording>>();
        let (tell, done) = channel();
        let work = move || {
            while let Ok(recording) = next.recv() {
                let recorded = record(&db, recording);
                if tell.send(recorded).is_err() {
                    break;
                }
                queue.wake();
            }
        };
        let thread = std::thread::Builder::new().name("committer".to_owned()).spawn(work)?;
        Ok(Self { batches: Some(batches), done, thread: Some(thread) })
    }

    /// Sends a batch on its way.
    pub(super) fn send(&self, recording: Arc<Recording>) {
        // That the thread is gone, the sequencer learns when it asks what became of the batch.
        let _ = self.batches.as_ref().map(|batches| batches.send(recording));
    }

    /// What became of the batch that is on its way; `None` while that is not known.
    pub(super) fn done(&self) -> Option<Result<(), Error>> {
        match self.done.try_recv() {
            Ok(done) => Some(done),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(gone())),
        }
    }

    /// The same, once it is known.
    pub(super) fn wait(&self) -> Result<(), Error> {
        self.done.recv().unwrap_or_else(|_| Err(gone()))
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        drop(self.batches.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn record(db: &Db, recording: Arc<Recording>) -> Result<(), Error> {
    db.write(move |conn| recording.write(conn))
}

const fn gone() -> Error {
    Error::Store(store::Error::Panicked)
}
