//! Activation in the database: from a code in a resident's hand to their first passkey.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;
use serde_json::Value;

use super::schema::{activation, activation_session};
use super::{Identity, audit, ceremonies, passkeys, random, residents, sessions};
use crate::Error;
use crate::audit::{Act, Actor, Record};
use crate::authenticator::{Ceremony, CeremonySecret, PASSKEY_AMR, PASSKEY_ASSURANCE, label};
use crate::keys::Purpose;
use crate::resident::{
    ACTIVATION_LIFETIME, Activation, ActivationCode, ActivationSecret, Attributes, CONFIRMATION_LIFETIME,
    MOST_BEGINNINGS, Refusal, ResidentId, ResidentState,
};
use crate::session::SignedIn;

store::identifier! {
    /// One code that was issued.
    pub(super) struct ActivationId;
}

impl Identity {
    /// Issues a code to a resident: the first, or another when they lost every passkey. An older one dies.
    pub fn issue_activation(&self, to: ResidentId, by: &Actor, now: Timestamp) -> Result<ActivationCode, Error> {
        let code = ActivationCode::new(random()?);
        let (id, hash) = (ActivationId::new(now, &random()?), self.code_hash(&code));
        let record = Record::of_resident(now, by, Act::ActivationIssued, to);
        self.db().write(move |conn| {
            may_activate(conn, to)?;
            on_db!(conn, c => diesel::delete(activation::table.filter(activation::resident_id.eq(to))).execute(c))?;
            let row = (
                activation::id.eq(id),
                activation::resident_id.eq(to),
                activation::code_hash.eq(hash.as_slice()),
                activation::issued_at.eq(now),
                activation::expires_at.eq(now + ACTIVATION_LIFETIME),
                activation::beginnings.eq(0_i64),
            );
            on_db!(conn, c => diesel::insert_into(activation::table).values(row).execute(c))?;
            audit::append(conn, &record)
        })?;
        Ok(code)
    }

    /// Takes a code and shows what its holder has to confirm. The code is not used up by this, but counts it.
    ///
    /// # Errors
    /// [`Refusal::CodeUnknown`], [`Refusal::CodeExpired`], [`Refusal::CodeExhausted`], [`Refusal::Suspended`].
    pub fn begin_activation(&self, code: &ActivationCode, now: Timestamp) -> Result<Activation, Error> {
        let code_hash = self.code_hash(code);
        let secret = ActivationSecret::new(random()?);
        let secret_hash = secret.keyed_hash(self.keys());
        let resident = self.db().write(move |conn| {
            // The resident first, as everywhere: two that lock in different orders wait for each other.
            let resident = holder(conn, &code_hash)?;
            may_activate(conn, resident)?;
            let id = count_beginning(conn, &code_hash, now)?;
            let row = (
                activation_session::secret_hash.eq(&secret_hash),
                activation_session::activation_id.eq(id),
                activation_session::resident_id.eq(resident),
                activation_session::expires_at.eq(now + CONFIRMATION_LIFETIME),
            );
            on_db!(conn, c => diesel::insert_into(activation_session::table).values(row).execute(c))?;
            let actor = Actor::Resident(resident);
            audit::append(conn, &Record::of_resident(now, &actor, Act::ActivationBegun, resident))?;
            Ok::<_, Error>(resident)
        })?;
        Ok(Activation { resident, attributes: self.attributes(resident)?, secret })
    }

    /// What the holder of an activation that has begun has to confirm, to show it again.
    pub fn activation(&self, secret: &ActivationSecret, now: Timestamp) -> Result<Attributes, Error> {
        self.attributes(self.activating(secret, now)?.1)
    }

    /// The data is confirmed: begins to make the passkey.
    pub fn start_activation_passkey(&self, secret: &ActivationSecret, now: Timestamp) -> Result<Ceremony, Error> {
        let (_, resident) = self.activating(secret, now)?;
        self.start_registration(resident, now)
    }

