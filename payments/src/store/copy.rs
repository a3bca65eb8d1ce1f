//! Many rows to PostgreSQL at once, in the binary format of `COPY`: the quickest way in, because the server neither
//! plans nor evaluates anything and writes a page's rows to its own log together.

use diesel::pg::{CopyFormat, CopyTarget, PgConnection};
use diesel::prelude::*;

use super::columns::currency_column;
use super::schema::{outcome, payment, payment_key};
use crate::clearing::{Digest, OutcomeRow, PaymentRow, PaymentState, Row};
use crate::error::Error;

/// Signature, flags and the length of an extension (PostgreSQL's manual, COPY, "Binary Format").
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// In the place of a row's number of columns.
const END: i16 = -1;
/// In the place of a length.
const NULL: i32 = -1;

/// Rows on their way to one table.
pub(super) struct Rows {
    bytes: Vec<u8>,
    any: bool,
}

impl Rows {
    pub(super) fn new() -> Self {
        Self { bytes: HEADER.to_vec(), any: false }
    }

    pub(super) fn begin(&mut self, columns: i16) -> &mut Self {
        self.any = true;
        self.bytes.extend_from_slice(&columns.to_be_bytes());
        self
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        // A column holds less than 2 GiB; the messages of payments are far smaller.
        self.bytes.extend_from_slice(&i32::try_from(bytes.len()).unwrap_or(i32::MAX).to_be_bytes());
        self.bytes.extend_from_slice(bytes);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    fn optional_text(&mut self, text: Option<&str>) -> &mut Self {
        self.optional_bytes(text.map(str::as_bytes))
    }

    pub(super) fn bigint(&mut self, number: i64) -> &mut Self {
        self.bytes(&number.to_be_bytes())
    }

    pub(super) fn integer(&mut self, number: i32) -> &mut Self {
        self.bytes(&number.to_be_bytes())
    }

    pub(super) fn smallint(&mut self, number: i16) -> &mut Self {
        self.bytes(&number.to_be_bytes())
    }

    pub(super) fn boolean(&mut self, is: bool) -> &mut Self {
        self.bytes(&[u8::from(is)])
    }

    pub(super) fn optional_bytes(&mut self, bytes: Option<&[u8]>) -> &mut Self {
        if let Some(bytes) = bytes {
            return self.bytes(bytes);
        }
        self.bytes.extend_from_slice(&NULL.to_be_bytes());
        self
    }

    /// Sends them, if there are any.
    pub(super) fn send<T>(mut self, conn: &mut PgConnection, table: T) -> QueryResult<()>
    where
        T: Table + CopyTarget<Table = T> + Copy,
    {
        if !self.any {
            return Ok(());
        }
        self.bytes.extend_from_slice(&END.to_be_bytes());
        let write = |out: &mut dyn std::io::Write| {
            out.write_all(&self.bytes).map_err(|error| diesel::result::Error::SerializationError(Box::new(error)))
        };
        diesel::copy_from(table).from_raw_data(table, write).with_format(CopyFormat::Binary).execute(conn)?;
        Ok(())
    }
}

/// The columns in the order of [`payment`].
fn payment(rows: &mut Rows, row: &PaymentRow, digest: &Digest) {
    let payment = &row.payment;
    let reason = match &payment.state {
        PaymentState::Rejected(reason) => Some(reason.as_str()),
        _ => None,
    };
    rows.begin(16)
        .bigint(payment.sequence)
        .bigint(payment.recorded.micros())
        .integer(row.payment.business_day.number())
        .smallint(payment.debtor_agent.number())
        .smallint(payment.creditor_agent.number())
        .smallint(currency_column(payment.amount.currency()))
        .bigint(payment.amount.minor())
        .text(&payment.transaction_id)
        .text(&payment.end_to_end_id)
        .bytes(payment.uetr.as_bytes())
        .bigint(payment.accepted.micros())
        .bigint(payment.deadline.micros())
        .optional_text(reason)
        .bytes(payment.fingerprint.as_bytes())
        .bytes(&row.body)
        .bytes(digest.as_bytes());
}

/// The columns in the order of [`outcome`].
fn outcome(rows: &mut Rows, row: &OutcomeRow, digest: &Digest) {
    rows.begin(7)
        .bigint(row.sequence)
        .bigint(row.recorded.micros())
        .integer(row.business_day.number())
        .bigint(row.payment)
        .text(row.ending.name())
        .optional_text(row.ending.reason().as_ref().map(crate::iso20022::ReasonCode::as_str))
        .bytes(digest.as_bytes());
}

/// Appends payments and outcomes with their digests; other rows are not for this.
pub(super) fn append(conn: &mut PgConnection, rows: &[Row], digests: &[Digest]) -> Result<(), Error> {
    let (mut payments, mut outcomes) = (Rows::new(), Rows::new());
    for (row, digest) in rows.iter().zip(digests) {
        match row {
            Row::Payment(row) => payment(&mut payments, row, digest),
            Row::Outcome(row) => outcome(&mut outcomes, row, digest),
            Row::Event(_) => {}
        }
    }
    payments.send(conn, payment::table)?;
    Ok(outcomes.send(conn, outcome::table)?)
}

/// Stores keys of payments.
pub(super) fn keys(conn: &mut PgConnection, keys: &[(i64, i64)]) -> Result<(), Error> {
    let mut rows = Rows::new();
    for (key, sequence) in keys {
        rows.begin(2).bigint(*key).bigint(*sequence);
    }
    Ok(rows.send(conn, payment_key::table)?)
}
