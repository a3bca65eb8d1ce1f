//! A load on the switch from outside: every bank pays, reads its inbox, accepts what it is sent, and reads how its
//! own payments ended. A payment counts when its payer's bank has read that it settled.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::http::Connection;
use super::installation::Installation;
use super::message;
use crate::histogram::Histogram;

/// How payments come.
#[derive(Clone, Copy)]
pub(crate) enum Arrivals {
    /// So many are under way between all banks; another begins when one ends.
    UnderWay(usize),
    /// So many a second, whatever happens to those before.
    EverySecond(u64),
}

/// What is done to the switch.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) arrivals: Arrivals,
    pub(crate) duration: Duration,
    /// Payments in one request.
    pub(crate) per_request: usize,
    /// Connections on which each bank pays.
    pub(crate) connections: usize,
}

/// What came of it.
pub(crate) struct Outcome {
    /// Payments completed a second.
    pub(crate) rate: u64,
    /// From when a payment was due to be sent to when its bank had read that it settled.
    pub(crate) finals: Histogram,
    /// From then to when its bank was told that it was taken.
    pub(crate) taken: Histogram,
    /// From then to when the payee's bank had read it.
    pub(crate) forwarded: Histogram,
    /// How long answers took.
    pub(crate) answered: Histogram,
}

/// Connections on which each bank answers.
const ANSWERING: usize = 2;

struct Run {
    /// When it began, in seconds: ids of two runs are never the same.
    number: i64,
    codes: Vec<&'static str>,
    plan: Plan,
    began: Instant,
    stop: AtomicBool,
    sent: AtomicU64,
    completed: AtomicU64,
    room: Vec<Semaphore>,
    finals: Histogram,
    taken: Histogram,
    forwarded: Histogram,
    answered: Histogram,
    failed: Mutex<Option<anyhow::Error>>,
}

/// The connections of one bank.
struct Lines {
    paying: Vec<Connection>,
    reading: Connection,
    answering: Vec<Connection>,
    cursor: Arc<AtomicU64>,
}

impl Lines {
    /// Spreads them over all gateways.
    async fn open(installation: &Installation, bank: usize, plan: Plan) -> anyhow::Result<Self> {
        let (ports, tls) = (installation.ports(), &installation.banks[bank].tls);
        let port = |number: usize| ports[(bank + number) % ports.len()];
        let mut paying = Vec::new();
        for number in 0..plan.connections {
            paying.push(Connection::open(port(number), tls).await?);
        }
        let mut answering = Vec::new();
        for number in 0..ANSWERING {
            answering.push(Connection::open(port(number), tls).await?);
        }
        let reading = Connection::open(port(0), tls).await?;
        Ok(Self { paying, reading, answering, cursor: Arc::clone(&installation.banks[bank].cursor) })
    }
}

/// Runs the load. `progress` is told how many payments are complete, once a second.
pub(crate) async fn run(installation: &Installation, plan: Plan, progress: &dyn Fn(u64)) -> anyhow::Result<Outcome> {
    let banks = installation.banks.len();
    let room = match plan.arrivals {
        Arrivals::UnderWay(all) => all.div_ceil(banks),
        Arrivals::EverySecond(_) => 0,
    };
    let mut lines = Vec::new();
    for bank in 0..banks {
        lines.push(Lines::open(installation, bank, plan).await?);
    }
    let run = Arc::new(Run {
        number: message::now().micros() / 1_000_000,
        codes: installation.banks.iter().map(|bank| bank.code).collect(),
        plan,
        began: Instant::now(),
        stop: AtomicBool::new(false),
        sent: AtomicU64::new(0),
        completed: AtomicU64::new(0),
        room: (0..banks).map(|_| Semaphore::new(room)).collect(),
        finals: Histogram::new(),
        taken: Histogram::new(),
        forwarded: Histogram::new(),
        answered: Histogram::new(),
        failed: Mutex::default(),
    });
    let mut tasks = JoinSet::new();
    for (bank, lines) in lines.into_iter().enumerate() {
        for connection in lines.paying {
            tasks.spawn(Run::guard(Arc::clone(&run), Arc::clone(&run).pay(bank, connection)));
        }
        let (sender, messages) = mpsc::unbounded_channel();
        let messages = Arc::new(tokio::sync::Mutex::new(messages));
        for connection in lines.answering {
            let answer = Arc::clone(&run).answer(connection, Arc::clone(&messages));
            tasks.spawn(Run::guard(Arc::clone(&run), answer));
        }
        tasks.spawn(Run::guard(Arc::clone(&run), Arc::clone(&run).read(bank, lines.reading, lines.cursor, sender)));
    }
    while run.began.elapsed() < plan.duration && !run.stopped() {
        tokio::time::sleep(Duration::from_secs(1).min(plan.duration.saturating_sub(run.began.elapsed()))).await;
        progress(run.completed.load(Ordering::Relaxed));
    }
    let completed = run.completed.load(Ordering::Relaxed);
    let millis = u64::try_from(run.began.elapsed().as_millis())?.max(1);
    run.end();
    while tasks.join_next().await.is_some() {}
    let run = Arc::into_inner(run).context("a task outlived the load")?;
    if let Some(failed) = run.failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(failed);
    }
    let Run { finals, taken, forwarded, answered, .. } = run;
    Ok(Outcome { rate: completed * 1_000 / millis, finals, taken, forwarded, answered })
}

