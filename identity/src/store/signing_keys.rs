//! Signing keys in the database, wrapped, so that several gateways share them.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;
use ring::rand::SystemRandom;

use super::schema::signing_key;
use super::{Identity, audit, random};
use crate::audit::{Act, Actor, Record};
use crate::jose::{KeyRing, KeyState, RingKey, SigningAlgorithm, SigningKey};
use crate::keys::Purpose;
use crate::{Error, sealed};

/// How long a gateway may go without looking whether another one rotated or revoked.
const FRESH_FOR: Duration = Duration::from_secs(1);

/// What an error calls these.
const WHAT: &str = "signing key";

/// A new key, sealed and ready to be stored.
#[derive(Clone)]
struct NewKey {
    kid: String,
    algorithm: SigningAlgorithm,
    wrapped: Vec<u8>,
}

impl Identity {
    /// All signing keys. The first call of an installation makes those that are quick to make.
    pub fn key_ring(&self, now: Timestamp) -> Result<Arc<KeyRing>, Error> {
        let cached = self.0.key_ring.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((looked, ring)) = cached {
            if now.since(looked) < FRESH_FOR {
                return Ok(ring);
            }
            // Opening the keys takes much longer than looking whether they are still the same.
            if self.db().read(standings)? == ring.standings() {
                self.keep_ring(&ring, now);
                return Ok(ring);
            }
        }
        let mut ring = self.load_key_ring()?;
        let missing = missing(&ring, |algorithm| !algorithm.is_slow_to_make());
        if !missing.is_empty() {
            self.make_first_keys(&missing, now)?;
            ring = self.load_key_ring()?;
        }
        let ring = Arc::new(ring);
        self.keep_ring(&ring, now);
        Ok(ring)
    }

