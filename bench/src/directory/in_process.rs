//! Loads on the directory in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use payments::directory::{Directory, DirectoryError, LookupPurpose, LookupRequest, OwnerKind, Payer};

use super::population;
use crate::clearing::now;

/// Proxies that are read together.
const TOGETHER: u64 = 512;
/// Threads that read.
const THREADS: u64 = 4;
/// Look-ups under way at any time.
const UNDER_WAY: u64 = 4_096;
/// Payers, each with a bucket of its own.
const PAYERS: u64 = 1_000_000;

/// One load on a directory with so many entries.
pub(super) struct Load {
    pub(super) directory: Arc<Directory>,
    pub(super) entries: u64,
    pub(super) seconds: u64,
}

impl Load {
    /// Entries found by their proxies, a second.
    pub(super) fn reads(&self) -> anyhow::Result<u64> {
        let until = Instant::now() + Duration::from_secs(self.seconds);
        let reader = |number: u64| {
            let mut random = Random(number + 1);
            let mut found = 0;
            while Instant::now() < until {
                let mut wanted = Vec::new();
                for _ in 0..TOGETHER {
                    let index = random.below(self.entries);
                    wanted.push((population::proxy(index)?, population::bank(index)?));
                }
                let wanted: Vec<_> = wanted.iter().map(|(proxy, bank)| Some((proxy, *bank))).collect();
                let entries = self.directory.current(&wanted)?;
                found += entries.iter().flatten().count() as u64;
            }
            anyhow::Ok(found)
        };
        let found: u64 = std::thread::scope(|scope| {
            let readers: Vec<_> = (0..THREADS).map(|number| scope.spawn(move || reader(number))).collect();
            let read = |reader: std::thread::ScopedJoinHandle<'_, anyhow::Result<u64>>| {
                reader.join().map_err(|_| anyhow::anyhow!("a reader panicked"))?
            };
            readers.into_iter().map(read).sum::<anyhow::Result<u64>>()
        })?;
        Ok(found / self.seconds.max(1))
    }

    /// Whole look-ups a second: charged, masked, recorded and proven. One in ten finds nobody.
    pub(super) fn lookups(&self) -> anyhow::Result<u64> {
        let done = Arc::new(AtomicU64::new(0));
        let until = Instant::now() + Duration::from_secs(self.seconds);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(async {
            let mut asking = Vec::new();
            for number in 0..UNDER_WAY {
                let (directory, done, entries) = (Arc::clone(&self.directory), Arc::clone(&done), self.entries);
                asking.push(tokio::spawn(async move {
                    let mut random = Random(number + 1);
                    while Instant::now() < until {
                        let index = random.below(entries + entries / 9);
                        let request = LookupRequest {
                            payer: Payer::named(&random.below(PAYERS).to_string(), OwnerKind::Person)?,
                            purpose: LookupPurpose::Payment,
                            ..LookupRequest::for_payment(population::bank(number)?, population::proxy(index)?)
                        };
                        match directory.lookup(request, now()).await {
                            Ok(_) | Err(DirectoryError::Unknown) => done.fetch_add(1, Ordering::Relaxed),
                            Err(DirectoryError::TooMany { .. }) => 0,
                            Err(error) => return Err(error.into()),
                        };
                    }
                    anyhow::Ok(())
                }));
            }
            for asked in asking {
                asked.await??;
            }
            anyhow::Ok(())
        })?;
        Ok(done.load(Ordering::Relaxed) / self.seconds.max(1))
    }
}

/// Numbers that only have to look unordered (xorshift).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The low bits of small seeds begin alike.
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) % bound.max(1)
    }
}
