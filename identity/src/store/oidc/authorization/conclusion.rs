//! How an authorization request ends: refused, or with a code; written down, or in memory where that is enough.

use std::collections::{BTreeMap, BTreeSet};

use ::store::{Conn, Timestamp};

use super::{Before, Underway};
use crate::Error;
use crate::consent::{ConsentId, Extent};
use crate::oidc::authorize::{AuthorizationStep, InteractionId, PageError, error_response, success_response};
use crate::oidc::claims::Claim;
use crate::oidc::token::authorization_code::Code;
use crate::oidc::{OAuthError, Scope, Subject};
use crate::session::Session;
use crate::store::oidc::codes::GivenCode;
use crate::store::oidc::grants::{self, GrantId, NewGrant};
use crate::store::oidc::session_clients::{self, Visit};
use crate::store::oidc::{interactions, subjects};
use crate::store::{Identity, consents, random};

/// What a resident's authorization comes to, as [`Identity::conclude`] writes it down.
#[derive(Clone)]
pub(super) struct Conclusion {
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
    /// Ends the interaction with an error for the client.
    pub(super) fn refuse(&self, underway: &Underway<'_>, error: &OAuthError) -> Result<AuthorizationStep, Error> {
        let (id, pushed) = (underway.id(), underway.interaction.pushed.clone());
        let held = id.is_none() && pushed.as_ref().is_none_or(|hash| self.answer_held(hash, underway.now));
        let (identity, now) = (self.clone(), underway.now);
        let gone =
            if held { None } else { self.db().write(move |conn| identity.close(conn, id, pushed.as_ref(), now))? };
        let request = &underway.interaction.request;
        let answer = || error_response(&self.issuer(), &request.redirect_uri, request.state.as_deref(), error);
        Ok(gone.map_or_else(|| AuthorizationStep::Redirect(answer()), AuthorizationStep::ErrorPage))
    }

    /// What a resident's authorization comes to, and its code. `agreed` is what the resident has just agreed to; without it a
    /// remembered consent must still be there.
    pub(super) fn conclusion(
        &self,
        underway: &Underway<'_>,
        session: &Session,
        granted: &BTreeSet<Claim>,
        agreed: Option<Extent>,
    ) -> Result<(Conclusion, Code), Error> {
        let Underway { client, interaction, now, .. } = underway;
        let (request, now) = (&interaction.request, *now);
        let on_record = if request.asked.depends_on_values() {
            self.claim_values(underway.state, session.resident)?.values
        } else {
            BTreeMap::new()
        };
        let (userinfo_claims, id_token_claims) = request.asked.places(granted, &on_record);
        let id = GrantId::new(now, &random()?);
        let code = Code::of(*id.as_uuid(), &random()?);
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
                id,
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
                code_given_at: now,
                code_challenge: request.code_challenge.clone(),
                dpop_jkt: request.dpop_jkt.clone(),
                session: session.id,
                claims_locale: request.claims_locale,
            },
        };
        Ok((conclusion, code))
    }

    /// Ends with a code that only memory knows, where that is enough: nothing is new, and nothing outlives the session.
    /// False when it has to be written down.
    pub(super) fn conclude_in_memory(&self, underway: &Underway<'_>, done: &Conclusion, before: Before) -> bool {
        let (Some(memory), Before { subject: Some(subject), consent: Some(consent) }) = (self.memory(), before) else {
            return false;
        };
        let now = underway.now;
        if underway.id().is_some() || done.grant.scopes.contains(Scope::OfflineAccess) || !memory.codes.has_room(now) {
            return false;
        }
        if done.pushed.as_ref().is_some_and(|hash| !self.answer_held(hash, now)) {
            return false;
        }
        let session_ends = done.session_ends;
        let code = GivenCode { grant: done.grant.clone(), consent: consent.id, subject, session_ends };
        memory.codes.insert(done.grant.code_hash.clone(), code, now).is_ok()
    }

    /// Ends the interaction with a code for the client.
    pub(super) fn conclude(
        &self,
        underway: &Underway<'_>,
        done: Conclusion,
        code: &Code,
    ) -> Result<AuthorizationStep, Error> {
        let now = underway.now;
        let identity = self.clone();
        let gone = self.db().write(move |conn| identity.write_conclusion(conn, &done, now))?;
        Ok(gone.map_or_else(|| self.answered(underway, code), AuthorizationStep::ErrorPage))
    }

    pub(super) fn answered(&self, underway: &Underway<'_>, code: &Code) -> AuthorizationStep {
        AuthorizationStep::Redirect(success_response(&self.issuer(), &underway.interaction.request, &code.expose()))
    }

    /// Ends an interaction and its pushed request; says which was ended before, if one was.
    fn close(
        &self,
        conn: &mut Conn<'_>,
        interaction: Option<InteractionId>,
        pushed: Option<&Vec<u8>>,
        now: Timestamp,
    ) -> Result<Option<PageError>, Error> {
        if !interactions::end(conn, interaction)? {
            return Ok(Some(PageError::Interaction));
        }
        Ok(if self.answer_pushed(conn, pushed, now)? { None } else { Some(PageError::RequestUri) })
    }

    fn write_conclusion(
        &self,
        conn: &mut Conn<'_>,
        done: &Conclusion,
        now: Timestamp,
    ) -> Result<Option<PageError>, Error> {
        if let Some(gone) = self.close(conn, done.interaction, done.pushed.as_ref(), now)? {
            return Ok(Some(gone));
        }
        let (resident, client_id) = (done.grant.resident, done.grant.client_id.as_str());
        let subject = subjects::find_or_add(conn, resident, &done.sector, &done.fresh_subject)?;
        let consent = match &done.agreed {
            Some(agreed) => {
                Some(consents::grant(conn, resident, client_id, agreed, &done.withheld, done.consent_id, now)?)
            }
            None => consents::find(conn, resident, client_id)?,
        };
        // Withdrawn since it was looked at: the resident must be asked again.
        let Some(consent) = consent else { return Ok(Some(PageError::Interaction)) };
        grants::insert(conn, &done.grant, consent.id, &subject, false)?;
        let visit = Visit { session: done.grant.session, client_id, subject: &subject, until: done.session_ends };
        session_clients::remember(conn, &visit, now)?;
        Ok(None)
    }
}
