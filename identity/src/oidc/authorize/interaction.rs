//! The time between a request and its answer, while the resident signs in and agrees.
//!
//! An interaction belongs to one browser: its id is in the page's URL, and a secret in that browser's cookie
//! must come with it. One cookie serves all interactions of a browser, so that two tabs do not disturb each
//! other.

use store::Timestamp;

use super::AuthorizationRequest;
use crate::keys::Purpose;
use crate::oidc::authorization_details::AuthorizationDetails;
use crate::oidc::claims::{Claim, Necessity};
use crate::oidc::client::{Client, ClientId, Localized};
use crate::oidc::redirect_uri::RedirectLocation;
use crate::secret::secret;

store::identifier! {
    /// One interaction. Fit for URLs: without the browser's secret it is worth nothing.
    pub struct InteractionId;
}

secret! {
    /// What binds interactions to a browser: the value of a cookie (HttpOnly, SameSite=Lax, 15 minutes).
    pub struct BrowserSecret: Purpose::Token;
}

/// An interaction together with the browser it belongs to.
#[derive(Debug, Clone)]
pub struct InteractionTicket {
    /// Which interaction: put it into the URLs and forms of the pages.
    pub id: InteractionId,
    /// Whose browser: set it as a cookie whenever a step carries a ticket.
    pub browser: BrowserSecret,
}

/// What the browser is to be shown or told.
#[derive(Debug)]
pub enum AuthorizationStep {
    /// Show the sign-in page; afterwards call `continue_authorization`.
    SignIn(Box<SignInPage>),
    /// Show the consent page; it answers with `grant` or `deny`.
    Consent(Box<ConsentPage>),
    /// Send the browser there, with status 303.
    Redirect(RedirectLocation),
    /// Show a page that says what is wrong. Never redirect: it is not known where to.
    ErrorPage(PageError),
}

/// Why the browser is shown an error and not sent anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The `client_id` is missing, given twice, or not registered.
    #[error("the service that sent you here is not registered")]
    Client,
    /// The redirect URI is missing, given twice, or not registered for this client.
    #[error("the address to send you back to is not registered")]
    RedirectUri,
    /// The pushed request is unknown, of another client, too old, or already answered.
    #[error("this sign-in request has expired or was used already")]
    RequestUri,
    /// The interaction is unknown, over, too old, or of another browser.
    #[error("this sign-in was finished already, or took too long")]
    Interaction,
}

/// How a relying party presents itself.
#[derive(Debug, Clone)]
pub struct ClientDisplay {
    /// Its identifier.
    pub id: ClientId,
    /// Its name.
    pub name: Localized,
    /// What it wants the attributes for.
    pub purpose: Option<Localized>,
    /// The host that the resident will be sent back to.
    pub host: String,
}

impl ClientDisplay {
    pub(crate) fn of(client: &Client, request: &AuthorizationRequest) -> Self {
        Self {
            id: client.id.clone(),
            name: client.name.clone(),
            purpose: client.purpose.clone(),
            host: request.redirect_uri.host(),
        }
    }
}

/// What the sign-in page shows.
#[derive(Debug)]
pub struct SignInPage {
    /// The interaction.
    pub ticket: InteractionTicket,
    /// Who asks.
    pub client: ClientDisplay,
    /// Whether the resident may sign in by password, too.
    pub takes_password: bool,
    /// The user name to begin the form with (`login_hint`). Nobody knows yet whether it is one.
    pub login_hint: Option<String>,
    /// The languages the client would like (`ui_locales`).
    pub ui_locales: Option<String>,
}

/// What the consent page shows.
#[derive(Debug)]
pub struct ConsentPage {
    /// The interaction.
    pub ticket: InteractionTicket,
    /// Who asks.
    pub client: ClientDisplay,
    /// What is asked for, with the resident's own values.
    pub attributes: Vec<RequestedAttribute>,
    /// What is to be authorized in detail.
    pub details: AuthorizationDetails,
    /// Whether the client may come back for them when the resident is not there (`offline_access`).
    pub is_offline: bool,
    /// The languages the client would like (`ui_locales`).
    pub ui_locales: Option<String>,
}

/// One attribute on the consent page.
#[derive(Clone)]
pub struct RequestedAttribute {
    /// Which.
    pub claim: Claim,
    /// Whether it may be left out.
    pub necessity: Necessity,
    /// What the client will be told; `None` when nothing is on record.
    pub value: Option<String>,
}

/// Without the value.
impl std::fmt::Debug for RequestedAttribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({:?})", self.claim.as_str(), self.necessity)
    }
}

/// An interaction as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Interaction {
    pub(crate) client_id: ClientId,
    pub(crate) request: AuthorizationRequest,
    /// The pushed request that it came from, by keyed hash; used up when the resident authorizes.
    pub(crate) pushed: Option<Vec<u8>>,
    pub(crate) begun: Timestamp,
}
