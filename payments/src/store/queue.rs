//! The sequencer's queue: bounded, fair between participants, and never half taken.

use std::collections::{BTreeMap, VecDeque};
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
    /// How much work it is: never nothing, since even a request without payments wants its reply.
    fn steps(&self) -> usize {
        match self {
            Self::Decide { commands, .. } => commands.len().max(1),
            Self::WaitFinal { .. } => 1,
        }
    }
}

/// Where a job waits. Both kinds have the same room, and neither can use the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// With the new payments of this participant.
    New(ClearingCode),
    /// With what ends or watches payments, of this participant or of operators: a flood of new payments cannot
    /// keep the money of old ones reserved.
    Reserve(Option<ClearingCode>),
}

/// Nothing was taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotTaken {
    Full,
    Closed,
}

/// Fair between participants: each has lanes of its own, lanes take turns by the steps they were served, and no
/// lane may grow beyond the room that is left. Whoever floods the queue waits for itself.
pub(super) struct Queue {
    inner: Mutex<Inner>,
    something: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct Inner {
    new: Lanes,
    reserve: Lanes,
    closed: bool,
    woken: bool,
    /// For how many steps somebody waits.
    wanted: Option<usize>,
}

/// What waits of one kind, by whose it is; operators have no code.
#[derive(Default)]
struct Lanes {
    by_owner: BTreeMap<Option<ClearingCode>, Lane>,
    steps: usize,
    /// Where the lane stood that was served last: a lane that fills anew begins there, without credit for the
    /// time in which it wanted nothing.
    turn: u64,
}

/// Jobs of one participant in the order of their arrival.
#[derive(Default)]
struct Lane {
    jobs: VecDeque<Job>,
    steps: usize,
    /// How many steps it was served, counted from where the others stood when it filled.
    served: u64,
}

impl Inner {
    fn len(&self) -> usize {
        self.new.steps + self.reserve.steps
    }
}

impl Lanes {
    fn push(&mut self, whose: Option<ClearingCode>, job: Job, capacity: usize) -> Result<(), NotTaken> {
        let steps = job.ask.steps();
        let waiting = self.by_owner.get(&whose).map_or(0, |lane| lane.steps);
        if waiting + steps > capacity.saturating_sub(self.steps + steps) {
            return Err(NotTaken::Full);
        }
        let served = self.turn;
        let lane = self.by_owner.entry(whose).or_insert_with(|| Lane { served, ..Lane::default() });
        lane.jobs.push_back(job);
        lane.steps += steps;
        self.steps += steps;
        Ok(())
    }

    /// Takes jobs until `jobs` hold about `limit` steps, of which `taken` are there already.
    fn take(&mut self, jobs: &mut Vec<Job>, taken: &mut usize, limit: usize) {
        while *taken < limit {
            let Some((&whose, lane)) = self.by_owner.iter_mut().min_by_key(|(_, lane)| lane.served) else { break };
            self.turn = lane.served;
            if let Some(job) = lane.jobs.pop_front() {
                let steps = job.ask.steps();
                lane.steps -= steps;
                lane.served = lane.served.saturating_add(u64::try_from(steps).unwrap_or(u64::MAX));
                self.steps -= steps;
                *taken += steps;
                jobs.push(job);
            }
            if lane.jobs.is_empty() {
                self.by_owner.remove(&whose);
            }
        }
    }

    fn oldest(&self) -> Option<Timestamp> {
        self.by_owner.values().filter_map(|lane| lane.jobs.front()).map(|job| job.arrived).min()
    }
}

impl Queue {
    /// A queue with room for `capacity` steps of new payments, and for as many of everything else.
    pub(super) fn new(capacity: usize) -> Self {
        Self { inner: Mutex::default(), something: Condvar::new(), capacity }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, job: Job, room: Room) -> Result<(), NotTaken> {
        let mut inner = self.inner();
        if inner.closed {
            return Err(NotTaken::Closed);
        }
        match room {
            Room::New(sender) => inner.new.push(Some(sender), job, self.capacity)?,
            Room::Reserve(whose) => inner.reserve.push(whose, job, self.capacity)?,
        }
        if inner.wanted.is_some_and(|wanted| inner.len() >= wanted) {
            // Told once: until it has looked, more would tell it nothing new.
            inner.wanted = None;
            drop(inner);
            self.something.notify_one();
        }
        Ok(())
    }

