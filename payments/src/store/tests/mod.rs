//! The switch on each database that is to be had.

mod books;
mod faults;
mod inbox;
mod payments;
mod simulation;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use store::testing::TestDatabase;
use store::{Db, Timestamp};

use super::{Submission, Switch, SwitchSettings};
use crate::clearing::tests::support::{NOW, bank, hkd, particulars};
use crate::clearing::{CreditTransfer, StatusReport};
use crate::directory::{Directory, DirectoryKeys};

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

    fn try_open(&self) -> Result<Switch, crate::Error> {
        let clock = Arc::clone(&self.clock);
        let settings = SwitchSettings { follow_every: Duration::from_millis(5), ..SwitchSettings::default() };
        let now = move || Timestamp::from_micros(clock.load(Ordering::SeqCst));
        Switch::open(self.db(), settings, Arc::new(now), self.directory())
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
        wait(switch.fund("an officer", bank("012"), hkd(100_000))).unwrap();
        wait(switch.fund("an officer", bank("027"), hkd(50_000))).unwrap();
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
