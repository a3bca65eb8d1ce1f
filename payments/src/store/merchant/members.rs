//! Those who work for merchants: invited, joined, removed.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{Act, Actor, Scene, record};
use super::row::{MerchantRow, find, with_tills};
use super::schema::{merchant, merchant_invitation, merchant_member};
use super::{MerchantError, Merchants};
use crate::merchant::{Duty, InvitationCode, Merchant, MerchantId, MerchantRefusal, PersonId, Role};
use crate::participant::ClearingCode;
use crate::store::random::random;

/// Far more than anybody works for, and far more than work anywhere.
const MOST: i64 = 500;

/// Somebody who works for a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// Since when.
    pub since: Timestamp,
}

/// A merchant that somebody works for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The merchant.
    pub merchant: Merchant,
    /// As what.
    pub role: Role,
}

/// What an invitation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// Which merchant's it was.
    pub merchant: MerchantId,
    /// As what the person works there now.
    pub role: Role,
}

impl Merchants {
    /// Invites another owner for a merchant of `participant`, as when the first lost the code. Earlier invitations of
    /// owners end.
    pub fn invite_owner(
        &self,
        participant: ClearingCode,
        id: MerchantId,
        now: Timestamp,
    ) -> Result<InvitationCode, MerchantError> {
        let code = InvitationCode::new(random()?);
        let digest = code.digest();
        self.write(move |conn| {
            if find(conn, id)?.participant != participant {
                return Err(MerchantRefusal::Unknown.into());
            }
            on_db!(conn, c => diesel::delete(merchant_invitation::table)
                .filter(merchant_invitation::merchant.eq(id))
                .filter(merchant_invitation::role.eq(Role::Owner.number()))
                .execute(c))?;
            invite(conn, Scene { merchant: id, actor: Actor::Participant(participant), now }, Role::Owner, &digest)
        })?;
        Ok(code)
    }

    /// Invites a cashier; an owner does.
    pub fn invite_cashier(
        &self,
        by: PersonId,
        id: MerchantId,
        now: Timestamp,
    ) -> Result<InvitationCode, MerchantError> {
        let code = InvitationCode::new(random()?);
        let digest = code.digest();
        self.write(move |conn| {
            must_be_allowed(conn, id, by, Duty::ManageMembers)?;
            find(conn, id)?.must_be_active()?;
            invite(conn, Scene { merchant: id, actor: Actor::Person(by), now }, Role::Cashier, &digest)
        })?;
        Ok(code)
    }

    /// Takes an invitation up: `person` works for the merchant from now on. Whoever worked there already keeps the
    /// higher role.
    ///
    /// # Errors
    /// [`MerchantRefusal::InvitationOver`].
    pub fn accept(&self, code: &InvitationCode, person: PersonId, now: Timestamp) -> Result<Accepted, MerchantError> {
        let digest = code.digest();
        self.write(move |conn| {
            let used: Option<(MerchantId, i16)> = on_db!(conn, c => diesel::delete(merchant_invitation::table)
                .filter(merchant_invitation::digest.eq(&digest))
                .filter(merchant_invitation::expires_at.gt(now))
                .returning((merchant_invitation::merchant, merchant_invitation::role))
                .get_result(c)
                .optional())?;
            let (id, role) = used.ok_or(MerchantRefusal::InvitationOver)?;
            let invited = Role::from_number(role);
            let role = match role_of(conn, id, person)? {
                Some(Role::Owner) => Role::Owner,
                _ => invited,
            };
            on_db!(conn, c => diesel::insert_into(merchant_member::table)
                .values((
                    merchant_member::merchant.eq(id),
                    merchant_member::person.eq(person),
                    merchant_member::role.eq(role.number()),
                    merchant_member::since.eq(now),
                ))
                .on_conflict((merchant_member::merchant, merchant_member::person))
                .do_update()
                .set(merchant_member::role.eq(role.number()))
                .execute(c))?;
            let scene = Scene { merchant: id, actor: Actor::Person(person), now };
            record(conn, scene, Act::Joined, Some(role.name().to_owned()))?;
            Ok(Accepted { merchant: id, role })
        })
    }

    /// Ends somebody's work; an owner does, or they themselves.
    ///
    /// # Errors
    /// [`MerchantRefusal::LastOwner`]: somebody must run the merchant.
    pub fn remove_member(
        &self,
        by: PersonId,
        id: MerchantId,
        person: PersonId,
        now: Timestamp,
    ) -> Result<(), MerchantError> {
        self.write(move |conn| {
            if by != person {
                must_be_allowed(conn, id, by, Duty::ManageMembers)?;
            }
            let role = role_of(conn, id, person)?.ok_or(MerchantRefusal::UnknownMember)?;
            lock_members(conn, id)?;
            if role == Role::Owner && owners(conn, id)? <= 1 {
                return Err(MerchantRefusal::LastOwner.into());
            }
            on_db!(conn, c => diesel::delete(merchant_member::table.find((id, person))).execute(c))?;
            let scene = Scene { merchant: id, actor: Actor::Person(by), now };
            record(conn, scene, Act::MemberRemoved, Some(person.to_string()))
        })
    }

