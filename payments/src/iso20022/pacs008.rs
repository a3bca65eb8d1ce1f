//! pacs.008.001.08, the customer credit transfer between banks: the message that pays.

use std::borrow::Cow;

use store::Timestamp;
use uuid::Uuid;

use super::account::{account, write_account};
use super::agent::{agent, write_agent};
use super::remitted;
use super::supplementary::{self, Supplement};
use super::value::{self, amount, count, date, date_time, exactly, text, uetr};
use super::xml::{self, Element, Fields, ISO_20022, Limits, Writer};
use super::{MessageError, Problem};
use crate::clearing::CreditTransfer;
use crate::participant::ClearingCode;
use crate::request_to_pay::RequestId;

/// The message's identifier, as `MsgDefIdr` and the namespace carry it.
pub const IDENTIFIER: &str = "pacs.008.001.08";
/// Transactions in one message at most.
pub const MAX_TRANSACTIONS: usize = 1_000;
/// Bytes of one transaction's body at most: five hundred of them still make an inbox that a reader takes.
pub const MAX_BODY: usize = 8 * 1024;

/// A message with one or many transfers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditTransferMessage {
    /// `GrpHdr/MsgId`, at most 35 characters.
    pub message_id: String,
    /// `GrpHdr/CreDtTm`.
    pub created: Timestamp,
    /// `InstgAgt`, of the group or of its transactions: who sends the message, when it says so.
    pub instructing_agent: Option<ClearingCode>,
    /// In the order of the message.
    pub transfers: Vec<ParsedTransfer>,
}

/// One transfer, and the element that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedTransfer {
    /// The parts that the switch acts on.
    pub transfer: CreditTransfer,
    /// The whole `CdtTrfTxInf` in normal form, UTF-8: what the creditor agent receives.
    pub body: Vec<u8>,
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
    /// The header of the message that hands on the transaction in the log's row `sequence`.
    pub fn of_row(sequence: i64, recorded: Timestamp) -> Self {
        Self { message_id: format!("LR008-{sequence:019}"), created: recorded, instructing_agent: None }
    }
}

impl ParsedTransfer {
    /// A transfer that was made here and not read: its body is written from its parts.
    pub fn new(transfer: CreditTransfer) -> Self {
        Self::at_till(transfer, None)
    }

    /// The same, made at one of the payee's tills: a creditor reference of the kind `TILL`.
    pub fn at_till(transfer: CreditTransfer, till: Option<&str>) -> Self {
        let mut out = Writer::fragment();
        write_transfer(&mut out, &transfer, till);
        Self { transfer, body: out.finish().into_bytes() }
    }
}

/// Reads a message as a participant sends it.
///
/// # Errors
/// The first element that is not as the schema and this system want it. The message is refused as a whole.
pub fn parse(bytes: &[u8]) -> Result<CreditTransferMessage, MessageError> {
    read_document(&xml::parse(bytes, Limits::MESSAGE)?)
}

/// The request to pay that a transaction carries the id of, from the transaction's body as it was read.
pub(crate) fn request_to_pay(body: &[u8]) -> Option<RequestId> {
    // Few payments carry one, and only those are parsed again.
    let marker = supplementary::REQUEST.as_bytes();
    if !body.windows(marker.len()).any(|window| window == marker) {
        return None;
    }
    let transfer = xml::parse(body, Limits::MESSAGE).ok()?;
    let supplements = transfer.elements().filter(|element| element.name == "SplmtryData");
    supplements.filter_map(|element| supplementary::read(element).ok()).find_map(|found| found.request_to_pay())
}

/// Writes a message that [`parse`] reads.
pub fn write(message: &CreditTransferMessage) -> String {
    let header = Header {
        message_id: message.message_id.clone(),
        created: message.created,
        instructing_agent: message.instructing_agent,
    };
    let bodies: Vec<&[u8]> = message.transfers.iter().map(|transfer| transfer.body.as_slice()).collect();
    render(&header, &bodies)
}

