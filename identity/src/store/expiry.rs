//! Deleting what has expired, in small batches, so that no table grows without bound.

use std::time::Duration;

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::Identity;
use super::oidc::session_clients;
use super::schema::{activation, activation_session, ceremony, session, sign_in_tally};
use crate::Error;
use crate::session::{IDLE, SessionId};

/// An expired code is remembered for this long, so that its holder is told that it expired.
const CODES_REMEMBERED: Duration = Duration::from_hours(60 * 24);

/// Sessions that are ended in one transaction: each may have been used at many relying parties.
const SESSIONS_AT_ONCE: i64 = 100;

impl Identity {
    /// Deletes activation codes, activations under way, ceremonies, sessions and counts that have expired, at most
    /// `limit` of each, and says how many. For a background job, until it answers 0.
    pub fn expire_sessions(&self, now: Timestamp, limit: u16) -> Result<usize, Error> {
        self.db().write(move |conn| delete_expired(conn, now, limit.into()))
    }
}

macro_rules! delete_some {
    ($conn:expr, $table:ident, $key:ident, $expired:expr, $limit:expr) => {{
        let keys: Vec<Vec<u8>> = on_db!($conn, c => $table::table.filter($expired).select($table::$key).limit($limit).load(c))?;
        on_db!($conn, c => diesel::delete($table::table.filter($table::$key.eq_any(&keys))).execute(c))?
    }};
}

/// Ends sessions as if their residents had signed out: the relying parties that they were used at are told.
macro_rules! end_some {
    ($conn:expr, $over:expr, $now:expr, $limit:expr) => {{
        let limit = i64::min($limit, SESSIONS_AT_ONCE);
        let ids: Vec<SessionId> = on_db!($conn, c => session::table.filter($over).select(session::id).limit(limit).load(c))?;
        // Looked at again, for one of them may have been used in this moment.
        let ended: Vec<SessionId> = on_db!($conn, c => diesel::delete(session::table.filter(session::id.eq_any(&ids)).filter($over))
            .returning(session::id)
            .get_results(c))?;
        session_clients::leave($conn, &ended, $now)?;
        ended.len()
    }};
}

fn delete_expired(conn: &mut Conn<'_>, now: Timestamp, limit: i64) -> Result<usize, Error> {
    Ok(delete_some!(conn, activation_session, secret_hash, activation_session::expires_at.le(now), limit)
        + delete_some!(conn, activation, id, activation::expires_at.le(now - CODES_REMEMBERED), limit)
        + delete_some!(conn, ceremony, secret_hash, ceremony::expires_at.le(now), limit)
        + delete_some!(conn, sign_in_tally, key_hash, sign_in_tally::expires_at.le(now), limit)
        + end_some!(conn, session::expires_at.le(now), now, limit)
        + end_some!(conn, session::last_seen.le(now - IDLE), now, limit))
}
