//! How the tokens of a client are made: signed with what, bound or not.

use super::members::{Metadata, refuse};
use super::{MetadataError, SecurityProfile};
use crate::jose::SigningAlgorithm;

impl Metadata<'_> {
    pub(super) fn id_token_algorithm(&self, profile: SecurityProfile) -> Result<SigningAlgorithm, MetadataError> {
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

    /// Tokens of a `fapi2` client are always bound, to a key unless to a certificate; a client of the `oidc` profile
    /// may ask for it.
    pub(super) fn needs_dpop(
        &self,
        profile: SecurityProfile,
        is_certificate_bound: bool,
    ) -> Result<bool, MetadataError> {
        const FIELD: &str = "dpop_bound_access_tokens";
        let asked = self.flag(FIELD)?;
        match profile {
            SecurityProfile::Fapi2 if is_certificate_bound => Ok(asked),
            SecurityProfile::Fapi2 if !asked && self.given(FIELD).is_some() => {
                Err(refuse(FIELD, "tokens of fapi2 clients are always bound"))
            }
            SecurityProfile::Fapi2 => Ok(true),
            SecurityProfile::Oidc => Ok(asked),
        }
    }
    /// Requests of a `fapi2` client are always pushed; a client of the `oidc` profile may bind itself to it.
    pub(super) fn must_push_requests(&self, profile: SecurityProfile) -> Result<bool, MetadataError> {
        const FIELD: &str = "require_pushed_authorization_requests";
        let asked = self.flag(FIELD)?;
        match profile {
            SecurityProfile::Fapi2 if !asked && self.given(FIELD).is_some() => {
                Err(refuse(FIELD, "requests of fapi2 clients are always pushed"))
            }
            SecurityProfile::Fapi2 => Ok(true),
            SecurityProfile::Oidc => Ok(asked),
        }
    }
}
