//! Deleting what has expired, in small batches, so that no table grows without bound.

use std::time::Duration;

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::Identity;
use super::schema::{activation, activation_session, ceremony, session, sign_in_tally};
use crate::Error;
use crate::session::IDLE;

/// An expired code is remembered for this long, so that its holder is told that it expired.
const CODES_REMEMBERED: Duration = Duration::from_hours(60 * 24);

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

fn delete_expired(conn: &mut Conn<'_>, now: Timestamp, limit: i64) -> Result<usize, Error> {
    Ok(delete_some!(conn, activation_session, secret_hash, activation_session::expires_at.le(now), limit)
        + delete_some!(conn, activation, id, activation::expires_at.le(now - CODES_REMEMBERED), limit)
        + delete_some!(conn, ceremony, secret_hash, ceremony::expires_at.le(now), limit)
        + delete_some!(conn, session, id, session::expires_at.le(now), limit)
        + delete_some!(conn, sign_in_tally, key_hash, sign_in_tally::expires_at.le(now), limit)
        + delete_some!(conn, session, id, session::last_seen.le(now - IDLE), limit))
}
