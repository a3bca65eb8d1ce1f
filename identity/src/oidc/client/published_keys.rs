//! How long keys that a client publishes are believed, and when they are fetched again. Pure.
//!
//! They are kept as long as the client says, within bounds; a signature by a key that is not among them is reason to
//! look again, for the client may have changed its keys this moment. But whoever sends forged signatures must not make
//! us call the client all the time.

use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use store::Timestamp;
use url::Url;

/// Calls to one client are at least so far apart.
pub(crate) const AT_MOST_EVERY: Duration = Duration::from_secs(10);
/// Keys are kept for this long when the client does not say.
const KEPT: Duration = Duration::from_mins(5);
/// However short the client says.
const KEPT_AT_LEAST: Duration = Duration::from_mins(1);
/// However long the client says: a key that it took back is not believed for longer.
const KEPT_AT_MOST: Duration = Duration::from_hours(1);

/// What is known of the keys that one client publishes.
#[derive(Debug, Default)]
pub(crate) struct PublishedKeys {
    url: Option<Url>,
    /// With the moment from which they are not believed any more.
    keys: Option<(JwkSet, Timestamp)>,
    tried: Option<Timestamp>,
}

impl PublishedKeys {
    /// Whether to fetch them before a signature by the key of this name is checked.
    pub(crate) fn must_be_fetched(&self, url: &Url, kid: Option<&str>, now: Timestamp) -> bool {
        if self.url.as_ref() != Some(url) {
            return true;
        }
        let may_call = self.tried.is_none_or(|tried| now >= tried + AT_MOST_EVERY);
        let is_known =
            |kid| self.keys.iter().flat_map(|(set, _)| &set.keys).any(|key| key.common.key_id.as_deref() == Some(kid));
        may_call && (self.fresh(now).is_none() || kid.is_some_and(|kid| !is_known(kid)))
    }

    /// Remembers what came of fetching them: the keys and how long the client lets us keep them, or nothing.
    pub(crate) fn fetched(&mut self, url: &Url, found: Option<(JwkSet, Option<Duration>)>, now: Timestamp) {
        if self.url.as_ref() != Some(url) {
            *self = Self { url: Some(url.clone()), ..Self::default() };
        }
        self.tried = Some(now);
        if let Some((keys, max_age)) = found {
            self.keys = Some((keys, now + max_age.unwrap_or(KEPT).clamp(KEPT_AT_LEAST, KEPT_AT_MOST)));
        }
    }

    /// The keys, if they are fresh enough to be believed.
    pub(crate) fn fresh(&self, now: Timestamp) -> Option<&JwkSet> {
        self.keys.as_ref().filter(|(_, until)| now < *until).map(|(set, _)| set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::testing::{NOW, RelyingParty};

    const SECOND: Duration = Duration::from_secs(1);

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn known(max_age: Option<Duration>) -> (PublishedKeys, Url, String) {
        let (mut known, at) = (PublishedKeys::default(), url("https://shop.example/jwks"));
        let key = RelyingParty::new("shop", SigningAlgorithm::Es256).key;
        known.fetched(&at, Some((JwkSet { keys: vec![key.jwk().clone()] }, max_age)), NOW);
        (known, at, key.kid().to_owned())
    }

    #[test]
    fn keys_are_kept_as_long_as_the_client_says_within_bounds() {
        let minute = Duration::from_mins(1);
        for (said, kept) in [
            (None, minute * 5),
            (Some(Duration::ZERO), minute),
            (Some(minute * 7), minute * 7),
            (Some(minute * 600), minute * 60),
        ] {
            let (known, at, kid) = known(said);
            assert!(
                known.fresh(NOW + kept - SECOND).is_some()
                    && !known.must_be_fetched(&at, Some(&kid), NOW + kept - SECOND)
            );
            assert!(
                known.fresh(NOW + kept).is_none() && known.must_be_fetched(&at, Some(&kid), NOW + kept),
                "{said:?}"
            );
        }
    }

    #[test]
    fn an_unknown_key_is_looked_for_but_not_all_the_time() {
        let (mut known, at, kid) = known(None);
        assert!(!known.must_be_fetched(&at, Some("new"), NOW + AT_MOST_EVERY - SECOND));
        assert!(known.must_be_fetched(&at, Some("new"), NOW + AT_MOST_EVERY));
        assert!(!known.must_be_fetched(&at, Some(&kid), NOW + AT_MOST_EVERY));
        assert!(!known.must_be_fetched(&at, None, NOW + AT_MOST_EVERY));
        known.fetched(&at, None, NOW + AT_MOST_EVERY);
        assert!(!known.must_be_fetched(&at, Some("new"), NOW + AT_MOST_EVERY + SECOND));
        assert!(known.fresh(NOW + AT_MOST_EVERY).is_some(), "a failed look changes nothing about what is known");
    }

    #[test]
    fn another_address_is_another_set_of_keys() {
        let (mut known, _, kid) = known(None);
        let other = url("https://shop.example/new-jwks");
        assert!(known.must_be_fetched(&other, Some(&kid), NOW));
        known.fetched(&other, None, NOW);
        assert!(known.fresh(NOW).is_none());
        assert!(!known.must_be_fetched(&other, Some(&kid), NOW), "and is not asked for at every call either");
    }
}
