//! pacs.004.001.09, the payment return: settled money goes back, whole or in parts.

use store::Timestamp;

use super::agent::{agent, write_agent};
use super::pacs002::{original_message, read_reason};
use super::pacs008::{MAX_BODY, MAX_TRANSACTIONS, settlement};
use super::value::{self, amount, collapsed, count, date, date_time, text, uetr};
use super::xml::{self, Element, Fields, ISO_20022, Limits, Writer};
use super::{MessageError, Problem};
use crate::clearing::PaymentReturn;
use crate::money::Amount;
use crate::participant::ClearingCode;

/// The message's identifier, as `MsgDefIdr` and the namespace carry it.
pub const IDENTIFIER: &str = "pacs.004.001.09";

/// A message with one or many returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnMessage {
    /// `GrpHdr/MsgId`, at most 35 characters.
    pub message_id: String,
    /// `GrpHdr/CreDtTm`.
    pub created: Timestamp,
    /// `InstgAgt`, of the group or of its transactions: who returns, when it says so.
    pub instructing_agent: Option<ClearingCode>,
    /// In the order of the message.
    pub returns: Vec<ParsedReturn>,
}

/// One return, and the element that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedReturn {
    /// The parts that the switch acts on.
    pub request: PaymentReturn,
    /// The whole `TxInf` in normal form: what the original debtor agent receives.
    pub body: String,
}

/// What stands before the transactions of a message that is written (`GrpHdr`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// `MsgId`, at most 35 characters.
    pub message_id: String,
    /// `CreDtTm`.
    pub created: Timestamp,
    /// `InstgAgt`.
    pub instructing_agent: Option<ClearingCode>,
}

impl Header {
    /// The header of the message that hands on the return in the log's row `sequence`.
    pub fn of_row(sequence: i64, recorded: Timestamp, returner: ClearingCode) -> Self {
        let message_id = format!("LR004-{sequence:019}");
        Self { message_id, created: recorded, instructing_agent: Some(returner) }
    }
}

impl ParsedReturn {
    /// A return that was made here and not read: its body is written from its parts.
    pub fn new(request: PaymentReturn) -> Self {
        let mut out = Writer::fragment();
        write_return(&mut out, &request);
        Self { request, body: out.finish() }
    }
}

/// Reads a message as a participant sends it.
///
/// # Errors
/// The first element that is not as the schema and this system want it. The message is refused as a whole.
pub fn parse(bytes: &[u8]) -> Result<ReturnMessage, MessageError> {
    read_document(&xml::parse(bytes, Limits::MESSAGE)?)
}

/// Writes a message that [`parse`] reads.
pub fn write(message: &ReturnMessage) -> String {
    let header = Header {
        message_id: message.message_id.clone(),
        created: message.created,
        instructing_agent: message.instructing_agent,
    };
    let bodies: Vec<&str> = message.returns.iter().map(|one| one.body.as_str()).collect();
    let mut out = Writer::document();
    write_document(&mut out, &header, &bodies);
    out.finish()
}

/// Writes the element `Document`.
pub(crate) fn write_document(out: &mut Writer, header: &Header, bodies: &[&str]) {
    let namespace = format!("{ISO_20022}{IDENTIFIER}");
    out.element_with("Document", &[("xmlns", &namespace)], |w| {
        w.element("PmtRtr", |w| {
            w.element("GrpHdr", |w| {
                w.leaf("MsgId", &header.message_id);
                w.leaf("CreDtTm", &header.created.to_string());
                w.leaf("NbOfTxs", &bodies.len().to_string());
                w.element("SttlmInf", |w| w.leaf("SttlmMtd", "CLRG"));
                if let Some(code) = header.instructing_agent {
                    write_agent(w, "InstgAgt", code);
                }
            });
            for body in bodies {
                w.raw(body);
            }
        });
    });
}

/// Reads the element `Document`.
pub(crate) fn read_document(document: &Element<'_>) -> Result<ReturnMessage, MessageError> {
    if document.name != "Document" || document.namespace.strip_prefix(ISO_20022) != Some(IDENTIFIER) {
        return Err(MessageError::new(Problem::OtherMessage(IDENTIFIER)));
    }
    let mut fields = Fields::of(document)?;
    let message = fields.required("PmtRtr", read_message)?;
    fields.finish()?;
    Ok(message)
}

struct GroupHeader {
    message_id: String,
    created: Timestamp,
    transactions: u64,
    instructing_agent: Option<ClearingCode>,
}

fn read_header(element: &Element<'_>) -> Result<GroupHeader, MessageError> {
    let mut fields = Fields::of(element)?;
    let message_id = fields.required("MsgId", text(35))?;
    let created = fields.required("CreDtTm", date_time)?;
    fields.skip_repeated("Authstn")?;
    fields.skip(&["BtchBookg"])?;
    let transactions = fields.required("NbOfTxs", count)?;
    fields.skip(&["CtrlSum"])?;
    fields.optional("GrpRtr", by_transaction)?;
    fields.skip(&["TtlRtrdIntrBkSttlmAmt", "IntrBkSttlmDt"])?;
    fields.required("SttlmInf", settlement)?;
    let instructing_agent = fields.optional("InstgAgt", agent)?;
    fields.skip(&["InstdAgt"])?;
    fields.finish()?;
    Ok(GroupHeader { message_id, created, transactions, instructing_agent })
}

