//! Refresh tokens in the database.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::grants::{self, Grant, GrantId};
use super::schema::refresh_token;
use crate::Error;
use crate::oidc::access_token::Confirmation;
use crate::oidc::client::ClientId;
use crate::oidc::lifetimes;
use crate::oidc::token::refresh_token::StoredRefreshToken;

const DAMAGED: Error = Error::Damaged("refresh token");

/// A refresh token about to be written.
#[derive(Clone)]
pub(super) struct NewRefreshToken {
    pub(super) hash: Vec<u8>,
    pub(super) confirmation: Option<Confirmation>,
    pub(super) ends_at: Timestamp,
}

/// Writes a refresh token, and keeps its authorization for as long. One that is there already is left as it is.
pub(super) fn add(conn: &mut Conn<'_>, new: &NewRefreshToken, grant: GrantId, now: Timestamp) -> Result<(), Error> {
    let confirmation = new.confirmation.as_ref().map(serde_json::to_string).transpose().map_err(|_| DAMAGED)?;
    let expires_at = StoredRefreshToken::expiry(new.ends_at, now);
    let row = (
        refresh_token::token_hash.eq(&new.hash),
        refresh_token::grant_id.eq(grant),
        refresh_token::confirmation.eq(confirmation),
        refresh_token::issued_at.eq(now),
        refresh_token::expires_at.eq(expires_at),
        refresh_token::ends_at.eq(new.ends_at),
    );
    on_db!(conn, c => diesel::insert_into(refresh_token::table).values(row).on_conflict_do_nothing().execute(c))?;
    grants::keep_until(conn, grant, expires_at + lifetimes::ACCESS_TOKEN)
}

/// The refresh token with this hash and the authorization that it belongs to, locked, if its resident is not suspended.
pub(super) fn find(conn: &mut Conn<'_>, hash: &[u8]) -> Result<Option<(StoredRefreshToken, Grant)>, Error> {
    type Row = (Option<String>, Timestamp, Timestamp, Option<Timestamp>);
    let grant: Option<GrantId> = on_db!(conn, c => refresh_token::table
        .find(hash)
        .select(refresh_token::grant_id)
        .get_result(c)
        .optional())?;
    let Some(grant) = grant else { return Ok(None) };
    let Some(grant) = grants::lock(conn, grant)? else { return Ok(None) };
    let row: Option<Row> = on_db!(conn, c => refresh_token::table
        .find(hash)
        .select((
            refresh_token::confirmation,
            refresh_token::expires_at,
            refresh_token::ends_at,
            refresh_token::replaced_at,
        ))
        .get_result(c)
        .optional())?;
    let Some((confirmation, expires_at, ends_at, replaced_at)) = row else { return Ok(None) };
    let confirmation = confirmation.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| DAMAGED)?;
    let client_id = ClientId::from_stored(grant.client_id.clone());
    Ok(Some((StoredRefreshToken { client_id, confirmation, expires_at, ends_at, replaced_at }, grant)))
}

/// Writes down that a token which stays was used.
pub(super) fn keep(
    conn: &mut Conn<'_>,
    hash: &[u8],
    stored: &StoredRefreshToken,
    grant: GrantId,
    now: Timestamp,
) -> Result<(), Error> {
    if !stored.is_use_written(now) {
        return Ok(());
    }
    let expires_at = StoredRefreshToken::expiry(stored.ends_at, now);
    on_db!(conn, c => diesel::update(refresh_token::table.find(hash))
        .set(refresh_token::expires_at.eq(expires_at))
        .execute(c))?;
    grants::keep_until(conn, grant, expires_at + lifetimes::ACCESS_TOKEN)
}

/// Puts a successor in the place of a token. Doing so again, within the time for it, changes nothing.
pub(super) fn replace(
    conn: &mut Conn<'_>,
    hash: &[u8],
    successor: &NewRefreshToken,
    grant: GrantId,
    now: Timestamp,
) -> Result<(), Error> {
    on_db!(conn, c => diesel::update(refresh_token::table.find(hash))
        .filter(refresh_token::replaced_at.is_null())
        .set((
            refresh_token::replaced_at.eq(Some(now)),
            refresh_token::expires_at.eq(now + lifetimes::REPLACED_REFRESH_TOKEN),
        ))
        .execute(c))?;
    add(conn, successor, grant, now)
}
