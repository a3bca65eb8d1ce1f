//! The e-service's own sessions, in its memory: who is signing in, and who has.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::openid_client::{PendingSignIn, SignedIn};

/// The e-service keeps at most this many sessions; the demo has five residents.
const LIMIT: usize = 1_000;

/// What a browser's cookie stands for.
#[derive(Clone)]
pub(super) enum Session {
    /// On its way to Lionrock and back.
    SigningIn(PendingSignIn),
    /// Signed in.
    SignedIn(Box<SignedIn>),
}

/// Sessions by cookie value.
#[derive(Default)]
pub(super) struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    pub(super) fn put(&self, cookie: String, session: Session) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= LIMIT {
            sessions.clear();
        }
        sessions.insert(cookie, session);
    }

    pub(super) fn get(&self, cookie: &str) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(cookie).cloned()
    }

    /// Takes the session out: a sign-in under way is completed once.
    pub(super) fn take(&self, cookie: &str) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(cookie)
    }
}
