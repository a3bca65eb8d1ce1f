//! Balances and postings.

use std::collections::BTreeMap;

use diesel::prelude::*;
use payments::money::Amount;
use store::Timestamp;

use super::schema::{account, posting};
use super::{Books, Error};
use crate::demo::bank::account::{Account, AccountNumber};
use crate::demo::bank::ledger::{self, Posting};
use crate::demo::bank::payment::Uetr;

impl Books {
    /// Opens the accounts that are not open yet: the bank's own, and its customers' with their first money.
    pub fn open_accounts(&self, customers: Vec<(AccountNumber, Option<Amount>)>, now: Timestamp) -> Result<(), Error> {
        self.post(move |conn| {
            for own in Account::OWN {
                open(conn, &own)?;
            }
            for (number, first) in &customers {
                let opened = open(conn, &Account::Customer(number.clone()))?;
                if let Some(amount) = first.filter(|_| opened) {
                    write_posting(conn, &ledger::open(number, amount), None, now)?;
                }
            }
            Ok(())
        })
    }

    /// What a customer has at their disposal, in cents.
    pub fn balance(&self, number: &AccountNumber) -> Result<i64, Error> {
        self.read(|conn| balance(conn, number))
    }

    /// Works every balance out again from the postings, and says where the books differ from it.
    pub fn verify(&self) -> Result<(), Error> {
        let (balances, postings) = self.read(|conn| {
            let balances: Vec<(String, i64)> = account::table.load(conn)?;
            let postings: Vec<(String, String, i64)> =
                posting::table.select((posting::debit, posting::credit, posting::amount)).load(conn)?;
            Ok((balances, postings))
        })?;
        let mut expected: BTreeMap<String, i64> = BTreeMap::new();
        for (debit, credit, amount) in postings {
            *expected.entry(debit).or_default() -= amount;
            *expected.entry(credit).or_default() += amount;
        }
        for (number, balance) in balances {
            let sum = expected.remove(&number).unwrap_or(0);
            if sum != balance {
                return Err(Error::Unbalanced(format!("{number} holds {balance}, its postings make {sum}")));
            }
        }
        Ok(())
    }
}

fn open(conn: &mut SqliteConnection, which: &Account) -> Result<bool, Error> {
    let row = (account::number.eq(which.to_string()), account::balance.eq(0_i64));
    Ok(diesel::insert_or_ignore_into(account::table).values(row).execute(conn)? == 1)
}

pub(super) fn balance(conn: &mut SqliteConnection, number: &AccountNumber) -> Result<i64, Error> {
    let row = account::table.find(number.as_str()).select(account::balance).first(conn);
    row.optional()?.ok_or(Error::UnknownAccount)
}

/// The number of the newest posting; 0 before the first.
pub(super) fn last_posting(conn: &mut SqliteConnection) -> Result<i64, Error> {
    let last: Option<i64> = posting::table.select(diesel::dsl::max(posting::seq)).first(conn)?;
    Ok(last.unwrap_or(0))
}

/// Moves money between two accounts and records that it did.
pub(super) fn write_posting(
    conn: &mut SqliteConnection,
    moved: &Posting,
    uetr: Option<Uetr>,
    now: Timestamp,
) -> Result<(), Error> {
    let amount = moved.amount.minor();
    for (which, change) in [(&moved.debit, -amount), (&moved.credit, amount)] {
        let row = account::table.find(which.to_string());
        let changed = diesel::update(row).set(account::balance.eq(account::balance + change)).execute(conn)?;
        if changed != 1 {
            return Err(Error::UnknownAccount);
        }
    }
    diesel::insert_into(posting::table)
        .values((
            posting::debit.eq(moved.debit.to_string()),
            posting::credit.eq(moved.credit.to_string()),
            posting::amount.eq(amount),
            posting::uetr.eq(uetr),
            posting::posted.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
