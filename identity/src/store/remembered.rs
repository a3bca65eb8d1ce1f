//! What is kept in memory so that it need not be read or worked out again. Bounded, and never believed for longer than
//! it is certainly true.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ::store::State;

use crate::Error;

/// Entries of [`AsRead`] at most; with one more, all are forgotten.
const MOST_READ: usize = 16_384;
/// Entries of one half of [`Recent`] at most.
const MOST_RECENT: usize = 8_192;

/// What was read from an embedded database, for as long as nobody commits anything to it but what only adds. Of
/// PostgreSQL nothing is kept: it is asked every time.
pub(super) struct AsRead<K, V>(Mutex<Read<K, V>>);

struct Read<K, V> {
    state: Option<State>,
    values: HashMap<K, V>,
}

impl<K, V> Default for AsRead<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Read { state: None, values: HashMap::new() }))
    }
}

impl<K: Eq + Hash + Clone, V: Clone> AsRead<K, V> {
    /// The value under this key in the database of this state: as it was read before, or as `read` finds it. What is not
    /// there is not remembered.
    ///
    /// # Errors
    /// Those of `read`.
    pub(super) fn get(
        &self,
        state: Option<State>,
        key: &K,
        read: impl FnOnce() -> Result<Option<V>, Error>,
    ) -> Result<Option<V>, Error> {
        if state.is_none() {
            return read();
        }
        if let Some(found) = self.of(state).and_then(|kept| kept.values.get(key).cloned()) {
            return Ok(Some(found));
        }
        let found = read()?;
        if let Some(value) = &found {
            self.insert(state, key.clone(), value.clone());
        }
        Ok(found)
    }

    /// Keeps what is certainly in the database of this state.
    pub(super) fn insert(&self, state: Option<State>, key: K, value: V) {
        // Whoever saw a later state meanwhile has forgotten what was before: this may be of before.
        let Some(mut kept) = state.and_then(|_| self.of(state)) else { return };
        if kept.values.len() >= MOST_READ {
            kept.values.clear();
        }
        kept.values.insert(key, value);
    }

    /// What is kept of this state; `None` when a later one was seen already.
    fn of(&self, state: Option<State>) -> Option<MutexGuard<'_, Read<K, V>>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.state < state {
            kept.state = state;
            kept.values.clear();
        }
        (kept.state == state).then_some(kept)
    }
}

/// What is true for ever once it is worked out, such as what a text means. The oldest entries make room.
pub(super) struct Recent<K, V>(Mutex<Halves<K, V>>);

struct Halves<K, V> {
    new: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self(Mutex::new(Halves { new: HashMap::new(), old: HashMap::new() }))
    }
}

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<V> {
        let halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.new.get(key).or_else(|| halves.old.get(key)).cloned()
    }

    pub(super) fn insert(&self, key: K, value: V) {
        let Halves { new, old } = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if new.len() >= MOST_RECENT {
            *old = std::mem::take(new);
        }
        new.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use ::store::on_db;
    use ::store::testing::TestDatabase;
    use diesel::prelude::*;

    use super::*;

    #[test]
    fn what_was_read_is_read_again_once_somebody_has_committed_anything() {
        let database = TestDatabase::sqlite().unwrap();
        let db = database.db();
        let (read, reads) = (AsRead::default(), AtomicU32::new(0));
        let get = |state| {
            let count = || Ok(Some(reads.fetch_add(1, Ordering::Relaxed)));
            read.get(state, &"key", count).unwrap().unwrap()
        };
        let before = db.state().unwrap();
        assert_eq!((get(before), get(before)), (0, 0));
        db.write(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => diesel::sql_query("CREATE TABLE changed (at INTEGER)").execute(c))?)
        })
        .unwrap();
        let after = db.state().unwrap();
        assert_eq!((get(after), get(after)), (1, 1));
        assert_eq!((get(before), get(after)), (2, 1), "a thread that is late neither finds nor leaves anything");
        assert_eq!((get(None), get(None)), (3, 4), "PostgreSQL");
    }

    #[test]
    fn memory_is_bounded_and_the_latest_stay() {
        let (read, recent) = (AsRead::<usize, usize>::default(), Recent::default());
        let state = TestDatabase::sqlite().unwrap().db().state().unwrap();
        for number in 0..=MOST_READ.max(3 * MOST_RECENT) {
            read.get(state, &number, || Ok(Some(number))).unwrap();
            recent.insert(number, number);
            assert_eq!(
                recent.get(&number.saturating_sub(MOST_RECENT - 1)),
                Some(number.saturating_sub(MOST_RECENT - 1))
            );
        }
        assert!(read.of(state).unwrap().values.len() <= MOST_READ);
        assert_eq!(recent.get(&0), None);
    }
}
