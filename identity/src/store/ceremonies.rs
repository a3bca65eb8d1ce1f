//! WebAuthn ceremonies in the database: begun once, answered once.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::oidc::schema::used_assertion;
use super::schema::ceremony;
use super::{Identity, random};
use crate::Error;
use crate::authenticator::{CEREMONY_LIFETIME, Ceremony, CeremonySecret, CeremonyState, Refusal, SealedCeremony};
use crate::keys::Purpose;
use crate::sealed;

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

    /// Seals a ceremony for the browser to keep.
    pub(super) fn seal_ceremony(
        &self,
        begun: (Value, CeremonyState),
        now: Timestamp,
    ) -> Result<Ceremony<SealedCeremony>, Error> {
        let (options, state) = begun;
        let kept = Kept { state, until: (now + CEREMONY_LIFETIME).micros() };
        let plain = serde_json::to_vec(&kept).map_err(|_| WHAT)?;
        let sealed = sealed::seal(self.keys().secret(Purpose::SignInCeremony), random()?, CONTEXT, &plain)?;
        Ok(Ceremony { secret: SealedCeremony::new(sealed), options })
    }

    /// What is expected of the answer to a ceremony that the browser kept, and until when.
    pub(super) fn open_ceremony(
        &self,
        ceremony: &SealedCeremony,
        hash: &[u8],
        now: Timestamp,
    ) -> Result<(CeremonyState, Timestamp), Error> {
        let key = self.keys().secret(Purpose::SignInCeremony);
        let plain = sealed::open(key, CONTEXT, ceremony.sealed(), "ceremony").map_err(|_| Refusal::CeremonyOver)?;
        let kept: Kept = serde_json::from_slice(&plain).map_err(|_| Refusal::CeremonyOver)?;
        let until = Timestamp::from_micros(kept.until);
        let used: i64 = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => used_assertion::table.find(hash).count().get_result(c))?)
        })?;
        if until > now && used == 0 { Ok((kept.state, until)) } else { Err(Refusal::CeremonyOver.into()) }
    }

    /// What is expected of the answer. Reading does not use the ceremony up; [`use_up`] does, once.
    pub(super) fn ceremony(&self, hash: &[u8], now: Timestamp) -> Result<CeremonyState, Error> {
        let state: Option<String> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => ceremony::table
                .find(hash)
                .filter(ceremony::expires_at.gt(now))
                .select(ceremony::state)
                .get_result(c)
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

/// What a sealed ceremony holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    state: CeremonyState,
    /// Microseconds since the epoch.
    until: i64,
}

/// What sealed ceremonies are bound to.
const CONTEXT: &[u8] = b"sign-in";

/// Uses a sealed ceremony up in the transaction of what it was for; refuses when that has happened before.
pub(super) fn use_sealed_up(conn: &mut Conn<'_>, hash: &[u8], until: Timestamp) -> Result<(), Error> {
    let row = (used_assertion::id_hash.eq(hash), used_assertion::expires_at.eq(until));
    let used = on_db!(conn, c => diesel::insert_into(used_assertion::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if used == 1 { Ok(()) } else { Err(Refusal::CeremonyOver.into()) }
}

/// Uses a ceremony up in the transaction of what it was for; refuses when that has happened before.
pub(super) fn use_up(conn: &mut Conn<'_>, hash: &[u8], now: Timestamp) -> Result<(), Error> {
    let used = on_db!(conn, c => diesel::delete(ceremony::table.find(hash))
        .filter(ceremony::expires_at.gt(now))
        .execute(c))?;
    if used == 1 { Ok(()) } else { Err(Refusal::CeremonyOver.into()) }
}
