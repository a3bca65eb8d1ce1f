//! What a client may ask for: grants, response types, scopes, claims.

use std::collections::BTreeSet;

use super::MetadataError;
use super::members::{Metadata, refuse};
use crate::authenticator::{SignInMethod, default_methods};
use crate::oidc::authorization_details::DetailType;
use crate::oidc::claims::Claim;
use crate::oidc::resource::is_resource;
use crate::oidc::scope::{Scope, Scopes};
use crate::oidc::token::GrantType;

impl Metadata<'_> {
    pub(super) fn refuse_unsupported(&self) -> Result<(), MetadataError> {
        if self.texts("response_types")?.iter().any(|asked| *asked != "code") {
            return Err(refuse("response_types", "only code"));
        }
        match self.text("subject_type")? {
            None | Some("pairwise") => Ok(()),
            Some(_) => Err(refuse("subject_type", "only pairwise")),
        }
    }

    /// The grants; `authorization_code` when none are named (RFC 7591, section 2).
    pub(super) fn grants(&self) -> Result<BTreeSet<GrantType>, MetadataError> {
        const FIELD: &str = "grant_types";
        let known = |name| {
            let why = "authorization_code, refresh_token or client_credentials";
            GrantType::from_name(name).ok_or_else(|| refuse(FIELD, why))
        };
        let mut grants: BTreeSet<_> = self.texts(FIELD)?.into_iter().map(known).collect::<Result<_, _>>()?;
        if grants.is_empty() {
            grants.insert(GrantType::AuthorizationCode);
        }
        if grants.contains(&GrantType::RefreshToken) && !grants.contains(&GrantType::AuthorizationCode) {
            return Err(refuse(FIELD, "refresh_token needs authorization_code"));
        }
        Ok(grants)
    }

    /// The scopes that residents are asked for, and those that the client has by itself. Whoever may refresh may ask
    /// for `offline_access`.
    pub(super) fn scopes(&self, grants: &BTreeSet<GrantType>) -> Result<(Scopes, BTreeSet<String>), MetadataError> {
        const FIELD: &str = "scope";
        let sends_residents = grants.contains(&GrantType::AuthorizationCode);
        let acts_alone = grants.contains(&GrantType::ClientCredentials);
        let (mut scopes, mut machine_scopes) = (Vec::new(), BTreeSet::new());
        let unnamed = if sends_residents { "openid" } else { "" };
        for name in self.text(FIELD)?.unwrap_or(unnamed).split(' ').filter(|name| !name.is_empty()) {
            match Scope::from_name(name) {
                Some(Scope::OfflineAccess) if !grants.contains(&GrantType::RefreshToken) => {
                    return Err(refuse(FIELD, "offline_access needs the refresh_token grant"));
                }
                Some(_) if !sends_residents => {
                    return Err(refuse(FIELD, format!("{name:?} needs the authorization_code grant")));
                }
                Some(scope) => scopes.push(scope),
                None if acts_alone && is_machine_scope(name) => drop(machine_scopes.insert(name.to_owned())),
                None => return Err(refuse(FIELD, format!("{name:?} is unknown"))),
            }
        }
        if sends_residents && !scopes.contains(&Scope::Openid) {
            return Err(refuse(FIELD, "it must contain openid"));
        }
        scopes.extend(grants.contains(&GrantType::RefreshToken).then_some(Scope::OfflineAccess));
        Ok((scopes.into_iter().collect(), machine_scopes))
    }

    /// The resources that it may ask tokens for.
    pub(super) fn resources(&self) -> Result<BTreeSet<String>, MetadataError> {
        const FIELD: &str = "resources";
        let resource = |text: &str| {
            let refused = || refuse(FIELD, "absolute URIs without a fragment");
            is_resource(text).then(|| text.to_owned()).ok_or_else(refused)
        };
        self.texts(FIELD)?.into_iter().map(resource).collect()
    }

    /// The types of authorization details.
    pub(super) fn authorization_details_types(&self) -> Result<BTreeSet<DetailType>, MetadataError> {
        const FIELD: &str = "authorization_details_types";
        let known = |name| DetailType::from_name(name).ok_or_else(|| refuse(FIELD, format!("{name:?} is unknown")));
        self.texts(FIELD)?.into_iter().map(known).collect()
    }

    pub(super) fn claims(&self) -> Result<BTreeSet<Claim>, MetadataError> {
        let known = |name| Claim::from_name(name).ok_or_else(|| refuse("claims", format!("{name:?} is unknown")));
        self.texts("claims")?.into_iter().map(known).collect()
    }

    /// An extension of ours: the ways of signing in that the client takes. Without it, passkeys alone.
    pub(super) fn sign_in_methods(&self) -> Result<BTreeSet<SignInMethod>, MetadataError> {
        const FIELD: &str = "allowed_sign_in_methods";
        if self.given(FIELD).is_none() {
            return Ok(default_methods());
        }
        let known = |name| SignInMethod::from_name(name).ok_or_else(|| refuse(FIELD, "passkey or password"));
        let methods: BTreeSet<_> = self.texts(FIELD)?.into_iter().map(known).collect::<Result<_, _>>()?;
        if methods.is_empty() { Err(refuse(FIELD, "at least one is needed")) } else { Ok(methods) }
    }
}

/// A scope-token of RFC 6749, section 3.3, of a reasonable length.
fn is_machine_scope(name: &str) -> bool {
    name.len() <= 100 && name.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
}
