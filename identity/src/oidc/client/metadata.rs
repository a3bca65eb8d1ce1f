//! Client metadata (RFC 7591, section 2) to a client and back. What cannot be honoured is refused by its
//! name; what is unknown is ignored, as the standard says.

use std::collections::BTreeSet;

use jsonwebtoken::jwk::JwkSet;
use serde_json::{Map, Value, json};

use super::secret::{self, SecretDigest};
use super::{Client, ClientAuthenticationMethod, ClientId, Localized, SecurityProfile};
use crate::jose::{self, PublicKeyError, SigningAlgorithm};
use crate::oidc::claims::Claim;
use crate::oidc::redirect_uri::RedirectUri;
use crate::oidc::scope::{Scope, Scopes};

/// Metadata that would promise what this provider does not do.
const NOT_SUPPORTED: [&str; 4] =
    ["jwks_uri", "sector_identifier_uri", "id_token_encrypted_response_alg", "request_uris"];

/// Metadata with which a client cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct MetadataError {
    /// The member at fault.
    pub field: &'static str,
    /// Why.
    pub reason: String,
}

impl MetadataError {
    /// The error code of RFC 7591, section 3.2.2.
    pub fn code(&self) -> &'static str {
        if self.field == "redirect_uris" { "invalid_redirect_uri" } else { "invalid_client_metadata" }
    }
}

fn refuse(field: &'static str, reason: impl Into<String>) -> MetadataError {
    MetadataError { field, reason: reason.into() }
}

impl Client {
    /// Reads metadata; `fallback` becomes the `client_id` where the metadata gives none.
    ///
    /// # Errors
    /// [`MetadataError`], naming the first member that is wrong.
    pub fn from_metadata(metadata: &Value, fallback: &ClientId) -> Result<Self, MetadataError> {
        let metadata = Metadata(metadata.as_object().ok_or_else(|| refuse("client_id", "metadata is a JSON object"))?);
        metadata.refuse_unsupported()?;
        let id = metadata.client_id()?.unwrap_or_else(|| fallback.clone());
        let redirect_uris = metadata.redirect_uris()?;
        let scopes = metadata.scopes()?;
        let profile = metadata.profile()?;
        let authentication = metadata.authentication()?;
        if profile == SecurityProfile::Fapi2 && !matches!(authentication, ClientAuthenticationMethod::PrivateKeyJwt(_))
        {
            return Err(refuse("token_endpoint_auth_method", "fapi2 clients authenticate with private_key_jwt"));
        }
        Ok(Self {
            id,
            profile,
            name: metadata
                .localized("client_name", "client_name#zh-Hant")?
                .ok_or_else(|| refuse("client_name", "residents must see who asks"))?,
            purpose: metadata.localized("purpose", "purpose#zh-Hant")?,
            authentication,
            sector: metadata.sector(&redirect_uris)?,
            claims: metadata.claims()?,
            id_token_algorithm: metadata.id_token_algorithm(profile)?,
            needs_dpop: metadata.needs_dpop(profile)?,
            needs_dpop_nonce: metadata.flag("dpop_nonce_required")?,
            redirect_uris,
            scopes,
        })
    }

    /// The same as metadata, with everything that was left out filled in.
    pub fn to_metadata(&self) -> Value {
        let mut metadata = json!({
            "client_id": self.id.as_str(),
            "profile": self.profile.as_str(),
            "client_name": self.name.en,
            "client_name#zh-Hant": self.name.zh_hant,
            "redirect_uris": self.redirect_uris.iter().map(RedirectUri::as_str).collect::<Vec<_>>(),
            "token_endpoint_auth_method": self.authentication.as_str(),
            "sector": self.sector,
            "scope": self.scopes.to_string(),
            "claims": self.claims.iter().map(|claim| claim.as_str()).collect::<Vec<_>>(),
            "response_types": ["code"],
            "grant_types": ["authorization_code"],
            "subject_type": "pairwise",
            "id_token_signed_response_alg": self.id_token_algorithm.as_str(),
            "dpop_bound_access_tokens": self.needs_dpop,
            "require_pushed_authorization_requests": self.must_push_requests(),
            "dpop_nonce_required": self.needs_dpop_nonce,
        });
        if let Some(purpose) = &self.purpose {
            metadata["purpose"] = json!(purpose.en);
            metadata["purpose#zh-Hant"] = json!(purpose.zh_hant);
        }
        if let ClientAuthenticationMethod::PrivateKeyJwt(keys) = &self.authentication {
            metadata["jwks"] = json!(keys);
        }
        metadata
    }

    /// What the database keeps: the metadata, with the digest of the secret.
    pub(crate) fn to_stored(&self) -> Value {
        let mut metadata = self.to_metadata();
        if let ClientAuthenticationMethod::ClientSecretBasic(digest)
        | ClientAuthenticationMethod::ClientSecretPost(digest) = &self.authentication
        {
            metadata[secret::DIGEST] = json!(digest.to_text());
        }
        metadata
    }

