//! Client secrets (RFC 6749, section 2.3.1), for ordinary websites whose software knows nothing better. Only a keyed
//! digest of a secret is kept.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{ClientId, MetadataError};
use crate::IdentityKeys;
use crate::keys::Purpose;

/// The member of stored metadata that holds the digest.
pub(super) const DIGEST: &str = "client_secret_digest";

/// A client's secret: 8 to 200 visible ASCII characters. Erased when dropped, never printed.
#[derive(Clone)]
pub struct ClientSecret(Zeroizing<String>);

impl ClientSecret {
    /// A secret of these random bytes.
    pub(crate) fn new(random: &[u8; 32]) -> Self {
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(random)))
    }

    /// Takes a text, if it can be a secret.
    pub fn parse(text: &str) -> Option<Self> {
        let fit = (8..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fit.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The secret itself, to hand to the client once.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

/// What is kept of a secret: HMAC-SHA256 of it and of whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    fn of(secret: &ClientSecret, client: &ClientId, keys: &IdentityKeys) -> Self {
        Self(keys.keyed_hash(Purpose::ClientSecret, &message(secret, client)))
    }

    /// Whether this is the digest of that secret of that client. It takes the same time whatever the answer.
    pub(crate) fn is_of(&self, secret: &ClientSecret, client: &ClientId, keys: &IdentityKeys) -> bool {
        keys.is_keyed_hash(Purpose::ClientSecret, &message(secret, client), &self.0)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut digest = [0; 32];
        let written = URL_SAFE_NO_PAD.decode_slice(text, &mut digest).ok()?;
        (written == 32).then_some(Self(digest))
    }

    pub(super) fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

fn message(secret: &ClientSecret, client: &ClientId) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([client.as_str().as_bytes(), b"\0", secret.expose().as_bytes()].concat())
}

/// Puts the digest of its secret in the place of a client's secret: the given one, else the one of `before`, else
/// `fresh`. Gives `fresh` back when it became the secret, to be told to the client: it is the only time.
///
/// # Errors
/// [`MetadataError`] when the secret cannot be one, or the client does not authenticate with one.
pub(crate) fn seal(
    metadata: &Value,
    client: &ClientId,
    before: Option<&SecretDigest>,
    fresh: ClientSecret,
    keys: &IdentityKeys,
) -> Result<(Value, Option<ClientSecret>), MetadataError> {
    let refuse =
        |field: &'static str, reason: &str| Err(MetadataError { field: field.into(), reason: reason.to_owned() });
    let given = |name: &str| metadata.get(name).filter(|value| !value.is_null());
    if given(DIGEST).is_some() {
        return refuse(DIGEST, "register the secret itself; the digest is made here");
    }
    let method = given("token_endpoint_auth_method").and_then(Value::as_str).unwrap_or(super::DEFAULT_METHOD);
    let has_secret = ["client_secret_basic", "client_secret_post"].contains(&method);
    let of = |secret: &ClientSecret| SecretDigest::of(secret, client, keys);
    let (digest, made) = match given("client_secret") {
        None if has_secret => match before {
            Some(before) => (before.clone(), None),
            None => (of(&fresh), Some(fresh)),
        },
        None => return Ok((metadata.clone(), None)),
        Some(_) if !has_secret => {
            return refuse("client_secret", "only with client_secret_basic or client_secret_post");
        }
        Some(text) => match text.as_str().and_then(ClientSecret::parse) {
            Some(secret) => (of(&secret), None),
            None => return refuse("client_secret", "8 to 200 visible ASCII characters"),
        },
    };
    let mut sealed = metadata.clone();
    if let Some(members) = sealed.as_object_mut() {
        members.remove("client_secret");
        members.insert(DIGEST.to_owned(), digest.to_text().into());
    }
    Ok((sealed, made))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sealed(metadata: &Value) -> Result<(Value, Option<ClientSecret>), std::borrow::Cow<'static, str>> {
        let (client, keys) = (ClientId::parse("shop").unwrap(), IdentityKeys::from_master(&[7; 32]));
        seal(metadata, &client, None, ClientSecret::new(&[9; 32]), &keys).map_err(|refused| refused.field)
    }

    #[test]
    fn a_secret_is_recognised_by_its_digest_alone() {
        let (metadata, made) = sealed(&json!({"client_secret": "correct horse".replace(' ', "-")})).unwrap();
        assert!(made.is_none() && !metadata.to_string().contains("correct"));
        let digest = SecretDigest::parse(metadata[DIGEST].as_str().unwrap()).unwrap();
        let keys = IdentityKeys::from_master(&[7; 32]);
        let [shop, bank] = ["shop", "bank"].map(|id| ClientId::parse(id).unwrap());
        let [right, wrong] = ["correct-horse", "correct-horsf"].map(|text| ClientSecret::parse(text).unwrap());
        assert!(digest.is_of(&right, &shop, &keys));
        assert!(!digest.is_of(&wrong, &shop, &keys));
        assert!(!digest.is_of(&right, &bank, &keys), "the same secret of another client has another digest");
        assert!(!digest.is_of(&right, &shop, &IdentityKeys::from_master(&[8; 32])));
    }

    #[test]
    fn a_client_that_gives_no_secret_gets_one_and_is_told_once() {
        let (metadata, made) = sealed(&json!({"token_endpoint_auth_method": "client_secret_post"})).unwrap();
        let made = made.unwrap();
        assert_eq!(made.expose().len(), 43);
        assert!(metadata[DIGEST].is_string());
        assert_eq!(format!("{made:?}"), "ClientSecret(…)");
        let (other, made) = sealed(&json!({"token_endpoint_auth_method": "private_key_jwt"})).unwrap();
        assert!(made.is_none() && other.get(DIGEST).is_none());
    }

    #[test]
    fn what_is_no_secret_or_has_no_use_is_refused() {
        for (metadata, field) in [
            (json!({"client_secret": "short"}), "client_secret"),
            (json!({"client_secret": 7}), "client_secret"),
            (json!({"client_secret": "two words"}), "client_secret"),
            (json!({"client_secret": "good-enough", "token_endpoint_auth_method": "none"}), "client_secret"),
            (json!({"client_secret_digest": "x"}), "client_secret_digest"),
        ] {
            assert_eq!(sealed(&metadata).map(drop).unwrap_err(), field, "{metadata}");
        }
    }
}
