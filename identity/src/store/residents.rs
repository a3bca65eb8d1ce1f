//! Residents in the database: found by keyed hash, attributes sealed under a key of each one's own.

use std::sync::Arc;

use ::store::{Conn, State, Timestamp, on_db};
use diesel::prelude::*;
use zeroize::Zeroizing;

use super::schema::resident;
use super::{Identity, audit, oidc, random, sessions};
use crate::audit::{Act, Actor, Record};
use crate::keys::Purpose;
use crate::resident::{Attributes, Hkid, Refusal, Registration, Resident, ResidentId, ResidentState};
use crate::{Error, sealed};

/// What an error calls these.
const WHAT: &str = "resident";

type Row = (ResidentId, String, Timestamp, Option<Timestamp>);

const COLUMNS: (resident::id, resident::state, resident::registered_at, resident::activated_at) =
    (resident::id, resident::state, resident::registered_at, resident::activated_at);

fn from_row((id, state, registered_at, activated_at): Row) -> Result<Resident, Error> {
    let state = ResidentState::from_column(&state).ok_or(Error::Damaged(WHAT))?;
    Ok(Resident { id, state, registered_at, activated_at })
}

/// What a sealed value belongs to; it opens nowhere else.
fn place(what: &[u8], id: ResidentId) -> Vec<u8> {
    [what, b" of resident ", id.as_uuid().as_bytes()].concat()
}

/// What is known about a resident, and the resident's key, as they are stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = resident)]
pub(super) struct SealedAttributes {
    wrapped_key: Vec<u8>,
    sealed: Vec<u8>,
}

impl Identity {
    /// Enters a resident.
    ///
    /// # Errors
    /// [`Refusal::Field`] when a field is not acceptable, [`Refusal::HkidRegistered`] when the number is known.
    pub fn register_resident(&self, new: &Registration, by: &Actor, now: Timestamp) -> Result<ResidentId, Error> {
        let mut attributes = new.check()?;
        attributes.profile.updated_at.get_or_insert(now.seconds());
        let id = ResidentId::new(now, &random()?);
        let (wrapped_key, sealed) = self.seal(id, &attributes)?;
        let hkid_hash = self.hkid_hash(&attributes.hkid);
        let record = Record::of_resident(now, by, Act::ResidentRegistered, id);
        self.db().write(move |conn| {
            let row = (
                resident::id.eq(id),
                resident::hkid_hash.eq(hkid_hash.as_slice()),
                resident::wrapped_key.eq(&wrapped_key),
                resident::sealed.eq(&sealed),
                resident::state.eq(ResidentState::Registered.as_str()),
                resident::registered_at.eq(now),
            );
            let entered =
                on_db!(conn, c => diesel::insert_into(resident::table).values(row).on_conflict_do_nothing().execute(c))?;
            if entered == 0 {
                return Err(Refusal::HkidRegistered.into());
            }
            audit::append(conn, &record)?;
            Ok(id)
        })
    }

    /// The resident with this HKID number, if there is one.
    pub fn find_resident(&self, hkid: &Hkid) -> Result<Option<ResidentId>, Error> {
        let hash = self.hkid_hash(hkid);
        self.db().read(|conn| {
            Ok(on_db!(conn, c => resident::table
                .filter(resident::hkid_hash.eq(hash.as_slice()))
                .select(resident::id)
                .get_result(c)
                .optional())?)
        })
    }

    /// Where a resident stands.
    ///
    /// # Errors
    /// [`Refusal::UnknownResident`].
    pub fn resident(&self, id: ResidentId) -> Result<Resident, Error> {
        let row: Option<Row> = self.db().read(|conn| -> Result<_, Error> {
            Ok(on_db!(conn, c => resident::table.find(id).select(COLUMNS).get_result(c).optional())?)
        })?;
        from_row(row.ok_or(Refusal::UnknownResident)?)
    }

    /// Residents in the order of their ids, from behind `after`, at most `limit`.
    pub fn residents(&self, after: Option<ResidentId>, limit: u16) -> Result<Vec<Resident>, Error> {
        let after = after.unwrap_or_else(|| ResidentId::from_uuid(uuid::Uuid::nil()));
        self.db().read(|conn| {
            let rows: Vec<Row> = on_db!(conn, c => resident::table
                .filter(resident::id.gt(after))
                .order(resident::id)
                .limit(limit.into())
                .select(COLUMNS)
                .load(c))?;
            rows.into_iter().map(from_row).collect()
        })
    }

