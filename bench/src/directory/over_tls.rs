//! The program itself: banks that look up over mutual TLS, on the same processors as the program.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::in_process::Random;
use super::population;
use crate::histogram::Histogram;
use crate::measure::{Figure, median};
use crate::switch::http::Connection;
use crate::switch::installation::Installation;

/// Banks that look up.
const BANKS: usize = 16;
/// Connections of the load: thirty-two of each bank.
const CONNECTIONS: u64 = 512;
/// Seconds of a load at most: the banks may look up 320,000 times at once, and then are held back.
const LONGEST: u64 = 4;
/// What is not counted at the beginning: every connection is used for the first time.
const WARM_UP: Duration = Duration::from_millis(200);
/// What timers count.
const TICK: Duration = Duration::from_millis(1);
/// What no resource answers to is answered without looking at anything.
const FIXED: &str = "/participant/v1/lookups";

/// Fills a directory through the command line and asks for what is in it. Each round has a directory of its own.
pub(super) async fn measure(entries: u64, seconds: u64, rounds: usize) -> anyhow::Result<[Figure; 5]> {
    let (mut fixed, mut looked_up, mut middle) = (Vec::new(), Vec::new(), Vec::new());
    let (mut slowest, mut slowest_fixed) = (Vec::new(), Vec::new());
    for _ in 0..rounds.max(1) {
        let installation = Installation::start(None, BANKS).await?;
        let codes: Vec<&str> = installation.banks.iter().map(|bank| bank.code).collect();
        installation.import(&csv(entries, &codes)?)?;
        let load = Load { installation, entries, seconds: seconds.min(LONGEST) };
        let (many, _) = load.run(Asked::Fixed, None).await?;
        fixed.push(many);
        // What the machine itself makes slow, with the same share of its processors in use.
        let (_, calm) = load.run(Asked::Fixed, Some(many / 2)).await?;
        slowest_fixed.push(calm.per_mille(990));
        let (many, _) = load.run(Asked::Proxies, None).await?;
        looked_up.push(many);
        let (_, calm) = load.run(Asked::Proxies, Some(many / 2)).await?;
        middle.push(calm.per_mille(500));
        slowest.push(calm.per_mille(990));
    }
    let fixed = median(&mut fixed);
    let looked_up = Figure::new("look-ups over mutual TLS, beside a fixed answer", median(&mut looked_up), "a second");
    Ok([
        Figure::new("a fixed answer over mutual TLS", fixed, "a second"),
        looked_up.beside(fixed),
        Figure::new("a look-up over mutual TLS at half of it, median", median(&mut middle), "µs"),
        Figure::new("a look-up over mutual TLS at half of it, 99 of 100", median(&mut slowest), "µs"),
        Figure::new("a fixed answer at half of its load, 99 of 100", median(&mut slowest_fixed), "µs"),
    ])
}

fn csv(entries: u64, codes: &[&str]) -> anyhow::Result<String> {
    let mut text = "participant,proxy_type,proxy,account,owner_kind,name_zh,name_en,currencies,default\n".to_owned();
    for index in 0..entries {
        let (zh, en) = population::names(index);
        let code = codes[usize::try_from(index)? % codes.len()];
        writeln!(
            text,
            "{code},MBNO,{},{code}-{index:06}-001,person,{zh},{en},HKD CNY,true",
            population::number(index)
        )?;
    }
    Ok(text)
}

#[derive(Clone, Copy)]
enum Asked {
    Fixed,
    Proxies,
}

struct Load {
    installation: Installation,
    entries: u64,
    seconds: u64,
}

impl Load {
    /// The connections that the banks keep open. Opening one takes as long as many look-ups, so it comes before the load.
    async fn connect(&self) -> anyhow::Result<Vec<Connection>> {
        let port = self.installation.ports()[0];
        let mut opening = Vec::new();
        for number in 0..CONNECTIONS {
            let banks = &self.installation.banks;
            let tls = Arc::clone(&banks[usize::try_from(number)? % banks.len()].tls);
            opening.push(tokio::spawn(async move { Connection::open(port, &tls).await }));
        }
        let mut open = Vec::new();
        for connection in opening {
            open.push(connection.await??);
        }
        Ok(open)
    }

    /// So many answers a second, as many as there can be unless a rate is given; how long each took, counted from
    /// when it was due.
    async fn run(&self, asked: Asked, rate: Option<u64>) -> anyhow::Result<(u64, Histogram)> {
        let (times, done) = (Arc::new(Histogram::new()), Arc::new(AtomicU64::new(0)));
        let pause = rate.map(|rate| Duration::from_micros(1_000_000 * CONNECTIONS / rate.max(1)));
        let connections = self.connect().await?;
        let (began, seconds, entries) = (Instant::now(), self.seconds, self.entries);
        let counted = began + WARM_UP..began + WARM_UP + Duration::from_secs(seconds);
        let mut asking = Vec::new();
        for (number, mut connection) in (0..CONNECTIONS).zip(connections) {
            let (times, done, counted) = (Arc::clone(&times), Arc::clone(&done), counted.clone());
            asking.push(tokio::spawn(async move {
                let mut random = Random(number + 1);
                // One after the other, not all at the same moment.
                let mut due = began + pause.unwrap_or_default() * u32::try_from(number)? / u32::try_from(CONNECTIONS)?;
                while Instant::now() < counted.end {
                    let started = if let Some(pause) = pause {
                        // Timers count whole milliseconds, and go off in the next one at the earliest.
                        tokio::time::sleep_until(due.checked_sub(TICK).unwrap_or(due).into()).await;
                        let started = due.min(Instant::now());
                        due += pause;
                        started
                    } else {
                        Instant::now()
                    };
                    ask(&mut connection, asked, &mut random, entries).await?;
                    if counted.contains(&started) {
                        times.record(started.elapsed(), 1);
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
                anyhow::Ok(())
            }));
        }
        for asked in asking {
            asked.await??;
        }
        let times = Arc::into_inner(times).unwrap_or_else(Histogram::new);
        Ok((done.load(Ordering::Relaxed) / seconds.max(1), times))
    }
}

async fn ask(connection: &mut Connection, asked: Asked, random: &mut Random, entries: u64) -> anyhow::Result<()> {
    match asked {
        Asked::Fixed => {
            let answer = connection.get(FIXED).await?;
            ensure!(answer.status == 405, "a fixed answer was {}: {}", answer.status, answer.body);
        }
        Asked::Proxies => {
            let (number, payer) = (population::number(random.below(entries)), random.below(1_000_000));
            let body = format!(
                "{{\"proxy\":{{\"type\":\"MBNO\",\"id\":\"{number}\"}},\
                 \"payer\":{{\"id\":\"{payer}\",\"kind\":\"person\"}}}}"
            );
            let answer = connection.post_json("/participant/v1/lookups", &body).await?;
            ensure!(answer.status == 200, "a look-up was answered {}: {}", answer.status, answer.body);
        }
    }
    Ok(())
}
