//! Which access tokens stand. One that a resident's authorization gave is good while its row is there, so that it ends
//! with the authorization; one that a client asked for by itself is good unless it was ended.

use std::sync::Arc;

use ::store::{Conn, State, Timestamp, on_db};
use diesel::dsl::exists;
use diesel::prelude::*;

use super::grants::{Grant, GrantId};
use super::schema::{access_token, ended_access_token, oauth_grant};
use crate::Error;
use crate::oidc::access_token::{AccessToken, AccessTokenId};
use crate::resident::ResidentState;
use crate::store::schema::{resident, signing_key};
use crate::store::{Identity, signing_keys};

const ACTIVE: &str = ResidentState::Active.as_str();

/// Records an access token that an authorization gave.
pub(super) fn add(conn: &mut Conn<'_>, id: AccessTokenId, grant: GrantId, expires_at: Timestamp) -> Result<(), Error> {
    let row = (access_token::id.eq(id), access_token::grant_id.eq(grant), access_token::expires_at.eq(expires_at));
    on_db!(conn, c => diesel::insert_into(access_token::table).values(row).execute(c))?;
    Ok(())
}

/// Ends one access token. False when it had ended before.
pub(super) fn end(conn: &mut Conn<'_>, token: &AccessToken) -> Result<bool, Error> {
    if token.is_of_resident() {
        return Ok(on_db!(conn, c => diesel::delete(access_token::table.find(token.id)).execute(c))? == 1);
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
                    return Ok(grant(conn, token)?.map(|grant| Standing::OfResident(Arc::new(grant))));
                }
                let stands = signing_keys::stands(conn, &token.kid)? && !has_ended(conn, token.id)?;
                Ok(stands.then_some(Standing::OfClient))
            })
        })
    }
}

fn has_ended(conn: &mut Conn<'_>, id: AccessTokenId) -> Result<bool, Error> {
    let ended: Option<AccessTokenId> = on_db!(conn, c => ended_access_token::table
        .find(id)
        .select(ended_access_token::id)
        .get_result(c)
        .optional())?;
    Ok(ended.is_some())
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
