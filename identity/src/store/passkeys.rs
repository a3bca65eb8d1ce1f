//! Passkeys in the database: adding, signing in with, listing, renaming, removing.

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;
use serde_json::Value;
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey};

use super::schema::passkey;
use super::{Identity, audit, ceremonies, random, residents, sessions};
use crate::Error;
use crate::audit::{Act, Actor, Record};
use crate::authenticator::{
    Ceremony, CeremonySecret, CeremonyState, MOST_PASSKEYS, PASSKEY_AMR, PASSKEY_ASSURANCE, PasskeyId, PasskeySummary,
    Refusal, SealedCeremony, label,
};
use crate::keys::Purpose;
use crate::resident::{ResidentId, ResidentState};
use crate::session::{Session, SignedIn};

const WHAT: Error = Error::Damaged("passkey");

/// A passkey that passed every check and is about to be kept.
#[derive(Clone)]
pub(super) struct NewPasskey {
    id: PasskeyId,
    resident: ResidentId,
    credential_id: Vec<u8>,
    credential: String,
    label: String,
    backed_up: bool,
    now: Timestamp,
}

impl NewPasskey {
    pub(super) fn new(resident: ResidentId, made: &Passkey, label: String, now: Timestamp) -> Result<Self, Error> {
        let credential = serde_json::to_value(made).map_err(|_| WHAT)?;
        Ok(Self {
            id: PasskeyId::new(now, &random()?),
            resident,
            credential_id: made.cred_id().clone(),
            // The library tells the flag of a new passkey in no other way than in what it stores.
            backed_up: credential["cred"]["backup_state"].as_bool().ok_or(WHAT)?,
            credential: credential.to_string(),
            label,
            now,
        })
    }

    pub(super) fn record(&self, act: Act) -> Record {
        about(self.resident, self.id, act, self.now)
    }
}

fn about(resident: ResidentId, id: PasskeyId, act: Act, now: Timestamp) -> Record {
    Record::of_resident(now, &Actor::Resident(resident), act, resident).with(format_args!("passkey:{id}"))
}

/// Keeps a passkey. The resident must be locked.
pub(super) fn insert(conn: &mut Conn<'_>, new: &NewPasskey) -> Result<(), Error> {
    if count(conn, new.resident)? >= MOST_PASSKEYS {
        return Err(Refusal::TooMany.into());
    }
    let row = (
        passkey::id.eq(new.id),
        passkey::resident_id.eq(new.resident),
        passkey::credential_id.eq(&new.credential_id),
        passkey::credential.eq(&new.credential),
        passkey::label.eq(&new.label),
        passkey::backed_up.eq(new.backed_up),
        passkey::created_at.eq(new.now),
    );
    let kept = on_db!(conn, c => diesel::insert_into(passkey::table).values(row).on_conflict_do_nothing().execute(c))?;
    if kept == 1 { Ok(()) } else { Err(Refusal::Registered.into()) }
}

fn must_be_fresh(session: &Session, now: Timestamp) -> Result<(), Refusal> {
    if session.is_fresh(now) { Ok(()) } else { Err(Refusal::SignInAgain) }
}

fn count(conn: &mut Conn<'_>, resident: ResidentId) -> Result<usize, Error> {
    let ids: Vec<PasskeyId> = on_db!(conn, c => passkey::table
        .filter(passkey::resident_id.eq(resident))
        .select(passkey::id)
        .load(c))?;
    Ok(ids.len())
}

impl Identity {
    /// Begins a sign-in, for whoever has a passkey. Nothing is written: anybody may ask for this.
    pub fn start_sign_in(&self, now: Timestamp) -> Result<Ceremony<SealedCeremony>, Error> {
        self.seal_ceremony(self.relying_party().start_authentication()?, now)
    }

