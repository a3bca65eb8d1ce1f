//! Client metadata (RFC 7591, section 2) to a client and back. What is unknown or cannot be honoured is refused by its
//! name: whoever registers is an operator, who is helped more by a refusal than by a setting that has no effect. Each
//! group of members is read in a file of its own.

mod addresses;
mod authentication;
mod certificates;
mod logout;
mod members;
mod presentation;
mod reach;
mod responses;
mod tokens;

use std::borrow::Cow;

use serde_json::{Value, json};

use self::members::{Metadata, refuse};
use super::secret;
use super::{Client, ClientAuthenticationMethod, ClientId, ClientKeys, SecurityProfile};
use crate::jose::KEY_MANAGEMENT;
use crate::oidc::redirect_uri::RedirectUri;
use crate::oidc::token::GrantType;

/// Metadata with which a client cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct MetadataError {
    /// The member at fault.
    pub field: Cow<'static, str>,
    /// Why.
    pub reason: String,
}

impl MetadataError {
    /// The error code of RFC 7591, section 3.2.2.
    pub fn code(&self) -> &'static str {
        if self.field == "redirect_uris" { "invalid_redirect_uri" } else { "invalid_client_metadata" }
    }
}

/// Whether a way to authenticate is good enough for the fapi2 profile (FAPI 2.0 Security Profile, section 5.3.2.1).
const fn is_strong(method: &ClientAuthenticationMethod) -> bool {
    use ClientAuthenticationMethod::{PrivateKeyJwt, SelfSignedTlsClientAuth, TlsClientAuth};
    matches!(method, PrivateKeyJwt(_) | TlsClientAuth(_) | SelfSignedTlsClientAuth)
}

