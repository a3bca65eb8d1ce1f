//! The authorization endpoint: from a request, through sign-in and consent, to the answer.

mod conclusion;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use ::store::{State, Timestamp};

use super::claim_values::readable;
use super::clients::RegisteredClient;
use super::subjects;
use crate::Error;
use crate::authenticator::SignInMethod;
use crate::consent::Consent;
use crate::jose;
use crate::oidc::authorize::{
    AuthorizationRequest, AuthorizationStep, BrowserSecret, ClientDisplay, ConsentPage, Decision, Interaction,
    InteractionId, InteractionTicket, PageError, RequestedAttribute, SignInPage, Standing, decide, error_response,
    identify,
};
use crate::oidc::claims::Claim;
use crate::oidc::client::{Client, ClientId};
use crate::oidc::{ErrorCode, OAuthError, Parameters, Scope, Subject, id_token, par, request_object};
use crate::resident::ResidentId;
use crate::session::Session;
use crate::store::{Identity, consents};

/// A checked request, with the hash of the pushed request that it came from.
type Requested = (AuthorizationRequest, Option<Vec<u8>>);

/// A request on its way to its answer.
struct Underway<'a> {
    /// The state of the database in which it is looked at.
    state: Option<State>,
    client: Arc<Client>,
    interaction: Interaction,
    place: Place<'a>,
    now: Timestamp,
}

/// Who the resident is to the client, and what they agreed to before.
#[derive(Clone, Default)]
pub(super) struct Before {
    subject: Option<Subject>,
    consent: Option<Consent>,
}

/// Whether the interaction is written down.
enum Place<'a> {
    /// Not until the resident has something to do. What the browser's cookie held, if anything.
    Begun(Option<&'a BrowserSecret>),
    /// Under this ticket.
    Kept(&'a InteractionTicket),
}

impl Underway<'_> {
    fn id(&self) -> Option<InteractionId> {
        match self.place {
            Place::Begun(_) => None,
            Place::Kept(ticket) => Some(ticket.id),
        }
    }
}

impl Identity {
    /// Takes an authorization request from a browser. `browser` is the browser's secret, if its cookie came
    /// along; `session` whoever is signed in there.
    pub fn begin_authorization(
        &self,
        parameters: &Parameters,
        browser: Option<&BrowserSecret>,
        session: Option<&Session>,
        now: Timestamp,
    ) -> Result<AuthorizationStep, Error> {
        let named = parameters.get_only("client_id").and_then(ClientId::parse);
        let state = self.db().state()?;
        let Some(registered) = named.map(|id| self.registered(state, &id)).transpose()?.flatten() else {
            return Ok(AuthorizationStep::ErrorPage(PageError::Client));
        };
        match self.requested(parameters, &registered, now)? {
            Ok((request, pushed)) => {
                let client = registered.client;
                let interaction = Interaction { client_id: client.id.clone(), request, pushed, begun: now };
                let place = Place::Begun(browser);
                self.advance(&mut Underway { state, client, interaction, place, now }, session)
            }
            Err(answer) => Ok(answer),
        }
    }

    /// The request that the parameters make or refer to, with the hash of the pushed request; or the answer to
    /// a request that cannot be.
    fn requested(
        &self,
        parameters: &Parameters,
        registered: &RegisteredClient,
        now: Timestamp,
    ) -> Result<Result<Requested, AuthorizationStep>, Error> {
        let client = &*registered.client;
        // What stands beside a pushed request is ignored.
        if let Some(request_uri) = parameters.get_only("request_uri").filter(|uri| par::is_ours(uri)) {
            let pushed = self.pushed_request(request_uri, registered, now)?;
            return Ok(match pushed {
                Some((request, hash)) => Ok((request, Some(hash))),
                None => Err(AuthorizationStep::ErrorPage(PageError::RequestUri)),
            });
        }
        // When the request object cannot be opened, the error goes where the parameters beside it say.
        let (parameters, opened) = match self.opened(parameters, client, now)? {
            Ok(opened) => (opened, Ok(())),
            Err(error) => (Cow::Borrowed(parameters), Err(error)),
        };
        let redirect_uri = match identify(&parameters, client) {
            Ok(redirect_uri) => redirect_uri,
            Err(error) => return Ok(Err(AuthorizationStep::ErrorPage(error))),
        };
        let subject_of = self.subject_of_hint(client, now)?;
        let checked = opened
            .and_then(|()| must_be_pushed(client))
            .and_then(|()| AuthorizationRequest::check(&parameters, client, redirect_uri.clone(), &subject_of));
        Ok(checked.map(|request| (request, None)).map_err(|error| {
            let state = parameters.get_only("state");
            AuthorizationStep::Redirect(error_response(&self.issuer(), &redirect_uri, state, &error))
        }))
    }

