//! pacs.028.001.03, the payment status request: how does a payment stand?

use store::Timestamp;
use uuid::Uuid;

use super::agent::{agent, write_agent};
use super::pacs002::MAX_TRANSACTIONS;
use super::value::{date_time, text, uetr};
use super::xml::{self, Element, Fields, ISO_20022, Limits, Writer};
use super::{MessageError, Problem};
use crate::participant::ClearingCode;

/// The message's identifier, as `MsgDefIdr` and the namespace carry it.
pub const IDENTIFIER: &str = "pacs.028.001.03";

/// A message that asks about one or many payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnquiryMessage {
    /// `GrpHdr/MsgId`, at most 35 characters.
    pub message_id: String,
    /// `GrpHdr/CreDtTm`.
    pub created: Timestamp,
    /// `InstgAgt`, of the group: who asks, when it says so.
    pub instructing_agent: Option<ClearingCode>,
    /// In the order of the message.
    pub enquiries: Vec<Enquiry>,
}

/// Which payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enquiry {
    /// `OrgnlTxId`: must be that payment's, when it is there.
    pub original_transaction_id: Option<String>,
    /// `OrgnlUETR`.
    pub original_uetr: Uuid,
}

/// Reads a message as a participant sends it.
///
/// # Errors
/// The first element that is not as the schema and this system want it.
pub fn parse(bytes: &[u8]) -> Result<EnquiryMessage, MessageError> {
    let document = xml::parse(bytes, Limits::MESSAGE)?;
    if document.name != "Document" || document.namespace.strip_prefix(ISO_20022) != Some(IDENTIFIER) {
        return Err(MessageError::new(Problem::OtherMessage(IDENTIFIER)));
    }
    let mut fields = Fields::of(&document)?;
    let message = fields.required("FIToFIPmtStsReq", read_message)?;
    fields.finish()?;
    Ok(message)
}

fn read_message(element: &Element<'_>) -> Result<EnquiryMessage, MessageError> {
    let mut fields = Fields::of(element)?;
    let (message_id, created, instructing_agent) = fields.required("GrpHdr", |element| {
        let mut fields = Fields::of(element)?;
        let message_id = fields.required("MsgId", text(35))?;
        let created = fields.required("CreDtTm", date_time)?;
        let instructing_agent = fields.optional("InstgAgt", agent)?;
        fields.skip(&["InstdAgt"])?;
        fields.finish()?;
        Ok((message_id, created, instructing_agent))
    })?;
    fields.skip_repeated("OrgnlGrpInf")?;
    let enquiries = fields.repeated("TxInf", MAX_TRANSACTIONS, |element| {
        let mut fields = Fields::of(element)?;
        fields.skip(&["StsReqId", "OrgnlGrpInf", "OrgnlInstrId", "OrgnlEndToEndId"])?;
        let original_transaction_id = fields.optional("OrgnlTxId", text(35))?;
        let original_uetr = fields.required("OrgnlUETR", uetr)?;
        fields.skip(&["AccptncDtTm", "ClrSysRef", "InstgAgt", "InstdAgt", "OrgnlTxRef"])?;
        fields.skip_repeated("SplmtryData")?;
        fields.finish()?;
        Ok(Enquiry { original_transaction_id, original_uetr })
    })?;
    fields.skip_repeated("SplmtryData")?;
    fields.finish()?;
    if enquiries.is_empty() {
        return Err(MessageError::new(Problem::Missing).within("TxInf"));
    }
    Ok(EnquiryMessage { message_id, created, instructing_agent, enquiries })
}

/// Writes a message that [`parse`] reads.
pub fn write(message: &EnquiryMessage) -> String {
    let mut out = Writer::document();
    let namespace = format!("{ISO_20022}{IDENTIFIER}");
    out.element_with("Document", &[("xmlns", &namespace)], |w| {
        w.element("FIToFIPmtStsReq", |w| {
            w.element("GrpHdr", |w| {
                w.leaf("MsgId", &message.message_id);
                w.leaf("CreDtTm", &message.created.to_string());
                if let Some(code) = message.instructing_agent {
                    write_agent(w, "InstgAgt", code);
                }
            });
            for enquiry in &message.enquiries {
                w.element("TxInf", |w| {
                    if let Some(id) = &enquiry.original_transaction_id {
                        w.leaf("OrgnlTxId", id);
                    }
                    w.leaf("OrgnlUETR", &enquiry.original_uetr.to_string());
                });
            }
        });
    });
    out.finish()
}