/// Writes a message of its own around transactions that were read before.
pub fn render(header: &Header, bodies: &[&[u8]]) -> String {
    let mut out = Writer::document();
    write_document(&mut out, header, bodies);
    out.finish()
}

/// Writes the element `Document`.
pub(crate) fn write_document(out: &mut Writer, header: &Header, bodies: &[&[u8]]) {
    let namespace = format!("{ISO_20022}{IDENTIFIER}");
    out.element_with("Document", &[("xmlns", &namespace)], |w| {
        w.element("FIToFICstmrCdtTrf", |w| {
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
                let body: Cow<'_, str> = String::from_utf8_lossy(body);
                w.raw(&body);
            }
        });
    });
}

/// Reads the element `Document`.
pub(crate) fn read_document(document: &Element<'_>) -> Result<CreditTransferMessage, MessageError> {
    if document.name != "Document" || document.namespace.strip_prefix(ISO_20022) != Some(IDENTIFIER) {
        return Err(MessageError::new(Problem::OtherMessage(IDENTIFIER)));
    }
    let mut fields = Fields::of(document)?;
    let message = fields.required("FIToFICstmrCdtTrf", read_message)?;
    fields.finish()?;
    Ok(message)
}

struct GroupHeader {
    message_id: String,
    created: Timestamp,
    transactions: u64,
    instructing_agent: Option<ClearingCode>,
}

fn read_message(element: &Element<'_>) -> Result<CreditTransferMessage, MessageError> {
    let mut fields = Fields::of(element)?;
    let header = fields.required("GrpHdr", read_header)?;
    let mut instructing_agent = header.instructing_agent;
    let transfers = fields.repeated("CdtTrfTxInf", MAX_TRANSACTIONS, |element| {
        let (transfer, instructing) = read_transfer(element)?;
        // One message has one sender.
        if instructing.is_some() && *instructing_agent.get_or_insert(transfer.debtor_agent) != transfer.debtor_agent {
            return Err(other_agent("InstgAgt"));
        }
        let mut out = Writer::fragment();
        element.write_normal(&element.namespace, &mut out);
        let body = out.finish().into_bytes();
        if body.len() > MAX_BODY {
            Err(MessageError::new(Problem::TooLarge))
        } else {
            Ok(ParsedTransfer { transfer, body })
        }
    })?;
    fields.finish()?;
    if transfers.is_empty() {
        return Err(MessageError::new(Problem::Missing).within("CdtTrfTxInf"));
    }
    if u64::try_from(transfers.len()) != Ok(header.transactions) {
        return Err(MessageError::new(Problem::Total).because("AM18").within("NbOfTxs").within("GrpHdr"));
    }
    Ok(CreditTransferMessage { message_id: header.message_id, created: header.created, instructing_agent, transfers })
}

fn other_agent(name: &str) -> MessageError {
    MessageError::new(Problem::NotHere("not the agent that the transaction itself names")).within(name)
}

fn read_header(element: &Element<'_>) -> Result<GroupHeader, MessageError> {
    let mut fields = Fields::of(element)?;
    let message_id = fields.required("MsgId", text(35))?;
    let created = fields.required("CreDtTm", date_time)?;
    fields.skip(&["BtchBookg"])?;
    let transactions = fields.required("NbOfTxs", count)?;
    fields.skip(&["CtrlSum", "TtlIntrBkSttlmAmt", "IntrBkSttlmDt"])?;
    fields.required("SttlmInf", settlement)?;
    fields.skip(&["PmtTpInf"])?;
    let instructing_agent = fields.optional("InstgAgt", agent)?;
    fields.skip(&["InstdAgt"])?;
    fields.finish()?;
    Ok(GroupHeader { message_id, created, transactions, instructing_agent })
}

