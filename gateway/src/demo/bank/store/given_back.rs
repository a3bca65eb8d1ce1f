//! Money that the bank sends back, for its merchants or because it was recalled: set aside, then gone, or the customer's
//! again.

use diesel::prelude::*;
use payments::clearing::RecallRequest;
use payments::iso20022::ReasonCode;
use payments::money::{Amount, Currency};
use payments::participant::ClearingCode;
use store::Timestamp;
use uuid::Uuid;

use super::schema::{directory_cursor, given_back, incoming};
use super::{Books, Error, accounts};
use crate::demo::bank::account::{Account, AccountNumber};
use crate::demo::bank::ledger::{self, Posting};
use crate::demo::bank::payment::Uetr;

/// Why money goes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A merchant asked for it: the refund at the switch.
    Refund(Uuid),
    /// The payer's bank recalled it.
    Recall {
        /// `CxlId`.
        id: String,
        /// Who recalled.
        payers_bank: ClearingCode,
    },
}

/// A return that the bank makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBack {
    /// Of which payment.
    pub uetr: Uetr,
    /// Its `TxId`.
    pub transaction_id: String,
    /// Why.
    pub cause: Cause,
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
            set_aside(conn, account, &wanted, now)?;
            Ok(true)
        })
    }

    /// What the bank does about a recall of `payers_bank`: the money is set aside, once, or it is said why not.
    pub fn decide_recall(
        &self,
        asked: &RecallRequest,
        payers_bank: ClearingCode,
        now: Timestamp,
    ) -> Result<Result<GivenBack, ReasonCode>, Error> {
        let (asked, uetr) = (asked.clone(), Uetr::from_uuid(asked.original_uetr));
        self.post(move |conn| {
            let cause = Cause::Recall { id: asked.cancellation_id.clone(), payers_bank };
            let return_id = recall_return_id(uetr);
            let known = given_back::table.find(&return_id).select(COLUMNS).first::<Row>(conn).optional()?;
            if let Some(known) = known {
                return Ok(Ok(read(known)?));
            }
            let account = credited(conn, uetr)?;
            let (left, balance) = match &account {
                None => (0, 0),
                Some(account) => (left(conn, uetr)?, accounts::balance(conn, account)?),
            };
            let (amount, account) = match (ledger::recall(asked.reason, account.is_some(), left, balance), account) {
                (Ok(amount), Some(account)) => (amount, account),
                (Err(reason), _) => return Ok(Err(reason)),
                (Ok(_), None) => return Err(Error::UnknownAccount),
            };
            let amount = Amount::new(amount, Currency::Hkd).map_err(|_| Error::Unreadable("amount"))?;
            let transaction_id = asked.original_transaction_id.clone();
            let wanted = GivenBack { uetr, transaction_id, cause, return_id, amount };
            set_aside(conn, account, &wanted, now)?;
            Ok(Ok(wanted))
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

/// A payment is given back on a recall once, under an id that follows from its own.
fn recall_return_id(uetr: Uetr) -> String {
    format!("RC{}", uetr.as_uuid().simple())
}

/// What of a payment has not gone back, and is not on its way.
fn left(conn: &mut SqliteConnection, uetr: Uetr) -> Result<i64, Error> {
    let came: i64 = incoming::table.find(uetr).select(incoming::amount).first(conn)?;
    let went = given_back::table.filter(given_back::uetr.eq(uetr)).filter(given_back::state.ne("rejected"));
    let went: Vec<i64> = went.select(given_back::amount).load(conn)?;
    Ok(went.into_iter().fold(came, i64::saturating_sub))
}

fn set_aside(
    conn: &mut SqliteConnection,
    account: AccountNumber,
    wanted: &GivenBack,
    now: Timestamp,
) -> Result<(), Error> {
    let (refund, recall, payers_bank) = match &wanted.cause {
        Cause::Refund(refund) => (Some(refund.as_bytes().as_slice()), None, None),
        Cause::Recall { id, payers_bank } => (None, Some(id), Some(payers_bank)),
    };
    diesel::insert_into(given_back::table)
        .values((
            given_back::return_id.eq(&wanted.return_id),
            given_back::uetr.eq(wanted.uetr),
            given_back::transaction_id.eq(&wanted.transaction_id),
            given_back::refund.eq(refund),
            given_back::recall.eq(recall),
            given_back::payers_bank.eq(payers_bank),
            given_back::amount.eq(wanted.amount.minor()),
            given_back::state.eq("held"),
        ))
        .execute(conn)?;
    move_money(conn, Account::Customer(account), Account::Suspense, wanted, now)
}

type Row = (String, Uetr, String, Option<Vec<u8>>, Option<String>, Option<ClearingCode>, i64);
type Columns = (
    given_back::return_id,
    given_back::uetr,
    given_back::transaction_id,
    given_back::refund,
    given_back::recall,
    given_back::payers_bank,
    given_back::amount,
);
const COLUMNS: Columns = (
    given_back::return_id,
    given_back::uetr,
    given_back::transaction_id,
    given_back::refund,
    given_back::recall,
    given_back::payers_bank,
    given_back::amount,
);

fn read((return_id, uetr, transaction_id, refund, recall, payers_bank, minor): Row) -> Result<GivenBack, Error> {
    let cause = match (refund, recall.zip(payers_bank)) {
        (Some(refund), _) => Cause::Refund(Uuid::from_slice(&refund).map_err(|_| Error::Unreadable("refund"))?),
        (None, Some((id, payers_bank))) => Cause::Recall { id, payers_bank },
        (None, None) => return Err(Error::Unreadable("why money goes back")),
    };
    Ok(GivenBack {
        uetr,
        transaction_id,
        cause,
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
