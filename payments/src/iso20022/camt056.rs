//! camt.056.001.08, the payment cancellation request: a debtor agent recalls what it paid.

use super::case::{Assignment, case_id, only, read_assignment, write_assignment};
use super::pacs002::read_reason;
use super::pacs008::MAX_BODY;
use super::value::{amount, text, uetr};
use super::xml::{self, Element, Fields, ISO_20022, Limits, Writer};
use super::{MessageError, Problem};
use crate::clearing::RecallRequest;

/// The message's identifier, as `MsgDefIdr` and the namespace carry it.
pub const IDENTIFIER: &str = "camt.056.001.08";

/// A message with one recall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecallMessage {
    /// Who recalls, and from whom.
    pub assignment: Assignment,
    /// The parts that the switch acts on.
    pub request: RecallRequest,
    /// The whole `Undrlyg` in normal form: what the creditor agent receives.
    pub body: String,
}

impl RecallMessage {
    /// A recall that is made here and not read: its body is written from its parts.
    pub fn new(assignment: Assignment, request: RecallRequest) -> Self {
        let mut out = Writer::fragment();
        write_underlying(&mut out, &request);
        Self { assignment, request, body: out.finish() }
    }
}

/// Reads a message as a participant sends it.
///
/// # Errors
/// The first element that is not as the schema and this system want it.
pub fn parse(bytes: &[u8]) -> Result<RecallMessage, MessageError> {
    read_document(&xml::parse(bytes, Limits::MESSAGE)?)
}

/// Writes a message that [`parse`] reads.
pub fn write(message: &RecallMessage) -> String {
    let mut out = Writer::document();
    write_document(&mut out, &message.assignment, &message.body);
    out.finish()
}

/// Writes the element `Document`.
pub(crate) fn write_document(out: &mut Writer, assignment: &Assignment, body: &str) {
    let namespace = format!("{ISO_20022}{IDENTIFIER}");
    out.element_with("Document", &[("xmlns", &namespace)], |w| {
        w.element("FIToFIPmtCxlReq", |w| {
            write_assignment(w, assignment);
            w.raw(body);
        });
    });
}

/// Reads the element `Document`.
pub(crate) fn read_document(document: &Element<'_>) -> Result<RecallMessage, MessageError> {
    if document.name != "Document" || document.namespace.strip_prefix(ISO_20022) != Some(IDENTIFIER) {
        return Err(MessageError::new(Problem::OtherMessage(IDENTIFIER)));
    }
    let mut fields = Fields::of(document)?;
    let message = fields.required("FIToFIPmtCxlReq", |element| {
        let mut fields = Fields::of(element)?;
        let assignment = fields.required("Assgnmt", read_assignment)?;
        fields.optional("Case", case_id)?;
        fields.skip(&["CtrlData"])?;
        let underlying = fields.repeated("Undrlyg", 2, |element| {
            let request = read_underlying(element)?;
            let mut out = Writer::fragment();
            element.write_normal(&element.namespace, &mut out);
            let body = out.finish();
            if body.len() > MAX_BODY { Err(MessageError::new(Problem::TooLarge)) } else { Ok((request, body)) }
        })?;
        fields.skip_repeated("SplmtryData")?;
        fields.finish()?;
        let (request, body) = only(underlying, "Undrlyg")?;
        Ok(RecallMessage { assignment, request, body })
    })?;
    fields.finish()?;
    Ok(message)
}

fn read_underlying(element: &Element<'_>) -> Result<RecallRequest, MessageError> {
    let mut fields = Fields::of(element)?;
    let transactions = fields.repeated("TxInf", 2, read_transaction)?;
    fields.finish()?;
    only(transactions, "TxInf")
}

fn read_transaction(element: &Element<'_>) -> Result<RecallRequest, MessageError> {
    let mut fields = Fields::of(element)?;
    let cancellation_id = fields.required("CxlId", text(35))?;
    fields.skip(&["Case", "OrgnlGrpInf", "OrgnlInstrId", "OrgnlEndToEndId"])?;
    let original_transaction_id = fields.required("OrgnlTxId", text(35))?;
    let original_uetr = fields.required("OrgnlUETR", uetr)?;
    fields.skip(&["OrgnlClrSysRef"])?;
    let original_amount = fields.optional("OrgnlIntrBkSttlmAmt", amount)?;
    fields.skip(&["OrgnlIntrBkSttlmDt", "Assgnr", "Assgne"])?;
    let reasons = fields.repeated("CxlRsnInf", 8, read_reason)?;
    fields.skip(&["OrgnlTxRef"])?;
    fields.skip_repeated("SplmtryData")?;
    fields.finish()?;
    let reason = reasons.into_iter().flatten().next();
    Ok(RecallRequest {
        cancellation_id,
        original_transaction_id,
        original_uetr,
        original_amount,
        reason: reason.ok_or_else(|| MessageError::new(Problem::Missing).within("CxlRsnInf/Rsn/Cd"))?,
    })
}

fn write_underlying(out: &mut Writer, request: &RecallRequest) {
    out.element("Undrlyg", |w| {
        w.element("TxInf", |w| {
            w.leaf("CxlId", &request.cancellation_id);
            w.leaf("OrgnlTxId", &request.original_transaction_id);
            w.leaf("OrgnlUETR", &request.original_uetr.to_string());
            if let Some(amount) = request.original_amount {
                w.element_with("OrgnlIntrBkSttlmAmt", &[("Ccy", amount.currency().code())], |w| {
                    w.text(&amount.to_decimal());
                });
            }
            w.element("CxlRsnInf", |w| w.element("Rsn", |w| w.leaf("Cd", request.reason.as_str())));
        });
    });
}

#[cfg(test)]
mod tests;
