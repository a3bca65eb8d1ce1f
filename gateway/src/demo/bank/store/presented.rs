//! Codes that customers show at tills.

use std::time::Duration;

use diesel::prelude::*;
use payments::money::{Amount, Currency};
use payments::presented_code::PresentedCodeId;
use store::Timestamp;

use super::schema::presented;
use super::{Books, Error, outgoing};
use crate::demo::bank::account::AccountNumber;
use crate::demo::bank::payment::{Payment, Uetr};
use crate::demo::bank::presented::Presented;

/// How long a code is remembered that nobody can scan any more.
const REMEMBERED: Duration = Duration::from_hours(24);

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = presented)]
struct Row {
    id: PresentedCodeId,
    account: String,
    most: i64,
    code: String,
    expires: Timestamp,
    payment: Option<Uetr>,
    over: bool,
}

impl TryFrom<Row> for Presented {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            account: row.account.parse().map_err(|_| Error::Unreadable("account number"))?,
            limit: Amount::new(row.most, Currency::Hkd).map_err(|_| Error::Unreadable("amount"))?,
            code: row.code,
            expires: row.expires,
            payment: row.payment,
            over: row.over,
        })
    }
}

impl Books {
    /// Keeps a code that was made.
    pub fn keep_presented(&self, made: Presented) -> Result<(), Error> {
        let Presented { id, account, limit, code, expires, payment, over } = made;
        let account = account.to_string();
        self.write(move |conn| {
            let (account, code, most) = (account.clone(), code.clone(), limit.minor());
            let row = Row { id, account, most, code, expires, payment, over };
            diesel::insert_into(presented::table).values(row).execute(conn)?;
            Ok(())
        })
    }

    /// A customer's code.
    pub fn presented(&self, id: PresentedCodeId, account: &AccountNumber) -> Result<Presented, Error> {
        let found: Option<Row> = self.read(|conn| {
            let own = presented::table.find(id).filter(presented::account.eq(account.as_str()));
            Ok(own.select(Row::as_select()).first(conn).optional()?)
        })?;
        found.ok_or(Error::UnknownPayment)?.try_into()
    }

    /// Codes by which something may still be paid.
    pub fn living_presented(&self) -> Result<Vec<Presented>, Error> {
        let rows: Vec<Row> = self.read(|conn| {
            let living = presented::table.filter(presented::payment.is_null()).filter(presented::over.eq(false));
            Ok(living.select(Row::as_select()).load(conn)?)
        })?;
        rows.into_iter().map(Presented::try_from).collect()
    }

    /// Nothing will be paid by this code any more.
    pub fn end_presented(&self, id: PresentedCodeId) -> Result<(), Error> {
        self.write(move |conn| {
            diesel::update(presented::table.find(id)).set(presented::over.eq(true)).execute(conn)?;
            Ok(())
        })
    }

    /// Forgets codes whose minute was over a day ago, as the switch does, and says how many. A payment that was made by one
    /// stays.
    pub fn forget_presented(&self, now: Timestamp) -> Result<usize, Error> {
        self.write(move |conn| {
            Ok(diesel::delete(presented::table.filter(presented::expires.lt(now - REMEMBERED))).execute(conn)?)
        })
    }

    /// Sets the money of `payment` aside, which a shop asks by this code. `None` when that was done before.
    pub fn hold_presented(
        &self,
        id: PresentedCodeId,
        payment: Payment,
        now: Timestamp,
    ) -> Result<Option<Payment>, Error> {
        self.post(move |conn| {
            let unpaid = presented::table.find(id).filter(presented::payment.is_null());
            if diesel::update(unpaid).set(presented::payment.eq(payment.uetr)).execute(conn)? == 0 {
                return Ok(None);
            }
            outgoing::insert(conn, &payment)?;
            outgoing::set_aside(conn, payment.uetr, &payment.transfer.debtor, now).map(Some)
        })
    }
}
