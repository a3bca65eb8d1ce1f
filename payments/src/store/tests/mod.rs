//! The switch on each database that is to be had.

mod ahead;
mod app_links;
mod archive;
mod bills;
mod books;
mod days;
mod fairness;
mod faults;
mod inbox;
mod lookups;
mod merchant_programs;
mod merchants;
mod payments;
mod presence;
mod presented_codes;
mod proposals;
mod recalls;
mod requests;
mod returns;
mod shop_day;
mod simulation;
mod suspicion;
mod trial_balance;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use store::testing::TestDatabase;
use store::{Db, Options, Timestamp};

use super::sequencer::Sequencer;
use super::{Clock, Submission, Switch, SwitchSettings};
use crate::clearing::tests::support::{NOW, bank, hkd, particulars};
use crate::clearing::{CreditTransfer, CutOverTime, Rules, StatusReport};
use crate::directory::{Directory, DirectoryKeys};

const SETTINGS: SwitchSettings = SwitchSettings {
    rules: Rules {
        time_to_answer: Duration::from_secs(10),
        acceptance_tolerance: Duration::from_secs(5),
        cut_over: CutOverTime::MIDNIGHT,
    },
    queue_capacity: 1_000,
    follow_every: Duration::from_millis(5),
    offline_after: Duration::from_mins(1),
    patience: Duration::from_secs(5),
};

/// A database with a clock that stands still until it is moved.
struct World {
    database: TestDatabase,
    clock: Arc<AtomicI64>,
}

impl World {
    fn each() -> Vec<Self> {
        let world = |database| Self { database, clock: Arc::new(AtomicI64::new(NOW.micros())) };
        TestDatabase::each().unwrap().into_iter().map(world).collect()
    }

    fn db(&self) -> Db {
        self.database.db()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.clock.load(Ordering::SeqCst))
    }

    fn pass(&self, span: Duration) {
        self.clock.fetch_add(i64::try_from(span.as_micros()).unwrap(), Ordering::SeqCst);
    }

    fn directory(&self) -> Directory {
        Directory::new(self.db(), DirectoryKeys::from_master(&[5; 32]))
    }

    fn reading(&self) -> Clock {
        let clock = Arc::clone(&self.clock);
        Arc::new(move || Timestamp::from_micros(clock.load(Ordering::SeqCst)))
    }

    fn try_open(&self) -> Result<Switch, crate::Error> {
        Switch::open(self.db(), SETTINGS, self.reading(), self.directory())
    }

    /// A switch of another process: it shares nothing but the database.
    fn elsewhere(&self) -> Switch {
        let db = Db::open(&self.database.url, &Options { connections: 4, ..Options::default() }).unwrap();
        let directory = Directory::new(db.clone(), DirectoryKeys::from_master(&[5; 32]));
        Switch::open(db, SETTINGS, self.reading(), directory).unwrap()
    }

    /// A sequencer that nobody runs.
    fn sequencer(&self) -> Sequencer {
        Sequencer::open(self.db(), SETTINGS, self.reading(), self.directory()).unwrap()
    }

    /// Another gateway on the same database.
    fn open(&self) -> Switch {
        self.try_open().unwrap()
    }

    /// A switch with 012 (1,000.00), 027 (500.00) and 038 (nothing).
    fn funded(&self) -> Switch {
        let switch = self.open();
        for code in ["012", "027", "038"] {
            wait(switch.add_participant("an officer", bank(code), particulars(code))).unwrap();
        }
        wait(switch.fund(["an officer", "another"], bank("012"), hkd(100_000))).unwrap();
        wait(switch.fund(["an officer", "another"], bank("027"), hkd(50_000))).unwrap();
        switch
    }

    fn assert_exact(&self) {
        let report = super::audit::verify(&self.db()).unwrap();
        assert!(report.is_exact(), "{:#?}", report.differences);
    }
}

/// Runs a future to its end.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

fn submission(transfer: CreditTransfer) -> Submission {
    let body = format!("<CdtTrfTxInf>{}</CdtTrfTxInf>", transfer.transaction_id).into_bytes();
    Submission { transfer, body }
}

/// Submits one payment.
fn submit(switch: &Switch, transfer: CreditTransfer, now: Timestamp) -> StatusReport {
    wait(switch.submit(transfer.debtor_agent, vec![submission(transfer)], now)).unwrap().remove(0)
}