impl Client {
    /// Reads metadata; `fallback` becomes the `client_id` where the metadata gives none.
    ///
    /// # Errors
    /// [`MetadataError`], naming the first member that is wrong.
    pub fn from_metadata(metadata: &Value, fallback: &ClientId) -> Result<Self, MetadataError> {
        let metadata = Metadata::of(metadata)?;
        metadata.refuse_unsupported()?;
        let id = metadata.client_id()?.unwrap_or_else(|| fallback.clone());
        let grants = metadata.grants()?;
        let redirect_uris = metadata.redirect_uris(&grants)?;
        let (scopes, machine_scopes) = metadata.scopes(&grants)?;
        let profile = metadata.profile()?;
        let keys = metadata.keys()?;
        let authentication = metadata.authentication(&keys)?;
        if profile == SecurityProfile::Fapi2 && !is_strong(&authentication) {
            let why = "fapi2 clients authenticate with private_key_jwt, tls_client_auth or self_signed_tls_client_auth";
            return Err(refuse("token_endpoint_auth_method", why));
        }
        if grants.contains(&GrantType::ClientCredentials) && matches!(authentication, ClientAuthenticationMethod::None)
        {
            return Err(refuse("grant_types", "client_credentials is for clients that authenticate"));
        }
        let (userinfo_algorithm, userinfo_encryption) = metadata.userinfo_response(profile, &keys)?;
        let is_certificate_bound = metadata.is_certificate_bound()?;
        let sector_identifier_uri = metadata.url("sector_identifier_uri")?;
        let client = Self {
            profile,
            name: metadata
                .localized("client_name", "client_name#zh-Hant")?
                .ok_or_else(|| refuse("client_name", "residents must see who asks"))?,
            purpose: metadata.localized("purpose", "purpose#zh-Hant")?,
            authentication,
            id_token_encryption: metadata.id_token_encryption(&keys)?,
            userinfo_algorithm,
            userinfo_encryption,
            keys,
            sector: metadata.sector(&id, sector_identifier_uri.as_ref(), &redirect_uris)?,
            sector_identifier_uri,
            resources: metadata.resources()?,
            authorization_details_types: metadata.authorization_details_types()?,
            claims: metadata.claims()?,
            id_token_algorithm: metadata.id_token_algorithm(profile)?,
            needs_dpop: metadata.needs_dpop(profile, is_certificate_bound)?,
            is_certificate_bound,
            must_push_requests: metadata.must_push_requests(profile)?,
            needs_dpop_nonce: metadata.flag("dpop_nonce_required")?,
            logout: metadata.logout()?,
            id,
            sign_in_methods: metadata.sign_in_methods()?,
            redirect_uris,
            grants,
            scopes,
            machine_scopes,
        };
        metadata.refuse_unread()?;
        Ok(client)
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
            "scope": self.all_scopes(),
            "resources": self.resources,
            "authorization_details_types":
                self.authorization_details_types.iter().map(|detail| detail.as_str()).collect::<Vec<_>>(),
            "claims": self.claims.iter().map(|claim| claim.as_str()).collect::<Vec<_>>(),
            "response_types": if self.grants.contains(&GrantType::AuthorizationCode) { vec!["code"] } else { vec![] },
            "grant_types": self.grants.iter().map(|grant| grant.as_str()).collect::<Vec<_>>(),
            "subject_type": "pairwise",
            "id_token_signed_response_alg": self.id_token_algorithm.as_str(),
            "dpop_bound_access_tokens": self.needs_dpop,
            "tls_client_certificate_bound_access_tokens": self.is_certificate_bound,
            "require_pushed_authorization_requests": self.must_push_requests,
            "dpop_nonce_required": self.needs_dpop_nonce,
            "allowed_sign_in_methods": self.sign_in_methods.iter().map(|method| method.as_str()).collect::<Vec<_>>(),
            "post_logout_redirect_uris": self.logout.redirect_uris.iter().map(RedirectUri::as_str).collect::<Vec<_>>(),
        });
        if let Some(uri) = &self.logout.back_channel {
            metadata["backchannel_logout_uri"] = json!(uri.as_str());
            metadata["backchannel_logout_session_required"] = json!(true);
        }
        if let Some(purpose) = &self.purpose {
            metadata["purpose"] = json!(purpose.en);
            metadata["purpose#zh-Hant"] = json!(purpose.zh_hant);
        }
        if let ClientAuthenticationMethod::PrivateKeyJwt(Some(algorithm)) = &self.authentication {
            metadata["token_endpoint_auth_signing_alg"] = json!(algorithm);
        }
        if let ClientAuthenticationMethod::TlsClientAuth(subject) = &self.authentication {
            let (member, text) = subject.as_member();
            metadata[member] = json!(text);
        }
        if let Some(algorithm) = self.userinfo_algorithm {
            metadata["userinfo_signed_response_alg"] = json!(algorithm.as_str());
        }
        for (what, encryption) in [("id_token", self.id_token_encryption), ("userinfo", self.userinfo_encryption)] {
            if let Some(encryption) = encryption {
                metadata[format!("{what}_encrypted_response_alg")] = json!(KEY_MANAGEMENT);
                metadata[format!("{what}_encrypted_response_enc")] = json!(encryption.as_str());
            }
        }
        match &self.keys {
            ClientKeys::None => {}
            ClientKeys::Registered(keys) => metadata["jwks"] = json!(keys),
            ClientKeys::Published(url) => metadata["jwks_uri"] = json!(url),
        }
        if let Some(url) = &self.sector_identifier_uri {
            metadata["sector_identifier_uri"] = json!(url);
        }
        metadata
    }

    /// The scopes about residents and those of the client's own.
    fn all_scopes(&self) -> String {
        let mut names: Vec<&str> = self.scopes.names().collect();
        names.extend(self.machine_scopes.iter().map(String::as_str));
        names.join(" ")
    }

    /// What the database keeps: the metadata, with the digest of the secret.
    pub(crate) fn to_stored(&self) -> Value {
        let mut metadata = self.to_metadata();
        if let Some(digest) = self.authentication.secret_digest() {
            metadata[secret::DIGEST] = json!(digest.to_text());
        }
        metadata
    }

    /// The `client_id` that metadata names, if it names one.
    ///
    /// # Errors
    /// [`MetadataError`] when it cannot be one.
    pub(crate) fn named_in(metadata: &Value) -> Result<Option<ClientId>, MetadataError> {
        Metadata::of(metadata)?.client_id()
    }
}

#[cfg(test)]
mod tests;
