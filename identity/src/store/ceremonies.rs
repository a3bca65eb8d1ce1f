//! WebAuthn ceremonies in the database: begun once, answered once.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;
use serde_json::Value;

use super::schema::ceremony;
use super::{Identity, random};
use crate::Error;
use crate::authenticator::{CEREMONY_LIFETIME, Ceremony, CeremonySecret, CeremonyState, Refusal};

const WHAT: Error = Error::Damaged("ceremony");

impl Identity {
    pub(super) fn begin_ceremony(&self, begun: (Value, CeremonyState), now: Timestamp) -> Result<Ceremony, Error> {
        let (options, state) = begun;
        let secret = CeremonySecret::new(random()?);
        let hash = secret.keyed_hash(self.keys());
        let kind = match state {
            CeremonyState::Registration { .. } => "registration",
            CeremonyState::Authentication { .. } => "authentication",
        };
        let state = serde_json::to_string(&state).map_err(|_| WHAT)?;
        self.db().write(move |conn| -> Result<_, Error> {
            let row = (
                ceremony::secret_hash.eq(&hash),
                ceremony::kind.eq(kind),
                ceremony::state.eq(&state),
                ceremony::expires_at.eq(now + CEREMONY_LIFETIME),
            );
            Ok(on_db!(conn, c => diesel::insert_into(ceremony::table).values(row).execute(c))?)
        })?;
        Ok(Ceremony { secret, options })
    }

    /// What is expected of the answer. Reading does not use the ceremony up; [`use_up`] does, once.
    pub(super) fn ceremony(&self, hash: &[u8], now: Timestamp) -> Result<CeremonyState, Error> {
        let state: Option<String> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => ceremony::table
                .find(hash)
                .filter(ceremony::expires_at.gt(now))
                .select(ceremony::state)
                .first(c)
                .optional())?)
        })?;
        serde_json::from_str(&state.ok_or(Refusal::CeremonyOver)?).map_err(|_| WHAT)
    }

    /// Gives `answered` back after using up the ceremony of an answer that was refused: a challenge is good for
    /// one answer, right or wrong.
    pub(super) fn or_end_ceremony<T>(&self, hash: &[u8], answered: Result<T, Error>) -> Result<T, Error> {
        if matches!(answered, Err(Error::Passkey(_) | Error::Resident(_))) {
            let hash = hash.to_vec();
            self.db().write(move |conn| -> Result<_, Error> {
                Ok(on_db!(conn, c => diesel::delete(ceremony::table.find(&hash)).execute(c))?)
            })?;
        }
        answered
    }
}

/// Uses a ceremony up in the transaction of what it was for; refuses when that has happened before.
pub(super) fn use_up(conn: &mut Conn<'_>, hash: &[u8], now: Timestamp) -> Result<(), Error> {
    let used = on_db!(conn, c => diesel::delete(ceremony::table.find(hash))
        .filter(ceremony::expires_at.gt(now))
        .execute(c))?;
    if used == 1 { Ok(()) } else { Err(Refusal::CeremonyOver.into()) }
}
