//! Registering relying parties.

use serde_json::json;

use super::{clerk, each};
use crate::jose::SigningAlgorithm;
use crate::oidc::client::{ClientError, ClientId};
use crate::oidc::testing::{NOW, RelyingParty};

#[test]
fn a_client_is_kept_as_it_was_registered() {
    each(|world| {
        let party = RelyingParty::new("shop", SigningAlgorithm::EdDsa);
        let added = world.identity.add_client(&party.metadata(), &clerk(), NOW).unwrap();
        assert_eq!(world.identity.client(&added.id).unwrap(), Some(added.clone()));
        assert_eq!(world.identity.clients().unwrap(), [added]);
        assert_eq!(world.identity.client(&ClientId::parse("bank").unwrap()).unwrap(), None);
        let records = world.identity.audit_records(0, 100).unwrap();
        let last = records.last().unwrap();
        assert_eq!((last.act.as_str(), last.subject.as_str()), ("client.registered", "client:shop"));
    });
}

#[test]
fn a_client_id_is_given_once() {
    each(|world| {
        let party = world.relying_party("shop");
        let again = world.identity.add_client(&party.metadata(), &clerk(), NOW);
        assert!(matches!(again, Err(ClientError::Exists(id)) if id.as_str() == "shop"));
        let mut nameless = party.metadata();
        nameless["client_id"] = json!(null);
        let one = world.identity.add_client(&nameless, &clerk(), NOW).unwrap().id;
        let other = world.identity.add_client(&nameless, &clerk(), NOW).unwrap().id;
        assert_ne!(one, other);
    });
}

#[test]
fn bad_metadata_registers_nothing() {
    each(|world| {
        let refused = world.identity.add_client(&json!({"profile": "fapi2"}), &clerk(), NOW);
        assert!(matches!(refused, Err(ClientError::Metadata(_))));
        assert!(world.identity.clients().unwrap().is_empty());
    });
}
