//! The clearing engine in this process: payments reserved, answered and settled on a real database.
//!
//! A closed loop: each client sends a payment, answers it, and only then sends the next. The baseline is one
//! client, where every commit holds a single step.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use payments::clearing::{Answer, CreditTransfer, Particulars, Status, Verdict};
use payments::directory::{Directory, DirectoryKeys};
use payments::iso20022::pacs008::ParsedTransfer;
use payments::money::{Amount, Currency};
use payments::participant::ClearingCode;
use payments::{Submission, Switch, SwitchSettings};
use store::{Db, Timestamp};
use uuid::Uuid;

use crate::measure::Figure;

/// Clearing codes that no bank of the demo has.
const BANKS: [&str; 4] = ["901", "902", "903", "904"];

/// What each bank may spend, in cents: more than a run can move.
const FUNDS: i64 = 100_000_000_000_000;

/// How clearing is measured.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The database, which keeps the payments of the run; without it, a temporary SQLite file
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// How long each of the two loads runs
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Clients that pay at the same time
    #[arg(long, default_value_t = 512)]
    clients: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs both loads and prints what they did.
pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let url = options.store.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("bench.db").display()));
    let db = Db::open(&url, &store::Options::default())?;
    db.migrate()?;
    // No payment of the load is to a proxy.
    let directory = Directory::new(db.clone(), DirectoryKeys::from_master(&[0; 32]));
    let switch = Switch::open(db, SwitchSettings::default(), Arc::new(now), directory)?;
    let banks = prepare(&switch).await?;
    let seconds = Duration::from_secs(options.seconds.max(1));
    let baseline_value = load(&switch, &banks, 1, seconds).await?;
    let value = load(&switch, &banks, options.clients.max(1), seconds).await?;
    switch.stop();
    let measure = "payments settled, steps share commits";
    let baseline = "payments settled, one step a commit";
    Figure { measure, unit: "payments/s", value, baseline, baseline_value }.print(options.json);
    Ok(())
}

/// Takes the banks in and funds them; those of an earlier run are there already.
async fn prepare(switch: &Switch) -> anyhow::Result<Vec<ClearingCode>> {
    let mut banks = Vec::new();
    for code in BANKS {
        let bank: ClearingCode = code.parse().context("clearing code")?;
        let name = format!("Bench {code}");
        let particulars = Particulars { bic: None, name_zh: name.clone(), name_en: name };
        switch.add_participant("bench", bank, particulars).await?;
        switch.fund("bench", bank, Amount::new(FUNDS, Currency::Hkd)?).await?;
        banks.push(bank);
    }
    Ok(banks)
}

/// Payments a second that `clients` settle between them.
async fn load(switch: &Switch, banks: &[ClearingCode], clients: u64, duration: Duration) -> anyhow::Result<u64> {
    let settled = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let work: Vec<_> = (0..clients)
        .map(|client| {
            let (switch, banks, settled) = (switch.clone(), banks.to_vec(), Arc::clone(&settled));
            tokio::spawn(async move {
                for number in 0.. {
                    if started.elapsed() >= duration {
                        break;
                    }
                    pay(&switch, &banks, client, number).await?;
                    settled.fetch_add(1, Ordering::Relaxed);
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for seconds in 1..duration.as_secs() {
        tokio::time::sleep_until((started + Duration::from_secs(seconds)).into()).await;
        eprint!("\r{clients} clients, {seconds} s, {} payments ", settled.load(Ordering::Relaxed));
    }
    for client in work {
        client.await??;
    }
    let milliseconds = u64::try_from(started.elapsed().as_millis())?.max(1);
    eprintln!();
    Ok(settled.load(Ordering::Relaxed) * 1_000 / milliseconds)
}

/// One payment, from reservation to settlement.
async fn pay(switch: &Switch, banks: &[ClearingCode], client: u64, number: u64) -> anyhow::Result<()> {
    let at = |index: u64| usize::try_from(index).map(|index| banks[index % banks.len()]);
    let (from, to) = (at(client)?, at(client + 1 + number % 3)?);
    let transfer = transfer(from, to, client, number)?;
    let (uetr, transaction_id) = (transfer.uetr, transfer.transaction_id.clone());
    let ParsedTransfer { transfer, body } = ParsedTransfer::new(transfer);
    let arrived = transfer.accepted;
    let reserved = switch.submit(from, vec![Submission { transfer, body }], arrived).await?;
    anyhow::ensure!(reserved.iter().all(|report| report.status == Status::InProcess), "refused: {reserved:?}");
    let answer = Answer { original_uetr: uetr, original_transaction_id: transaction_id, verdict: Verdict::Accepted };
    for report in switch.answer(to, vec![answer], now()).await? {
        let report = report.map_err(|refusal| anyhow::anyhow!("answer refused: {refusal:?}"))?;
        anyhow::ensure!(report.status == Status::Settled, "not settled: {report:?}");
    }
    Ok(())
}

fn transfer(from: ClearingCode, to: ClearingCode, client: u64, number: u64) -> anyhow::Result<CreditTransfer> {
    let accepted = now();
    let transaction_id = format!("{}-{client}-{number}", accepted.micros());
    Ok(CreditTransfer {
        instruction_id: None,
        end_to_end_id: transaction_id.clone(),
        transaction_id,
        uetr: random_uuid(),
        amount: Amount::new(i64::try_from(100 + number % 9_900)?, Currency::Hkd)?,
        settlement_date: accepted.to_utc().date(),
        accepted,
        debtor_name: "KWOK Ka Yan".to_owned(),
        debtor_account: format!("{from}-100001-001"),
        debtor_agent: from,
        creditor_agent: to,
        creditor_name: "CHAN Tai Man".to_owned(),
        creditor_account: format!("{to}-100001-001"),
        creditor_proxy: None,
        lookup_reference: None,
        remittance_information: Some("bench".to_owned()),
    })
}

#[allow(clippy::disallowed_methods)] // a load has no other clock
fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

#[allow(clippy::disallowed_methods)] // as banks make them
fn random_uuid() -> Uuid {
    Uuid::new_v4()
}
