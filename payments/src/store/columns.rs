//! Rows of the log as the columns hold them, and back. What cannot be read back says where it is.

use std::sync::Arc;

use diesel::prelude::*;
use store::Timestamp;
use uuid::Uuid;

use super::schema;
use crate::clearing::{
    BusinessDay, Digest, Ending, Event, EventFields, EventRow, OutcomeRow, Payment, PaymentRow, PaymentState, Posting,
    Row,
};
use crate::error::Error;
use crate::iso20022::pacs008;
use crate::money::{Amount, Currency};
use crate::participant::ClearingCode;
use crate::request_to_pay::RequestId;

/// Table `payment` without the message.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = schema::payment, treat_none_as_default_value = false)]
pub(super) struct RecordColumns {
    pub(super) seq: i64,
    pub(super) recorded: Timestamp,
    pub(super) business_day: BusinessDay,
    pub(super) debtor_agent: ClearingCode,
    pub(super) creditor_agent: ClearingCode,
    pub(super) currency: i16,
    pub(super) amount: i64,
    pub(super) transaction_id: String,
    pub(super) end_to_end_id: String,
    pub(super) uetr: Vec<u8>,
    pub(super) accepted: Timestamp,
    pub(super) deadline: Timestamp,
    pub(super) reason: Option<String>,
    pub(super) fingerprint: Vec<u8>,
}

/// Table `payment`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = schema::payment, treat_none_as_default_value = false)]
pub(super) struct PaymentColumns {
    #[diesel(embed)]
    pub(super) record: RecordColumns,
    pub(super) body: Vec<u8>,
    pub(super) digest: Vec<u8>,
}

/// Table `outcome`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = schema::outcome, treat_none_as_default_value = false)]
pub(super) struct OutcomeColumns {
    pub(super) seq: i64,
    pub(super) recorded: Timestamp,
    pub(super) business_day: BusinessDay,
    pub(super) payment: i64,
    pub(super) ending: String,
    pub(super) reason: Option<String>,
    pub(super) digest: Vec<u8>,
}

/// Table `event`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = schema::event, treat_none_as_default_value = false)]
pub(super) struct EventColumns {
    pub(super) seq: i64,
    pub(super) recorded: Timestamp,
    pub(super) participant: ClearingCode,
    pub(super) actor: String,
    pub(super) kind: String,
    pub(super) currency: Option<i16>,
    pub(super) amount: Option<i64>,
    pub(super) detail: Option<String>,
    pub(super) digest: Vec<u8>,
    pub(super) payment: Option<i64>,
    pub(super) counterparty: Option<ClearingCode>,
    pub(super) reference: Option<String>,
}

/// The number of a currency's column: ISO 4217's.
pub(super) fn currency_column(currency: Currency) -> i16 {
    i16::try_from(currency.number()).unwrap_or_default()
}

/// Reads [`currency_column`] back.
pub(super) fn currency(column: i16) -> Option<Currency> {
    Currency::from_number(u16::try_from(column).ok()?)
}

/// Reads a hash, or says that it is none.
pub(super) fn digest(column: &[u8]) -> Result<Digest, Error> {
    Digest::from_slice(column).ok_or_else(|| Error::Damaged("a hash does not have thirty-two bytes".to_owned()))
}

fn damaged(table: &str, seq: i64, column: &str) -> Error {
    Error::Damaged(format!("{table} {seq}: its {column} cannot be read"))
}

impl RecordColumns {
    fn of(row: &PaymentRow) -> Self {
        let payment = &row.payment;
        let reason = match payment.state {
            PaymentState::Rejected(reason) => Some(reason.to_string()),
            _ => None,
        };
        Self {
            seq: payment.sequence,
            recorded: payment.recorded,
            business_day: payment.business_day,
            debtor_agent: payment.debtor_agent,
            creditor_agent: payment.creditor_agent,
            currency: currency_column(payment.amount.currency()),
            amount: payment.amount.minor(),
            transaction_id: payment.transaction_id.clone(),
            end_to_end_id: payment.end_to_end_id.clone(),
            uetr: payment.uetr.as_bytes().to_vec(),
            accepted: payment.accepted,
            deadline: payment.deadline,
            reason,
            fingerprint: payment.fingerprint.as_bytes().to_vec(),
        }
    }

    /// Who among payments with one UETR has it comes first: the latest that was sent, since a UETR is kept from
    /// others for two business days; when none was, the first that was refused.
    pub(super) fn claim(&self) -> (bool, i64) {
        let refused = self.reason.is_some();
        (refused, if refused { self.seq } else { -self.seq })
    }

