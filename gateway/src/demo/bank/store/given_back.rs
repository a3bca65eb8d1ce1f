//! Money that the bank sends back for its merchants: set aside, then gone, or given to the merchant again.

use diesel::prelude::*;
use payments::money::{Amount, Currency};
use store::Timestamp;
use uuid::Uuid;

use super::schema::{directory_cursor, given_back, incoming};
use super::{Books, Error, accounts};
use crate::demo::bank::account::{Account, AccountNumber};
use crate::demo::bank::ledger::Posting;
use crate::demo::bank::payment::Uetr;

/// A return that the bank makes because a merchant asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBack {
    /// Of which payment.
    pub uetr: Uetr,
    /// Its `TxId`.
    pub transaction_id: String,
    /// The refund at the switch.
    pub refund: Uuid,
    /// `RtrId`.
    pub return_id: String,
    /// How much.
    pub amount: Amount,
}

impl Books {
    /// How far the directory's inbox has been read.
    pub fn directory_cursor(&self) -> Result<i64, Error> {
        self.read(|conn| Ok(directory_cursor::table.select(directory_cursor::seq).first(conn)?))
    }

    /// Remembers how far the directory's inbox has been read. It never goes back.
    pub fn advance_directory_cursor(&self, seq: i64) -> Result<(), Error> {
        self.write(move |conn| {
            let behind = directory_cursor::table.filter(directory_cursor::seq.lt(seq));
            diesel::update(behind).set(directory_cursor::seq.eq(seq)).execute(conn)?;
            Ok(())
        })
    }

    /// Sets the merchant's money aside, once for each return. False when the payment is none of a customer's, or the
    /// account does not hold enough.
    pub fn set_aside_for_return(&self, wanted: GivenBack, now: Timestamp) -> Result<bool, Error> {
        self.post(move |conn| {
            let known: i64 = given_back::table.find(&wanted.return_id).count().get_result(conn)?;
            if known > 0 {
                return Ok(true);
            }
            let Some(account) = credited(conn, wanted.uetr)? else { return Ok(false) };
            if accounts::balance(conn, &account)? < wanted.amount.minor() {
                return Ok(false);
            }
            diesel::insert_into(given_back::table)
                .values((
                    given_back::return_id.eq(&wanted.return_id),
                    given_back::uetr.eq(wanted.uetr),
                    given_back::transaction_id.eq(&wanted.transaction_id),
                    given_back::refund.eq(wanted.refund.as_bytes().as_slice()),
                    given_back::amount.eq(wanted.amount.minor()),
                    given_back::state.eq("held"),
                ))
                .execute(conn)?;
            move_money(conn, Account::Customer(account), Account::Suspense, &wanted, now)?;
            Ok(true)
        })
    }

    /// Returns whose outcome is not known.
    pub fn giving_back(&self) -> Result<Vec<GivenBack>, Error> {
        let held = self.read(|conn| {
            let open = given_back::table.filter(given_back::state.eq("held")).order(given_back::return_id);
            Ok(open.select(COLUMNS).load::<Row>(conn)?)
        })?;
        held.into_iter().map(read).collect()
    }

    /// The switch says how a return ended: the money is gone, or the merchant has it again.
    pub fn finish_return(&self, return_id: &str, settled: bool, now: Timestamp) -> Result<(), Error> {
        let return_id = return_id.to_owned();
        self.post(move |conn| {
            let open = given_back::table.find(&return_id).filter(given_back::state.eq("held"));
            let Some(row) = open.select(COLUMNS).first::<Row>(conn).optional()? else { return Ok(()) };
            let of = read(row)?;
            let to = if settled {
                Account::Settlement
            } else {
                credited(conn, of.uetr)?.map_or(Account::Suspense, Account::Customer)
            };
            let state = if settled { "settled" } else { "rejected" };
            diesel::update(given_back::table.find(&return_id)).set(given_back::state.eq(state)).execute(conn)?;
            move_money(conn, Account::Suspense, to, &of, now)
        })
    }
}

type Row = (String, Uetr, String, Vec<u8>, i64);
type Columns =
    (given_back::return_id, given_back::uetr, given_back::transaction_id, given_back::refund, given_back::amount);
const COLUMNS: Columns =
    (given_back::return_id, given_back::uetr, given_back::transaction_id, given_back::refund, given_back::amount);

fn read((return_id, uetr, transaction_id, refund, minor): Row) -> Result<GivenBack, Error> {
    Ok(GivenBack {
        uetr,
        transaction_id,
        refund: Uuid::from_slice(&refund).map_err(|_| Error::Unreadable("refund"))?,
        return_id,
        amount: Amount::new(minor, Currency::Hkd).map_err(|_| Error::Unreadable("amount"))?,
    })
}

/// The account that a payment was credited to.
fn credited(conn: &mut SqliteConnection, uetr: Uetr) -> Result<Option<AccountNumber>, Error> {
    let account: Option<Option<String>> = incoming::table
        .find(uetr)
        .filter(incoming::state.eq("credited"))
        .select(incoming::account)
        .first(conn)
        .optional()?;
    Ok(account.flatten().and_then(|number| number.parse().ok()))
}

fn move_money(
    conn: &mut SqliteConnection,
    debit: Account,
    credit: Account,
    of: &GivenBack,
    now: Timestamp,
) -> Result<(), Error> {
    if debit == credit {
        return Ok(());
    }
    accounts::write_posting(conn, &Posting { debit, credit, amount: of.amount }, Some(of.uetr), now)
}
