//! What the handlers of this listener share.

use std::sync::atomic::{AtomicI64, Ordering};

use payments::directory::Directory;
use payments::{Merchants, Switch};
use tokio::sync::watch;

use super::certificate::Thumbprints;
use super::members::Members;
use super::pace::Pace;
use crate::messages::Messages;

/// The switch, the directory, and who is who.
pub struct Api {
    /// Moves the money.
    pub switch: Switch,
    /// Finds the account behind a number or an address.
    pub directory: Directory,
    /// Who takes payments, and what came in.
    pub merchants: Merchants,
    /// Sends one-time codes.
    pub(super) messages: Messages,
    pub(super) thumbprints: Thumbprints,
    pub(super) members: Members,
    /// How often inboxes answer.
    pub(super) pace: Pace,
    inbox_waiters: AtomicI64,
    closing: watch::Sender<bool>,
}

impl Api {
    /// Over this switch and this directory.
    pub fn new(switch: Switch, directory: Directory) -> Self {
        Self {
            switch,
            merchants: Merchants::new(directory.clone()),
            directory,
            messages: Messages::default(),
            thumbprints: Thumbprints::default(),
            members: Members::default(),
            pace: Pace::default(),
            inbox_waiters: AtomicI64::new(0),
            closing: watch::Sender::new(false),
        }
    }

    /// Sends one-time codes by these ways.
    #[must_use]
    pub fn with_messages(self, messages: Messages) -> Self {
        Self { messages, ..self }
    }

    /// Lets go whoever waits for something to come: the listener is about to stop.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Returns when the listener is about to stop.
    pub(super) async fn closed(&self) {
        // The sender lives in `self`: there is no other way for the wait to end.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
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
