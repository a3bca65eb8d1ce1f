//! Where passwords are looked at. Each takes tens of milliseconds of a core and 19 MiB, so only so many run at once, only
//! so many wait, and whoever comes then is asked to come again: nobody can wear the machine out by guessing.

use actix_web::web;
use tokio::sync::Semaphore;

use super::refusal::PageError;

/// How many may wait or run. The last of them waits about a second on two cores.
const PLACES: usize = 64;

/// A bounded pool.
pub(super) struct PasswordPool {
    places: Semaphore,
    turns: Semaphore,
}

impl Default for PasswordPool {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { places: Semaphore::new(PLACES), turns: Semaphore::new(cores) }
    }
}

impl PasswordPool {
    /// Runs `work` when its turn comes.
    ///
    /// # Errors
    /// [`PageError::Busy`] when too many wait already.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PageError> {
        let _place = self.places.try_acquire().map_err(|_| PageError::Busy)?;
        let _turn = self.turns.acquire().await.map_err(|_| PageError::Busy)?;
        Ok(web::block(work).await?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::*;

    #[actix_web::test]
    async fn only_so_many_run_at_once_and_only_so_many_wait() {
        let pool = PasswordPool { places: Semaphore::new(5), turns: Semaphore::new(2) };
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let attempt = || {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            pool.run(move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(std::time::Duration::from_millis(20));
                running.fetch_sub(1, Ordering::SeqCst);
            })
        };
        let done = join_all((0..8).map(|_| attempt())).await;
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 5);
        assert!(done.iter().filter_map(|done| done.as_ref().err()).all(|e| matches!(e, PageError::Busy)));
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }
}
