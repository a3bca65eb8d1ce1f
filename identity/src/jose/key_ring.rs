//! Which key signs, which keys are published, and when they change places. Pure.
//!
//! Every key is published as `next` before it signs anything, so that relying parties that keep our key set
//! know it when the first token by it arrives; and it stays published as `retired` until the last token by
//! it has expired.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use store::Timestamp;

use super::keys::{SigningAlgorithm, SigningKey};

/// A key signs for this long; then the next one takes over.
const SIGNS_FOR: Duration = Duration::from_hours(90 * 24);

/// A key is published for at least this long before it signs.
const PUBLISHED_BEFORE: Duration = Duration::from_hours(24);

/// A retired key stays published for this long: far beyond the life of any token.
const PUBLISHED_AFTER: Duration = Duration::from_hours(24);

/// Where a key stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, signs nothing yet.
    Next,
    /// Signs.
    Current,
    /// Signs no more; tokens by it may still be about.
    Retired,
}

impl KeyState {
    /// As the database has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retired => "retired",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        [Self::Next, Self::Current, Self::Retired].into_iter().find(|state| state.as_str() == text)
    }
}

/// A key with its place in the ring.
#[derive(Debug, Clone)]
pub struct RingKey {
    /// The key.
    pub key: Arc<SigningKey>,
    /// Where it stands.
    pub state: KeyState,
    /// Since when.
    pub since: Timestamp,
}

/// All signing keys of this installation.
#[derive(Debug, Clone)]
pub struct KeyRing {
    keys: Vec<RingKey>,
    published: JwkSet,
    document: String,
}

impl KeyRing {
    /// A ring of these keys.
    pub fn new(keys: Vec<RingKey>) -> Self {
        let published = JwkSet { keys: keys.iter().map(|held| held.key.jwk().clone()).collect() };
        let document = serde_json::to_string(&published).unwrap_or_default();
        Self { keys, published, document }
    }

    /// All keys, in the order in which they were made.
    pub fn keys(&self) -> &[RingKey] {
        &self.keys
    }

    /// The key that signs with this algorithm.
    pub fn current(&self, algorithm: SigningAlgorithm) -> Option<&Arc<SigningKey>> {
        self.find(algorithm, KeyState::Current).map(|held| &held.key)
    }

    pub(crate) fn find(&self, algorithm: SigningAlgorithm, state: KeyState) -> Option<&RingKey> {
        self.keys.iter().find(|held| held.key.algorithm() == algorithm && held.state == state)
    }

    /// Which keys there are and where each stands.
    pub(crate) fn standings(&self) -> Vec<(String, String)> {
        self.keys.iter().map(|held| (held.key.kid().to_owned(), held.state.as_str().to_owned())).collect()
    }

    /// What is published at `jwks_uri`.
    pub fn jwks(&self) -> &JwkSet {
        &self.published
    }

    /// The same as JSON.
    pub fn jwks_document(&self) -> &str {
        &self.document
    }

    /// Whether the key of this algorithm has signed for long enough, and its successor has been seen for long enough.
    pub fn is_rotation_due(&self, algorithm: SigningAlgorithm, now: Timestamp) -> bool {
        let since = |state| self.find(algorithm, state).map(|held| now.since(held.since));
        since(KeyState::Current).is_some_and(|age| age >= SIGNS_FOR)
            && since(KeyState::Next).is_some_and(|age| age >= PUBLISHED_BEFORE)
    }

    /// Retired keys that no living token was signed by.
    pub fn forgettable(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        self.keys
            .iter()
            .filter(move |held| held.state == KeyState::Retired && now.since(held.since) >= PUBLISHED_AFTER)
            .map(|held| held.key.kid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    const ES256: SigningAlgorithm = SigningAlgorithm::Es256;

    fn held(state: KeyState, since: i64) -> RingKey {
        let key = SigningKey::generate(ES256, &SystemRandom::new()).unwrap().0;
        RingKey { key: Arc::new(key), state, since: Timestamp::from_seconds(since) }
    }

    fn day(days: i64) -> Timestamp {
        Timestamp::from_seconds(days * 86_400)
    }

    #[test]
    fn a_key_is_replaced_when_it_is_old_and_its_successor_known() {
        let ring = KeyRing::new(vec![held(KeyState::Current, 0), held(KeyState::Next, 0)]);
        assert!(!ring.is_rotation_due(ES256, day(89)));
        assert!(ring.is_rotation_due(ES256, day(90)));
        assert!(!ring.is_rotation_due(SigningAlgorithm::EdDsa, day(90)));
        let fresh = KeyRing::new(vec![held(KeyState::Current, 0), held(KeyState::Next, 86_400 * 90)]);
        assert!(!fresh.is_rotation_due(ES256, day(90)), "nobody knows the successor yet");
    }

    #[test]
    fn every_key_is_published_until_it_is_forgotten() {
        let ring = KeyRing::new(vec![held(KeyState::Retired, 0), held(KeyState::Current, 0), held(KeyState::Next, 0)]);
        assert_eq!(ring.jwks().keys.len(), 3);
        assert_eq!(ring.forgettable(Timestamp::from_seconds(86_399)).count(), 0);
        assert_eq!(ring.forgettable(day(1)).collect::<Vec<_>>(), [ring.keys()[0].key.kid()]);
    }

    #[test]
    fn what_is_published_is_public() {
        let ring = KeyRing::new(vec![held(KeyState::Current, 0)]);
        let published = serde_json::to_value(ring.jwks()).unwrap();
        let key = published["keys"][0].as_object().unwrap();
        let mut members: Vec<_> = key.keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert_eq!(key["kid"], ring.keys()[0].key.kid());
    }
}
