//! Payments that customers make: drafts, holds, outcomes.

use std::time::Duration;

use diesel::prelude::*;
use payments::directory::{Proxy, ProxyKind};
use payments::money::{Amount, Currency};
use payments::participant::ClearingCode;
use store::Timestamp;

use super::schema::outgoing;
use super::{Books, Error, accounts};
use crate::demo::bank::account::AccountNumber;
use crate::demo::bank::ledger::{Outcome, Outgoing, OutgoingState};
use crate::demo::bank::payment::{LookUp, Names, Payee, Payment, Uetr};

/// How long a payment that was shown and not confirmed is kept.
const DRAFTS_ARE_KEPT: Duration = Duration::from_hours(1);

impl Books {
    /// Keeps what the payer is about to be shown, and forgets what was never confirmed.
    pub fn draft(&self, payment: Payment) -> Result<(), Error> {
        self.write(move |conn| {
            let stale = outgoing::state.eq("draft").and(outgoing::created.lt(payment.created - DRAFTS_ARE_KEPT));
            diesel::delete(outgoing::table.filter(stale)).execute(conn)?;
            insert(conn, &payment)
        })
    }

    /// A payment of this customer.
    pub fn payment(&self, uetr: Uetr, debtor: &AccountNumber) -> Result<Payment, Error> {
        self.read(|conn| find(conn, uetr)).and_then(|payment| owned(payment, debtor))
    }

    /// The payer confirms: the money is set aside before the switch hears of it. `now` becomes AccptncDtTm.
    pub fn hold(&self, uetr: Uetr, debtor: AccountNumber, now: Timestamp) -> Result<Payment, Error> {
        self.post(move |conn| set_aside(conn, uetr, &debtor, now))
    }

    /// The payer confirms a payment to another customer of this bank: settled at once.
    pub fn transfer_within(
        &self,
        uetr: Uetr,
        debtor: AccountNumber,
        creditor: AccountNumber,
        now: Timestamp,
    ) -> Result<Payment, Error> {
        self.post(move |conn| {
            let payment = owned(find(conn, uetr)?, &debtor)?;
            let step = payment.transfer.transfer_within(accounts::balance(conn, &debtor)?, &creditor)?;
            let payment = record(conn, payment, step.state, step.posting, now)?;
            super::incoming::record_credit_within(conn, &payment, &creditor, now)?;
            Ok(payment)
        })
    }

    /// The switch says how a payment ended. `None` when the payment is not one of this bank's, or it was known.
    pub fn finish(&self, uetr: Uetr, outcome: Outcome, now: Timestamp) -> Result<Option<OutgoingState>, Error> {
        self.post(move |conn| {
            let payment = match find(conn, uetr) {
                Err(Error::UnknownPayment) => return Ok(None),
                found => found?,
            };
            let Some(step) = payment.transfer.finish(outcome) else { return Ok(None) };
            record(conn, payment, step.state, step.posting, now).map(|payment| Some(payment.transfer.state))
        })
    }

    /// Payments whose outcome is not known, oldest first.
    pub fn held(&self) -> Result<Vec<Payment>, Error> {
        let rows = self.read(|conn| {
            let held = outgoing::table.filter(outgoing::state.eq("held")).order(outgoing::accepted);
            Ok(held.select(Row::as_select()).load(conn)?)
        })?;
        rows.into_iter().map(Payment::try_from).collect()
    }
}

/// Keeps a payment that is new.
pub(super) fn insert(conn: &mut SqliteConnection, payment: &Payment) -> Result<(), Error> {
    diesel::insert_into(outgoing::table).values(Row::from(payment)).execute(conn)?;
    Ok(())
}

/// Sets a payment's money aside.
pub(super) fn set_aside(
    conn: &mut SqliteConnection,
    uetr: Uetr,
    debtor: &AccountNumber,
    now: Timestamp,
) -> Result<Payment, Error> {
    let payment = owned(find(conn, uetr)?, debtor)?;
    let step = payment.transfer.hold(accounts::balance(conn, debtor)?)?;
    record(conn, payment, step.state, step.posting, now)
}

fn find(conn: &mut SqliteConnection, uetr: Uetr) -> Result<Payment, Error> {
    let row: Option<Row> = outgoing::table.find(uetr).select(Row::as_select()).first(conn).optional()?;
    row.ok_or(Error::UnknownPayment)?.try_into()
}

fn owned(payment: Payment, debtor: &AccountNumber) -> Result<Payment, Error> {
    if payment.transfer.debtor == *debtor { Ok(payment) } else { Err(Error::UnknownPayment) }
}