    /// Who works for a merchant, longest first.
    pub fn members(&self, id: MerchantId) -> Result<Vec<Member>, MerchantError> {
        let rows: Vec<(PersonId, i16, Timestamp)> = self.read(|conn| {
            Ok(on_db!(conn, c => merchant_member::table
                .filter(merchant_member::merchant.eq(id))
                .order((merchant_member::since, merchant_member::person))
                .limit(MOST)
                .select((merchant_member::person, merchant_member::role, merchant_member::since))
                .load(c))?)
        })?;
        let member = |(person, role, since)| Member { person, role: Role::from_number(role), since };
        Ok(rows.into_iter().map(member).collect())
    }

    /// The merchants that somebody works for.
    pub fn memberships(&self, person: PersonId) -> Result<Vec<Membership>, MerchantError> {
        self.read(|conn| {
            let rows: Vec<(MerchantRow, i16)> = on_db!(conn, c => merchant_member::table
                .inner_join(merchant::table.on(merchant::id.eq(merchant_member::merchant)))
                .filter(merchant_member::person.eq(person))
                .order(merchant::id)
                .limit(MOST)
                .select((MerchantRow::as_select(), merchant_member::role))
                .load(c))?;
            let (rows, roles): (Vec<MerchantRow>, Vec<i16>) = rows.into_iter().unzip();
            let merchants = with_tills(conn, rows)?.into_iter().zip(roles);
            Ok(merchants.map(|(merchant, role)| Membership { merchant, role: Role::from_number(role) }).collect())
        })
    }

    /// The merchant and the role in which `person` works there, when that allows `duty`.
    ///
    /// # Errors
    /// [`MerchantRefusal::Unknown`] to whoever does not work there, [`MerchantRefusal::NotInThisRole`].
    pub fn on_duty(&self, person: PersonId, id: MerchantId, duty: Duty) -> Result<Membership, MerchantError> {
        self.read(|conn| {
            let role = must_be_allowed(conn, id, person, duty)?;
            Ok(Membership { merchant: find(conn, id)?, role })
        })
    }

    /// Deletes invitations that have expired. Returns how many.
    pub fn forget_invitations(&self, now: Timestamp) -> Result<usize, MerchantError> {
        let expired: i64 = self.read(|conn| {
            Ok(on_db!(conn, c => merchant_invitation::table
                .filter(merchant_invitation::expires_at.le(now))
                .count()
                .get_result(c))?)
        })?;
        if expired == 0 {
            return Ok(0);
        }
        self.write(move |conn| {
            Ok(on_db!(conn, c => diesel::delete(merchant_invitation::table)
                .filter(merchant_invitation::expires_at.le(now))
                .execute(c))?)
        })
    }
}

/// Keeps an invitation, by the hash of its code.
pub(super) fn invite(conn: &mut Conn<'_>, scene: Scene, role: Role, digest: &[u8]) -> Result<(), MerchantError> {
    on_db!(conn, c => diesel::insert_into(merchant_invitation::table)
        .values((
            merchant_invitation::digest.eq(digest),
            merchant_invitation::merchant.eq(scene.merchant),
            merchant_invitation::role.eq(role.number()),
            merchant_invitation::expires_at.eq(scene.now + InvitationCode::lasts(role)),
        ))
        .execute(c))?;
    record(conn, scene, Act::Invited, Some(role.name().to_owned()))
}

pub(super) fn must_be_allowed(
    conn: &mut Conn<'_>,
    id: MerchantId,
    person: PersonId,
    duty: Duty,
) -> Result<Role, MerchantError> {
    let role = role_of(conn, id, person)?.ok_or(MerchantRefusal::Unknown)?;
    if role.may(duty) { Ok(role) } else { Err(MerchantRefusal::NotInThisRole.into()) }
}

fn role_of(conn: &mut Conn<'_>, id: MerchantId, person: PersonId) -> Result<Option<Role>, MerchantError> {
    let role: Option<i16> = on_db!(conn, c => merchant_member::table
        .find((id, person))
        .select(merchant_member::role)
        .get_result(c)
        .optional())?;
    Ok(role.map(Role::from_number))
}

/// Two owners who remove each other at once wait here: one of them stays.
fn lock_members(conn: &mut Conn<'_>, id: MerchantId) -> Result<(), MerchantError> {
    match conn {
        Conn::Postgres(c) => {
            merchant::table.find(id).select(merchant::id).for_update().first::<MerchantId>(*c)?;
        }
        // There is one writer at a time anyway.
        Conn::Sqlite(_) => {}
    }
    Ok(())
}

fn owners(conn: &mut Conn<'_>, id: MerchantId) -> Result<i64, MerchantError> {
    Ok(on_db!(conn, c => merchant_member::table
        .filter(merchant_member::merchant.eq(id))
        .filter(merchant_member::role.eq(Role::Owner.number()))
        .count()
        .get_result(c))?)
}
