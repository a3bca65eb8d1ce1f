//! Sessions in the database, and the form token that belongs to each.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::oidc::session_clients;
use super::schema::{resident, session};
use super::{Identity, audit, random};
use crate::audit::{Act, Actor, Record};
use crate::authenticator::Assurance;
use crate::keys::Purpose;
use crate::resident::ResidentId;
use crate::session::{IDLE, LIFETIME, SEEN_EVERY, Session, SessionId, SessionSecret, SignedIn};
use crate::{Error, secret};

type Row = (SessionId, ResidentId, Timestamp, Timestamp, Timestamp, String, String);

macro_rules! columns {
    () => {
        (
            session::id,
            session::resident_id,
            session::auth_time,
            session::last_seen,
            session::expires_at,
            session::amr,
            session::acr,
        )
    };
}

fn from_row((id, resident, auth_time, last_seen, expires, amr, acr): Row) -> Result<Session, Error> {
    Ok(Session {
        id,
        resident,
        auth_time,
        amr: amr.split(' ').map(str::to_owned).collect(),
        acr: Assurance::parse(&acr).ok_or(Error::Damaged("session"))?,
        last_seen,
        expires,
    })
}

/// A new session of someone who has just proved who they are, not yet in the database.
pub(super) fn begin(resident: ResidentId, amr: &[&str], acr: Assurance, now: Timestamp) -> Result<SignedIn, Error> {
    let session = Session {
        id: SessionId::new(now, &random()?),
        resident,
        auth_time: now,
        amr: amr.iter().map(|&method| method.to_owned()).collect(),
        acr,
        last_seen: now,
        expires: now + LIFETIME,
    };
    Ok(SignedIn { session, secret: SessionSecret::new(random()?) })
}

/// Writes a session that [`begin`] made.
pub(super) fn insert(conn: &mut Conn<'_>, begun: &Session, secret_hash: &[u8]) -> Result<(), Error> {
    let row = (
        session::id.eq(begun.id),
        session::secret_hash.eq(secret_hash),
        session::resident_id.eq(begun.resident),
        session::auth_time.eq(begun.auth_time),
        session::last_seen.eq(begun.last_seen),
        session::expires_at.eq(begun.expires),
        session::amr.eq(begun.amr.join(" ")),
        session::acr.eq(begun.acr.as_str()),
    );
    on_db!(conn, c => diesel::insert_into(session::table).values(row).execute(c))?;
    Ok(())
}

impl Identity {
    /// The live session behind a cookie, of a resident who may sign in. Using it keeps it from going idle.
    pub fn session(&self, secret: &SessionSecret, now: Timestamp) -> Result<Option<Session>, Error> {
        let hash = secret.keyed_hash(self.keys());
        let found = self.0.sessions.get(self.db().state()?, &hash, || {
            let row: Option<Row> = self.db().read(|conn| -> Result<_, Error> {
                Ok(on_db!(conn, c => session::table
                    .inner_join(resident::table)
                    .filter(session::secret_hash.eq(&hash))
                    .filter(resident::state.eq("active"))
                    .select(columns!())
                    .get_result(c)
                    .optional())?)
            })?;
            row.map(from_row).transpose()
        })?;
        let Some(mut found) = found.filter(|found| found.is_live(now)) else { return Ok(None) };
        if now.since(found.last_seen) >= SEEN_EVERY {
            let id = found.id;
            self.db().write(move |conn| -> Result<_, Error> {
                Ok(on_db!(conn, c => diesel::update(session::table.find(id))
                    .filter(session::last_seen.lt(now))
                    .set(session::last_seen.eq(now))
                    .execute(c))?)
            })?;
            found.last_seen = now;
        }
        Ok(Some(found))
    }