impl Run {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn end(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.room.iter().for_each(Semaphore::close);
    }

    /// The first failure ends the run.
    async fn guard(self: Arc<Self>, work: impl Future<Output = anyhow::Result<()>>) {
        if let Err(error) = work.await {
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            self.end();
        }
    }

    /// Waits until payments are due on a connection of this bank. When, or `None` when the load has ended.
    async fn due(&self, bank: usize) -> anyhow::Result<Option<Instant>> {
        match self.plan.arrivals {
            Arrivals::UnderWay(_) => {
                let Ok(room) = self.room[bank].acquire_many(u32::try_from(self.plan.per_request)?).await else {
                    return Ok(None);
                };
                room.forget();
                Ok(Some(Instant::now()))
            }
            Arrivals::EverySecond(rate) => {
                let number = self.sent.fetch_add(self.plan.per_request as u64, Ordering::Relaxed);
                // In arrears it is sent at once, and counted from when it was due.
                let due = self.began + Duration::from_micros(number * 1_000_000 / rate.max(1));
                tokio::time::sleep_until(due.into()).await;
                Ok(if self.stopped() { None } else { Some(due) })
            }
        }
    }

    async fn pay(self: Arc<Self>, bank: usize, mut connection: Connection) -> anyhow::Result<()> {
        let from = self.codes[bank];
        while let Some(due) = self.due(bank).await? {
            let micros = due.duration_since(self.began).as_micros();
            let transactions: Vec<_> = (0..self.plan.per_request).map(|_| self.transaction(bank, micros)).collect();
            let answer = connection.post("/participant/v1/payments", &message::payments(from, &transactions)).await?;
            ensure!(answer.status == 202, "{} {}", answer.status, answer.body);
            let refused = message::reports(answer.body).find(|report| report.status != "ACSP");
            ensure!(refused.is_none(), "refused: {}", answer.body);
            self.taken.record(due.elapsed(), self.plan.per_request as u64);
        }
        Ok(())
    }

    /// An end-to-end id by which its bank knows when it was due, and the payee's code.
    fn transaction(&self, bank: usize, due: u128) -> (String, &'static str) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let others = self.codes.len() as u64 - 1;
        let to = (bank as u64 + 1 + number % others) % (others + 1);
        let to = usize::try_from(to).unwrap_or_default();
        (format!("{}-{due:012}-{number:09}", self.number), self.codes[to])
    }

    async fn read(
        self: Arc<Self>,
        bank: usize,
        mut connection: Connection,
        cursor: Arc<AtomicU64>,
        answers: mpsc::UnboundedSender<String>,
    ) -> anyhow::Result<()> {
        let own = format!("<MmbId>{}</MmbId>", self.codes[bank]);
        loop {
            let stopped = self.stopped();
            let answer = connection.get(&inbox(cursor.load(Ordering::Relaxed), 1)).await?;
            if answer.status == 204 {
                // What was under way when the load ended is still answered, and its end read.
                if stopped {
                    return Ok(());
                }
                continue;
            }
            ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
            cursor.store(message::next(answer.body).context("an inbox without a cursor")?, Ordering::Relaxed);
            self.take_ends(bank, answer.body, &own)?;
            for payment in message::incoming(answer.body) {
                if let Some(due) = self.due_of(payment.transaction_id) {
                    self.forwarded.record(due.elapsed(), 1);
                }
            }
            if let Some(acceptance) = message::acceptance(answer.body) {
                answers.send(acceptance)?;
            }
        }
    }

    /// Counts the bank's own payments that have ended.
    fn take_ends(&self, bank: usize, inbox: &str, own: &str) -> anyhow::Result<()> {
        let mut ended = 0;
        for transaction in inbox.split("<TxInfAndSts>").skip(1) {
            // Outcomes go to both banks; the first agent named is the payer's.
            let payer = transaction
                .split_once("<InstgAgt>")
                .is_some_and(|(_, rest)| rest.split_once("</InstgAgt>").is_some_and(|(agent, _)| agent.contains(own)));
            if !payer {
                continue;
            }
            let report = message::report(transaction).context("a report")?;
            ensure!(report.status == "ACSC", "not settled: {transaction}");
            if let Some(due) = self.due_of(report.end_to_end_id) {
                self.finals.record(due.elapsed(), 1);
                ended += 1;
            }
        }
        self.completed.fetch_add(ended, Ordering::Relaxed);
        self.room[bank].add_permits(usize::try_from(ended)?);
        Ok(())
    }

    /// When the payment with this id was due; `None` when it is not of this run.
    fn due_of(&self, id: &str) -> Option<Instant> {
        let mut parts = id.split('-');
        let is_ours = parts.next()?.parse() == Ok(self.number);
        let due = parts.next()?.parse().ok().filter(|_| is_ours)?;
        Some(self.began + Duration::from_micros(due))
    }

    async fn answer(
        self: Arc<Self>,
        mut connection: Connection,
        messages: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<String>>>,
    ) -> anyhow::Result<()> {
        loop {
            let next = messages.lock().await.recv().await;
            let Some(message) = next else { return Ok(()) };
            let began = Instant::now();
            let answer = connection.post("/participant/v1/answers", &message).await?;
            self.answered.record(began.elapsed(), 1);
            ensure!(answer.status == 200, "{} {}", answer.status, answer.body);
        }
    }
}

fn inbox(after: u64, wait: u8) -> String {
    format!("/participant/v1/inbox?after={after}&wait={wait}&max=500")
}
