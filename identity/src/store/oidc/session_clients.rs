//! Where each session was used: noted with every authorization, and followed up when the session ends.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::grants::GrantId;
use super::logout_notices;
use super::schema::{oauth_grant, session_client};
use crate::Error;
use crate::oidc::Subject;
use crate::oidc::client::ClientId;
use crate::resident::ResidentId;
use crate::session::SessionId;
use crate::store::Identity;

/// A session that is used at a relying party.
pub(super) struct Visit<'a> {
    pub(super) session: SessionId,
    pub(super) client_id: &'a str,
    pub(super) subject: &'a Subject,
    /// When the session ends at the latest.
    pub(super) until: Timestamp,
}

/// Notes that a session is used at a relying party. The first time counts.
pub(super) fn remember(conn: &mut Conn<'_>, visit: &Visit<'_>, now: Timestamp) -> Result<(), Error> {
    let row = (
        session_client::session_id.eq(visit.session),
        session_client::client_id.eq(visit.client_id),
        session_client::subject.eq(visit.subject.as_str()),
        session_client::since.eq(now),
        session_client::expires_at.eq(visit.until),
    );
    on_db!(conn, c => diesel::insert_into(session_client::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// Remembers where a session was used for as long as it now lives.
pub(in crate::store) fn prolong(conn: &mut Conn<'_>, session: SessionId, until: Timestamp) -> Result<(), Error> {
    on_db!(conn, c => diesel::update(session_client::table.filter(session_client::session_id.eq(session)))
        .set(session_client::expires_at.eq(until))
        .execute(c))?;
    Ok(())
}

/// Follows up sessions that have just ended: what was authorized in them ends too, unless the resident agreed that
/// it lasts while they are away (`offline_access`), and the relying parties are told.
pub(in crate::store) fn leave(conn: &mut Conn<'_>, ended: &[SessionId], now: Timestamp) -> Result<(), Error> {
    if ended.is_empty() {
        return Ok(());
    }
    logout_notices::write_down(conn, ended, now)?;
    let given: Vec<(GrantId, String)> = on_db!(conn, c => oauth_grant::table
        .filter(oauth_grant::session_id.eq_any(ended))
        .select((oauth_grant::id, oauth_grant::scopes))
        .load(c))?;
    let ending: Vec<GrantId> = given.into_iter().filter(|(_, scopes)| !lasts(scopes)).map(|(id, _)| id).collect();
    on_db!(conn, c => diesel::delete(oauth_grant::table.filter(oauth_grant::id.eq_any(&ending))).execute(c))?;
    on_db!(conn, c => diesel::delete(session_client::table)
        .filter(session_client::session_id.eq_any(ended))
        .execute(c))?;
    Ok(())
}

/// Whether an authorization with these scopes outlives its session.
fn lasts(scopes: &str) -> bool {
    scopes.split(' ').any(|scope| scope == "offline_access")
}

impl Identity {
    /// Whether memory knows that it is written down that a session is used at a relying party.
    pub(super) fn has_noted(&self, session: SessionId, client: &ClientId) -> bool {
        self.memory().is_some_and(|memory| memory.visits.get(&(session, client.clone())).is_some())
    }

    /// Remembers that this is written down, for as long as the session lives: call it after the commit.
    pub(super) fn note(&self, session: SessionId, client: &ClientId) {
        if let Some(memory) = self.memory().filter(|_| !self.has_noted(session, client)) {
            memory.visits.insert((session, client.clone()), ());
        }
    }

    /// The relying parties that each live session of a resident was used at, by session.
    pub fn visits(&self, resident: ResidentId, now: Timestamp) -> Result<Vec<(SessionId, ClientId)>, Error> {
        let sessions: Vec<SessionId> = self.sessions(resident, now)?.iter().map(|session| session.id).collect();
        let rows: Vec<(SessionId, String)> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => session_client::table
                .filter(session_client::session_id.eq_any(&sessions))
                .order((session_client::session_id, session_client::since))
                .select((session_client::session_id, session_client::client_id))
                .load(c))?)
        })?;
        Ok(rows.into_iter().map(|(session, client)| (session, ClientId::from_stored(client))).collect())
    }
}
