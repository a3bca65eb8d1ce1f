//! What a token request asks for of what was granted: the same, or less. Pure.

use crate::oidc::authorization_details::AuthorizationDetails;
use crate::oidc::client::Client;
use crate::oidc::error::OAuthError;
use crate::oidc::parameters::Parameters;
use crate::oidc::resource;

/// Resources (RFC 8707) and authorization details (RFC 9396).
#[derive(Debug, Clone, Default)]
pub(crate) struct Targets {
    pub(crate) resources: Vec<String>,
    pub(crate) details: AuthorizationDetails,
}

impl Targets {
    /// Reads the form.
    ///
    /// # Errors
    /// `invalid_target`, `invalid_authorization_details`: not understood, or not for this client.
    pub(crate) fn read(form: &Parameters, client: &Client) -> Result<Self, OAuthError> {
        let resources = resource::asked(form, client)?;
        Ok(Self { resources, details: AuthorizationDetails::read(form, client)? })
    }

    /// What is left of these when `asked` is asked for.
    ///
    /// # Errors
    /// The same, for anything beyond.
    pub(crate) fn narrowed(&self, asked: &Self) -> Result<Self, OAuthError> {
        let resources = resource::narrowed(&asked.resources, &self.resources)?;
        Ok(Self { resources, details: self.details.narrowed(&asked.details)? })
    }
}
