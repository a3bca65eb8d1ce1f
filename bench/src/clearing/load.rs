//! A load on the engine: every bank pays, reads its inbox, answers what it is sent, and reads how its own payments
//! ended. A payment counts when its payer's bank has read that it settled.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::ensure;
use payments::clearing::{InboxMessage, Status};
use payments::{Submission, Switch};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::bank::{Payments, accept, now};
use crate::histogram::Histogram;

/// How payments come.
#[derive(Clone, Copy)]
pub(crate) enum Arrivals {
    /// So many are under way between all banks; another begins when one ends.
    UnderWay(usize),
    /// So many a second, whatever happens to those before.
    EverySecond(u64),
}

/// What is done to the engine.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) arrivals: Arrivals,
    pub(crate) duration: Duration,
    /// Payments in one call, at most.
    pub(crate) per_request: usize,
    /// Messages in one page of an inbox, at most.
    pub(crate) page: usize,
}

/// What came of it.
pub(crate) struct Outcome {
    /// Payments completed a second.
    pub(crate) rate: u64,
    /// From when a step was due to when its caller was told.
    pub(crate) steps: Histogram,
    /// From when a payment was due to when its payer's bank had read that it settled.
    pub(crate) finals: Histogram,
    /// How long it took to find a payment by its UETR a second after it was sent.
    pub(crate) searches: Histogram,
}

struct Run {
    switch: Switch,
    payments: Arc<Payments>,
    plan: Plan,
    began: Instant,
    stop: AtomicBool,
    completed: AtomicU64,
    room: Vec<Semaphore>,
    steps: Histogram,
    finals: Histogram,
    searches: Histogram,
    to_search: Mutex<VecDeque<(Instant, Uuid)>>,
    failed: Mutex<Option<anyhow::Error>>,
}

/// A UETR of so many is looked for.
const SEARCHED: u64 = 500;
/// How long after it was sent a payment must be found.
const SEARCHABLE: Duration = Duration::from_secs(1);

/// Runs the load. `progress` is told how many payments are complete, once a second.
pub(crate) async fn run(
    switch: &Switch,
    payments: &Arc<Payments>,
    plan: Plan,
    progress: &dyn Fn(u64),
) -> anyhow::Result<Outcome> {
    let banks = payments.banks.len();
    let room = match plan.arrivals {
        Arrivals::UnderWay(all) => all.div_ceil(banks),
        Arrivals::EverySecond(_) => 0,
    };
    let run = Arc::new(Run {
        switch: switch.clone(),
        payments: Arc::clone(payments),
        plan,
        began: Instant::now(),
        stop: AtomicBool::new(false),
        completed: AtomicU64::new(0),
        room: (0..banks).map(|_| Semaphore::new(room)).collect(),
        steps: Histogram::new(),
        finals: Histogram::new(),
        searches: Histogram::new(),
        to_search: Mutex::default(),
        failed: Mutex::default(),
    });
    let mut tasks = JoinSet::new();
    let cursor = *switch.head().borrow();
    for bank in 0..banks {
        tasks.spawn(Run::guard(Arc::clone(&run), Arc::clone(&run).pay(bank)));
        tasks.spawn(Run::guard(Arc::clone(&run), Arc::clone(&run).read(bank, cursor)));
    }
    tasks.spawn(Run::guard(Arc::clone(&run), Arc::clone(&run).search()));
    while run.began.elapsed() < plan.duration && !run.stopped() {
        tokio::time::sleep(Duration::from_secs(1).min(plan.duration.saturating_sub(run.began.elapsed()))).await;
        progress(run.completed.load(Ordering::Relaxed));
    }
    let completed = run.completed.load(Ordering::Relaxed);
    let millis = u64::try_from(run.began.elapsed().as_millis())?.max(1);
    run.stop.store(true, Ordering::Relaxed);
    run.room.iter().for_each(Semaphore::close);
    while tasks.join_next().await.is_some() {}
    let run = Arc::into_inner(run).ok_or_else(|| anyhow::anyhow!("a task outlived the load"))?;
    if let Some(failed) = run.failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(failed);
    }
    Ok(Outcome { rate: completed * 1_000 / millis, steps: run.steps, finals: run.finals, searches: run.searches })
}

impl Run {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The first failure ends the run.
    async fn guard(self: Arc<Self>, work: impl Future<Output = anyhow::Result<()>>) {
        if let Err(error) = work.await {
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            self.stop.store(true, Ordering::Relaxed);
            self.room.iter().for_each(Semaphore::close);
        }
    }