/// `GrpRtr`: a whole message is never returned at once.
fn by_transaction(element: &Element<'_>) -> Result<(), MessageError> {
    match collapsed(element)? {
        "false" | "0" => Ok(()),
        _ => Err(MessageError::new(Problem::NotHere("payments are returned in TxInf, not by the group"))),
    }
}

fn read_message(element: &Element<'_>) -> Result<ReturnMessage, MessageError> {
    let mut fields = Fields::of(element)?;
    let header = fields.required("GrpHdr", read_header)?;
    let group = fields.optional("OrgnlGrpInf", |element| {
        let mut fields = Fields::of(element)?;
        fields.skip(&["OrgnlMsgId"])?;
        let name = fields.required("OrgnlMsgNmId", text(35))?;
        fields.skip(&["OrgnlCreDtTm"])?;
        fields.skip_repeated("RtrRsnInf")?;
        fields.finish()?;
        Ok(name)
    })?;
    let mut instructing_agent = header.instructing_agent;
    let returns = fields.repeated("TxInf", MAX_TRANSACTIONS, |element| {
        let (mut request, instructing) = read_return(element, &header.message_id)?;
        if let Some(sender) = instructing
            && *instructing_agent.get_or_insert(sender) != sender
        {
            return Err(MessageError::new(Problem::NotHere("one message has one sender")).within("InstgAgt"));
        }
        request.original_message = request.original_message.or_else(|| group.clone());
        let mut out = Writer::fragment();
        element.write_normal(&element.namespace, &mut out);
        let body = out.finish();
        if body.len() > MAX_BODY {
            Err(MessageError::new(Problem::TooLarge))
        } else {
            Ok(ParsedReturn { request, body })
        }
    })?;
    fields.skip_repeated("SplmtryData")?;
    fields.finish()?;
    if returns.is_empty() {
        return Err(MessageError::new(Problem::Missing).within("TxInf"));
    }
    if u64::try_from(returns.len()) != Ok(header.transactions) {
        return Err(MessageError::new(Problem::Total).because("AM18").within("NbOfTxs").within("GrpHdr"));
    }
    Ok(ReturnMessage { message_id: header.message_id, created: header.created, instructing_agent, returns })
}

/// Reads one return, and the instructing agent when it names one.
fn read_return(element: &Element<'_>, message_id: &str) -> Result<(PaymentReturn, Option<ClearingCode>), MessageError> {
    let mut fields = Fields::of(element)?;
    let return_id = fields.required("RtrId", text(35))?;
    let original = fields.optional("OrgnlGrpInf", original_message)?;
    fields.skip(&["OrgnlInstrId", "OrgnlEndToEndId"])?;
    let original_transaction_id = fields.required("OrgnlTxId", text(35))?;
    let original_uetr = fields.required("OrgnlUETR", uetr)?;
    fields.skip(&["OrgnlClrSysRef"])?;
    let original_amount = fields.optional("OrgnlIntrBkSttlmAmt", amount)?;
    fields.skip(&["OrgnlIntrBkSttlmDt"])?;
    let amount: Amount = fields.required("RtrdIntrBkSttlmAmt", amount)?;
    let settlement_date = fields.required("IntrBkSttlmDt", date)?;
    fields.skip(&["SttlmPrty", "SttlmTmIndctn", "RtrdInstdAmt", "XchgRate", "CompstnAmt", "ChrgBr"])?;
    fields.skip_repeated("ChrgsInf")?;
    fields.skip(&["ClrSysRef"])?;
    let instructing = fields.optional("InstgAgt", agent)?;
    fields.skip(&["InstdAgt", "RtrChain"])?;
    let reasons = fields.repeated("RtrRsnInf", 8, read_reason)?;
    fields.skip(&["OrgnlTxRef"])?;
    fields.skip_repeated("SplmtryData")?;
    fields.finish()?;
    let reason = reasons.into_iter().flatten().next();
    let request = PaymentReturn {
        message_id: message_id.to_owned(),
        return_id,
        original_message: original.map(|(_, name)| name),
        original_transaction_id,
        original_uetr,
        original_amount,
        amount,
        settlement_date,
        reason: reason.ok_or_else(|| MessageError::new(Problem::Missing).within("RtrRsnInf/Rsn/Cd"))?,
    };
    Ok((request, instructing))
}

fn write_return(out: &mut Writer, request: &PaymentReturn) {
    let money = |w: &mut Writer, name: &str, amount: Amount| {
        w.element_with(name, &[("Ccy", amount.currency().code())], |w| w.text(&amount.to_decimal()));
    };
    out.element("TxInf", |w| {
        w.leaf("RtrId", &request.return_id);
        w.leaf("OrgnlTxId", &request.original_transaction_id);
        w.leaf("OrgnlUETR", &request.original_uetr.to_string());
        if let Some(amount) = request.original_amount {
            money(w, "OrgnlIntrBkSttlmAmt", amount);
        }
        money(w, "RtrdIntrBkSttlmAmt", request.amount);
        w.leaf("IntrBkSttlmDt", &value::write_date(request.settlement_date));
        w.leaf("ChrgBr", "SLEV");
        w.element("RtrRsnInf", |w| w.element("Rsn", |w| w.leaf("Cd", request.reason.as_str())));
    });
}

#[cfg(test)]
mod tests;
