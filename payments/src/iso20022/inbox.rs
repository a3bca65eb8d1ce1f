//! A participant's inbox: several ISO 20022 messages in one envelope, each with its sequence number.

use super::admi004::{self, SystemEvent};
use super::camt029::{self, RecallAnswerMessage};
use super::camt056::{self, RecallMessage};
use super::case::Assignment;
use super::pacs004::{self, ReturnMessage};
use super::pacs008::{CreditTransferMessage, Header};
use super::xml::{self, Element, Fields, ISO_20022, Limits, Writer};
use super::{MessageError, Problem, head001, pacs002, pacs008};
use crate::clearing::{self, InboxItem, InboxMessage, StatusReport};
use crate::participant::ClearingCode;

pub(super) const NAMESPACE: &str = "urn:lionrock:inbox:1";
/// Messages in one envelope at most.
pub const MAX_MESSAGES: usize = 500;

/// An inbox as a participant reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// What to ask for next (`after=`).
    pub next: i64,
    /// In the order of their sequence numbers.
    pub messages: Vec<Received>,
}

/// One message of an inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its sequence number.
    pub sequence: i64,
    /// The message itself.
    pub message: Message,
}

/// The messages that an inbox carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// pacs.008: a payment to be answered.
    CreditTransfer(CreditTransferMessage),
    /// pacs.002: how payments and returns ended, and what creditor agents said later.
    StatusReports(Vec<StatusReport>),
    /// admi.004: what the switch says without being asked, such as low liquidity.
    SystemEvent(SystemEvent),
    /// pacs.004: money that has come back.
    Return(ReturnMessage),
    /// camt.056: the other bank asks for its money back.
    Recall(RecallMessage),
    /// camt.029: what the other bank says to that.
    RecallAnswer(RecallAnswerMessage),
}

/// Writes what `to` reads. The same rows give the same bytes.
pub fn render(to: ClearingCode, inbox: &clearing::Inbox) -> String {
    let mut out = Writer::document_of(inbox.messages.iter().map(length).sum());
    out.element_with("Inbox", &[("xmlns", NAMESPACE), ("next", &inbox.next.to_string())], |w| {
        for item in &inbox.messages {
            w.element_with("Message", &[("seq", &item.sequence.to_string())], |w| write_item(w, to, item));
        }
    });
    out.finish()
}

/// About how many bytes it takes.
fn length(item: &InboxItem) -> usize {
    let body = if let InboxMessage::Payment(payment) = &item.message { payment.body.len() } else { 512 };
    1_024 + body
}

fn write_item(out: &mut Writer, to: ClearingCode, item: &InboxItem) {
    match &item.message {
        InboxMessage::Payment(payment) => {
            let header = Header::of_row(item.sequence, item.recorded);
            head001::write(out, to, &header.message_id, pacs008::IDENTIFIER, item.recorded);
            pacs008::write_document(out, &header, &[&payment.body]);
        }
        InboxMessage::Report(report) => {
            let message_id = pacs002::message_id(report.sequence);
            head001::write(out, to, &message_id, pacs002::IDENTIFIER, report.recorded);
            pacs002::write_reports(out, std::slice::from_ref(report));
        }
        InboxMessage::Recall(recall) => {
            let (number, identifier) = match recall.decision {
                None => ("LR056", camt056::IDENTIFIER),
                Some(_) => ("LR029", camt029::IDENTIFIER),
            };
            let assignment = Assignment {
                id: format!("{number}-{:019}", item.sequence),
                assigner: recall.assigner,
                assignee: recall.assignee,
                created: item.recorded,
            };
            head001::write(out, to, &assignment.id, identifier, item.recorded);
            match recall.decision {
                None => camt056::write_document(out, &assignment, &recall.body),
                Some(decision) => camt029::write_document(out, &assignment, decision, &recall.body),
            }
        }
        InboxMessage::LowLiquidity(low) => {
            let message_id = format!("LREVT-{:019}", item.sequence);
            head001::write(out, to, &message_id, admi004::IDENTIFIER, item.recorded);
            admi004::write_document(out, &SystemEvent::low_liquidity(low, item.recorded));
        }
        InboxMessage::Return(back) => {
            let header = pacs004::Header::of_row(item.sequence, item.recorded, back.returner);
            head001::write(out, to, &header.message_id, pacs004::IDENTIFIER, item.recorded);
            pacs004::write_document(out, &header, &[&back.body]);
        }
    }
}

/// Reads an inbox.
///
/// # Errors
/// The first element that is not as the switch writes it.
pub fn parse(bytes: &[u8]) -> Result<Inbox, MessageError> {
    let inbox = xml::parse(bytes, Limits::INBOX)?;
    if inbox.name != "Inbox" || *inbox.namespace != *NAMESPACE {
        return Err(MessageError::new(Problem::OtherMessage(NAMESPACE)));
    }
    let next = number(&inbox, "next")?;
    let mut fields = Fields::beside_attributes(&inbox);
    let messages = fields.repeated("Message", MAX_MESSAGES, read_message).map_err(|error| error.within("Inbox"))?;
    fields.finish().map_err(|error| error.within("Inbox"))?;
    Ok(Inbox { next, messages })
}

fn number(element: &Element<'_>, name: &str) -> Result<i64, MessageError> {
    element.only_attribute(name)?.parse().map_err(|_| MessageError::new(Problem::Form("a sequence number")))
}

fn read_message(element: &Element<'_>) -> Result<Received, MessageError> {
    let sequence = number(element, "seq")?;
    let mut fields = Fields::beside_attributes(element);
    let missing = |name: &str| MessageError::new(Problem::Missing).within(name);
    fields.any()?.filter(|header| header.name == "AppHdr").ok_or_else(|| missing("AppHdr"))?;
    let document = fields.any()?.ok_or_else(|| missing("Document"))?;
    fields.finish()?;
    let message = match document.namespace.strip_prefix(ISO_20022) {
        Some(pacs002::IDENTIFIER) => Message::StatusReports(pacs002::read_reports(document)?),
        Some(camt056::IDENTIFIER) => Message::Recall(camt056::read_document(document)?),
        Some(camt029::IDENTIFIER) => Message::RecallAnswer(camt029::read_document(document)?),
        Some(admi004::IDENTIFIER) => Message::SystemEvent(admi004::read_document(document)?),
        Some(pacs004::IDENTIFIER) => Message::Return(pacs004::read_document(document)?),
        _ => Message::CreditTransfer(pacs008::read_document(document)?),
    };
    Ok(Received { sequence, message })
}