    /// Checks the answer to [`Identity::start_sign_in`] and begins a session.
    ///
    /// # Errors
    /// The refusals of [`Refusal`].
    pub fn finish_sign_in(
        &self,
        ceremony: &SealedCeremony,
        credential: Value,
        now: Timestamp,
    ) -> Result<SignedIn, Error> {
        let hash = self.keys().keyed_hash(Purpose::SignInCeremony, ceremony.sealed()).to_vec();
        let (CeremonyState::Authentication { state }, until) = self.open_ceremony(ceremony, &hash, now)? else {
            return Err(Refusal::CeremonyOver.into());
        };
        let signed_in = self.check_sign_in(&hash, until, state, credential, now);
        // A challenge is good for one answer, right or wrong. Who answers for a passkey that nobody has writes nothing.
        if matches!(signed_in, Err(Error::Passkey(Refusal::Unverified(_)))) {
            self.db().write(move |conn| ceremonies::use_sealed_up(conn, &hash, until))?;
        }
        signed_in
    }

    fn check_sign_in(
        &self,
        ceremony: &[u8],
        until: Timestamp,
        state: DiscoverableAuthentication,
        credential: Value,
        now: Timestamp,
    ) -> Result<SignedIn, Error> {
        let (answer, claimed, credential_id) = self.relying_party().identify(credential)?;
        let row: Option<(PasskeyId, ResidentId, String)> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => passkey::table
                .filter(passkey::credential_id.eq(&credential_id))
                .filter(passkey::resident_id.eq(ResidentId::from_uuid(claimed)))
                .select((passkey::id, passkey::resident_id, passkey::credential))
                .get_result(c)
                .optional())?)
        })?;
        let (id, resident, stored) = row.ok_or(Refusal::UnknownCredential)?;
        let stored: Passkey = serde_json::from_str(&stored).map_err(|_| WHAT)?;
        let answered = self.relying_party().finish_authentication(&answer, state, stored)?;

        let updated = serde_json::to_string(&answered.passkey).map_err(|_| WHAT)?;
        let begun = sessions::begin(resident, &PASSKEY_AMR, PASSKEY_ASSURANCE, now)?;
        let (session, secret_hash) = (begun.session.clone(), begun.secret.keyed_hash(self.keys()));
        let hash = ceremony.to_vec();
        let record = about(resident, id, Act::SignedIn, now);
        self.db().write(move |conn| {
            ceremonies::use_sealed_up(conn, &hash, until)?;
            if residents::lock(conn, resident)? != ResidentState::Active {
                return Err(Refusal::UnknownCredential.into());
            }
            let used = on_db!(conn, c => diesel::update(passkey::table.find(id))
                .set((
                    passkey::credential.eq(&updated),
                    passkey::backed_up.eq(answered.backed_up),
                    passkey::last_used_at.eq(Some(now)),
                ))
                .execute(c))?;
            if used == 0 {
                return Err(Refusal::UnknownCredential.into());
            }
            sessions::insert(conn, &session, &secret_hash)?;
            audit::append(conn, &record)
        })?;
        Ok(begun)
    }

    /// Begins to add another passkey to the resident who is signed in.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when that was more than a moment ago: somebody else may sit there now.
    pub fn start_adding_passkey(&self, session: &Session, now: Timestamp) -> Result<Ceremony, Error> {
        must_be_fresh(session, now)?;
        self.start_registration(session.resident, now)
    }

    /// Checks and keeps another passkey.
    pub fn finish_adding_passkey(
        &self,
        session: &Session,
        ceremony: &CeremonySecret,
        credential: Value,
        passkey_label: &str,
        now: Timestamp,
    ) -> Result<PasskeyId, Error> {
        let passkey_label = label(passkey_label)?;
        let hash = ceremony.keyed_hash(self.keys());
        let answered = self.check_registration(session.resident, &hash, credential, now);
        let made = self.or_end_ceremony(&hash, answered)?;
        let new = NewPasskey::new(session.resident, &made, passkey_label, now)?;
        let (id, used) = (new.id, hash.clone());
        let kept = self.db().write(move |conn| {
            ceremonies::use_up(conn, &used, now)?;
            residents::lock(conn, new.resident)?;
            insert(conn, &new)?;
            audit::append(conn, &new.record(Act::PasskeyAdded))
        });
        self.or_end_ceremony(&hash, kept)?;
        Ok(id)
    }

    /// The passkeys of a resident, the oldest first.
    pub fn passkeys(&self, resident: ResidentId) -> Result<Vec<PasskeySummary>, Error> {
        type Row = (PasskeyId, String, bool, Timestamp, Option<Timestamp>);
        let rows: Vec<Row> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => passkey::table
                .filter(passkey::resident_id.eq(resident))
                .order(passkey::created_at)
                .select((passkey::id, passkey::label, passkey::backed_up, passkey::created_at, passkey::last_used_at))
                .load(c))?)
        })?;
        let summary = |(id, label, backed_up, created_at, last_used_at)| PasskeySummary {
            id,
            label,
            backed_up,
            created_at,
            last_used_at,
        };
        Ok(rows.into_iter().map(summary).collect())
    }

    /// Gives a passkey of the resident who is signed in another label.
    pub fn rename_passkey(&self, session: &Session, id: PasskeyId, to: &str, now: Timestamp) -> Result<(), Error> {
        let (resident, to) = (session.resident, label(to)?);
        let record = about(resident, id, Act::PasskeyRenamed, now);
        self.db().write(move |conn| {
            let renamed = on_db!(conn, c => diesel::update(passkey::table.find(id))
                .filter(passkey::resident_id.eq(resident))
                .set(passkey::label.eq(&to))
                .execute(c))?;
            if renamed == 0 {
                return Err(Refusal::UnknownPasskey.into());
            }
            audit::append(conn, &record)
        })
    }

    /// Removes a passkey of the resident who is signed in, and ends their other sessions: whoever removes a
    /// passkey may have lost it to somebody else.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`], [`Refusal::UnknownPasskey`], [`Refusal::LastPasskey`].
    pub fn remove_passkey(&self, session: &Session, id: PasskeyId, now: Timestamp) -> Result<(), Error> {
        must_be_fresh(session, now)?;
        let (resident, kept) = (session.resident, session.id);
        let record = about(resident, id, Act::PasskeyRemoved, now);
        self.db().write(move |conn| {
            residents::lock(conn, resident)?;
            let removed = on_db!(conn, c => diesel::delete(passkey::table.find(id))
                .filter(passkey::resident_id.eq(resident))
                .execute(c))?;
            if removed == 0 {
                return Err(Refusal::UnknownPasskey.into());
            }
            if count(conn, resident)? == 0 {
                return Err(Refusal::LastPasskey.into());
            }
            sessions::end_all(conn, resident, Some(kept), now)?;
            audit::append(conn, &record)
        })
    }

    pub(super) fn start_registration(&self, resident: ResidentId, now: Timestamp) -> Result<Ceremony, Error> {
        let known = self.attributes(resident)?;
        let registered: Vec<Vec<u8>> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => passkey::table
                .filter(passkey::resident_id.eq(resident))
                .select(passkey::credential_id)
                .load(c))?)
        })?;
        if registered.len() >= MOST_PASSKEYS {
            return Err(Refusal::TooMany.into());
        }
        let display_name = known.name_zh.as_deref().unwrap_or(&known.name_en);
        let begun =
            self.relying_party().start_registration(*resident.as_uuid(), &known.name_en, display_name, registered)?;
        self.begin_ceremony(begun, now)
    }

    pub(super) fn check_registration(
        &self,
        resident: ResidentId,
        ceremony: &[u8],
        credential: Value,
        now: Timestamp,
    ) -> Result<Passkey, Error> {
        match self.ceremony(ceremony, now)? {
            CeremonyState::Registration { resident: begun_for, state } if begun_for == *resident.as_uuid() => {
                Ok(self.relying_party().finish_registration(credential, &state)?)
            }
            _ => Err(Refusal::CeremonyOver.into()),
        }
    }
}
