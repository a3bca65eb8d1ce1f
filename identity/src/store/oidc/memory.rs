//! What lives shortly, in the memory of the one gateway of an embedded database. A crash loses it, and whoever comes with
//! something of before is refused and begins anew.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::store::Timestamp;

use super::codes::GivenCode;
use super::replay::ReplayMemory;
use crate::oidc::authorize::AuthorizationRequest;
use crate::oidc::client::ClientId;
use crate::oidc::lifetimes;
use crate::session::SessionId;
use crate::store::remembered::Recent;

/// The memory.
pub(in crate::store) struct Memory {
    pub(super) replays: ReplayMemory,
    pub(super) pushed: ShortLived<PushedRequest>,
    pub(super) codes: ShortLived<GivenCode>,
    /// Sessions, and clients that they are written down to be used at: that stands for as long as the session.
    pub(super) visits: Recent<(SessionId, ClientId), ()>,
}

impl Memory {
    /// Remembers from now on; what was signed before `since` is refused.
    pub(in crate::store) fn new(since: Timestamp) -> Self {
        Self {
            replays: ReplayMemory::new(since),
            pushed: ShortLived::new(lifetimes::REQUEST_URI),
            codes: ShortLived::new(lifetimes::CODE),
            visits: Recent::default(),
        }
    }
}

/// A pushed request that waits for the browser.
#[derive(Clone)]
pub(super) struct PushedRequest {
    pub(super) client_id: ClientId,
    pub(super) request: AuthorizationRequest,
    pub(super) pushed_at: Timestamp,
    /// Whether an interaction has begun, so that it was written down and the database says whether it was answered.
    pub(super) is_written: bool,
}

/// Things of one kind that may be held at once; more go to the database.
const MOST: usize = 16_384;

/// Things that all live for the same time, by the keyed hash that they are known by.
pub(super) struct ShortLived<T> {
    lifetime: Duration,
    held: Mutex<Held<T>>,
}

pub(super) struct Held<T> {
    by_hash: HashMap<Vec<u8>, T>,
    /// The oldest first.
    expiries: VecDeque<(Timestamp, Vec<u8>)>,
}

impl<T> ShortLived<T> {
    fn new(lifetime: Duration) -> Self {
        Self { lifetime, held: Mutex::new(Held { by_hash: HashMap::new(), expiries: VecDeque::new() }) }
    }

    /// Holds one from now on; gives it back when there is no room.
    pub(super) fn insert(&self, hash: Vec<u8>, thing: T, now: Timestamp) -> Result<(), T> {
        let mut held = self.held(now);
        if held.by_hash.len() >= MOST {
            return Err(thing);
        }
        held.expiries.push_back((now + self.lifetime, hash.clone()));
        held.by_hash.insert(hash, thing);
        Ok(())
    }

    /// Whether there is room, and some to spare for those who ask at the same time.
    pub(super) fn has_room(&self, now: Timestamp) -> bool {
        self.held(now).by_hash.len() + 64 < MOST
    }

    /// Looks at one, or takes it out, while nobody else does.
    pub(super) fn with<R>(&self, hash: &[u8], now: Timestamp, act: impl FnOnce(Entry<'_, T>) -> R) -> R {
        act(Entry { held: self.held(now), hash })
    }

    /// Takes one out.
    pub(super) fn take(&self, hash: &[u8], now: Timestamp) -> Option<T> {
        self.held(now).by_hash.remove(hash)
    }

    /// What has not expired.
    fn held(&self, now: Timestamp) -> MutexGuard<'_, Held<T>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        while held.expiries.front().is_some_and(|(expires_at, _)| *expires_at <= now) {
            if let Some((_, hash)) = held.expiries.pop_front() {
                held.by_hash.remove(&hash);
            }
        }
        if held.expiries.len() > 2 * MOST {
            // Most were taken before their time.
            let Held { by_hash, expiries } = &mut *held;
            expiries.retain(|(_, hash)| by_hash.contains_key(hash));
        }
        held
    }
}

/// The place of one thing, which is there or not.
pub(super) struct Entry<'a, T> {
    held: MutexGuard<'a, Held<T>>,
    hash: &'a [u8],
}

impl<T> Entry<'_, T> {
    pub(super) fn get(&mut self) -> Option<&mut T> {
        self.held.by_hash.get_mut(self.hash)
    }

    pub(super) fn take(mut self) -> Option<T> {
        self.held.by_hash.remove(self.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_seconds(1_795_000_000);

    fn get(held: &ShortLived<u32>, hash: u32, now: Timestamp) -> Option<u32> {
        held.with(&hash.to_be_bytes(), now, |mut entry| entry.get().copied())
    }

    #[test]
    fn a_thing_is_held_for_its_time_and_taken_once() {
        let held = ShortLived::new(Duration::from_mins(1));
        held.insert(7_u32.to_be_bytes().to_vec(), 7, START).unwrap();
        assert_eq!(get(&held, 7, START + Duration::from_secs(59)), Some(7));
        assert_eq!(get(&held, 8, START), None);
        let take = || held.take(&7_u32.to_be_bytes(), START);
        assert_eq!((take(), take()), (Some(7), None));
        held.insert(9_u32.to_be_bytes().to_vec(), 9, START).unwrap();
        assert_eq!(get(&held, 9, START + Duration::from_mins(1)), None);
    }

    #[test]
    fn memory_is_bounded_and_has_room_again_when_things_have_expired() {
        let held = ShortLived::new(Duration::from_mins(1));
        let insert = |hash: u32, now| held.insert(hash.to_be_bytes().to_vec(), hash, now);
        let most = u32::try_from(MOST).unwrap();
        for hash in 0..most {
            insert(hash, START).unwrap();
        }
        assert_eq!((insert(most, START), held.has_room(START)), (Err(most), false));
        let later = START + Duration::from_mins(1);
        assert!(held.has_room(later));
        insert(most, later).unwrap();
        assert_eq!(held.held(later).by_hash.len(), 1);
        for hash in 0..3 * most {
            insert(hash, later).unwrap();
            assert_eq!(held.take(&hash.to_be_bytes(), later), Some(hash));
            assert!(held.held(later).expiries.len() <= 2 * MOST, "what was taken leaves no trace");
        }
    }
}
