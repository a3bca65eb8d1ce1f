//! What clients publish themselves: their keys, and the addresses of their sector.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::store::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::{World, clerk, each, refusal};
use crate::jose::SigningAlgorithm;
use crate::oidc::client::{ClientError, ClientId};
use crate::oidc::documents::{Document, DocumentError, DocumentSource};
use crate::oidc::testing::{NOW, RelyingParty};

/// A web with one page, which may be down.
#[derive(Default)]
struct Web {
    page: Mutex<Option<Value>>,
    calls: AtomicUsize,
}

impl DocumentSource for Web {
    fn fetch(&self, _: &Url, client: &ClientId) -> Result<Document, DocumentError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        assert_eq!(client.as_str(), "shop");
        let page = self.page.lock().unwrap().clone();
        let body = page.ok_or_else(|| DocumentError("down".to_owned()))?.to_string().into_bytes();
        Ok(Document { body, max_age: Some(Duration::from_mins(2)) })
    }
}

impl Web {
    fn serve(&self, page: Value) {
        *self.page.lock().unwrap() = Some(page);
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

fn with_web(test: impl Fn(&World, &Web)) {
    each(|world| {
        let web = Arc::new(Web::default());
        world.identity.fetch_with(web.clone());
        test(world, &web);
    });
}

/// Why the client is refused, if it is: introspection needs nothing but client authentication.
fn refused(world: &World, party: &RelyingParty, now: Timestamp) -> Option<&'static str> {
    let asked = world.identity.introspect(&world.request(party, &[("token", "x")], now), now);
    asked.is_err().then(|| refusal(asked).description)
}

fn later(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

const DOWN: Option<&str> = Some("its keys cannot be fetched from its jwks_uri");

#[test]
fn keys_are_fetched_kept_and_looked_for_again_when_one_is_unknown() {
    with_web(|world, web| {
        let [old, new] = [(); 2].map(|()| RelyingParty::new("shop", SigningAlgorithm::Es256));
        let mut metadata = old.metadata();
        metadata["jwks"] = json!(null);
        metadata["jwks_uri"] = json!("https://shop.example/jwks");
        world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
        assert_eq!(web.calls(), 0, "not before they are needed");
        assert_eq!(refused(world, &old, NOW), DOWN);
        web.serve(json!({"keys": [old.key.jwk()]}));
        assert_eq!((refused(world, &old, later(9)), web.calls()), (DOWN, 1), "not at every call");
        assert_eq!((refused(world, &old, later(10)), web.calls()), (None, 2));
        assert_eq!((refused(world, &old, later(40)), web.calls()), (None, 2));

        web.serve(json!({"keys": [new.key.jwk()]}));
        assert_eq!((refused(world, &new, later(50)), web.calls()), (None, 3), "the client has a new key");
        let gone = Some("no registered key made its signature");
        assert_eq!((refused(world, &old, later(51)), web.calls()), (gone, 3), "and took the old one back");
        assert_eq!((refused(world, &new, later(171)), web.calls()), (None, 4), "two minutes are over");
    });
}

#[test]
fn a_client_joins_a_sector_only_when_the_sector_says_so() {
    with_web(|world, web| {
        let party = RelyingParty::new("shop", SigningAlgorithm::Es256);
        let mut metadata = party.metadata();
        metadata["sector_identifier_uri"] = json!("https://group.example/sector.json");
        let add = || world.identity.add_client(&metadata, &clerk(), NOW);
        let refused = |added: Result<_, ClientError>| match added.map(drop) {
            Err(ClientError::Metadata(error)) => error.field == "sector_identifier_uri",
            other => panic!("{other:?}"),
        };
        assert!(refused(add()), "nothing is there");
        web.serve(json!(["https://group.example/cb"]));
        assert!(refused(add()), "somebody else is listed");
        assert!(world.identity.clients().unwrap().is_empty());
        web.serve(json!(["https://group.example/cb", party.redirect_uri()]));
        assert_eq!(add().unwrap().client.sector, "group.example");
    });
}
