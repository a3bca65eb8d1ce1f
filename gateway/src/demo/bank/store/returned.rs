//! Money that comes back: a payee's bank returns what it was paid, whole or in parts.

use diesel::prelude::*;
use payments::money::Amount;
use store::Timestamp;

use super::schema::{outgoing, returned};
use super::{Books, Error, accounts};
use crate::demo::bank::ledger;
use crate::demo::bank::payment::Uetr;

impl Books {
    /// Credits the payer with what came back of a payment, once for each return. What belongs to no payment of
    /// this bank stays in suspense until somebody has looked at it.
    pub fn take_back(&self, uetr: Uetr, return_id: String, amount: Amount, now: Timestamp) -> Result<(), Error> {
        self.post(move |conn| {
            let row = (
                returned::uetr.eq(uetr),
                returned::return_id.eq(&return_id),
                returned::amount.eq(amount.minor()),
                returned::received.eq(now),
            );
            if diesel::insert_or_ignore_into(returned::table).values(row).execute(conn)? == 0 {
                return Ok(());
            }
            let payer: Option<String> =
                outgoing::table.find(uetr).select(outgoing::debtor_account).first(conn).optional()?;
            let payer = payer.and_then(|number| number.parse().ok());
            accounts::write_posting(conn, &ledger::take_back(payer, amount), Some(uetr), now)
        })
    }
}
