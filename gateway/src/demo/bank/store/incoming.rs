//! Payments to customers: what the inbox brought, what was answered, what was credited.

use diesel::prelude::*;
use payments::money::{Amount, Currency};
use store::Timestamp;

use super::schema::{account, inbox_cursor, incoming, proxy_link};
use super::{Books, Error, accounts};
use crate::demo::bank::account::AccountNumber;
use crate::demo::bank::ledger::{Incoming, IncomingState, Outcome};
use crate::demo::bank::payment::{Payment, ReceivedPayment, Uetr};

impl Books {
    /// How far the inbox has been read.
    pub fn cursor(&self) -> Result<i64, Error> {
        self.read(|conn| Ok(inbox_cursor::table.select(inbox_cursor::seq).first(conn)?))
    }

    /// Remembers how far the inbox has been read. It never goes back.
    pub fn advance_cursor(&self, seq: i64) -> Result<(), Error> {
        self.write(move |conn| {
            let behind = inbox_cursor::table.filter(inbox_cursor::seq.lt(seq));
            diesel::update(behind).set(inbox_cursor::seq.eq(seq)).execute(conn)?;
            Ok(())
        })
    }

    /// Whose account a payment names: by its number, or by the token that the directory gave for it.
    pub fn account_of(&self, named: &str) -> Result<Option<AccountNumber>, Error> {
        let number: Option<String> = self.read(|conn| {
            let by_token = proxy_link::table.filter(proxy_link::account_token.eq(named)).select(proxy_link::account);
            let number = by_token.first(conn).optional()?;
            if number.is_some() {
                return Ok(number);
            }
            Ok(account::table.find(named).select(account::number).first(conn).optional()?)
        })?;
        Ok(number.and_then(|number| number.parse().ok()))
    }

    /// Keeps a payment that the inbox brought. One that is there already stays as it is.
    pub fn receive(&self, payment: ReceivedPayment) -> Result<(), Error> {
        self.write(move |conn| {
            diesel::insert_or_ignore_into(incoming::table).values(Row::from(&payment)).execute(conn)?;
            Ok(())
        })
    }

    /// Payments that the bank has an answer for and whose outcome it has not heard, oldest first.
    pub fn unanswered(&self) -> Result<Vec<ReceivedPayment>, Error> {
        let rows: Vec<Row> = self.read(|conn| {
            let open = incoming::table.filter(incoming::state.eq_any(["accepted", "refused"]));
            Ok(open.order(incoming::received).select(Row::as_select()).load(conn)?)
        })?;
        rows.into_iter().map(ReceivedPayment::try_from).collect()
    }

    /// The switch says how a payment to a customer ended. `None` when it is not one of this bank's, or was known.
    pub fn finish_incoming(
        &self,
        uetr: Uetr,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<Option<IncomingState>, Error> {
        self.post(move |conn| {
            let row: Option<Row> = incoming::table.find(uetr).select(Row::as_select()).first(conn).optional()?;
            let Some(row) = row else { return Ok(None) };
            let Some(step) = ReceivedPayment::try_from(row)?.transfer.finish(outcome) else { return Ok(None) };
            let (state, reason) = state_text(step.state);
            diesel::update(incoming::table.find(uetr))
                .set((incoming::state.eq(state), incoming::reason.eq(reason), incoming::finished.eq(now)))
                .execute(conn)?;
            if let Some(posting) = step.posting {
                accounts::write_posting(conn, &posting, Some(uetr), now)?;
            }
            Ok(Some(step.state))
        })
    }
}

/// The payee's side of a payment within the bank; the money was posted with the payer's side.
pub(super) fn record_credit_within(
    conn: &mut SqliteConnection,
    payment: &Payment,
    creditor: &AccountNumber,
    now: Timestamp,
) -> Result<(), Error> {
    let row = Row {
        uetr: payment.uetr,
        transaction_id: payment.uetr.transaction_id(),
        account: Some(creditor.to_string()),
        amount: payment.transfer.amount.minor(),
        debtor_name: payment.debtor_name.clone(),
        remittance_information: payment.remittance_information.clone(),
        state: "credited".to_owned(),
        reason: None,
        received: now,
        finished: Some(now),
    };
    diesel::insert_into(incoming::table).values(row).execute(conn)?;
    Ok(())
}

fn state_text(state: IncomingState) -> (&'static str, Option<String>) {
    match state {
        IncomingState::Accepted => ("accepted", None),
        IncomingState::Silent => ("silent", None),
        IncomingState::Refused(reason) => ("refused", Some(reason.to_string())),
        IncomingState::Credited => ("credited", None),
        IncomingState::Rejected(reason) => ("rejected", Some(reason.to_string())),
    }
}

fn state_of(name: &str, reason: Option<&str>) -> Result<IncomingState, Error> {
    let reason = reason.map(str::parse).transpose().map_err(|_| Error::Unreadable("reason"))?;
    match (name, reason) {
        ("accepted", _) => Ok(IncomingState::Accepted),
        ("silent", _) => Ok(IncomingState::Silent),
        ("refused", Some(reason)) => Ok(IncomingState::Refused(reason)),
        ("credited", _) => Ok(IncomingState::Credited),
        ("rejected", Some(reason)) => Ok(IncomingState::Rejected(reason)),
        _ => Err(Error::Unreadable("state of a payment received")),
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = incoming)]
struct Row {
    uetr: Uetr,
    transaction_id: String,
    account: Option<String>,
    amount: i64,
    debtor_name: String,
    remittance_information: Option<String>,
    state: String,
    reason: Option<String>,
    received: Timestamp,
    finished: Option<Timestamp>,
}

impl From<&ReceivedPayment> for Row {
    fn from(payment: &ReceivedPayment) -> Self {
        let (state, reason) = state_text(payment.transfer.state);
        Self {
            uetr: payment.uetr,
            transaction_id: payment.transaction_id.clone(),
            account: payment.transfer.creditor.as_ref().map(ToString::to_string),
            amount: payment.transfer.amount.minor(),
            debtor_name: payment.debtor_name.clone(),
            remittance_information: payment.remittance_information.clone(),
            state: state.to_owned(),
            reason,
            received: payment.received,
            finished: None,
        }
    }
}

impl TryFrom<Row> for ReceivedPayment {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        let creditor = row.account.as_deref().map(str::parse).transpose();
        Ok(Self {
            uetr: row.uetr,
            transaction_id: row.transaction_id,
            transfer: Incoming {
                creditor: creditor.map_err(|_| Error::Unreadable("account number"))?,
                amount: Amount::new(row.amount, Currency::Hkd).map_err(|_| Error::Unreadable("amount"))?,
                state: state_of(&row.state, row.reason.as_deref())?,
            },
            debtor_name: row.debtor_name,
            remittance_information: row.remittance_information,
            received: row.received,
        })
    }
}