/// `SettlementInstruction7`: through the clearing system.
pub(super) fn settlement(element: &Element<'_>) -> Result<(), MessageError> {
    let mut fields = Fields::of(element)?;
    fields.required("SttlmMtd", exactly("CLRG", "payments are settled through the clearing system: CLRG"))?;
    fields.skip(&["SttlmAcct", "ClrSys", "InstgRmbrsmntAgt", "InstgRmbrsmntAgtAcct"])?;
    fields.skip(&["InstdRmbrsmntAgt", "InstdRmbrsmntAgtAcct", "ThrdRmbrsmntAgt", "ThrdRmbrsmntAgtAcct"])?;
    fields.finish()
}

struct PaymentIdentification {
    instruction_id: Option<String>,
    end_to_end_id: String,
    transaction_id: String,
    uetr: Uuid,
}

fn read_identification(element: &Element<'_>) -> Result<PaymentIdentification, MessageError> {
    let mut fields = Fields::of(element)?;
    let instruction_id = fields.optional("InstrId", text(35))?;
    let end_to_end_id = fields.required("EndToEndId", text(35))?;
    let transaction_id = fields.required("TxId", text(35))?;
    let uetr = fields.required("UETR", uetr)?;
    fields.skip(&["ClrSysRef"])?;
    fields.finish()?;
    Ok(PaymentIdentification { instruction_id, end_to_end_id, transaction_id, uetr })
}

/// Reads one transaction, and the instructing agent when it names one.
fn read_transfer(element: &Element<'_>) -> Result<(CreditTransfer, Option<ClearingCode>), MessageError> {
    let mut fields = Fields::of(element)?;
    let id = fields.required("PmtId", read_identification)?;
    fields.skip(&["PmtTpInf"])?;
    let amount = fields.required("IntrBkSttlmAmt", amount)?;
    let settlement_date = fields.required("IntrBkSttlmDt", date)?;
    fields.skip(&["SttlmPrty", "SttlmTmIndctn", "SttlmTmReq"])?;
    let accepted = fields.required("AccptncDtTm", date_time)?;
    fields.skip(&["PoolgAdjstmntDt", "InstdAmt", "XchgRate"])?;
    fields.required("ChrgBr", exactly("SLEV", "charges follow the service level: SLEV"))?;
    fields.skip_repeated("ChrgsInf")?;
    fields.skip(&["PrvsInstgAgt1", "PrvsInstgAgt1Acct", "PrvsInstgAgt2", "PrvsInstgAgt2Acct"])?;
    fields.skip(&["PrvsInstgAgt3", "PrvsInstgAgt3Acct"])?;
    let instructing = fields.optional("InstgAgt", agent)?;
    let instructed = fields.optional("InstdAgt", agent)?;
    fields.skip(&["IntrmyAgt1", "IntrmyAgt1Acct", "IntrmyAgt2", "IntrmyAgt2Acct", "IntrmyAgt3", "IntrmyAgt3Acct"])?;
    fields.skip(&["UltmtDbtr", "InitgPty"])?;
    let debtor_name = fields.required("Dbtr", name)?;
    let debtor_account = fields.required("DbtrAcct", account)?.id;
    let debtor_agent = fields.required("DbtrAgt", agent).map_err(|error| error.because("RC03"))?;
    fields.skip(&["DbtrAgtAcct"])?;
    let creditor_agent = fields.required("CdtrAgt", agent).map_err(|error| error.because("RC04"))?;
    fields.skip(&["CdtrAgtAcct"])?;
    let creditor_name = fields.required("Cdtr", name)?;
    let creditor_account = fields.required("CdtrAcct", account)?;
    fields.skip(&["UltmtCdtr"])?;
    for repeated in ["InstrForCdtrAgt", "InstrForNxtAgt"] {
        fields.skip_repeated(repeated)?;
    }
    fields.skip(&["Purp"])?;
    fields.skip_repeated("RgltryRptg")?;
    fields.skip(&["Tax"])?;
    fields.skip_repeated("RltdRmtInf")?;
    let remittance_information = fields.optional("RmtInf", read_remittance)?.flatten();
    let supplements = fields.repeated("SplmtryData", 8, supplementary::read)?;
    fields.finish()?;
    if instructing.is_some_and(|agent| agent != debtor_agent) {
        return Err(other_agent("InstgAgt"));
    }
    if instructed.is_some_and(|agent| agent != creditor_agent) {
        return Err(other_agent("InstdAgt"));
    }
    let transfer = CreditTransfer {
        instruction_id: id.instruction_id,
        end_to_end_id: id.end_to_end_id,
        transaction_id: id.transaction_id,
        uetr: id.uetr,
        amount,
        settlement_date,
        accepted,
        debtor_name,
        debtor_account,
        debtor_agent,
        creditor_agent,
        creditor_name,
        creditor_account: creditor_account.id,
        creditor_proxy: creditor_account.proxy,
        lookup_reference: supplements.iter().find_map(Supplement::lookup_reference),
        remittance_information,
        request_to_pay: supplements.iter().find_map(Supplement::request_to_pay),
    };
    Ok((transfer, instructing))
}

