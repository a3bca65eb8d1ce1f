//! Codes that were given without a commit: the resident had agreed before, so nothing is written down until the code is
//! redeemed. Then whatever the authorization stands on must still be there.

use ::store::{Conn, Timestamp, on_db};
use diesel::dsl::exists;
use diesel::prelude::*;

use super::grants::{self, Grant, NewGrant};
use super::session_clients::{self, Visit};
use crate::Error;
use crate::consent::ConsentId;
use crate::oidc::Subject;
use crate::resident::ResidentState;
use crate::store::schema::{consent, resident, session};

const ACTIVE: &str = ResidentState::Active.as_str();

/// What a code stands for that only memory knows.
#[derive(Clone)]
pub(super) struct GivenCode {
    pub(super) grant: NewGrant,
    pub(super) consent: ConsentId,
    pub(super) subject: Subject,
    pub(super) session_ends: Timestamp,
}

impl GivenCode {
    /// The authorization, if everything that it stands on is still there: the resident is not suspended, the consent not
    /// withdrawn, the session not over.
    pub(super) fn standing(&self, conn: &mut Conn<'_>) -> Result<Option<Grant>, Error> {
        let stands: bool = on_db!(conn, c => diesel::select(exists(
            consent::table
                .inner_join(resident::table)
                .filter(consent::id.eq(self.consent))
                .filter(resident::state.eq(ACTIVE))
                .filter(exists(session::table.find(self.grant.session))),
        ))
        .get_result(c))?;
        stands.then(|| self.grant.as_kept(&self.subject)).transpose()
    }

    /// Writes the authorization down, its code used, and where its session is used unless that is `noted`.
    pub(super) fn write(&self, conn: &mut Conn<'_>, noted: bool, now: Timestamp) -> Result<(), Error> {
        grants::insert(conn, &self.grant, self.consent, &self.subject, true)?;
        if noted {
            return Ok(());
        }
        let visit = Visit {
            session: self.grant.session,
            client_id: self.grant.client_id.as_str(),
            subject: &self.subject,
            until: self.session_ends,
        };
        session_clients::remember(conn, &visit, now)
    }
}