    /// Waits at most `patience`, until it is woken, or until `enough` steps have gathered, and takes what there is,
    /// whole jobs up to about `steps` steps, at most half of them new payments while anything else waits, and the other
    /// way round. `None` when the queue is closed and empty.
    pub(super) fn take(&self, steps: usize, enough: usize, patience: Duration) -> Option<Vec<Job>> {
        let mut inner = self.inner();
        if inner.len() < enough && !inner.closed && !inner.woken {
            inner.wanted = Some(enough);
            inner = self.something.wait_timeout(inner, patience).unwrap_or_else(PoisonError::into_inner).0;
            inner.wanted = None;
        }
        inner.woken = false;
        if inner.len() == 0 {
            return if inner.closed { None } else { Some(Vec::new()) };
        }
        let (mut jobs, mut taken) = (Vec::new(), 0);
        inner.reserve.take(&mut jobs, &mut taken, steps.div_ceil(2));
        inner.new.take(&mut jobs, &mut taken, steps);
        inner.reserve.take(&mut jobs, &mut taken, steps);
        Some(jobs)
    }

    /// Lets whoever waits for something to do look around.
    pub(super) fn wake(&self) {
        self.inner().woken = true;
        self.something.notify_one();
    }

    /// When the oldest job that waits arrived.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        let inner = self.inner();
        inner.new.oldest().into_iter().chain(inner.reserve.oldest()).min()
    }

