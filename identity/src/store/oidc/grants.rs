//! Authorizations in the database: the code, what it stands for, and the tokens that came of it.

use std::collections::BTreeSet;

use ::store::{Conn, Timestamp, on_db};
use diesel::dsl::exists;
use diesel::prelude::*;

use super::schema::oauth_grant;
use crate::Error;
use crate::consent::ConsentId;
use crate::oidc::authorization_details::AuthorizationDetails;
use crate::oidc::claims::{self, Claim};
use crate::oidc::client::ClientId;
use crate::oidc::locale::ClaimsLocale;
use crate::oidc::token::authorization_code::{Code, StoredCode};
use crate::oidc::token::narrowing::Targets;
use crate::oidc::{CodeChallenge, KeyThumbprint, Scopes, Subject, lifetimes};
use crate::resident::{ResidentId, ResidentState};
use crate::session::SessionId;
use crate::store::schema::resident;

const DAMAGED: Error = Error::Damaged("authorization");
const ACTIVE: &str = ResidentState::Active.as_str();

::store::identifier! {
    /// One authorization of a client by a resident.
    pub(super) struct GrantId;
}

/// An authorization about to be written.
#[derive(Clone)]
pub(super) struct NewGrant {
    pub(super) id: GrantId,
    pub(super) resident: ResidentId,
    pub(super) client_id: ClientId,
    pub(super) scopes: Scopes,
    pub(super) resources: Vec<String>,
    pub(super) details: AuthorizationDetails,
    pub(super) userinfo_claims: BTreeSet<Claim>,
    pub(super) id_token_claims: BTreeSet<Claim>,
    pub(super) nonce: Option<String>,
    pub(super) auth_time: Timestamp,
    pub(super) amr: Vec<String>,
    pub(super) acr: String,
    pub(super) redirect_uri: String,
    pub(super) code_hash: Vec<u8>,
    pub(super) code_given_at: Timestamp,
    pub(super) code_challenge: Option<CodeChallenge>,
    pub(super) dpop_jkt: Option<KeyThumbprint>,
    pub(super) session: SessionId,
    pub(super) claims_locale: Option<ClaimsLocale>,
}

impl NewGrant {
    fn details_column(&self) -> Result<Option<String>, Error> {
        let details = Some(&self.details).filter(|details| !details.is_empty()).map(serde_json::to_string);
        details.transpose().map_err(|_| DAMAGED)
    }

    /// The authorization of a resident who is known by this subject, as it would be read had it been written, with a code
    /// that was not used.
    pub(super) fn as_kept(&self, subject: &Subject) -> Result<Grant, Error> {
        Ok(Grant {
            id: self.id,
            resident_id: self.resident,
            client_id: self.client_id.as_str().to_owned(),
            subject: subject.as_str().to_owned(),
            scopes: self.scopes.to_string(),
            resources: self.resources.join(" "),
            authorization_details: self.details_column()?,
            userinfo_claims: claims::join(&self.userinfo_claims),
            id_token_claims: claims::join(&self.id_token_claims),
            nonce: self.nonce.clone(),
            auth_time: self.auth_time,
            amr: self.amr.join(" "),
            acr: self.acr.clone(),
            redirect_uri: self.redirect_uri.clone(),
            code_challenge: self.code_challenge.as_ref().map(|challenge| challenge.as_str().to_owned()),
            dpop_jkt: self.dpop_jkt.as_ref().map(|key| key.as_str().to_owned()),
            code_expires_at: self.code_given_at + lifetimes::CODE,
            is_code_used: false,
            session_id: Some(self.session),
            claims_locale: self.claims_locale.map(|locale| locale.as_str().to_owned()),
        })
    }
}

/// Writes an authorization that stands on a consent.
pub(super) fn insert(
    conn: &mut Conn<'_>,
    new: &NewGrant,
    consent: ConsentId,
    subject: &Subject,
    is_code_used: bool,
) -> Result<(), Error> {
    use oauth_grant as g;
    let code_expires_at = new.code_given_at + lifetimes::CODE;
    let row = (
        g::id.eq(new.id),
        g::consent_id.eq(consent),
        g::resident_id.eq(new.resident),
        g::client_id.eq(new.client_id.as_str()),
        g::subject.eq(subject.as_str()),
        g::scopes.eq(new.scopes.to_string()),
        g::resources.eq(new.resources.join(" ")),
        g::authorization_details.eq(new.details_column()?),
        g::userinfo_claims.eq(claims::join(&new.userinfo_claims)),
        g::id_token_claims.eq(claims::join(&new.id_token_claims)),
        g::nonce.eq(new.nonce.as_deref()),
        g::auth_time.eq(new.auth_time),
        g::amr.eq(new.amr.join(" ")),
        g::acr.eq(&new.acr),
        g::redirect_uri.eq(&new.redirect_uri),
        g::code_hash.eq(&new.code_hash),
        g::code_challenge.eq(new.code_challenge.as_ref().map(CodeChallenge::as_str)),
        g::dpop_jkt.eq(new.dpop_jkt.as_ref().map(KeyThumbprint::as_str)),
        g::session_id.eq(Some(new.session)),
        g::claims_locale.eq(new.claims_locale.map(ClaimsLocale::as_str)),
        g::code_expires_at.eq(code_expires_at),
        g::is_code_used.eq(is_code_used),
        // The longest that an access token of any profile lives.
        g::expires_at.eq(code_expires_at + lifetimes::ACCESS_TOKEN),
    );
    on_db!(conn, c => diesel::insert_into(g::table).values(row).execute(c))?;
    Ok(())
}

