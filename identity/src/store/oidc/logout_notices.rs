//! The outbox of back-channel logout: written with the end of the session, emptied in the background by whichever
//! gateway comes first, so that a restart loses nothing.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::schema::{logout_notice, session_client};
use crate::Error;
use crate::jose::NumericDate;
use crate::oidc::back_channel_logout::{
    KEPT, LIFETIME, LogoutDelivery, LogoutNoticeId, LogoutTokenClaims, next_attempt,
};
use crate::oidc::client::ClientId;
use crate::oidc::sid::sid;
use crate::session::SessionId;
use crate::store::{Identity, random};

/// A notice that is to be delivered now.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = logout_notice)]
struct Notice {
    id: LogoutNoticeId,
    session_id: SessionId,
    client_id: String,
    subject: String,
    attempts: i64,
}

/// Notes that every relying party that these sessions were used at is to be told of their end.
pub(super) fn write_down(conn: &mut Conn<'_>, ended: &[SessionId], now: Timestamp) -> Result<(), Error> {
    let visited: Vec<(SessionId, String, String)> = on_db!(conn, c => session_client::table
        .filter(session_client::session_id.eq_any(ended))
        .select((session_client::session_id, session_client::client_id, session_client::subject))
        .load(c))?;
    for (session, client_id, subject) in &visited {
        let row = (
            logout_notice::id.eq(LogoutNoticeId::new(now, &random()?)),
            logout_notice::session_id.eq(*session),
            logout_notice::client_id.eq(client_id),
            logout_notice::subject.eq(subject),
            logout_notice::attempts.eq(0_i64),
            logout_notice::due_at.eq(now),
            logout_notice::expires_at.eq(now + KEPT),
        );
        on_db!(conn, c => diesel::insert_into(logout_notice::table).values(row).execute(c))?;
    }
    Ok(())
}

impl Identity {
    /// Takes at most `limit` of the relying parties that are to be told now that a session has ended. Whoever takes one
    /// tries it; when that fails, nothing need be done: it falls due again, at this gateway or another.
    pub fn take_logout_deliveries(&self, now: Timestamp, limit: u16) -> Result<Vec<LogoutDelivery>, Error> {
        let due: Vec<Notice> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => logout_notice::table
                .filter(logout_notice::due_at.le(now))
                .filter(logout_notice::expires_at.gt(now))
                .order(logout_notice::due_at)
                .limit(limit.into())
                .select(Notice::as_select())
                .load(c))?)
        })?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let taken = self.db().write(move |conn| -> Result<_, Error> {
            let mut taken = Vec::new();
            for notice in &due {
                if take(conn, notice, now)? {
                    taken.push(notice.clone());
                }
            }
            Ok(taken)
        })?;
        let mut deliveries = Vec::new();
        for notice in &taken {
            match self.delivery(notice, now)? {
                Some(delivery) => deliveries.push(delivery),
                // It wants no such notice, or is registered no more.
                None => self.logout_delivered(notice.id)?,
            }
        }
        Ok(deliveries)
    }

    /// A relying party has been told.
    pub fn logout_delivered(&self, id: LogoutNoticeId) -> Result<(), Error> {
        self.db().write(move |conn| {
            on_db!(conn, c => diesel::delete(logout_notice::table.find(id)).execute(c))?;
            Ok(())
        })
    }

    fn delivery(&self, notice: &Notice, now: Timestamp) -> Result<Option<LogoutDelivery>, Error> {
        let Some(client) = self.client(&ClientId::from_stored(notice.client_id.clone()))? else { return Ok(None) };
        let Some(url) = &client.logout.back_channel else { return Ok(None) };
        let date = |moment: Timestamp| NumericDate(moment.seconds());
        let claims = LogoutTokenClaims {
            iss: self.issuer().as_str().to_owned(),
            sub: notice.subject.clone(),
            aud: client.id.to_string(),
            iat: date(now),
            exp: date(now + LIFETIME),
            jti: notice.id.to_string(),
            sid: sid(self.keys(), notice.session_id, &client.id),
            events: LogoutTokenClaims::event(),
        };
        Ok(Some(LogoutDelivery {
            id: notice.id,
            url: url.as_str().to_owned(),
            logout_token: claims.sign(&*self.signing_key(client.id_token_algorithm, now)?)?,
            attempts_before: usize::try_from(notice.attempts).unwrap_or_default(),
            client: client.id.clone(),
        }))
    }
}

/// Counts an attempt at a notice and sets the time of the next. False when another gateway took it first.
fn take(conn: &mut Conn<'_>, notice: &Notice, now: Timestamp) -> Result<bool, Error> {
    let attempts = notice.attempts + 1;
    let next = next_attempt(usize::try_from(attempts).unwrap_or(usize::MAX), now);
    let mine = || logout_notice::table.find(notice.id).filter(logout_notice::attempts.eq(notice.attempts));
    let taken = match next {
        Some(next) => on_db!(conn, c => diesel::update(mine())
            .set((logout_notice::attempts.eq(attempts), logout_notice::due_at.eq(next)))
            .execute(c))?,
        // The last attempt: whatever comes of it, the notice has expired afterwards.
        None => on_db!(conn, c => diesel::update(mine())
            .set((logout_notice::attempts.eq(attempts), logout_notice::expires_at.eq(now)))
            .execute(c))?,
    };
    Ok(taken == 1)
}