/// `PartyIdentification135`: the name is needed, the rest is handed on.
fn name(element: &Element<'_>) -> Result<String, MessageError> {
    let mut fields = Fields::of(element)?;
    let name = fields.required("Nm", text(140))?;
    fields.skip(&["PstlAdr", "Id", "CtryOfRes", "CtctDtls"])?;
    fields.finish()?;
    Ok(name)
}

/// The first unstructured line; all are handed on.
fn read_remittance(element: &Element<'_>) -> Result<Option<String>, MessageError> {
    let mut fields = Fields::of(element)?;
    let lines = fields.repeated("Ustrd", 16, text(140))?;
    fields.skip_repeated("Strd")?;
    fields.finish()?;
    Ok(lines.into_iter().next())
}

fn write_transfer(out: &mut Writer, transfer: &CreditTransfer, till: Option<&str>) {
    out.element("CdtTrfTxInf", |w| {
        w.element("PmtId", |w| {
            if let Some(id) = &transfer.instruction_id {
                w.leaf("InstrId", id);
            }
            w.leaf("EndToEndId", &transfer.end_to_end_id);
            w.leaf("TxId", &transfer.transaction_id);
            w.leaf("UETR", &transfer.uetr.to_string());
        });
        w.element_with("IntrBkSttlmAmt", &[("Ccy", transfer.amount.currency().code())], |w| {
            w.text(&transfer.amount.to_decimal());
        });
        w.leaf("IntrBkSttlmDt", &value::write_date(transfer.settlement_date));
        w.leaf("AccptncDtTm", &transfer.accepted.to_string());
        w.leaf("ChrgBr", "SLEV");
        w.element("Dbtr", |w| w.leaf("Nm", &transfer.debtor_name));
        write_account(w, "DbtrAcct", &transfer.debtor_account, None);
        write_agent(w, "DbtrAgt", transfer.debtor_agent);
        write_agent(w, "CdtrAgt", transfer.creditor_agent);
        w.element("Cdtr", |w| w.leaf("Nm", &transfer.creditor_name));
        write_account(w, "CdtrAcct", &transfer.creditor_account, transfer.creditor_proxy.as_ref());
        if transfer.remittance_information.is_some() || till.is_some() {
            w.element("RmtInf", |w| {
                if let Some(line) = &transfer.remittance_information {
                    w.leaf("Ustrd", line);
                }
                if let Some(till) = till {
                    remitted::write_till(w, till);
                }
            });
        }
        if let Some(reference) = &transfer.lookup_reference {
            supplementary::write_lookup(w, reference);
        }
        if let Some(request) = &transfer.request_to_pay {
            supplementary::write_request(w, request);
        }
    });
}