    /// What is known about a resident.
    ///
    /// # Errors
    /// [`Refusal::UnknownResident`]; [`Error::Damaged`] when it does not open under this installation's keys.
    pub fn attributes(&self, id: ResidentId) -> Result<Attributes, Error> {
        self.attributes_in(self.db().state()?, id)
    }

    /// The same in this state of the database.
    pub(super) fn attributes_in(&self, state: Option<State>, id: ResidentId) -> Result<Attributes, Error> {
        let stored = self.0.attributes.get(state, &id, || {
            let row: Option<SealedAttributes> = self.db().read(|conn| -> Result<_, Error> {
                Ok(on_db!(conn, c => resident::table
                    .find(id)
                    .select(SealedAttributes::as_select())
                    .get_result(c)
                    .optional())?)
            })?;
            Ok(row.map(Arc::new))
        })?;
        let SealedAttributes { wrapped_key, sealed } = &*stored.ok_or(Refusal::UnknownResident)?;
        let opened = sealed::open(self.keys().secret(Purpose::Attributes), &place(b"key", id), wrapped_key, WHAT)?;
        let key: &[u8; 32] = opened.as_slice().try_into().map_err(|_| Error::Damaged(WHAT))?;
        Attributes::from_json(&sealed::open(key, &place(b"attributes", id), sealed, WHAT)?)
    }

    /// Stops a resident from signing in, and ends their sessions and whatever they authorized: codes, access tokens and
    /// refresh tokens are refused from now on, at every gateway. What they consented to is kept for when they return.
    pub fn suspend_resident(&self, id: ResidentId, by: &Actor, now: Timestamp) -> Result<(), Error> {
        let record = Record::of_resident(now, by, Act::ResidentSuspended, id);
        self.db().write(move |conn| {
            let moved = on_db!(conn, c => diesel::update(resident::table.find(id))
                .set(resident::state.eq(ResidentState::Suspended.as_str()))
                .execute(c))?;
            if moved == 0 {
                return Err(Refusal::UnknownResident.into());
            }
            sessions::end_all(conn, id, None, now)?;
            oidc::grants::revoke_all_of(conn, id)?;
            audit::append(conn, &record)
        })
    }

    /// Lets a suspended resident sign in again, if they could before.
    pub fn reinstate_resident(&self, id: ResidentId, by: &Actor, now: Timestamp) -> Result<(), Error> {
        let before = self.resident(id)?;
        let state = if before.activated_at.is_some() { ResidentState::Active } else { ResidentState::Registered };
        let record = Record::of_resident(now, by, Act::ResidentReinstated, id);
        self.db().write(move |conn| {
            let moved = on_db!(conn, c => diesel::update(resident::table.find(id))
                .filter(resident::state.eq(ResidentState::Suspended.as_str()))
                .set(resident::state.eq(state.as_str()))
                .execute(c))?;
            if moved > 0 { audit::append(conn, &record) } else { Ok(()) }
        })
    }

    fn hkid_hash(&self, hkid: &Hkid) -> [u8; 32] {
        self.keys().keyed_hash(Purpose::Hkid, hkid.expose().as_bytes())
    }

    /// Seals attributes under a fresh key, and that key under the master-derived one.
    fn seal(&self, id: ResidentId, attributes: &Attributes) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let key = Zeroizing::new(random::<32>()?);
        let master = self.keys().secret(Purpose::Attributes);
        let wrapped = sealed::seal(master, random()?, &place(b"key", id), key.as_slice())?;
        let sealed = sealed::seal(&key, random()?, &place(b"attributes", id), &attributes.to_json()?)?;
        Ok((wrapped, sealed))
    }
}

/// Makes transactions about one resident wait for one another, and gives where the resident stands.
pub(super) fn lock(conn: &mut Conn<'_>, id: ResidentId) -> Result<ResidentState, Error> {
    let state: Option<String> = on_db!(conn, c => diesel::update(resident::table.find(id))
        .set(resident::state.eq(resident::state))
        .returning(resident::state)
        .get_result(c)
        .optional())?;
    ResidentState::from_column(&state.ok_or(Refusal::UnknownResident)?).ok_or(Error::Damaged(WHAT))
}

/// Marks a resident as one who can sign in.
pub(super) fn activate(conn: &mut Conn<'_>, id: ResidentId, now: Timestamp) -> Result<(), Error> {
    on_db!(conn, c => diesel::update(resident::table.find(id))
        .filter(resident::state.eq(ResidentState::Registered.as_str()))
        .set((resident::state.eq(ResidentState::Active.as_str()), resident::activated_at.eq(Some(now))))
        .execute(c))?;
    Ok(())
}
