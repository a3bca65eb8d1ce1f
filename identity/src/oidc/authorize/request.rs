//! An authorization request, read and checked.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::interaction::PageError;
use super::{AcrRequest, Asked, Prompts, checks};
use crate::authenticator::{SignInMethod, UserName};
use crate::consent::{Consent, Extent};
use crate::oidc::authorization_details::AuthorizationDetails;
use crate::oidc::claims::{Claim, ClaimsRequest};
use crate::oidc::client::Client;
use crate::oidc::dpop::KeyThumbprint;
use crate::oidc::error::OAuthError;
use crate::oidc::locale::ClaimsLocale;
use crate::oidc::parameters::Parameters;
use crate::oidc::pkce::CodeChallenge;
use crate::oidc::redirect_uri::RedirectUri;
use crate::oidc::resource;
use crate::oidc::scope::{Scope, Scopes};

/// A request that passed every check. It is kept as JSON while the resident signs in and agrees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Where the answer goes.
    pub redirect_uri: RedirectUri,
    /// Given back as it came.
    pub state: Option<String>,
    /// Goes into the id_token as it came.
    pub nonce: Option<String>,
    /// What is asked for, by group.
    pub scopes: Scopes,
    /// The resources that the tokens will be for.
    #[serde(default)]
    pub resources: Vec<String>,
    /// What the resident is to authorize in detail.
    #[serde(default)]
    pub details: AuthorizationDetails,
    /// What is asked for, one by one.
    pub asked: Asked,
    /// Whom the answer must be about: one of these subjects.
    pub subject: Option<BTreeSet<String>>,
    /// How far the sign-in must be trusted.
    #[serde(default)]
    pub acr: AcrRequest,
    /// What the code will have to be redeemed with.
    pub code_challenge: Option<CodeChallenge>,
    /// The key whose holder alone may redeem the code (RFC 9449, section 10).
    #[serde(default)]
    pub dpop_jkt: Option<KeyThumbprint>,
    /// What the resident is to be asked again.
    pub prompts: Prompts,
    /// How old the sign-in may be, in seconds.
    pub max_age: Option<u32>,
    /// The languages the client would like the pages in.
    pub ui_locales: Option<String>,
    /// The language that the client would like claims in.
    #[serde(default)]
    pub claims_locale: Option<ClaimsLocale>,
    /// The user name that the client thinks the resident will sign in with.
    #[serde(default)]
    pub login_hint: Option<String>,
}

/// Finds the registered redirect URI that the request asks for: where errors may be sent from here on.
///
/// # Errors
/// [`PageError::RedirectUri`]: it is missing, given twice, or not registered.
pub fn identify(parameters: &Parameters, client: &Client) -> Result<RedirectUri, PageError> {
    let asked = parameters.get_only("redirect_uri").ok_or(PageError::RedirectUri)?;
    client.redirect_uri(asked).ok_or(PageError::RedirectUri)
}

/// The user name to begin the form with. A client whose residents have no user names has no use for one.
fn login_hint(parameters: &Parameters, client: &Client) -> Option<String> {
    let takes_names = client.sign_in_methods.contains(&SignInMethod::Password);
    parameters.get("login_hint").filter(|hint| takes_names && UserName::parse(hint).is_some()).map(str::to_owned)
}

impl AuthorizationRequest {
    /// Runs the checks, in this order. `subject_of` reads an `id_token_hint`.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn check(
        parameters: &Parameters,
        client: &Client,
        redirect_uri: RedirectUri,
        subject_of: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, OAuthError> {
        parameters.refuse_duplicates()?;
        checks::no_request_object(parameters)?;
        checks::no_registration(parameters)?;
        checks::response_type(parameters)?;
        checks::response_mode(parameters)?;
        let scopes = Scopes::asked(parameters.get("scope"), &client.scopes)?;
        let resources = resource::asked(parameters, client)?;
        let details = AuthorizationDetails::read(parameters, client)?;
        let code_challenge = checks::code_challenge(parameters, client)?;
        let dpop_jkt = checks::dpop_jkt(parameters)?;
        let prompts = Prompts::parse(parameters.get("prompt"))?;
        let max_age = checks::max_age(parameters)?;
        let claims = parameters.get("claims").map(ClaimsRequest::parse).transpose()?.unwrap_or_default();
        let asked = Asked::new(&scopes, &claims, &client.allowed_claims());
        let claims_locale = ClaimsLocale::asked(parameters.get("claims_locales"), &claims);
        let acr = AcrRequest::read(parameters.get("acr_values"), &claims.acr, client);
        let subject = checks::subject(parameters, claims.subject, subject_of)?;
        let text = |name| parameters.get(name).map(str::to_owned);
        Ok(Self {
            redirect_uri,
            state: text("state"),
            nonce: text("nonce"),
            scopes,
            resources,
            details,
            asked,
            subject,
            acr,
            code_challenge,
            dpop_jkt,
            prompts,
            max_age,
            ui_locales: text("ui_locales"),
            claims_locale,
            login_hint: login_hint(parameters, client),
        })
    }

    /// Gives up `offline_access` unless the resident is asked for it, or agreed to it before (OpenID Connect Core,
    /// section 11): nobody hands out a key to their house unasked.
    pub(crate) fn settle_offline_access(&mut self, remembered: Option<&Consent>) {
        let name = Scope::OfflineAccess.as_str();
        let before = remembered.is_some_and(|consent| consent.granted.scopes.contains(name));
        if !self.prompts.consent && !before {
            self.scopes = std::mem::take(&mut self.scopes).without(Scope::OfflineAccess);
        }
    }

    /// What the resident must have agreed to, with the optional attributes or without.
    pub fn extent(&self, with_optional: bool) -> Extent {
        let optional = if with_optional { self.asked.optional.clone() } else { BTreeSet::new() };
        self.granted_extent(&self.asked.granted(&optional))
    }

    /// What the resident agrees to when these attributes are granted.
    pub(crate) fn granted_extent(&self, granted: &BTreeSet<Claim>) -> Extent {
        Extent::new(self.scopes.iter().map(Scope::as_str), granted.iter().map(|claim| claim.as_str()))
    }
}
