//! The authorization endpoint: from a request, through sign-in and consent, to the answer.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use ::store::{Conn, Timestamp};

use super::claim_values::readable;
use super::grants::{self, GrantId, NewGrant};
use super::session_clients::{self, Visit};
use super::{interactions, pushed_requests, subjects};
use crate::Error;
use crate::authenticator::SignInMethod;
use crate::consent::{Consent, ConsentId, Extent};
use crate::jose;
use crate::oidc::authorize::{
    AuthorizationRequest, AuthorizationStep, BrowserSecret, ClientDisplay, ConsentPage, Decision, Interaction,
    InteractionId, InteractionTicket, PageError, RequestedAttribute, SignInPage, Standing, decide, error_response,
    identify, success_response,
};
use crate::oidc::claims::Claim;
use crate::oidc::client::{Client, ClientId};
use crate::oidc::token::authorization_code::Code;
use crate::oidc::{ErrorCode, OAuthError, Parameters, Scope, Subject, id_token, par, request_object};
use crate::resident::ResidentId;
use crate::session::Session;
use crate::store::{Identity, consents, random};

/// A checked request, with the hash of the pushed request that it came from.
type Requested = (AuthorizationRequest, Option<Vec<u8>>);

/// A request on its way to its answer.
struct Underway<'a> {
    client: Client,
    interaction: Interaction,
    place: Place<'a>,
    now: Timestamp,
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