    /// The live sessions of a resident, the latest used first, for them to look through.
    pub fn sessions(&self, resident: ResidentId, now: Timestamp) -> Result<Vec<Session>, Error> {
        self.db().read(|conn| {
            let rows: Vec<Row> = on_db!(conn, c => session::table
                .filter(session::resident_id.eq(resident))
                .filter(session::expires_at.gt(now))
                .filter(session::last_seen.gt(now - IDLE))
                .order(session::last_seen.desc())
                .select(columns!())
                .load(c))?;
            rows.into_iter().map(from_row).collect()
        })
    }

    /// In a browser where `before` was signed in somebody has signed in again. The same resident goes on in the same
    /// session, so that every relying party that knows it hears of its end; of somebody else, the one before ends.
    pub fn continue_session(&self, again: SignedIn, before: &Session, now: Timestamp) -> Result<SignedIn, Error> {
        if before.resident != again.session.resident {
            self.sign_out(before, now)?;
            return Ok(again);
        }
        let (old, new, expires) = (before.id, again.session.id, again.session.expires);
        let goes_on = self.db().write(move |conn| -> Result<bool, Error> {
            if on_db!(conn, c => diesel::delete(session::table.find(old)).execute(c))? == 0 {
                return Ok(false);
            }
            on_db!(conn, c => diesel::update(session::table.find(new)).set(session::id.eq(old)).execute(c))?;
            session_clients::prolong(conn, old, expires)?;
            Ok(true)
        })?;
        let id = if goes_on { old } else { new };
        Ok(SignedIn { session: Session { id, ..again.session }, secret: again.secret })
    }

    /// Ends this session.
    pub fn sign_out(&self, session: &Session, now: Timestamp) -> Result<(), Error> {
        let actor = Actor::Resident(session.resident);
        self.end_session(session.resident, session.id, &actor, Act::SignedOut, now).map(drop)
    }

    /// Ends a session of a resident from elsewhere. False when the resident has no such session.
    pub fn revoke_session(&self, owner: ResidentId, id: SessionId, by: &Actor, now: Timestamp) -> Result<bool, Error> {
        self.end_session(owner, id, by, Act::SessionRevoked, now)
    }

    fn end_session(
        &self,
        owner: ResidentId,
        id: SessionId,
        by: &Actor,
        act: Act,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let record = Record::of_resident(now, by, act, owner).with(format_args!("session:{id}"));
        self.db().write(move |conn| {
            let ended = on_db!(conn, c => diesel::delete(session::table.find(id))
                .filter(session::resident_id.eq(owner))
                .execute(c))?;
            if ended > 0 {
                session_clients::leave(conn, &[id], now)?;
                audit::append(conn, &record)?;
            }
            Ok(ended > 0)
        })
    }

    /// The token that this session's forms carry, against cross-site request forgery.
    pub fn csrf_token(&self, session: &Session) -> String {
        secret::encode(&self.keys().keyed_hash(Purpose::FormToken, session.id.as_uuid().as_bytes()))
    }

    /// Whether a form came with this session's token. Compares in constant time.
    pub fn verify_csrf(&self, session: &Session, presented: &str) -> bool {
        let is_ours = |tag: &[u8]| self.keys().is_keyed_hash(Purpose::FormToken, session.id.as_uuid().as_bytes(), tag);
        secret::decode(presented).is_some_and(|tag| is_ours(tag.as_slice()))
    }
}

/// Ends every session of a resident but `kept`.
pub(super) fn end_all(
    conn: &mut Conn<'_>,
    owner: ResidentId,
    kept: Option<SessionId>,
    now: Timestamp,
) -> Result<(), Error> {
    let kept = kept.unwrap_or_else(|| SessionId::from_uuid(uuid::Uuid::nil()));
    let ended: Vec<SessionId> = on_db!(conn, c => diesel::delete(session::table)
        .filter(session::resident_id.eq(owner))
        .filter(session::id.ne(kept))
        .returning(session::id)
        .get_results(c))?;
    session_clients::leave(conn, &ended, now)
}