    /// The parameters that count: those inside the request object, if there is one.
    pub(super) fn opened<'p>(
        &self,
        parameters: &'p Parameters,
        client: &Client,
        now: Timestamp,
    ) -> Result<Result<Cow<'p, Parameters>, OAuthError>, Error> {
        let Some(object) = parameters.get("request") else { return Ok(Ok(Cow::Borrowed(parameters))) };
        let keys = self.client_keys(client, jose::key_named_in(object).as_deref(), now)?.unwrap_or_default();
        Ok(request_object::open(parameters, client, &keys, &self.issuer(), now))
    }

    /// Goes on after the resident signed in, or came back to the page.
    pub fn continue_authorization(
        &self,
        ticket: &InteractionTicket,
        session: Option<&Session>,
        now: Timestamp,
    ) -> Result<AuthorizationStep, Error> {
        match self.kept(ticket, now)? {
            Some(mut underway) => self.advance(&mut underway, session),
            None => Ok(AuthorizationStep::ErrorPage(PageError::Interaction)),
        }
    }

    /// The resident agrees, leaving in the optional attributes that are in `chosen`. Check the session's form
    /// token first.
    pub fn grant_authorization(
        &self,
        ticket: &InteractionTicket,
        session: &Session,
        chosen: &BTreeSet<Claim>,
        now: Timestamp,
    ) -> Result<AuthorizationStep, Error> {
        let Some(mut underway) = self.kept(ticket, now)? else {
            return Ok(AuthorizationStep::ErrorPage(PageError::Interaction));
        };
        match self.decide(&mut underway, Some(session))?.0 {
            Decision::Consent | Decision::Done => {
                let request = &underway.interaction.request;
                let granted = request.asked.granted(chosen);
                let agreed = Some(request.granted_extent(&granted));
                let (done, code) = self.conclusion(&underway, session, &granted, agreed)?;
                self.conclude(&underway, done, &code)
            }
            Decision::SignIn | Decision::Refuse(_) => self.advance(&mut underway, Some(session)),
        }
    }

    /// The resident says no, on the sign-in page or on the consent page: the client gets `access_denied`.
    pub fn deny_authorization(&self, ticket: &InteractionTicket, now: Timestamp) -> Result<AuthorizationStep, Error> {
        let error = OAuthError::new(ErrorCode::AccessDenied, "the resident did not agree");
        match self.kept(ticket, now)? {
            Some(underway) => self.refuse(&underway, &error),
            None => Ok(AuthorizationStep::ErrorPage(PageError::Interaction)),
        }
    }

    /// Reads an `id_token_hint` of this client.
    pub(super) fn subject_of_hint(
        &self,
        client: &Client,
        now: Timestamp,
    ) -> Result<impl Fn(&str) -> Option<String> + use<>, Error> {
        let (issuer, client_id, ring) = (self.issuer(), client.id.clone(), self.key_ring(now)?);
        Ok(move |hint: &str| id_token::hinted_subject(hint, &ring.jwks().keys, &issuer, &client_id))
    }

    /// The interaction of a ticket with its client, if both are still there.
    fn kept<'a>(&self, ticket: &'a InteractionTicket, now: Timestamp) -> Result<Option<Underway<'a>>, Error> {
        let Some(interaction) = self.interaction(ticket, now)? else { return Ok(None) };
        let state = self.db().state()?;
        let Some(registered) = self.registered(state, &interaction.client_id)? else { return Ok(None) };
        Ok(Some(Underway { state, client: registered.client, interaction, place: Place::Kept(ticket), now }))
    }

    /// Whether the client of an interaction that is under way takes this way of signing in.
    pub(in crate::store) fn takes(
        &self,
        ticket: &InteractionTicket,
        method: SignInMethod,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.kept(ticket, now)?.is_some_and(|underway| self.takes_method(&underway, method)))
    }

    /// Whether a client takes this way of signing in, for this request, and the installation does.
    fn takes_method(&self, Underway { client, interaction, .. }: &Underway<'_>, method: SignInMethod) -> bool {
        self.offers(method) && client.sign_in_methods.contains(&method) && interaction.request.acr.admits(method)
    }

    /// What is next, and what there was before; the request gives up what it cannot have.
    fn decide(&self, underway: &mut Underway<'_>, session: Option<&Session>) -> Result<(Decision, Before), Error> {
        let Interaction { request, begun, .. } = &mut underway.interaction;
        let Some(session) = session else { return Ok((decide(request, *begun, None), Before::default())) };
        let before = self.before(underway.state, session.resident, &underway.client)?;
        let remembered = before.consent.as_ref();
        request.settle_offline_access(remembered);
        let standing = Standing {
            auth_time: session.auth_time,
            acr: session.acr,
            is_method_taken: underway.client.sign_in_methods.contains(&session.method()),
            subject: before.subject.as_ref().map(Subject::as_str),
            remembered,
        };
        let decision = decide(request, *begun, Some(standing));
        Ok((decision, before))
    }

    /// Who the resident is to the client, and what they agreed to before. Kept in memory when both are there: what is
    /// missing may be added without the state of the database being another.
    fn before(&self, state: Option<State>, resident: ResidentId, client: &Client) -> Result<Before, Error> {
        let mut in_part = Before::default();
        let whole = self.0.remembered.agreed_before.get(state, &(resident, client.id.clone()), || {
            let found = self.db().read(|conn| -> Result<_, Error> {
                let subject = subjects::find(conn, resident, &client.sector)?;
                Ok(Before { subject, consent: consents::find(conn, resident, client.id.as_str())? })
            })?;
            if found.subject.is_some() && found.consent.is_some() {
                return Ok(Some(found));
            }
            in_part = found;
            Ok(None)
        })?;
        Ok(whole.unwrap_or(in_part))
    }

    /// Does what is next.
    fn advance(&self, underway: &mut Underway<'_>, session: Option<&Session>) -> Result<AuthorizationStep, Error> {
        let (decision, before) = self.decide(underway, session)?;
        let request = &underway.interaction.request;
        let client = ClientDisplay::of(&underway.client, request);
        let ui_locales = request.ui_locales.clone();
        match (decision, session) {
            (Decision::Refuse(error), _) => self.refuse(underway, &error),
            (Decision::Done, Some(session)) => {
                let agreed = before.consent.iter().flat_map(|consent| &consent.granted.claims);
                let chosen = agreed.filter_map(|name| Claim::from_name(name)).collect();
                let (done, code) = self.conclusion(underway, session, &request.asked.granted(&chosen), None)?;
                if self.conclude_in_memory(underway, &done, before) {
                    return Ok(self.answered(underway, &code));
                }
                self.conclude(underway, done, &code)
            }
            (Decision::Consent, Some(session)) => {
                let attributes = self.requested_attributes(underway.state, session.resident, request)?;
                let page = ConsentPage {
                    ticket: self.ticket(underway)?,
                    client,
                    attributes,
                    details: request.details.clone(),
                    is_offline: request.scopes.contains(Scope::OfflineAccess),
                    ui_locales,
                };
                Ok(AuthorizationStep::Consent(Box::new(page)))
            }
            (Decision::SignIn | Decision::Done | Decision::Consent, _) => {
                let takes_password = self.takes_method(underway, SignInMethod::Password);
                let login_hint = request.login_hint.clone();
                let page =
                    SignInPage { ticket: self.ticket(underway)?, client, takes_password, login_hint, ui_locales };
                Ok(AuthorizationStep::SignIn(Box::new(page)))
            }
        }
    }

    /// The ticket of the interaction, which is written down now if it was not before.
    fn ticket(&self, underway: &Underway<'_>) -> Result<InteractionTicket, Error> {
        match underway.place {
            Place::Begun(browser) => self.keep_interaction(&underway.interaction, browser, underway.now),
            Place::Kept(ticket) => Ok(ticket.clone()),
        }
    }

    fn requested_attributes(
        &self,
        state: Option<State>,
        resident: ResidentId,
        request: &AuthorizationRequest,
    ) -> Result<Vec<RequestedAttribute>, Error> {
        let values = self.claim_values(state, resident)?;
        let value = |claim| values.values.get(&claim).map(|value| readable(claim, value));
        let with_value = |(claim, necessity)| RequestedAttribute { claim, necessity, value: value(claim) };
        Ok(request.asked.all().map(with_value).collect())
    }
}

/// A client whose requests must be pushed asks for nothing here (FAPI 2.0 Security Profile, section 5.3.2.2).
fn must_be_pushed(client: &Client) -> Result<(), OAuthError> {
    if client.must_push_requests {
        return Err(OAuthError::invalid_request("this client must push its requests").of("request_uri"));
    }
    Ok(())
}
