//! What customers see of their account: what they paid, what they received.

use std::collections::HashMap;

use diesel::prelude::*;
use payments::iso20022::ReasonCode;
use payments::money::{Amount, Currency};
use store::Timestamp;

use super::outgoing::state_of;
use super::schema::{given_back, incoming, outgoing, posting, returned};
use super::{Books, Error};
use crate::demo::bank::account::AccountNumber;
use crate::demo::bank::ledger::OutgoingState;
use crate::demo::bank::payment::{Names, Uetr};

/// One line of an account's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which payment.
    pub uetr: Uetr,
    /// Paid by the customer, or to them.
    pub outgoing: bool,
    /// The other side: masked when it is paid.
    pub names: Names,
    /// How much.
    pub amount: Amount,
    /// What it was for.
    pub remittance_information: Option<String>,
    /// Where it stands.
    pub state: EntryState,
    /// How much of it has gone back to the payer, in cents.
    pub back: i64,
    /// When the payer confirmed it, or the payee had it.
    pub at: Timestamp,
}

/// Where a line of the history stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// The outcome is not known yet.
    UnderWay,
    /// Final.
    Settled,
    /// Not paid, and why.
    Rejected(ReasonCode),
}

/// Money that reached an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// The posting's number: rises, never twice.
    pub seq: i64,
    /// How much.
    pub amount: Amount,
    /// Who paid.
    pub debtor_name: String,
    /// What it was for.
    pub remittance_information: Option<String>,
    /// When it was credited.
    pub credited: Timestamp,
}

fn amount(minor: i64) -> Result<Amount, Error> {
    Amount::new(minor, Currency::Hkd).map_err(|_| Error::Unreadable("amount"))
}

impl Books {
    /// The newest `limit` lines of an account's history, newest first.
    pub fn history(&self, account: &AccountNumber, limit: i64) -> Result<Vec<Entry>, Error> {
        let mut entries = self.read(|conn| {
            let mut entries = paid(conn, account, limit)?;
            entries.extend(received(conn, account, limit)?);
            Ok(entries)
        })?;
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        entries.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(entries)
    }

    /// What was credited to an account by payments after posting `after`, oldest first.
    pub fn credits(&self, account: &AccountNumber, after: i64, limit: i64) -> Result<Vec<Credit>, Error> {
        type Found = (i64, i64, String, Option<String>, Timestamp);
        let found: Vec<Found> = self.read(|conn| {
            Ok(posting::table
                .inner_join(incoming::table.on(posting::uetr.eq(incoming::uetr.nullable())))
                .filter(posting::credit.eq(account.as_str()).and(incoming::account.eq(account.as_str())))
                .filter(posting::seq.gt(after))
                .order(posting::seq)
                .limit(limit)
                .select((
                    posting::seq,
                    posting::amount,
                    incoming::debtor_name,
                    incoming::remittance_information,
                    posting::posted,
                ))
                .load(conn)?)
        })?;
        let credit = |(seq, minor, debtor_name, remittance_information, credited): Found| {
            Ok(Credit { seq, amount: amount(minor)?, debtor_name, remittance_information, credited })
        };
        found.into_iter().map(credit).collect()
    }
}

fn paid(conn: &mut SqliteConnection, account: &AccountNumber, limit: i64) -> Result<Vec<Entry>, Error> {
    type Paid = (Uetr, String, String, i64, Option<String>, String, Option<String>, Option<Timestamp>, Timestamp);
    let rows: Vec<Paid> = outgoing::table
        .filter(outgoing::debtor_account.eq(account.as_str()).and(outgoing::state.ne("draft")))
        .order(outgoing::created.desc())
        .limit(limit)
        .select((
            outgoing::uetr,
            outgoing::creditor_name_zh,
            outgoing::creditor_name_en,
            outgoing::amount,
            outgoing::remittance_information,
            outgoing::state,
            outgoing::reason,
            outgoing::accepted,
            outgoing::created,
        ))
        .load(conn)?;
    let uetrs: Vec<Uetr> = rows.iter().map(|row| row.0).collect();
    let came_back = returned::table.filter(returned::uetr.eq_any(&uetrs));
    let back = sums(came_back.select((returned::uetr, returned::amount)).load(conn)?);
    let entry = |(uetr, zh, en, minor, remittance_information, state, reason, accepted, created): Paid| {
        Ok(Entry {
            back: back.get(&uetr).copied().unwrap_or_default(),
            uetr,
            outgoing: true,
            names: Names { zh, en },
            amount: amount(minor)?,
            remittance_information,
            state: match state_of(&state, reason.as_deref())? {
                OutgoingState::Draft | OutgoingState::Held => EntryState::UnderWay,
                OutgoingState::Settled => EntryState::Settled,
                OutgoingState::Rejected(reason) => EntryState::Rejected(reason),
            },
            at: accepted.unwrap_or(created),
        })
    };
    rows.into_iter().map(entry).collect()
}

fn received(conn: &mut SqliteConnection, account: &AccountNumber, limit: i64) -> Result<Vec<Entry>, Error> {
    type Received = (Uetr, String, i64, Option<String>, Option<Timestamp>, Timestamp);
    let rows: Vec<Received> = incoming::table
        .filter(incoming::account.eq(account.as_str()).and(incoming::state.eq("credited")))
        .order(incoming::received.desc())
        .limit(limit)
        .select((
            incoming::uetr,
            incoming::debtor_name,
            incoming::amount,
            incoming::remittance_information,
            incoming::finished,
            incoming::received,
        ))
        .load(conn)?;
    let uetrs: Vec<Uetr> = rows.iter().map(|row| row.0).collect();
    let went_back = given_back::table.filter(given_back::uetr.eq_any(&uetrs)).filter(given_back::state.ne("rejected"));
    let back = sums(went_back.select((given_back::uetr, given_back::amount)).load(conn)?);
    let entry = |(uetr, name, minor, remittance_information, finished, received): Received| {
        Ok(Entry {
            back: back.get(&uetr).copied().unwrap_or_default(),
            uetr,
            outgoing: false,
            names: Names { zh: name.clone(), en: name },
            amount: amount(minor)?,
            remittance_information,
            state: EntryState::Settled,
            at: finished.unwrap_or(received),
        })
    };
    rows.into_iter().map(entry).collect()
}

/// What went back, payment by payment.
fn sums(rows: Vec<(Uetr, i64)>) -> HashMap<Uetr, i64> {
    let mut sums = HashMap::new();
    for (uetr, minor) in rows {
        let sum: &mut i64 = sums.entry(uetr).or_default();
        *sum = sum.saturating_add(minor);
    }
    sums
}