    /// The payment as it stands, with how it ended if it has.
    pub(super) fn payment(self, outcome: Option<&OutcomeColumns>) -> Result<Payment, Error> {
        let bad = |column| damaged("payment", self.seq, column);
        let currency = currency(self.currency).ok_or_else(|| bad("currency"))?;
        let state = match &self.reason {
            None => PaymentState::Reserved,
            Some(reason) => PaymentState::Rejected(reason.parse().map_err(|_| bad("reason"))?),
        };
        let mut payment = Payment {
            sequence: self.seq,
            recorded: self.recorded,
            business_day: self.business_day,
            debtor_agent: self.debtor_agent,
            creditor_agent: self.creditor_agent,
            amount: Amount::new(self.amount, currency).map_err(|_| bad("amount"))?,
            uetr: Uuid::from_slice(&self.uetr).map_err(|_| bad("uetr"))?,
            accepted: self.accepted,
            deadline: self.deadline,
            fingerprint: Digest::from_slice(&self.fingerprint).ok_or_else(|| bad("fingerprint"))?,
            state,
            state_sequence: self.seq,
            state_recorded: self.recorded,
            posting: Posting::default(),
            returned: 0,
            recall: None,
            consumes: None,
            transaction_id: self.transaction_id,
            end_to_end_id: self.end_to_end_id,
        };
        if let Some(outcome) = outcome {
            let ending = outcome.ending()?;
            (payment.state, payment.posting) = (ending.state(), ending.posting());
            payment.state_sequence = outcome.seq;
            payment.state_recorded = outcome.recorded;
        }
        Ok(payment)
    }
}

/// The request to pay that a payment under way holds: its message says so.
pub(super) fn consumed(payment: &Payment, body: &[u8]) -> Option<RequestId> {
    if payment.state == PaymentState::Reserved { pacs008::request_to_pay(body) } else { None }
}

impl PaymentColumns {
    pub(super) fn of(row: &PaymentRow, digest: Digest) -> Self {
        Self { record: RecordColumns::of(row), body: row.body.to_vec(), digest: digest.as_bytes().to_vec() }
    }

    pub(super) fn row(self) -> Result<Row, Error> {
        let mut payment = self.record.payment(None)?;
        payment.consumes = consumed(&payment, &self.body);
        Ok(Row::Payment(PaymentRow { payment, body: Arc::from(self.body) }))
    }
}

impl OutcomeColumns {
    pub(super) fn of(row: &OutcomeRow, digest: Digest) -> Self {
        Self {
            seq: row.sequence,
            recorded: row.recorded,
            business_day: row.business_day,
            payment: row.payment,
            ending: row.ending.name().to_owned(),
            reason: row.ending.reason().map(|reason| reason.to_string()),
            digest: digest.as_bytes().to_vec(),
        }
    }

    fn ending(&self) -> Result<Ending, Error> {
        Ending::from_columns(&self.ending, self.reason.as_deref()).ok_or_else(|| damaged("outcome", self.seq, "ending"))
    }

    pub(super) fn row(&self) -> Result<Row, Error> {
        self.outcome_row().map(Row::Outcome)
    }

    pub(super) fn outcome_row(&self) -> Result<OutcomeRow, Error> {
        Ok(OutcomeRow {
            sequence: self.seq,
            recorded: self.recorded,
            payment: self.payment,
            ending: self.ending()?,
            business_day: self.business_day,
        })
    }
}

impl EventColumns {
    pub(super) fn of(row: &EventRow, digest: Digest) -> Self {
        let fields = row.event.fields();
        Self {
            seq: row.sequence,
            recorded: row.recorded,
            participant: row.participant,
            actor: row.actor.clone(),
            kind: fields.kind,
            currency: fields.currency.map(currency_column),
            amount: fields.amount,
            detail: fields.detail,
            payment: fields.payment,
            counterparty: fields.counterparty,
            reference: fields.reference,
            digest: digest.as_bytes().to_vec(),
        }
    }

    pub(super) fn event_row(self) -> Result<EventRow, Error> {
        let bad = |column| damaged("event", self.seq, column);
        let currency = self.currency.map(|column| currency(column).ok_or_else(|| bad("currency"))).transpose()?;
        let fields = EventFields {
            kind: self.kind,
            currency,
            amount: self.amount,
            detail: self.detail,
            payment: self.payment,
            counterparty: self.counterparty,
            reference: self.reference,
        };
        let event = Event::from_fields(&fields).ok_or_else(|| damaged("event", self.seq, "kind"))?;
        Ok(EventRow {
            sequence: self.seq,
            recorded: self.recorded,
            participant: self.participant,
            actor: self.actor,
            event,
        })
    }

    pub(super) fn row(self) -> Result<Row, Error> {
        self.event_row().map(Row::Event)
    }
}