/// An authorization as it is kept.
#[derive(Queryable, Selectable)]
#[diesel(table_name = oauth_grant)]
pub(super) struct Grant {
    pub(super) id: GrantId,
    pub(super) resident_id: ResidentId,
    pub(super) client_id: String,
    subject: String,
    scopes: String,
    resources: String,
    authorization_details: Option<String>,
    userinfo_claims: String,
    id_token_claims: String,
    pub(super) nonce: Option<String>,
    pub(super) auth_time: Timestamp,
    amr: String,
    pub(super) acr: String,
    redirect_uri: String,
    code_challenge: Option<String>,
    dpop_jkt: Option<String>,
    code_expires_at: Timestamp,
    is_code_used: bool,
    /// Where it was given. Authorizations of before sessions were recorded have none.
    pub(super) session_id: Option<SessionId>,
    claims_locale: Option<String>,
}

impl Grant {
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    pub(super) fn scopes(&self) -> Scopes {
        Scopes::from(self.scopes.clone())
    }

    /// What its tokens are for, and what was authorized in detail.
    pub(super) fn targets(&self) -> Result<Targets, Error> {
        let resources = self.resources.split(' ').filter(|resource| !resource.is_empty()).map(str::to_owned).collect();
        let details = self.authorization_details.as_deref().map(serde_json::from_str).transpose();
        Ok(Targets { resources, details: details.map_err(|_| DAMAGED)?.unwrap_or_default() })
    }

    pub(super) fn userinfo_claims(&self) -> BTreeSet<Claim> {
        claims::split(&self.userinfo_claims)
    }

    pub(super) fn id_token_claims(&self) -> BTreeSet<Claim> {
        claims::split(&self.id_token_claims)
    }

    /// The language that the client is told claims in; every language without one.
    pub(super) fn claims_locale(&self) -> Option<ClaimsLocale> {
        ClaimsLocale::from_tag(self.claims_locale.as_deref()?)
    }

    pub(super) fn amr(&self) -> Vec<String> {
        self.amr.split(' ').filter(|method| !method.is_empty()).map(str::to_owned).collect()
    }

    /// What there is to know before the code is redeemed.
    pub(super) fn code(&self) -> StoredCode {
        StoredCode {
            client_id: ClientId::from_stored(self.client_id.clone()),
            redirect_uri: self.redirect_uri.clone(),
            challenge: self.code_challenge.clone().map(CodeChallenge::from_stored),
            key: self.dpop_jkt.clone().map(KeyThumbprint::from_stored),
            expires_at: self.code_expires_at,
            is_used: self.is_code_used,
        }
    }
}

/// The authorization that this code stands for, if its resident is not suspended. A code names its authorization, so that
/// nothing has to be indexed by its hash.
pub(super) fn of_code(conn: &mut Conn<'_>, code: &Code, hash: &[u8]) -> Result<Option<Grant>, Error> {
    Ok(on_db!(conn, c => oauth_grant::table
        .inner_join(resident::table)
        .filter(oauth_grant::id.eq(GrantId::from_uuid(code.authorization())))
        .filter(oauth_grant::code_hash.eq(hash))
        .filter(resident::state.eq(ACTIVE))
        .select(Grant::as_select())
        .get_result(c)
        .optional())?)
}

/// Whether an authorization is there.
pub(super) fn is_there(conn: &mut Conn<'_>, id: GrantId) -> Result<bool, Error> {
    Ok(on_db!(conn, c => diesel::select(exists(oauth_grant::table.find(id))).get_result(c))?)
}

/// Marks a code used. False when it was used before, if only a moment ago by another gateway.
pub(super) fn use_code(conn: &mut Conn<'_>, id: GrantId) -> Result<bool, Error> {
    let updated = on_db!(conn, c => diesel::update(oauth_grant::table.find(id))
        .filter(oauth_grant::is_code_used.eq(false))
        .set(oauth_grant::is_code_used.eq(true))
        .execute(c))?;
    Ok(updated == 1)
}

/// Ends an authorization and every token that came of it.
pub(super) fn revoke(conn: &mut Conn<'_>, id: GrantId) -> Result<(), Error> {
    on_db!(conn, c => diesel::delete(oauth_grant::table.find(id)).execute(c))?;
    Ok(())
}

/// Ends everything that a resident authorized.
pub(in crate::store) fn revoke_all_of(conn: &mut Conn<'_>, resident: ResidentId) -> Result<(), Error> {
    on_db!(conn, c => diesel::delete(oauth_grant::table.filter(oauth_grant::resident_id.eq(resident))).execute(c))?;
    Ok(())
}

/// The authorization, if its resident is not suspended. Whatever else wants to change it waits until we are done.
pub(super) fn lock(conn: &mut Conn<'_>, id: GrantId) -> Result<Option<Grant>, Error> {
    let locked = on_db!(conn, c => diesel::update(oauth_grant::table.find(id))
        .set(oauth_grant::expires_at.eq(oauth_grant::expires_at))
        .execute(c))?;
    if locked == 0 {
        return Ok(None);
    }
    Ok(on_db!(conn, c => oauth_grant::table
        .inner_join(resident::table)
        .filter(oauth_grant::id.eq(id))
        .filter(resident::state.eq(ACTIVE))
        .select(Grant::as_select())
        .get_result(c)
        .optional())?)
}

/// Keeps an authorization until what it gave has expired.
pub(super) fn keep_until(conn: &mut Conn<'_>, id: GrantId, expires_at: Timestamp) -> Result<(), Error> {
    on_db!(conn, c => diesel::update(oauth_grant::table.find(id))
        .set(oauth_grant::expires_at.eq(expires_at))
        .execute(c))?;
    Ok(())
}