    /// The `client_id` that metadata names, if it names one.
    ///
    /// # Errors
    /// [`MetadataError`] when it cannot be one.
    pub(crate) fn named_in(metadata: &Value) -> Result<Option<ClientId>, MetadataError> {
        Metadata(metadata.as_object().ok_or_else(|| refuse("client_id", "metadata is a JSON object"))?).client_id()
    }
}

struct Metadata<'a>(&'a Map<String, Value>);

impl<'a> Metadata<'a> {
    fn given(&self, field: &str) -> Option<&'a Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    fn text(&self, field: &'static str) -> Result<Option<&'a str>, MetadataError> {
        let Some(value) = self.given(field) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| refuse(field, "it is a text"))?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    fn texts(&self, field: &'static str) -> Result<Vec<&'a str>, MetadataError> {
        let Some(value) = self.given(field) else { return Ok(Vec::new()) };
        let list = value.as_array().ok_or_else(|| refuse(field, "it is a list of texts"))?;
        list.iter().map(|item| item.as_str().ok_or_else(|| refuse(field, "it is a list of texts"))).collect()
    }

    /// A yes or no; no when it is not given.
    fn flag(&self, field: &'static str) -> Result<bool, MetadataError> {
        let Some(value) = self.given(field) else { return Ok(false) };
        value.as_bool().ok_or_else(|| refuse(field, "it is true or false"))
    }

    fn client_id(&self) -> Result<Option<ClientId>, MetadataError> {
        let parse = |text| ClientId::parse(text).ok_or_else(|| refuse("client_id", "1 to 200 visible characters"));
        self.text("client_id")?.map(parse).transpose()
    }

    fn localized(&self, field: &'static str, chinese: &'static str) -> Result<Option<Localized>, MetadataError> {
        let short = |field, text: Option<&'a str>| match text {
            Some(text) if text.chars().count() > 200 || text.chars().any(char::is_control) => {
                Err(refuse(field, "at most 200 characters on one line"))
            }
            text => Ok(text),
        };
        let zh_hant = short(chinese, self.text(chinese)?)?;
        let en = short(field, self.text(field)?)?.or(zh_hant);
        Ok(en.map(|en| Localized { en: en.to_owned(), zh_hant: zh_hant.unwrap_or(en).to_owned() }))
    }

    fn refuse_unsupported(&self) -> Result<(), MetadataError> {
        if let Some(field) = NOT_SUPPORTED.into_iter().find(|field| self.given(field).is_some()) {
            return Err(refuse(field, "not supported"));
        }
        for (field, only) in [("grant_types", "authorization_code"), ("response_types", "code")] {
            if self.texts(field)?.iter().any(|asked| *asked != only) {
                return Err(refuse(field, format!("only {only}")));
            }
        }
        match self.text("subject_type")? {
            None | Some("pairwise") => Ok(()),
            Some(_) => Err(refuse("subject_type", "only pairwise")),
        }
    }

    fn id_token_algorithm(&self, profile: SecurityProfile) -> Result<SigningAlgorithm, MetadataError> {
        const FIELD: &str = "id_token_signed_response_alg";
        let named = self
            .text(FIELD)?
            .map(|name| name.parse::<SigningAlgorithm>().map_err(|()| refuse(FIELD, "RS256, ES256, PS256 or EdDSA")));
        match (profile, named.transpose()?) {
            (SecurityProfile::Fapi2, Some(SigningAlgorithm::Rs256)) => {
                Err(refuse(FIELD, "not RS256 for fapi2 clients")) // FAPI 2.0 Security Profile, section 5.4
            }
            (_, Some(algorithm)) => Ok(algorithm),
            (SecurityProfile::Fapi2, None) => Ok(SigningAlgorithm::Es256),
            // OpenID Connect Dynamic Client Registration, section 2.
            (SecurityProfile::Oidc, None) => Ok(SigningAlgorithm::Rs256),
        }
    }

    /// Tokens of a `fapi2` client are always bound; a client of the `oidc` profile may ask for it.
    fn needs_dpop(&self, profile: SecurityProfile) -> Result<bool, MetadataError> {
        const FIELD: &str = "dpop_bound_access_tokens";
        let asked = self.flag(FIELD)?;
        match profile {
            SecurityProfile::Fapi2 if !asked && self.given(FIELD).is_some() => {
                Err(refuse(FIELD, "tokens of fapi2 clients are always bound"))
            }
            SecurityProfile::Fapi2 => Ok(true),
            SecurityProfile::Oidc => Ok(asked),
        }
    }

    /// Required, so that no client is one day found under rules that nobody chose for it.
    fn profile(&self) -> Result<SecurityProfile, MetadataError> {
        match self.text("profile")? {
            Some("fapi2") => Ok(SecurityProfile::Fapi2),
            Some("oidc") => Ok(SecurityProfile::Oidc),
            _ => Err(refuse("profile", "say fapi2 or oidc")),
        }
    }

    fn redirect_uris(&self) -> Result<Vec<RedirectUri>, MetadataError> {
        const FIELD: &str = "redirect_uris";
        let parse = |text: &str| RedirectUri::parse(text).map_err(|e| refuse(FIELD, e.to_string()));
        let uris: Vec<_> = self.texts(FIELD)?.into_iter().map(parse).collect::<Result<_, _>>()?;
        if uris.is_empty() { Err(refuse(FIELD, "at least one is needed")) } else { Ok(uris) }
    }

    fn scopes(&self) -> Result<Scopes, MetadataError> {
        let known = |name| Scope::from_name(name).ok_or_else(|| refuse("scope", format!("{name:?} is unknown")));
        let names = self.text("scope")?.unwrap_or("openid").split(' ').filter(|name| !name.is_empty());
        let scopes: Scopes = names.map(known).collect::<Result<Vec<_>, _>>()?.into_iter().collect();
        if scopes.contains(Scope::Openid) { Ok(scopes) } else { Err(refuse("scope", "it must contain openid")) }
    }

    fn claims(&self) -> Result<BTreeSet<Claim>, MetadataError> {
        let known = |name| Claim::from_name(name).ok_or_else(|| refuse("claims", format!("{name:?} is unknown")));
        self.texts("claims")?.into_iter().map(known).collect()
    }

    /// The given sector, else the one host that all redirect URIs have in common.
    fn sector(&self, redirect_uris: &[RedirectUri]) -> Result<String, MetadataError> {
        const FIELD: &str = "sector";
        if let Some(sector) = self.text(FIELD)? {
            let fit = sector.len() <= 200 && sector.bytes().all(|b| b.is_ascii_graphic());
            return if fit { Ok(sector.to_owned()) } else { Err(refuse(FIELD, "at most 200 visible characters")) };
        }
        let hosts: BTreeSet<_> = redirect_uris.iter().map(RedirectUri::host).collect();
        match hosts.len() {
            1 => Ok(hosts.into_iter().collect()),
            _ => Err(refuse(FIELD, "needed, because the redirect URIs have several hosts")),
        }
    }

    fn authentication(&self) -> Result<ClientAuthenticationMethod, MetadataError> {
        const FIELD: &str = "token_endpoint_auth_method";
        match self.text(FIELD)?.unwrap_or(super::DEFAULT_METHOD) {
            "private_key_jwt" => self.keys().map(ClientAuthenticationMethod::PrivateKeyJwt),
            "client_secret_basic" => self.secret_digest().map(ClientAuthenticationMethod::ClientSecretBasic),
            "client_secret_post" => self.secret_digest().map(ClientAuthenticationMethod::ClientSecretPost),
            "none" if self.given("jwks").is_some() => Err(refuse("jwks", "a public client has no keys")),
            "none" => Ok(ClientAuthenticationMethod::None),
            _ => Err(refuse(FIELD, "private_key_jwt, client_secret_basic, client_secret_post or none")),
        }
    }

    fn secret_digest(&self) -> Result<SecretDigest, MetadataError> {
        let digest = self.text(secret::DIGEST)?.and_then(SecretDigest::parse);
        digest.ok_or_else(|| refuse("client_secret", "it is missing"))
    }

    fn keys(&self) -> Result<JwkSet, MetadataError> {
        const FIELD: &str = "jwks";
        let jwks = self.given(FIELD).ok_or_else(|| refuse(FIELD, "private_key_jwt needs the public keys"))?;
        let keys = jwks.get("keys").and_then(Value::as_array).ok_or_else(|| refuse(FIELD, "it has a list of keys"))?;
        let mut kids = BTreeSet::new();
        let mut parsed = Vec::new();
        for key in keys {
            let key = jose::public_key(key).map_err(|refused| {
                let why = match refused {
                    PublicKeyError::Private => "a private or symmetric key does not belong here; make a new pair",
                    PublicKeyError::Unreadable => "a key cannot be read",
                    PublicKeyError::Weak => "keys are P-256, Ed25519, or RSA of 2048 to 8192 bits",
                };
                refuse(FIELD, why)
            })?;
            if !kids.insert(key.common.key_id.clone()) {
                return Err(refuse(FIELD, "every key has a kid of its own"));
            }
            parsed.push(key);
        }
        if parsed.is_empty() { Err(refuse(FIELD, "at least one key is needed")) } else { Ok(JwkSet { keys: parsed }) }
    }
}

#[cfg(test)]
mod tests;