/// What [`Identity::conclude`] writes.
#[derive(Clone)]
struct Conclusion {
    interaction: Option<InteractionId>,
    pushed: Option<Vec<u8>>,
    /// What the resident has just agreed to; `None` when a remembered consent is enough.
    agreed: Option<Extent>,
    /// The optional attributes that the resident left out, by name.
    withheld: BTreeSet<String>,
    consent_id: ConsentId,
    sector: String,
    session_ends: Timestamp,
    fresh_subject: Subject,
    grant: NewGrant,
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
        let Some(client) = named.map(|id| self.client(&id)).transpose()?.flatten() else {
            return Ok(AuthorizationStep::ErrorPage(PageError::Client));
        };
        match self.requested(parameters, &client, now)? {
            Ok((request, pushed)) => {
                let interaction = Interaction { client_id: client.id.clone(), request, pushed, begun: now };
                self.advance(&mut Underway { client, interaction, place: Place::Begun(browser), now }, session)
            }
            Err(answer) => Ok(answer),
        }
    }

    /// The request that the parameters make or refer to, with the hash of the pushed request; or the answer to
    /// a request that cannot be.
    fn requested(
        &self,
        parameters: &Parameters,
        client: &Client,
        now: Timestamp,
    ) -> Result<Result<Requested, AuthorizationStep>, Error> {
        // What stands beside a pushed request is ignored.
        if let Some(request_uri) = parameters.get_only("request_uri").filter(|uri| par::is_ours(uri)) {
            let pushed = self.pushed_request(request_uri, client, now)?;
            return Ok(match pushed {
                Some((request, hash)) => Ok((request, Some(hash))),
                None => Err(AuthorizationStep::ErrorPage(PageError::RequestUri)),
            });
        }
        // When the request object cannot be opened, the error goes where the parameters beside it say.
        let (parameters, opened) = match self.opened(parameters, client, now) {
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
    ) -> Result<Cow<'p, Parameters>, OAuthError> {
        let Some(object) = parameters.get("request") else { return Ok(Cow::Borrowed(parameters)) };
        let keys = self.client_keys(client, jose::key_named_in(object).as_deref(), now).unwrap_or_default();
        request_object::open(parameters, client, &keys, &self.issuer(), now)
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
                self.conclude(&underway, session, &granted, Some(request.granted_extent(&granted)))
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
        let client = self.client(&interaction.client_id)?;
        Ok(client.map(|client| Underway { client, interaction, place: Place::Kept(ticket), now }))
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

    /// What is next, and what the resident agreed to before; the request gives up what it cannot have.
    fn decide(
        &self,
        underway: &mut Underway<'_>,
        session: Option<&Session>,
    ) -> Result<(Decision, Option<Consent>), Error> {
        let Interaction { request, begun, .. } = &mut underway.interaction;
        let Some(session) = session else { return Ok((decide(request, *begun, None), None)) };
        let (subject, remembered) = self.db().read(|conn| -> Result<_, Error> {
            let subject = subjects::find(conn, session.resident, &underway.client.sector)?;
            Ok((subject, consents::find(conn, session.resident, underway.client.id.as_str())?))
        })?;
        request.settle_offline_access(remembered.as_ref());
        let standing = Standing {
            auth_time: session.auth_time,
            acr: session.acr,
            is_method_taken: underway.client.sign_in_methods.contains(&session.method()),
            subject: subject.as_ref().map(Subject::as_str),
            remembered: remembered.as_ref(),
        };
        Ok((decide(request, *begun, Some(standing)), remembered))
    }

    /// Does what is next.
    fn advance(&self, underway: &mut Underway<'_>, session: Option<&Session>) -> Result<AuthorizationStep, Error> {
        let (decision, remembered) = self.decide(underway, session)?;
        let request = &underway.interaction.request;
        let client = ClientDisplay::of(&underway.client, request);
        let ui_locales = request.ui_locales.clone();
        match (decision, session) {
            (Decision::Refuse(error), _) => self.refuse(underway, &error),
            (Decision::Done, Some(session)) => {
                let before = remembered.map(|consent| consent.granted.claims).unwrap_or_default();
                let chosen = before.iter().filter_map(|name| Claim::from_name(name)).collect();
                self.conclude(underway, session, &request.asked.granted(&chosen), None)
            }
            (Decision::Consent, Some(session)) => {
                let attributes = self.requested_attributes(session.resident, request)?;
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
        resident: ResidentId,
        request: &AuthorizationRequest,
    ) -> Result<Vec<RequestedAttribute>, Error> {
        let values = self.claim_values(resident)?;
        let value = |claim| values.values.get(&claim).map(|value| readable(claim, value));
        let with_value = |(claim, necessity)| RequestedAttribute { claim, necessity, value: value(claim) };
        Ok(request.asked.all().map(with_value).collect())
    }

    /// Ends the interaction with an error for the client.
    fn refuse(&self, underway: &Underway<'_>, error: &OAuthError) -> Result<AuthorizationStep, Error> {
        let (id, pushed) = (underway.id(), underway.interaction.pushed.clone());
        let gone = self.db().write(move |conn| close(conn, id, pushed.as_ref()))?;
        let request = &underway.interaction.request;
        let answer = || error_response(&self.issuer(), &request.redirect_uri, request.state.as_deref(), error);
        Ok(gone.map_or_else(|| AuthorizationStep::Redirect(answer()), AuthorizationStep::ErrorPage))
    }

    /// Ends the interaction with a code for the client. `agreed` is what the resident has just agreed to; without
    /// it a remembered consent must still be there.
    fn conclude(
        &self,
        underway: &Underway<'_>,
        session: &Session,
        granted: &BTreeSet<Claim>,
        agreed: Option<Extent>,
    ) -> Result<AuthorizationStep, Error> {
        let Underway { client, interaction, now, .. } = underway;
        let (request, now) = (&interaction.request, *now);
        let code = Code::new(random()?);
        let on_record = if request.asked.depends_on_values() {
            self.claim_values(session.resident)?.values
        } else {
            BTreeMap::new()
        };
        let (userinfo_claims, id_token_claims) = request.asked.places(granted, &on_record);
        let conclusion = Conclusion {
            interaction: underway.id(),
            pushed: interaction.pushed.clone(),
            agreed,
            withheld: request.asked.optional.difference(granted).map(|claim| claim.as_str().to_owned()).collect(),
            consent_id: ConsentId::new(now, &random()?),
            sector: client.sector.clone(),
            session_ends: session.expires,
            fresh_subject: Subject::new(&random()?),
            grant: NewGrant {
                id: GrantId::new(now, &random()?),
                resident: session.resident,
                client_id: client.id.clone(),
                scopes: request.scopes.clone(),
                resources: request.resources.clone(),
                details: request.details.clone(),
                userinfo_claims,
                id_token_claims,
                nonce: request.nonce.clone(),
                auth_time: session.auth_time,
                amr: session.amr.clone(),
                acr: request.acr.told(session.acr).as_str().to_owned(),
                redirect_uri: request.redirect_uri.as_str().to_owned(),
                code_hash: code.keyed_hash(self.keys()),
                code_challenge: request.code_challenge.clone(),
                dpop_jkt: request.dpop_jkt.clone(),
                session: session.id,
                claims_locale: request.claims_locale,
            },
        };
        let gone = self.db().write(move |conn| write_conclusion(conn, &conclusion, now))?;
        let answer = || success_response(&self.issuer(), request, &code.expose());
        Ok(gone.map_or_else(|| AuthorizationStep::Redirect(answer()), AuthorizationStep::ErrorPage))
    }
}

/// A client whose requests must be pushed asks for nothing here (FAPI 2.0 Security Profile, section 5.3.2.2).
fn must_be_pushed(client: &Client) -> Result<(), OAuthError> {
    if client.must_push_requests {
        return Err(OAuthError::invalid_request("this client must push its requests").of("request_uri"));
    }
    Ok(())
}

/// Ends an interaction and its pushed request; says which was ended before, if one was.
fn close(
    conn: &mut Conn<'_>,
    interaction: Option<InteractionId>,
    pushed: Option<&Vec<u8>>,
) -> Result<Option<PageError>, Error> {
    if !interactions::end(conn, interaction)? {
        return Ok(Some(PageError::Interaction));
    }
    Ok(if pushed_requests::answer(conn, pushed)? { None } else { Some(PageError::RequestUri) })
}

fn write_conclusion(conn: &mut Conn<'_>, done: &Conclusion, now: Timestamp) -> Result<Option<PageError>, Error> {
    if let Some(gone) = close(conn, done.interaction, done.pushed.as_ref())? {
        return Ok(Some(gone));
    }
    let (resident, client_id) = (done.grant.resident, done.grant.client_id.as_str());
    let subject = subjects::find_or_add(conn, resident, &done.sector, &done.fresh_subject)?;
    let consent = match &done.agreed {
        Some(agreed) => Some(consents::grant(conn, resident, client_id, agreed, &done.withheld, done.consent_id, now)?),
        None => consents::find(conn, resident, client_id)?,
    };
    // Withdrawn since it was looked at: the resident must be asked again.
    let Some(consent) = consent else { return Ok(Some(PageError::Interaction)) };
    grants::insert(conn, &done.grant, consent.id, &subject, now)?;
    let visit = Visit { session: done.grant.session, client_id, subject: &subject, until: done.session_ends };
    session_clients::remember(conn, &visit, now)?;
    Ok(None)
}