fn record(
    conn: &mut SqliteConnection,
    mut payment: Payment,
    state: OutgoingState,
    posting: Option<crate::demo::bank::ledger::Posting>,
    now: Timestamp,
) -> Result<Payment, Error> {
    if payment.transfer.state == OutgoingState::Draft {
        payment.accepted = Some(now);
    }
    if state != OutgoingState::Held {
        payment.finished = Some(now);
    }
    payment.transfer.state = state;
    let (name, reason) = state_text(state);
    diesel::update(outgoing::table.find(payment.uetr))
        .set((
            outgoing::state.eq(name),
            outgoing::reason.eq(reason),
            outgoing::accepted.eq(payment.accepted),
            outgoing::finished.eq(payment.finished),
        ))
        .execute(conn)?;
    if let Some(posting) = posting {
        accounts::write_posting(conn, &posting, Some(payment.uetr), now)?;
    }
    Ok(payment)
}

fn state_text(state: OutgoingState) -> (&'static str, Option<String>) {
    match state {
        OutgoingState::Draft => ("draft", None),
        OutgoingState::Held => ("held", None),
        OutgoingState::Settled => ("settled", None),
        OutgoingState::Rejected(reason) => ("rejected", Some(reason.to_string())),
    }
}

pub(super) fn state_of(name: &str, reason: Option<&str>) -> Result<OutgoingState, Error> {
    let reason = reason.map(str::parse).transpose().map_err(|_| Error::Unreadable("reason"))?;
    match (name, reason) {
        ("draft", _) => Ok(OutgoingState::Draft),
        ("held", _) => Ok(OutgoingState::Held),
        ("settled", _) => Ok(OutgoingState::Settled),
        ("rejected", Some(reason)) => Ok(OutgoingState::Rejected(reason)),
        _ => Err(Error::Unreadable("state of a payment")),
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = outgoing)]
struct Row {
    uetr: Uetr,
    debtor_account: String,
    debtor_name: String,
    amount: i64,
    creditor_agent: ClearingCode,
    creditor_bank_zh: String,
    creditor_bank_en: String,
    creditor_account: String,
    creditor_name_zh: String,
    creditor_name_en: String,
    // Of the look-up: empty where a request to pay said whom to pay.
    proxy_kind: String,
    proxy_value: String,
    lookup_reference: String,
    remittance_information: Option<String>,
    request_to_pay: Option<String>,
    till: Option<String>,
    state: String,
    reason: Option<String>,
    created: Timestamp,
    accepted: Option<Timestamp>,
    finished: Option<Timestamp>,
}

impl From<&Payment> for Row {
    fn from(payment: &Payment) -> Self {
        let (state, reason) = state_text(payment.transfer.state);
        let payee = payment.payee.clone();
        Self {
            uetr: payment.uetr,
            debtor_account: payment.transfer.debtor.to_string(),
            debtor_name: payment.debtor_name.clone(),
            amount: payment.transfer.amount.minor(),
            proxy_kind: payee.proxy().map(|proxy| proxy.kind().code()).unwrap_or_default().to_owned(),
            proxy_value: payee.proxy().map(Proxy::value).unwrap_or_default().to_owned(),
            lookup_reference: payee.lookup_reference().unwrap_or_default().to_owned(),
            creditor_agent: payee.bank,
            creditor_bank_zh: payee.bank_names.zh,
            creditor_bank_en: payee.bank_names.en,
            creditor_account: payee.account_token,
            creditor_name_zh: payee.names.zh,
            creditor_name_en: payee.names.en,
            remittance_information: payment.remittance_information.clone(),
            request_to_pay: payment.request_to_pay.map(|id| id.to_string()),
            till: payment.till.clone(),
            state: state.to_owned(),
            reason,
            created: payment.created,
            accepted: payment.accepted,
            finished: payment.finished,
        }
    }
}

impl TryFrom<Row> for Payment {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        let state = state_of(&row.state, row.reason.as_deref())?;
        let request_to_pay = row.request_to_pay.as_deref().map(str::parse).transpose();
        let look_up = match row.proxy_kind.as_str() {
            "" => None,
            kind => Some(LookUp { proxy: proxy_of(kind, &row.proxy_value)?, reference: row.lookup_reference }),
        };
        Ok(Self {
            uetr: row.uetr,
            transfer: Outgoing {
                debtor: row.debtor_account.parse().map_err(|_| Error::Unreadable("account number"))?,
                amount: Amount::new(row.amount, Currency::Hkd).map_err(|_| Error::Unreadable("amount"))?,
                state,
            },
            debtor_name: row.debtor_name,
            payee: Payee {
                bank: row.creditor_agent,
                bank_names: Names { zh: row.creditor_bank_zh, en: row.creditor_bank_en },
                account_token: row.creditor_account,
                names: Names { zh: row.creditor_name_zh, en: row.creditor_name_en },
                look_up,
            },
            remittance_information: row.remittance_information,
            request_to_pay: request_to_pay.map_err(|_| Error::Unreadable("request to pay"))?,
            till: row.till,
            created: row.created,
            accepted: row.accepted,
            finished: row.finished,
        })
    }
}

pub(super) fn proxy_of(kind: &str, value: &str) -> Result<Proxy, Error> {
    let proxy = ProxyKind::from_code(kind).and_then(|kind| Proxy::parse(kind, value).ok());
    proxy.ok_or(Error::Unreadable("proxy"))
}