    async fn pay(self: Arc<Self>, bank: usize) -> anyhow::Result<()> {
        let mut calls = JoinSet::new();
        match self.plan.arrivals {
            Arrivals::UnderWay(_) => {
                let most = u32::try_from(self.plan.per_request)?;
                while let Ok(room) = self.room[bank].acquire_many(most).await {
                    room.forget();
                    let due = Instant::now();
                    let payments = self.payments.make(bank, self.plan.per_request, due)?;
                    calls.spawn(Self::guard(Arc::clone(&self), Arc::clone(&self).submit(bank, payments, due)));
                    while calls.try_join_next().is_some() {}
                }
            }
            Arrivals::EverySecond(rate) => {
                let banks = self.room.len() as u64;
                let gap = Duration::from_nanos(1_000_000_000 * banks / rate.max(1));
                let mut due = self.began + gap * u32::try_from(bank)? / u32::try_from(banks)?;
                while !self.stopped() {
                    tokio::time::sleep_until(due.into()).await;
                    // All that fell due while this task slept, each request counted from its first payment.
                    while due <= Instant::now() {
                        let late = Instant::now().duration_since(due).as_nanos() / gap.as_nanos().max(1) + 1;
                        let count = usize::try_from(late)?.min(self.plan.per_request);
                        let payments = self.payments.make(bank, count, due)?;
                        calls.spawn(Self::guard(Arc::clone(&self), Arc::clone(&self).submit(bank, payments, due)));
                        due += gap * u32::try_from(count)?;
                    }
                    while calls.try_join_next().is_some() {}
                }
            }
        }
        while calls.join_next().await.is_some() {}
        Ok(())
    }

    async fn submit(self: Arc<Self>, bank: usize, payments: Vec<Submission>, due: Instant) -> anyhow::Result<()> {
        for payment in &payments {
            if payment.transfer.uetr.as_u128() % u128::from(SEARCHED) == 0 {
                let mut to_search = self.to_search.lock().unwrap_or_else(PoisonError::into_inner);
                to_search.push_back((Instant::now(), payment.transfer.uetr));
            }
        }
        let reports = self.switch.submit(self.payments.banks[bank], payments, now()).await?;
        self.steps.record(due.elapsed(), reports.len() as u64);
        let refused = reports.iter().find(|report| report.status != Status::InProcess);
        ensure!(refused.is_none(), "refused: {refused:?}");
        Ok(())
    }

    async fn read(self: Arc<Self>, bank: usize, mut cursor: i64) -> anyhow::Result<()> {
        let code = self.payments.banks[bank];
        let mut head = self.switch.head();
        let mut calls = JoinSet::new();
        let mut last_chance = false;
        loop {
            head.borrow_and_update();
            let page = tokio::task::block_in_place(|| self.switch.inbox(code, cursor, self.plan.page))?;
            if page.messages.is_empty() && page.next == cursor {
                // What was under way when the load ended is still answered, and its end read.
                if last_chance {
                    break;
                }
                let changed = tokio::time::timeout(Duration::from_millis(500), head.changed()).await;
                last_chance = self.stopped() && changed.is_err();
                continue;
            }
            cursor = page.next;
            let mut answers = Vec::new();
            for item in &page.messages {
                match &item.message {
                    InboxMessage::Payment(payment) => answers.push(accept(payment)?),
                    InboxMessage::Report(report) if report.debtor_agent == code => {
                        ensure!(report.status == Status::Settled, "not settled: {report:?}");
                        if let Some(due) = self.payments.due(&report.original_end_to_end_id) {
                            self.finals.record(due.elapsed(), 1);
                        }
                        self.completed.fetch_add(1, Ordering::Relaxed);
                        self.room[bank].add_permits(1);
                    }
                    _ => {}
                }
            }
            if !answers.is_empty() {
                let run = Arc::clone(&self);
                calls.spawn(Self::guard(Arc::clone(&self), run.answer(bank, answers)));
            }
            while calls.try_join_next().is_some() {}
        }
        while calls.join_next().await.is_some() {}
        Ok(())
    }

    async fn answer(self: Arc<Self>, bank: usize, answers: Vec<payments::clearing::Answer>) -> anyhow::Result<()> {
        let began = Instant::now();
        let reports = self.switch.answer(self.payments.banks[bank], answers, now()).await?;
        self.steps.record(began.elapsed(), reports.len() as u64);
        for report in reports {
            let report = report.map_err(|refusal| anyhow::anyhow!("answer refused: {refusal:?}"))?;
            ensure!(report.status == Status::Settled, "not settled: {report:?}");
        }
        Ok(())
    }

    async fn search(self: Arc<Self>) -> anyhow::Result<()> {
        while !self.stopped() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            loop {
                let next = {
                    let mut waiting = self.to_search.lock().unwrap_or_else(PoisonError::into_inner);
                    let is_old = waiting.front().is_some_and(|(sent, _)| sent.elapsed() >= SEARCHABLE);
                    if is_old { waiting.pop_front() } else { None }
                };
                let Some((_, uetr)) = next else { break };
                let began = Instant::now();
                let found = tokio::task::block_in_place(|| self.switch.payment(uetr))?;
                ensure!(found.is_some(), "{uetr} is not found a second after it was sent");
                self.searches.record(began.elapsed(), 1);
            }
        }
        Ok(())
    }
}
