//! Programs that act for merchants: which OAuth client is bound to which merchant.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{Act, Actor, Scene, record};
use super::members::must_be_allowed;
use super::row::find;
use super::schema::merchant_program;
use super::{MerchantError, Merchants, return_addresses};
use crate::merchant::{Duty, Merchant, MerchantId, MerchantRefusal, PersonId, ReturnAddress};

/// The most programs of a merchant at a time.
const MOST: i64 = 20;

/// A program that acts for a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its OAuth client identifier.
    pub client_id: String,
    /// Since when.
    pub added: Timestamp,
    /// The pages that it may send payers back to.
    pub return_addresses: Vec<ReturnAddress>,
}

impl Merchants {
    /// Lets a program act for a merchant; an owner does. A client is bound once, to one merchant.
    ///
    /// # Errors
    /// [`MerchantRefusal::NotInThisRole`], [`MerchantRefusal::Closed`], [`MerchantRefusal::TooManyPrograms`].
    pub fn add_program(
        &self,
        by: PersonId,
        id: MerchantId,
        client_id: &str,
        now: Timestamp,
    ) -> Result<(), MerchantError> {
        let client_id = client_id.to_owned();
        self.write(move |conn| {
            must_be_allowed(conn, id, by, Duty::ManagePrograms)?;
            find(conn, id)?.must_be_active()?;
            if i64::try_from(list(conn, id)?.len()).unwrap_or(i64::MAX) >= MOST {
                return Err(MerchantRefusal::TooManyPrograms.into());
            }
            on_db!(conn, c => diesel::insert_into(merchant_program::table)
                .values((
                    merchant_program::client_id.eq(&client_id),
                    merchant_program::merchant.eq(id),
                    merchant_program::added_at.eq(now),
                ))
                .execute(c))?;
            record(
                conn,
                Scene { merchant: id, actor: Actor::Person(by), now },
                Act::ProgramAdded,
                Some(client_id.clone()),
            )
        })
    }

    /// Ends that: the client's tokens open nothing here from now on. Again is the same.
    ///
    /// # Errors
    /// [`MerchantRefusal::NotInThisRole`].
    pub fn remove_program(
        &self,
        by: PersonId,
        id: MerchantId,
        client_id: &str,
        now: Timestamp,
    ) -> Result<(), MerchantError> {
        let client_id = client_id.to_owned();
        self.write(move |conn| {
            must_be_allowed(conn, id, by, Duty::ManagePrograms)?;
            let removed = on_db!(conn, c => diesel::update(merchant_program::table.find(&client_id))
                .filter(merchant_program::merchant.eq(id))
                .filter(merchant_program::removed_at.is_null())
                .set(merchant_program::removed_at.eq(now))
                .execute(c))?;
            if removed == 0 {
                return Ok(());
            }
            let scene = Scene { merchant: id, actor: Actor::Person(by), now };
            record(conn, scene, Act::ProgramRemoved, Some(client_id.clone()))
        })
    }

    /// The programs that act for a merchant, longest first.
    pub fn programs(&self, id: MerchantId) -> Result<Vec<Program>, MerchantError> {
        self.read(|conn| list(conn, id))
    }

    /// The merchant that a program acts for.
    ///
    /// # Errors
    /// [`MerchantRefusal::Unknown`] when it acts for none, or no longer.
    pub fn of_program(&self, client_id: &str) -> Result<Merchant, MerchantError> {
        self.read(|conn| {
            let id: Option<MerchantId> = on_db!(conn, c => merchant_program::table
                .find(client_id)
                .filter(merchant_program::removed_at.is_null())
                .select(merchant_program::merchant)
                .get_result(c)
                .optional())?;
            find(conn, id.ok_or(MerchantRefusal::Unknown)?)
        })
    }
}

fn list(conn: &mut Conn<'_>, id: MerchantId) -> Result<Vec<Program>, MerchantError> {
    let rows: Vec<(String, Timestamp)> = on_db!(conn, c => merchant_program::table
        .filter(merchant_program::merchant.eq(id))
        .filter(merchant_program::removed_at.is_null())
        .order((merchant_program::added_at, merchant_program::client_id))
        .limit(MOST)
        .select((merchant_program::client_id, merchant_program::added_at))
        .load(c))?;
    let mut programs = Vec::with_capacity(rows.len());
    for (client_id, added) in rows {
        let return_addresses = return_addresses::of_program(conn, &client_id)?;
        programs.push(Program { client_id, added, return_addresses });
    }
    Ok(programs)
}
