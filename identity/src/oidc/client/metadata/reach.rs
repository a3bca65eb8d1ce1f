//! What a client may ask for: grants, response types, scopes, claims.

use std::collections::BTreeSet;

use super::MetadataError;
use super::members::{Metadata, refuse};
use crate::oidc::claims::Claim;
use crate::oidc::scope::{Scope, Scopes};

impl Metadata<'_> {
    pub(super) fn refuse_unsupported(&self) -> Result<(), MetadataError> {
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

    pub(super) fn scopes(&self) -> Result<Scopes, MetadataError> {
        let known = |name| Scope::from_name(name).ok_or_else(|| refuse("scope", format!("{name:?} is unknown")));
        let names = self.text("scope")?.unwrap_or("openid").split(' ').filter(|name| !name.is_empty());
        let scopes: Scopes = names.map(known).collect::<Result<Vec<_>, _>>()?.into_iter().collect();
        if scopes.contains(Scope::Openid) { Ok(scopes) } else { Err(refuse("scope", "it must contain openid")) }
    }

    pub(super) fn claims(&self) -> Result<BTreeSet<Claim>, MetadataError> {
        let known = |name| Claim::from_name(name).ok_or_else(|| refuse("claims", format!("{name:?} is unknown")));
        self.texts("claims")?.into_iter().map(known).collect()
    }
}