    fn keep_ring(&self, ring: &Arc<KeyRing>, now: Timestamp) {
        *self.0.key_ring.write().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(ring)));
    }

    /// Makes the keys that an installation lacks and that are slow to make: RSA. For the background, at start.
    pub fn make_slow_signing_keys(&self, now: Timestamp) -> Result<(), Error> {
        let missing = missing(&*self.fresh_key_ring(now)?, SigningAlgorithm::is_slow_to_make);
        if missing.is_empty() {
            return Ok(());
        }
        let made = self.make_first_keys(&missing, now);
        self.forget_cached_ring();
        made
    }

    /// The ring with the slow keys in it. Whoever asks a new installation before they are made waits for them:
    /// a client that keeps the published keys must find among them whatever signs later.
    pub(super) fn whole_key_ring(&self, now: Timestamp) -> Result<Arc<KeyRing>, Error> {
        let ring = self.key_ring(now)?;
        if missing(&ring, SigningAlgorithm::is_slow_to_make).is_empty() {
            return Ok(ring);
        }
        self.make_slow_signing_keys(now)?;
        self.key_ring(now)
    }

    /// The key that signs with this algorithm now. Who needs one before the background has made it waits for it.
    pub fn signing_key(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Result<Arc<SigningKey>, Error> {
        if let Some(key) = self.key_ring(now)?.current(algorithm) {
            return Ok(Arc::clone(key));
        }
        self.make_first_keys(&[algorithm], now)?;
        self.fresh_key_ring(now)?.current(algorithm).cloned().ok_or(Error::Damaged("key ring"))
    }

    /// Rotates every algorithm at once, whether due or not: the next keys sign from now on.
    pub fn rotate_signing_keys(&self, by: &Actor, now: Timestamp) -> Result<(), Error> {
        let ring = self.fresh_key_ring(now)?;
        let there = SigningAlgorithm::ALL.into_iter().filter(|algorithm| ring.current(*algorithm).is_some());
        there.into_iter().try_for_each(|algorithm| self.rotate(&ring, algorithm, by, now))
    }

    /// Rotates what is due and forgets retired keys that no living token was signed by. For a background job.
    pub fn maintain_signing_keys(&self, now: Timestamp) -> Result<(), Error> {
        let ring = self.fresh_key_ring(now)?;
        for algorithm in SigningAlgorithm::ALL {
            if ring.is_rotation_due(algorithm, now) {
                self.rotate(&ring, algorithm, &Actor::System, now)?;
            }
        }
        let forgotten: Vec<String> = ring.forgettable(now).map(str::to_owned).collect();
        if forgotten.is_empty() {
            return Ok(());
        }
        let forgot = self.db().write(move |conn| {
            on_db!(conn, c => diesel::delete(signing_key::table)
                .filter(signing_key::kid.eq_any(&forgotten))
                .filter(signing_key::state.eq(KeyState::Retired.as_str()))
                .execute(c))?;
            Ok(())
        });
        self.forget_cached_ring();
        forgot
    }

    /// Takes a key out at once, such as one that was stolen: nothing that it signed is good any more, at any gateway,
    /// and the next key signs in its place. False when there is no such key.
    pub fn revoke_signing_key(&self, kid: &str, by: &Actor, now: Timestamp) -> Result<bool, Error> {
        let ring = self.fresh_key_ring(now)?;
        let Some(held) = ring.keys().iter().find(|held| held.key.kid() == kid) else { return Ok(false) };
        let (algorithm, state) = (held.key.algorithm(), held.state);
        let successor = if state == KeyState::Retired { None } else { Some(self.make_key(algorithm)?) };
        let next = ring.find(algorithm, KeyState::Next).map(|held| held.key.kid().to_owned());
        let (kid, record) = (kid.to_owned(), about(kid, by, Act::SigningKeyRevoked, now));
        let revoked = self.db().write(move |conn| {
            let gone = on_db!(conn, c => diesel::delete(signing_key::table.find(&kid))
                .filter(signing_key::state.eq(state.as_str()))
                .execute(c))?;
            if gone == 0 {
                // Rotated or revoked in this very moment: whoever asks again finds out which.
                return Ok(false);
            }
            if let (KeyState::Current, Some(next)) = (state, &next) {
                advance(conn, next, KeyState::Next, KeyState::Current, now)?;
            }
            if let Some(successor) = &successor {
                insert(conn, successor, KeyState::Next, now)?;
            }
            audit::append(conn, &record)?;
            Ok(true)
        });
        self.forget_cached_ring();
        revoked
    }

    fn forget_cached_ring(&self) {
        *self.0.key_ring.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn fresh_key_ring(&self, now: Timestamp) -> Result<Arc<KeyRing>, Error> {
        self.forget_cached_ring();
        self.key_ring(now)
    }

    fn load_key_ring(&self) -> Result<KeyRing, Error> {
        type Row = (String, String, Vec<u8>, String, Timestamp);
        let rows: Vec<Row> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => signing_key::table
                .order((signing_key::created_at, signing_key::kid))
                .select((
                    signing_key::kid,
                    signing_key::algorithm,
                    signing_key::wrapped,
                    signing_key::state,
                    signing_key::changed_at,
                ))
                .load(c))?)
        })?;
        let held = |(kid, algorithm, wrapped, state, since): Row| -> Result<RingKey, Error> {
            let algorithm = algorithm.parse().map_err(|()| Error::Damaged(WHAT))?;
            let pkcs8 = sealed::open(self.keys().secret(Purpose::SigningKeys), kid.as_bytes(), &wrapped, WHAT)?;
            let state = KeyState::from_column(&state).ok_or(Error::Damaged(WHAT))?;
            Ok(RingKey { key: Arc::new(SigningKey::from_pkcs8(algorithm, &pkcs8)?), state, since })
        };
        rows.into_iter().map(held).collect::<Result<_, _>>().map(KeyRing::new)
    }

    fn make_key(&self, algorithm: SigningAlgorithm) -> Result<NewKey, Error> {
        let (key, pkcs8) = SigningKey::generate(algorithm, &SystemRandom::new())?;
        let kid = key.kid().to_owned();
        let wrapped = sealed::seal(self.keys().secret(Purpose::SigningKeys), random()?, kid.as_bytes(), &pkcs8)?;
        Ok(NewKey { kid, algorithm, wrapped })
    }

    /// Makes the current and the next key of these algorithms. When two gateways do so at once, the first one's
    /// keys stand.
    fn make_first_keys(&self, algorithms: &[SigningAlgorithm], now: Timestamp) -> Result<(), Error> {
        self.may_wait()?;
        let mut made = Vec::new();
        for algorithm in algorithms {
            for state in [KeyState::Current, KeyState::Next] {
                made.push((self.make_key(*algorithm)?, state));
            }
        }
        self.db().write(move |conn| {
            for (key, state) in &made {
                if insert(conn, key, *state, now)? > 0 {
                    audit::append(conn, &about(&key.kid, &Actor::System, Act::SigningKeyMade, now))?;
                }
            }
            Ok(())
        })
    }

    fn rotate(&self, ring: &KeyRing, algorithm: SigningAlgorithm, by: &Actor, now: Timestamp) -> Result<(), Error> {
        let kid = |state| ring.find(algorithm, state).map(|held| held.key.kid().to_owned());
        let (Some(current), Some(next)) = (kid(KeyState::Current), kid(KeyState::Next)) else {
            return Err(Error::Damaged("key ring"));
        };
        let successor = self.make_key(algorithm)?;
        let record = about(&next, by, Act::SigningKeyRotated, now);
        let rotated = self.db().write(move |conn| {
            if !advance(conn, &current, KeyState::Current, KeyState::Retired, now)? {
                // Another gateway rotated first; that is as good.
                return Ok(());
            }
            if !advance(conn, &next, KeyState::Next, KeyState::Current, now)? {
                return Err(Error::Damaged("key ring"));
            }
            insert(conn, &successor, KeyState::Next, now)?;
            audit::append(conn, &record)
        });
        self.forget_cached_ring();
        rotated
    }
}