    /// Checks and keeps the passkey. Exactly when it is kept, the code is used up, the resident can sign in, and
    /// they are signed in.
    ///
    /// # Errors
    /// [`Refusal::ActivationOver`] when the code was used, replaced or expired meanwhile; the passkey refusals.
    pub fn finish_activation_passkey(
        &self,
        secret: &ActivationSecret,
        ceremony: &CeremonySecret,
        credential: Value,
        passkey_label: &str,
        now: Timestamp,
    ) -> Result<SignedIn, Error> {
        let (id, resident) = self.activating(secret, now)?;
        let passkey_label = label(passkey_label)?;
        let ceremony = ceremony.keyed_hash(self.keys());
        let answered = self.check_registration(resident, &ceremony, credential, now);
        let passkey = self.or_end_ceremony(&ceremony, answered)?;
        let new = passkeys::NewPasskey::new(resident, &passkey, passkey_label, now)?;
        let begun = sessions::begin(resident, &PASSKEY_AMR, PASSKEY_ASSURANCE, now)?;
        let (session, secret_hash) = (begun.session.clone(), begun.secret.keyed_hash(self.keys()));
        let by = Actor::Resident(resident);
        let hash = ceremony.clone();
        let kept = self.db().write(move |conn| {
            ceremonies::use_up(conn, &hash, now)?;
            may_activate(conn, resident)?;
            let used = on_db!(conn, c => diesel::delete(activation::table.find(id))
                .filter(activation::expires_at.gt(now))
                .execute(c))?;
            if used != 1 {
                return Err(Refusal::ActivationOver.into());
            }
            residents::activate(conn, resident, now)?;
            // Who takes possession again may have lost a device on which they are signed in.
            sessions::end_all(conn, resident, None, now)?;
            passkeys::insert(conn, &new)?;
            sessions::insert(conn, &session, &secret_hash)?;
            audit::append(conn, &Record::of_resident(now, &by, Act::ResidentActivated, resident))?;
            audit::append(conn, &new.record(Act::PasskeyAdded))
        });
        self.or_end_ceremony(&ceremony, kept)?;
        Ok(begun)
    }

    fn activating(&self, secret: &ActivationSecret, now: Timestamp) -> Result<(ActivationId, ResidentId), Error> {
        let hash = secret.keyed_hash(self.keys());
        let found: Option<(ActivationId, ResidentId)> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => activation_session::table
                .find(&hash)
                .filter(activation_session::expires_at.gt(now))
                .select((activation_session::activation_id, activation_session::resident_id))
                .get_result(c)
                .optional())?)
        })?;
        found.ok_or(Refusal::ActivationOver.into())
    }

    fn code_hash(&self, code: &ActivationCode) -> [u8; 32] {
        self.keys().keyed_hash(Purpose::Activation, code.as_bytes())
    }
}

/// Whose code this is.
fn holder(conn: &mut Conn<'_>, hash: &[u8]) -> Result<ResidentId, Error> {
    let found: Option<ResidentId> = on_db!(conn, c => activation::table
        .filter(activation::code_hash.eq(hash))
        .select(activation::resident_id)
        .get_result(c)
        .optional())?;
    found.ok_or(Refusal::CodeUnknown.into())
}

/// Counts that a code was shown, or says why it is no good.
fn count_beginning(conn: &mut Conn<'_>, hash: &[u8], now: Timestamp) -> Result<ActivationId, Error> {
    type Row = (ActivationId, Timestamp, i64);
    let mine = activation::code_hash.eq(hash);
    let counted: Option<Row> = on_db!(conn, c => diesel::update(activation::table.filter(mine))
        .set(activation::beginnings.eq(activation::beginnings + 1))
        .returning((activation::id, activation::expires_at, activation::beginnings))
        .get_result(c)
        .optional())?;
    let (id, expires, beginnings) = counted.ok_or(Refusal::CodeUnknown)?;
    if expires <= now {
        return Err(Refusal::CodeExpired.into());
    }
    if beginnings > MOST_BEGINNINGS {
        return Err(Refusal::CodeExhausted.into());
    }
    Ok(id)
}

/// Refuses a resident who is unknown or suspended, and makes others who are about the same one wait.
fn may_activate(conn: &mut Conn<'_>, resident: ResidentId) -> Result<(), Error> {
    match residents::lock(conn, resident)? {
        ResidentState::Suspended => Err(Refusal::Suspended.into()),
        ResidentState::Registered | ResidentState::Active => Ok(()),
    }
}
