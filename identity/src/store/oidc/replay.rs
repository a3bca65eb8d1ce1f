//! Ids that are good once, kept in memory by the one gateway of an embedded database: remembering them costs no commit.
//!
//! Memory does not survive a crash, so nothing that was signed before the gateway started is taken again: what was used
//! before, and what was not, is refused alike. What cannot be judged by when it was signed goes to the database.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::store::Timestamp;

use super::once::Once;
use crate::oidc::OAuthError;

/// Parts, each with its own lock.
const SHARDS: usize = 16;
/// Ids that a part holds at most; more go to the database.
const MOST: usize = 32_768;
/// A full part is looked through for what has expired so often at most.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// The ids that were used since the gateway started.
pub(in crate::store) struct ReplayMemory {
    since: Timestamp,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    /// Keyed hashes of ids, and until when each must be remembered.
    used: HashMap<Vec<u8>, Timestamp>,
    /// How many there may be before those that expired are looked for, and when they were last.
    sweep_at: usize,
    swept: Option<Timestamp>,
}

impl ReplayMemory {
    /// Remembers from now on; what was signed before `since` is refused.
    pub(in crate::store) fn new(since: Timestamp) -> Self {
        Self { since, shards: std::array::from_fn(|_| Mutex::default()) }
    }

    /// Uses these up, and gives back those that the database must remember.
    ///
    /// # Errors
    /// The refusal of the first one that was used before, or may have been.
    pub(super) fn use_up(&self, once: Vec<Once>, now: Timestamp) -> Result<Vec<Once>, OAuthError> {
        let mut rest = Vec::new();
        for one in once {
            match one.signed_at {
                // A clock that is ahead: it could be shown again after a restart and seem to be new.
                Some(signed) if signed <= now => {
                    if signed < self.since {
                        return Err(one.too_old);
                    }
                    if !self.insert(&one, now)? {
                        rest.push(one);
                    }
                }
                Some(_) | None => rest.push(one),
            }
        }
        Ok(rest)
    }

    /// False when there is no room.
    fn insert(&self, one: &Once, now: Timestamp) -> Result<bool, OAuthError> {
        let index = one.id_hash.first().map_or(0, |byte| usize::from(*byte) % SHARDS);
        let Some(shard) = self.shards.get(index) else { return Ok(false) };
        let Shard { used, sweep_at, swept } = &mut *shard.lock().unwrap_or_else(PoisonError::into_inner);
        if used.get(&one.id_hash).is_some_and(|until| *until > now) {
            return Err(one.replayed);
        }
        if used.len() >= *sweep_at && swept.is_none_or(|swept| now.since(swept) >= SWEEP_EVERY) {
            *swept = Some(now);
            used.retain(|_, until| *until > now);
            // Swept again when as many have come as there are.
            *sweep_at = (used.len() * 2).clamp(1_024, MOST);
        }
        if used.len() >= MOST {
            return Ok(false);
        }
        used.insert(one.id_hash.clone(), one.until);
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
