//! The sequencer's queue: bounded, in the order of arrival, and never half taken.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::Timestamp;
use tokio::sync::oneshot;

use crate::clearing::{Command, Reply, StatusReport};
use crate::participant::ClearingCode;

/// Commands that came together, and whom to tell.
pub(super) struct Job {
    /// When they arrived.
    pub(super) arrived: Timestamp,
    pub(super) ask: Ask,
}

/// What is asked.
pub(super) enum Ask {
    /// To decide these; they are taken, and replied to, together.
    Decide { commands: Vec<Command>, reply: oneshot::Sender<Vec<Reply>> },
    /// To tell once a payment is final; at once when there is no such payment.
    WaitFinal { debtor_agent: ClearingCode, transaction_id: String, reply: oneshot::Sender<Option<StatusReport>> },
}

impl Ask {
    fn steps(&self) -> usize {
        match self {
            Self::Decide { commands, .. } => commands.len(),
            Self::WaitFinal { .. } => 1,
        }
    }
}

/// How much room a job may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// New payments: the queue's capacity.
    New,
    /// What ends payments, and operators: twice that, so that a flood of new payments cannot keep the money
    /// of old ones reserved.
    Reserve,
}

/// Nothing was taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotTaken {
    Full,
    Closed,
}

pub(super) struct Queue {
    inner: Mutex<Inner>,
    something: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct Inner {
    jobs: VecDeque<Job>,
    steps: usize,
    closed: bool,
}

impl Queue {
    /// A queue for `capacity` new payments.
    pub(super) fn new(capacity: usize) -> Self {
        Self { inner: Mutex::default(), something: Condvar::new(), capacity }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, job: Job, room: Room) -> Result<(), NotTaken> {
        let mut inner = self.inner();
        let limit = match room {
            Room::New => self.capacity,
            Room::Reserve => self.capacity.saturating_mul(2),
        };
        let steps = inner.steps + job.ask.steps();
        if inner.closed {
            return Err(NotTaken::Closed);
        }
        if steps > limit {
            return Err(NotTaken::Full);
        }
        inner.steps = steps;
        inner.jobs.push_back(job);
        drop(inner);
        self.something.notify_one();
        Ok(())
    }

    /// Waits at most `patience` and takes what has gathered, whole jobs up to about `steps` steps. `None` when
    /// the queue is closed and empty.
    pub(super) fn take(&self, steps: usize, patience: Duration) -> Option<Vec<Job>> {
        let mut inner = self.inner();
        if inner.jobs.is_empty() && !inner.closed {
            inner = self.something.wait_timeout(inner, patience).unwrap_or_else(PoisonError::into_inner).0;
        }
        if inner.jobs.is_empty() {
            return if inner.closed { None } else { Some(Vec::new()) };
        }
        let (mut jobs, mut taken) = (Vec::new(), 0);
        while taken < steps {
            let Some(job) = inner.jobs.pop_front() else { break };
            taken += job.ask.steps();
            jobs.push(job);
        }
        inner.steps = inner.steps.saturating_sub(taken);
        Some(jobs)
    }

    /// When the oldest job that waits arrived.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.inner().jobs.front().map(|job| job.arrived)
    }

    /// How many steps wait.
    pub(super) fn len(&self) -> usize {
        self.inner().steps
    }

    /// Takes nothing more. What waits is still done.
    pub(super) fn close(&self) {
        self.inner().closed = true;
        self.something.notify_all();
    }

    /// Whether it takes anything.
    pub(super) fn is_open(&self) -> bool {
        !self.inner().closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(steps: usize) -> Job {
        let commands = vec![Command::TimeOut { payment: 1 }; steps];
        Job { arrived: Timestamp::from_seconds(0), ask: Ask::Decide { commands, reply: oneshot::channel().0 } }
    }

    #[test]
    fn a_full_queue_takes_nothing_new_but_still_takes_answers() {
        let queue = Queue::new(10);
        assert_eq!(queue.push(job(8), Room::New), Ok(()));
        assert_eq!(queue.push(job(3), Room::New), Err(NotTaken::Full));
        assert_eq!(queue.len(), 8, "nothing of it was taken");
        assert_eq!(queue.push(job(12), Room::Reserve), Ok(()));
        assert_eq!(queue.push(job(1), Room::Reserve), Err(NotTaken::Full));
    }

    #[test]
    fn a_closed_queue_is_emptied_first() {
        let queue = Queue::new(10);
        queue.push(job(2), Room::New).unwrap();
        queue.close();
        assert_eq!(queue.push(job(1), Room::New), Err(NotTaken::Closed));
        assert_eq!(queue.take(100, Duration::ZERO).unwrap().len(), 1);
        assert!(queue.take(100, Duration::ZERO).is_none());
    }

    #[test]
    fn jobs_are_taken_whole() {
        let queue = Queue::new(10);
        queue.push(job(3), Room::New).unwrap();
        queue.push(job(3), Room::New).unwrap();
        queue.push(job(3), Room::New).unwrap();
        assert_eq!(queue.take(4, Duration::ZERO).unwrap().len(), 2);
        assert_eq!(queue.len(), 3);
    }
}
