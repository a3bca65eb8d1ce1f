//! What was read from the database a moment ago, and is believed for another moment.
//!
//! It is read anew before that moment is over, by one of those who ask: the others go on with what is known, and nobody
//! waits. If all asked the database when it ends, whoever comes in thousands would ask a hundred times at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// More than there is of anything that is remembered: beyond it we start over.
const MOST: usize = 4_096;

/// The memory. Values are cheap to clone.
pub(super) struct Remembered<K, V> {
    believed: Duration,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    /// What was read, and when or later.
    known: HashMap<K, (V, Instant)>,
    /// Until when nobody else is asked to read anything anew: one thing after the other.
    renewing: Option<Instant>,
}

/// What is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Recalled<V> {
    /// This.
    Known(V),
    /// This, and the caller is to read it anew while it is still believed.
    Ageing(V),
    /// Nothing that could be believed.
    Unknown,
}

impl<K: Eq + Hash, V: Clone> Remembered<K, V> {
    /// Nothing yet; what comes is believed for so long.
    pub(super) fn new(believed: Duration) -> Self {
        Self { believed, state: Mutex::new(State { known: HashMap::new(), renewing: None }) }
    }

    /// What is known of it.
    pub(super) fn recall(&self, key: &K, now: Instant) -> Recalled<V> {
        let mut state = self.state();
        let Some((value, since)) = state.known.get(key) else { return Recalled::Unknown };
        let (value, age) = (value.clone(), now.saturating_duration_since(*since));
        if age >= self.believed {
            return Recalled::Unknown;
        }
        if age < self.believed / 2 || state.renewing.is_some_and(|until| now < until) {
            return Recalled::Known(value);
        }
        // Whoever fails to does not keep the others from it for long.
        state.renewing = Some(now + self.believed / 8);
        Recalled::Ageing(value)
    }

    /// Remembers what was read at this moment or later.
    pub(super) fn remember(&self, key: K, value: V, since: Instant) {
        let mut state = self.state();
        if state.known.len() >= MOST {
            state.known.clear();
        }
        state.known.insert(key, (value, since));
        state.renewing = None;
    }

    /// It is there no more.
    pub(super) fn forget(&self, key: &K) {
        self.state().known.remove(key);
    }

    fn state(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BELIEVED: Duration = Duration::from_secs(2);

    #[test]
    fn one_of_those_who_ask_reads_anew_while_it_is_still_believed() {
        let (remembered, read) = (Remembered::new(BELIEVED), Instant::now());
        assert_eq!(remembered.recall(&1, read), Recalled::Unknown);
        remembered.remember(1, "one", read);
        remembered.remember(2, "two", read);
        let later = |millis| read + Duration::from_millis(millis);
        assert_eq!(remembered.recall(&1, later(999)), Recalled::Known("one"));
        assert_eq!(remembered.recall(&1, later(1_000)), Recalled::Ageing("one"));
        assert_eq!(remembered.recall(&1, later(1_001)), Recalled::Known("one"), "somebody is at it");
        assert_eq!(remembered.recall(&2, later(1_001)), Recalled::Known("two"), "and does one thing after the other");
        assert_eq!(remembered.recall(&1, later(1_300)), Recalled::Ageing("one"), "who failed is not waited for");
        remembered.remember(1, "first", later(1_300));
        assert_eq!(remembered.recall(&2, later(1_301)), Recalled::Ageing("two"));
        assert_eq!(remembered.recall(&1, later(1_301)), Recalled::Known("first"));
    }

    #[test]
    fn nothing_is_believed_for_longer_than_it_may_be() {
        let (remembered, read) = (Remembered::new(BELIEVED), Instant::now());
        remembered.remember(1, "one", read);
        assert_eq!(remembered.recall(&1, read + BELIEVED), Recalled::Unknown, "also when nobody has read it anew");
        remembered.remember(1, "another", read + BELIEVED);
        assert_eq!(remembered.recall(&1, read + BELIEVED), Recalled::Known("another"));
        remembered.forget(&1);
        assert_eq!(remembered.recall(&1, read + BELIEVED), Recalled::Unknown);
    }
}