    /// How many steps wait.
    pub(super) fn len(&self) -> usize {
        self.inner().len()
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

    fn code(code: &str) -> ClearingCode {
        code.parse().unwrap()
    }

    fn from(sender: &str) -> Room {
        Room::New(code(sender))
    }

    /// A job that is recognised by when it arrived.
    fn job_at(steps: usize, second: i64) -> Job {
        let commands = vec![Command::TimeOut { payment: 1 }; steps];
        Job { arrived: Timestamp::from_seconds(second), ask: Ask::Decide { commands, reply: oneshot::channel().0 } }
    }

    fn job(steps: usize) -> Job {
        job_at(steps, 0)
    }

    fn taken(queue: &Queue, steps: usize) -> Vec<i64> {
        let jobs = queue.take(steps, 1, Duration::ZERO).unwrap();
        jobs.iter().map(|job| job.arrived.micros() / 1_000_000).collect()
    }

    #[test]
    fn a_full_queue_takes_nothing_new_but_still_takes_answers() {
        let queue = Queue::new(10);
        assert_eq!(queue.push(job(4), from("012")), Ok(()));
        assert_eq!(queue.push(job(2), from("012")), Err(NotTaken::Full));
        assert_eq!(queue.len(), 4, "nothing of it was taken");
        assert_eq!(queue.push(job(5), Room::Reserve(Some(code("012")))), Ok(()));
        assert_eq!(queue.push(job(1), Room::Reserve(Some(code("012")))), Err(NotTaken::Full));
        assert_eq!(queue.push(job(1), Room::Reserve(Some(code("027")))), Ok(()), "another's answers");
        assert_eq!(queue.push(job(1), Room::Reserve(None)), Ok(()), "operators");
    }

    #[test]
    fn whoever_floods_leaves_room_for_others() {
        let queue = Queue::new(100);
        let flood = (0..1_000).filter(|_| queue.push(job(1), from("012")).is_ok()).count();
        assert_eq!(flood, 50, "half the room, alone");
        let second = (0..1_000).filter(|_| queue.push(job(1), from("027")).is_ok()).count();
        assert_eq!(second, 25, "half of what is left");
        assert_eq!(queue.push(job(10), from("038")), Ok(()), "and a third is still served");
    }

    #[test]
    fn whoever_floods_waits_for_itself() {
        let queue = Queue::new(1_000);
        for _ in 0..400 {
            queue.push(job_at(1, 1), from("012")).unwrap();
        }
        assert_eq!(taken(&queue, 300), vec![1; 300], "alone it is served at once");
        queue.push(job_at(1, 2), from("027")).unwrap();
        queue.push(job_at(1, 3), from("027")).unwrap();
        assert_eq!(taken(&queue, 4), [2, 1, 3, 1], "a newcomer does not wait for what the other has piled up");
    }

    #[test]
    fn long_requests_count_by_their_steps() {
        let queue = Queue::new(1_000);
        for _ in 0..4 {
            queue.push(job_at(100, 1), from("012")).unwrap();
            queue.push(job_at(1, 2), from("027")).unwrap();
        }
        assert_eq!(taken(&queue, 105), [1, 2, 2, 2, 2, 1]);
    }

    #[test]
    fn neither_answers_nor_new_payments_starve_the_other() {
        let queue = Queue::new(1_000);
        for _ in 0..400 {
            queue.push(job_at(1, 1), from("012")).unwrap();
            queue.push(job_at(1, 2), Room::Reserve(Some(code("012")))).unwrap();
        }
        let answers = taken(&queue, 100).into_iter().filter(|job| *job == 2).count();
        assert_eq!(answers, 50);
    }

    #[test]
    fn who_was_idle_has_saved_nothing_up() {
        let queue = Queue::new(1_000);
        for _ in 0..200 {
            queue.push(job_at(1, 1), from("012")).unwrap();
        }
        taken(&queue, 100);
        for _ in 0..50 {
            queue.push(job_at(1, 2), from("027")).unwrap();
        }
        let ones = taken(&queue, 20).into_iter().filter(|job| *job == 1).count();
        assert_eq!(ones, 10);
    }

    #[test]
    fn the_oldest_is_found_in_whatever_lane_it_waits() {
        let queue = Queue::new(100);
        assert_eq!(queue.oldest(), None);
        queue.push(job_at(1, 5), Room::Reserve(None)).unwrap();
        queue.push(job_at(1, 3), from("027")).unwrap();
        queue.push(job_at(1, 4), from("012")).unwrap();
        assert_eq!(queue.oldest(), Some(Timestamp::from_seconds(3)));
    }

    #[test]
    fn a_closed_queue_is_emptied_first() {
        let queue = Queue::new(10);
        queue.push(job(2), from("012")).unwrap();
        queue.close();
        assert_eq!(queue.push(job(1), from("012")), Err(NotTaken::Closed));
        assert_eq!(queue.take(100, 1, Duration::ZERO).unwrap().len(), 1);
        assert!(queue.take(100, 1, Duration::ZERO).is_none());
    }

    #[test]
    fn whoever_waits_for_many_is_woken_when_they_have_gathered() {
        let queue = std::sync::Arc::new(Queue::new(100));
        let taking = std::sync::Arc::clone(&queue);
        let taker = std::thread::spawn(move || taking.take(100, 3, Duration::from_mins(1)).unwrap().len());
        while queue.inner().wanted.is_none() {
            std::thread::yield_now();
        }
        for _ in 0..2 {
            queue.push(job(1), from("012")).unwrap();
            assert_eq!(queue.inner().wanted, Some(3), "not yet");
        }
        queue.push(job(1), from("012")).unwrap();
        assert_eq!(taker.join().unwrap(), 3);
    }

    #[test]
    fn whoever_waits_for_many_takes_what_there_is_when_it_is_woken() {
        let queue = Queue::new(100);
        queue.push(job(1), from("012")).unwrap();
        queue.wake();
        assert_eq!(queue.take(100, 3, Duration::from_mins(1)).unwrap().len(), 1);
    }

    #[test]
    fn jobs_are_taken_whole() {
        let queue = Queue::new(30);
        queue.push(job(3), from("012")).unwrap();
        queue.push(job(3), from("012")).unwrap();
        queue.push(job(3), from("012")).unwrap();
        assert_eq!(queue.take(4, 1, Duration::ZERO).unwrap().len(), 2);
        assert_eq!(queue.len(), 3);
    }
}
