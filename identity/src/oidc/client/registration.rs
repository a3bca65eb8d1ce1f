//! Registering a client, and registering it again: what is kept from before. Pure.

use serde_json::{Value, json};

use super::secret::{self, ClientSecret};
use super::{Client, ClientId, MetadataError};
use crate::IdentityKeys;

/// Decides what becomes of metadata that is registered under this `client_id`, where `before` may be registered
/// already. The new metadata replaces the old, but a secret that is not given again stays, and so does the sector:
/// with another one, the client would meet all its residents as strangers.
///
/// Gives the client, and `fresh` when it became its secret.
///
/// # Errors
/// [`MetadataError`], naming the member at fault.
pub(crate) fn decide(
    metadata: &Value,
    id: &ClientId,
    before: Option<&Client>,
    fresh: ClientSecret,
    keys: &IdentityKeys,
) -> Result<(Client, Option<ClientSecret>), MetadataError> {
    let digest = before.and_then(|before| before.authentication.secret_digest());
    let (mut sealed, made_secret) = secret::seal(metadata, id, digest, fresh, keys)?;
    let says = |field: &str| metadata.get(field).is_some_and(|value| !value.is_null());
    let sector_member = ["sector_identifier_uri", "sector"].into_iter().find(|field| says(field));
    if let (Some(before), None) = (before, sector_member) {
        sealed["sector"] = json!(before.sector);
    }
    let client = Client::from_metadata(&sealed, id)?;
    match before {
        Some(before) if before.sector != client.sector => Err(MetadataError {
            field: sector_member.unwrap_or("sector").into(),
            reason: format!("the sector stays what it was registered as: {}", before.sector),
        }),
        _ => Ok((client, made_secret)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::testing::RelyingParty;

    fn shop(changes: &Value) -> Value {
        let mut metadata = RelyingParty::new("shop", SigningAlgorithm::Es256).metadata();
        metadata["token_endpoint_auth_method"] = json!("client_secret_basic");
        for (name, value) in changes.as_object().unwrap() {
            metadata[name] = value.clone();
        }
        metadata
    }

    fn register(metadata: &Value, before: Option<&Client>) -> Result<(Client, Option<ClientSecret>), MetadataError> {
        let (id, keys) = (ClientId::parse("shop").unwrap(), IdentityKeys::from_master(&[7; 32]));
        decide(metadata, &id, before, ClientSecret::new(&[9; 32]), &keys)
    }

    #[test]
    fn a_secret_that_is_not_given_again_stays() {
        let (before, made) = register(&shop(&json!({})), None).unwrap();
        assert!(made.is_some());
        let (again, made) = register(&shop(&json!({"scope": "openid"})), Some(&before)).unwrap();
        assert!(made.is_none() && again.authentication == before.authentication);
        let (posted, made) =
            register(&shop(&json!({"token_endpoint_auth_method": "client_secret_post"})), Some(&before)).unwrap();
        assert!(made.is_none() && posted.authentication.secret_digest() == before.authentication.secret_digest());
        let (new, _) = register(&shop(&json!({"client_secret": "another-one"})), Some(&before)).unwrap();
        assert_ne!(new.authentication, before.authentication);
    }

    #[test]
    fn the_sector_survives_and_is_never_changed() {
        let (before, _) = register(&shop(&json!({})), None).unwrap();
        let moved = json!({"redirect_uris": ["https://moved.example/cb", "https://other.example/cb"]});
        let (moved, _) = register(&shop(&moved), Some(&before)).unwrap();
        assert_eq!(moved.sector, "shop.example");
        assert!(register(&shop(&json!({"sector": "shop.example"})), Some(&before)).is_ok());
        assert_eq!(register(&shop(&json!({"sector": "other"})), Some(&before)).unwrap_err().field, "sector");
        let published = shop(&json!({"sector_identifier_uri": "https://other.example/sector.json"}));
        assert_eq!(register(&published, Some(&before)).unwrap_err().field, "sector_identifier_uri");
        assert_eq!(register(&published, None).unwrap().0.sector, "other.example");
    }
}
