//! Which access tokens stand. One that came of a resident's authorization ends with it: the first has the authorization's
//! own id and no row, each one after a refreshing has a row that refers to it. One that a client asked for by itself is
//! good unless it was ended.

use std::sync::Arc;

use ::store::{Conn, State, Timestamp, on_db};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::grants::{self, Grant, GrantId};
use super::schema::{access_token, ended_access_token, oauth_grant};
use crate::Error;
use crate::oidc::access_token::{AccessToken, AccessTokenId};
use crate::resident::ResidentState;
use crate::store::schema::{resident, signing_key};
use crate::store::{Identity, signing_keys};

const ACTIVE: &str = ResidentState::Active.as_str();

/// The id of the first access token of an authorization.
pub(super) fn first_of(grant: GrantId) -> AccessTokenId {
    AccessTokenId::from_uuid(*grant.as_uuid())
}

/// Records an access token that came of an authorization later.
pub(super) fn add(conn: &mut Conn<'_>, id: AccessTokenId, grant: GrantId, expires_at: Timestamp) -> Result<(), Error> {
    let row = (access_token::id.eq(id), access_token::grant_id.eq(grant), access_token::expires_at.eq(expires_at));
    on_db!(conn, c => diesel::insert_into(access_token::table).values(row).execute(c))?;
    Ok(())
}

/// Ends one access token. False when it had ended before.
pub(super) fn end(conn: &mut Conn<'_>, token: &AccessToken) -> Result<bool, Error> {
    if token.is_of_resident() {
        if on_db!(conn, c => diesel::delete(access_token::table.find(token.id)).execute(c))? == 1 {
            return Ok(true);
        }
        if !grants::is_there(conn, authorization_of_first(token.id))? {
            return Ok(false);
        }
    }
    let expires_at = token.claims.exp.timestamp();
    let row = (ended_access_token::id.eq(token.id), ended_access_token::expires_at.eq(expires_at));
    let ended = on_db!(conn, c => diesel::insert_into(ended_access_token::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(ended == 1)
}

/// What stands behind an access token that is good.
#[derive(Clone)]
pub(super) enum Standing {
    /// The authorization by a resident that it came of.
    OfResident(Arc<Grant>),
    /// The client itself.
    OfClient,
}

impl Identity {
    /// What stands behind an access token in this state of the database; `None` when it does not stand. The token itself
    /// says when it expires.
    pub(super) fn standing(&self, state: Option<State>, token: &AccessToken) -> Result<Option<Standing>, Error> {
        self.0.remembered.standings.get(state, &token.id, || {
            self.db().read(|conn| {
                if token.is_of_resident() {
                    let grant =
                        grant_of_first(conn, token)?.map_or_else(|| grant(conn, token), |grant| Ok(Some(grant)))?;
                    return Ok(grant.map(|grant| Standing::OfResident(Arc::new(grant))));
                }
                let stands = signing_keys::stands(conn, &token.kid)? && !has_ended(conn, token.id)?;
                Ok(stands.then_some(Standing::OfClient))
            })
        })
    }

    /// Remembers what stands behind a token that was just written down, if nothing has changed since `state`: its client
    /// will come with it soon.
    pub(super) fn remember_standing(
        &self,
        state: Option<State>,
        token: AccessTokenId,
        kid: &str,
        grant: Grant,
    ) -> Result<(), Error> {
        let now = self.db().state()?;
        if state.is_none() || now != state {
            return Ok(());
        }
        // The ring of keys may be of a moment ago.
        let is_there = self.0.remembered.signing_keys.get(state, &kid.to_owned(), || {
            self.db().read(|conn| Ok(signing_keys::stands(conn, kid)?.then_some(())))
        })?;
        if is_there.is_some() {
            self.0.remembered.standings.insert(state, token, Standing::OfResident(Arc::new(grant)));
        }
        Ok(())
    }
}

/// The authorization that this may be the first access token of.
fn authorization_of_first(token: AccessTokenId) -> GrantId {
    GrantId::from_uuid(*token.as_uuid())
}

fn has_ended(conn: &mut Conn<'_>, id: AccessTokenId) -> Result<bool, Error> {
    let ended: Option<AccessTokenId> = on_db!(conn, c => ended_access_token::table
        .find(id)
        .select(ended_access_token::id)
        .get_result(c)
        .optional())?;
    Ok(ended.is_some())
}

/// The authorization that an access token is the first of, if that was not ended, its resident is not suspended and the
/// key that signed it is not revoked.
fn grant_of_first(conn: &mut Conn<'_>, token: &AccessToken) -> Result<Option<Grant>, Error> {
    Ok(on_db!(conn, c => oauth_grant::table
        .inner_join(resident::table)
        .filter(oauth_grant::id.eq(authorization_of_first(token.id)))
        .filter(resident::state.eq(ACTIVE))
        .filter(exists(signing_key::table.find(&token.kid)))
        .filter(not(exists(ended_access_token::table.find(token.id))))
        .select(Grant::as_select())
        .get_result(c)
        .optional())?)
}

/// The authorization that a recorded access token came of, if its resident is not suspended and the key that signed it
/// is not revoked: another gateway may have done that a moment ago.
fn grant(conn: &mut Conn<'_>, token: &AccessToken) -> Result<Option<Grant>, Error> {
    Ok(on_db!(conn, c => access_token::table
        .inner_join(oauth_grant::table.inner_join(resident::table))
        .filter(access_token::id.eq(token.id))
        .filter(resident::state.eq(ACTIVE))
        .filter(exists(signing_key::table.find(&token.kid)))
        .select(Grant::as_select())
        .get_result(c)
        .optional())?)
}
