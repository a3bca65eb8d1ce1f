//! What the handlers of this listener share.

use std::sync::atomic::{AtomicI64, Ordering};

use payments::Switch;
use payments::directory::Directory;

use super::certificate::Thumbprints;

/// The switch, the directory, and who is who.
pub struct Api {
    /// Moves the money.
    pub switch: Switch,
    /// Finds the account behind a number or an address.
    pub directory: Directory,
    pub(super) thumbprints: Thumbprints,
    inbox_waiters: AtomicI64,
}

impl Api {
    /// Over this switch and this directory.
    pub fn new(switch: Switch, directory: Directory) -> Self {
        Self { switch, directory, thumbprints: Thumbprints::default(), inbox_waiters: AtomicI64::new(0) }
    }

    /// How many inbox requests are waiting for something to come.
    pub fn inbox_waiters(&self) -> i64 {
        self.inbox_waiters.load(Ordering::Relaxed)
    }

    /// Counts a waiting inbox request until the guard is dropped, also when the caller goes away.
    pub(super) fn waits(&self) -> Waiter<'_> {
        self.inbox_waiters.fetch_add(1, Ordering::Relaxed);
        Waiter(&self.inbox_waiters)
    }
}

/// One waiting inbox request.
pub(super) struct Waiter<'a>(&'a AtomicI64);

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
