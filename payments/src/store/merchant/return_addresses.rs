//! Which pages the programs of a merchant send payers back to, and to which of them a request leads.

use diesel::prelude::*;
use store::{Conn, Timestamp, on_db};

use super::audit::{Act, Actor, Scene, record};
use super::members::must_be_allowed;
use super::schema::{merchant_program, merchant_return, merchant_return_address};
use super::{MerchantError, Merchants};
use crate::merchant::{Duty, MerchantId, MerchantRefusal, PersonId, ReturnAddress};
use crate::request_to_pay::RequestId;

impl Merchants {
    /// Says to which pages a program may send payers back, all of them; an owner does. A page that is no longer among
    /// them is not returned to from now on.
    ///
    /// # Errors
    /// [`MerchantRefusal::NotInThisRole`], [`MerchantRefusal::UnknownProgram`],
    /// [`MerchantRefusal::TooManyReturnAddresses`].
    pub fn set_return_addresses(
        &self,
        by: PersonId,
        merchant: MerchantId,
        client_id: &str,
        mut addresses: Vec<ReturnAddress>,
        now: Timestamp,
    ) -> Result<(), MerchantError> {
        addresses.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
        addresses.dedup();
        let client_id = client_id.to_owned();
        self.write(move |conn| {
            must_be_allowed(conn, merchant, by, Duty::ManagePrograms)?;
            if addresses.len() > ReturnAddress::MOST {
                return Err(MerchantRefusal::TooManyReturnAddresses.into());
            }
            let acts: i64 = on_db!(conn, c => merchant_program::table
                .find(&client_id)
                .filter(merchant_program::merchant.eq(merchant))
                .filter(merchant_program::removed_at.is_null())
                .count()
                .get_result(c))?;
            if acts == 0 {
                return Err(MerchantRefusal::UnknownProgram.into());
            }
            on_db!(conn, c => diesel::delete(merchant_return_address::table)
                .filter(merchant_return_address::client_id.eq(&client_id))
                .execute(c))?;
            for address in &addresses {
                let row = (
                    merchant_return_address::client_id.eq(&client_id),
                    merchant_return_address::url.eq(address.as_str()),
                );
                on_db!(conn, c => diesel::insert_into(merchant_return_address::table).values(row).execute(c))?;
            }
            let scene = Scene { merchant, actor: Actor::Person(by), now };
            record(conn, scene, Act::ReturnAddressesChanged, Some(client_id.clone()))
        })
    }

    /// Whether a program may send payers back to this page.
    ///
    /// # Errors
    /// [`MerchantRefusal::UnknownReturnAddress`].
    pub fn must_return_to(&self, client_id: &str, address: &ReturnAddress) -> Result<(), MerchantError> {
        self.read(|conn| must_be_registered(conn, client_id, address))
    }

    /// Keeps where the payer of a request goes back to. The first word counts.
    ///
    /// # Errors
    /// [`MerchantRefusal::UnknownReturnAddress`] when the program has not registered the page.
    pub fn return_from(
        &self,
        request: RequestId,
        client_id: &str,
        address: ReturnAddress,
    ) -> Result<(), MerchantError> {
        let client_id = client_id.to_owned();
        self.write(move |conn| {
            must_be_registered(conn, &client_id, &address)?;
            let row = (
                merchant_return::request.eq(request.as_str()),
                merchant_return::client_id.eq(&client_id),
                merchant_return::url.eq(address.as_str()),
            );
            on_db!(conn, c => diesel::insert_into(merchant_return::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(c))?;
            Ok(())
        })
    }

    /// Where the payer of a request goes back to, as long as its program has that page registered.
    pub fn return_of(&self, request: RequestId) -> Result<Option<ReturnAddress>, MerchantError> {
        let url: Option<String> = self.read(|conn| {
            Ok(on_db!(conn, c => merchant_return::table
                .inner_join(merchant_return_address::table.on(merchant_return_address::client_id
                    .eq(merchant_return::client_id)
                    .and(merchant_return_address::url.eq(merchant_return::url))))
                .inner_join(merchant_program::table.on(merchant_program::client_id.eq(merchant_return::client_id)))
                .filter(merchant_return::request.eq(request.as_str()))
                .filter(merchant_program::removed_at.is_null())
                .select(merchant_return::url)
                .first(c)
                .optional())?)
        })?;
        url.map(|url| url.parse().map_err(|_| MerchantError::Damaged("return address"))).transpose()
    }
}

/// The pages of a program, in the order of their letters.
pub(super) fn of_program(conn: &mut Conn<'_>, client_id: &str) -> Result<Vec<ReturnAddress>, MerchantError> {
    let urls: Vec<String> = on_db!(conn, c => merchant_return_address::table
        .filter(merchant_return_address::client_id.eq(client_id))
        .order(merchant_return_address::url)
        .select(merchant_return_address::url)
        .load(c))?;
    urls.iter().map(|url| url.parse().map_err(|_| MerchantError::Damaged("return address"))).collect()
}

fn must_be_registered(conn: &mut Conn<'_>, client_id: &str, address: &ReturnAddress) -> Result<(), MerchantError> {
    if of_program(conn, client_id)?.contains(address) {
        Ok(())
    } else {
        Err(MerchantRefusal::UnknownReturnAddress.into())
    }
}