/// Which keys there are and where each stands, in the order in which they were made.
fn standings(conn: &mut Conn<'_>) -> Result<Vec<(String, String)>, Error> {
    Ok(on_db!(conn, c => signing_key::table
        .order((signing_key::created_at, signing_key::kid))
        .select((signing_key::kid, signing_key::state))
        .load(c))?)
}

/// Whether a key of this name is there now, whatever is kept in memory.
pub(super) fn stands(conn: &mut Conn<'_>, kid: &str) -> Result<bool, Error> {
    let found: Option<String> =
        on_db!(conn, c => signing_key::table.find(kid).select(signing_key::kid).get_result(c).optional())?;
    Ok(found.is_some())
}

/// The algorithms of this kind that the ring has no key for.
fn missing(ring: &KeyRing, is_of_kind: impl Fn(SigningAlgorithm) -> bool) -> Vec<SigningAlgorithm> {
    let lacks = |algorithm: &SigningAlgorithm| is_of_kind(*algorithm) && ring.current(*algorithm).is_none();
    SigningAlgorithm::ALL.into_iter().filter(lacks).collect()
}

fn about(kid: &str, by: &Actor, act: Act, now: Timestamp) -> Record {
    Record { at: now, actor: by.clone(), act, subject: format!("signing_key:{kid}"), detail: String::new() }
}

fn insert(conn: &mut Conn<'_>, key: &NewKey, state: KeyState, now: Timestamp) -> Result<usize, Error> {
    let row = (
        signing_key::kid.eq(&key.kid),
        signing_key::algorithm.eq(key.algorithm.as_str()),
        signing_key::wrapped.eq(&key.wrapped),
        signing_key::state.eq(state.as_str()),
        signing_key::created_at.eq(now),
        signing_key::changed_at.eq(now),
    );
    Ok(on_db!(conn, c => diesel::insert_into(signing_key::table).values(row).on_conflict_do_nothing().execute(c))?)
}

/// Moves a key on when it still is where it was seen.
fn advance(conn: &mut Conn<'_>, kid: &str, from: KeyState, to: KeyState, now: Timestamp) -> Result<bool, Error> {
    let moved = on_db!(conn, c => diesel::update(signing_key::table.find(kid))
        .filter(signing_key::state.eq(from.as_str()))
        .set((signing_key::state.eq(to.as_str()), signing_key::changed_at.eq(now)))
        .execute(c))?;
    Ok(moved == 1)
}
