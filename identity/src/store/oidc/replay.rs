//! Ids that are good once, kept in memory by the one gateway of an embedded database: remembering them costs no commit.
//!
//! Memory does not survive a crash, so nothing that was signed before the gateway started is taken again: what was used
//! before, and what was not, is refused alike. What cannot be judged by when it was signed goes to the database.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::store::Timestamp;

use super::once::Once;
use crate::oidc::OAuthError;

/// Parts, each with its own lock.
const SHARDS: usize = 64;
/// Ids that a part holds at most, a million in all; more go to the database.
const MOST: usize = 16_384;
/// From so many on, whoever cannot wait for the database does not count on there being room.
const NEARLY_MOST: usize = MOST - 64;
/// A full part is looked through for what has expired so often at most.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// The ids that were used since the gateway started.
pub(in crate::store) struct ReplayMemory {
    since: Timestamp,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    /// Keyed hashes of ids, and until when each must be remembered. Half a hash is enough: nobody can look for two ids
    /// that share it.
    used: HashMap<u128, Timestamp>,
    /// How many there may be before those that expired are looked for, and when they were last.
    sweep_at: usize,
    swept: Option<Timestamp>,
}

impl ReplayMemory {
    /// Remembers from now on; what was signed before `since` is refused.
    pub(super) fn new(since: Timestamp) -> Self {
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

    /// Whether this one will be remembered here, or refused.
    pub(super) fn takes(&self, one: &Once, now: Timestamp) -> bool {
        one.signed_at.is_some_and(|signed| signed <= now) && self.shard(&one.id_hash).1.used.len() < NEARLY_MOST
    }

    /// False when there is no room.
    fn insert(&self, one: &Once, now: Timestamp) -> Result<bool, OAuthError> {
        let (name, mut shard) = self.shard(&one.id_hash);
        let Shard { used, sweep_at, swept } = &mut *shard;
        if used.get(&name).is_some_and(|until| *until > now) {
            return Err(one.replayed);
        }
        if used.len() >= *sweep_at && swept.is_none_or(|swept| now.since(swept) >= SWEEP_EVERY) {
            *swept = Some(now);
            used.retain(|_, until| *until > now);
            // Swept again when as many have come as there are.
            *sweep_at = (used.len() * 2).clamp(512, NEARLY_MOST);
        }
        if used.len() >= MOST {
            return Ok(false);
        }
        used.insert(name, one.until);
        Ok(true)
    }

    /// The name of an id, and where it is kept.
    fn shard(&self, id_hash: &[u8; 32]) -> (u128, MutexGuard<'_, Shard>) {
        let [shard, name @ ..] = id_hash;
        let name = name.first_chunk().map_or(0, |half| u128::from_be_bytes(*half));
        let shard = &self.shards[usize::from(*shard) % SHARDS];
        (name, shard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests;
