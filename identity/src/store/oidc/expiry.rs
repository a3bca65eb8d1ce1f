//! Deleting what has expired, in small batches, so that no table grows without bound and no delete holds others up.

use std::time::Duration;

use ::store::{Timestamp, on_db};
use diesel::prelude::*;

use super::schema::{
    access_token, ended_access_token, interaction, logout_notice, oauth_grant, pushed_request, refresh_token,
    session_client, used_assertion,
};
use crate::Error;
use crate::oidc::lifetimes;
use crate::store::Identity;

/// By then a session that timed out has been ended, by this gateway or another.
const SESSION_ENDS_WITHIN: Duration = Duration::from_hours(1);

/// Deletes at most `$limit` rows of `$table` that expired before `$before`; gives how many.
macro_rules! delete_expired {
    ($conn:expr, $table:ident, $id:ident: $kind:ty, $before:expr, $limit:expr) => {
        on_db!($conn, c => {
            let expired: Vec<$kind> = $table::table
                .filter($table::expires_at.le($before))
                .order($table::expires_at)
                .limit($limit)
                .select($table::$id)
                .load(c)?;
            diesel::delete($table::table.filter($table::$id.eq_any(expired))).execute(c)
        })?
    };
}

impl Identity {
    /// Deletes at most `limit` expired rows of each kind that the OpenID provider keeps, and gives how many it
    /// deleted: call it again while that is not zero.
    pub fn expire_authorizations(&self, now: Timestamp, limit: u16) -> Result<usize, Error> {
        let limit = i64::from(limit);
        self.db().write(move |conn| {
            // An interaction may still be under way when the pushed request that it came from has expired.
            let answered = now - lifetimes::INTERACTION;
            // Sessions that timed out are ended first, and their relying parties told: this is for what was left behind.
            let left_behind = now - SESSION_ENDS_WITHIN;
            Ok(delete_expired!(conn, used_assertion, id_hash: Vec<u8>, now, limit)
                + delete_expired!(conn, pushed_request, reference_hash: Vec<u8>, answered, limit)
                + delete_expired!(conn, interaction, id: Vec<u8>, now, limit)
                + delete_expired!(conn, access_token, id: Vec<u8>, now, limit)
                + delete_expired!(conn, logout_notice, id: Vec<u8>, now, limit)
                + delete_expired!(conn, session_client, session_id: Vec<u8>, left_behind, limit)
                + delete_expired!(conn, ended_access_token, id: Vec<u8>, now, limit)
                + delete_expired!(conn, refresh_token, token_hash: Vec<u8>, now, limit)
                + delete_expired!(conn, oauth_grant, id: Vec<u8>, now, limit))
        })
    }
}
