//! camt.029.001.09, the resolution of investigation: a creditor agent answers a recall.

use super::agent::write_agent;
use super::case::{Assignment, case_id, only, read_assignment, write_assignment};
use super::pacs002::read_reason;
use super::pacs008::MAX_BODY;
use super::value::{text, uetr};
use super::xml::{self, Element, Fields, ISO_20022, Limits, Writer};
use super::{MessageError, Problem};
use crate::clearing::{RecallAnswer, RecallDecision};
use crate::participant::ClearingCode;

/// The message's identifier, as `MsgDefIdr` and the namespace carry it.
pub const IDENTIFIER: &str = "camt.029.001.09";

/// A message with the answer to one recall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecallAnswerMessage {
    /// Who answers, and to whom.
    pub assignment: Assignment,
    /// The parts that the switch acts on.
    pub answer: RecallAnswer,
    /// The whole `CxlDtls` in normal form: what the debtor agent receives.
    pub body: String,
}

impl RecallAnswerMessage {
    /// An answer that is made here and not read: its body is written from its parts.
    pub fn new(assignment: Assignment, answer: RecallAnswer) -> Self {
        let mut out = Writer::fragment();
        write_details(&mut out, assignment.assignee, &answer);
        Self { assignment, answer, body: out.finish() }
    }
}

/// Reads a message as a participant sends it.
///
/// # Errors
/// The first element that is not as the schema and this system want it.
pub fn parse(bytes: &[u8]) -> Result<RecallAnswerMessage, MessageError> {
    read_document(&xml::parse(bytes, Limits::MESSAGE)?)
}

/// Writes a message that [`parse`] reads.
pub fn write(message: &RecallAnswerMessage) -> String {
    let mut out = Writer::document();
    write_document(&mut out, &message.assignment, message.answer.decision, &message.body);
    out.finish()
}

/// Writes the element `Document`.
pub(crate) fn write_document(out: &mut Writer, assignment: &Assignment, decision: RecallDecision, body: &str) {
    let namespace = format!("{ISO_20022}{IDENTIFIER}");
    out.element_with("Document", &[("xmlns", &namespace)], |w| {
        w.element("RsltnOfInvstgtn", |w| {
            write_assignment(w, assignment);
            w.element("Sts", |w| w.leaf("Conf", code(decision)));
            w.raw(body);
        });
    });
}

const fn code(decision: RecallDecision) -> &'static str {
    match decision {
        RecallDecision::Accepted => "ACCR",
        RecallDecision::Rejected(_) => "RJCR",
    }
}

/// Reads the element `Document`.
pub(crate) fn read_document(document: &Element<'_>) -> Result<RecallAnswerMessage, MessageError> {
    if document.name != "Document" || document.namespace.strip_prefix(ISO_20022) != Some(IDENTIFIER) {
        return Err(MessageError::new(Problem::OtherMessage(IDENTIFIER)));
    }
    let mut fields = Fields::of(document)?;
    let message = fields.required("RsltnOfInvstgtn", |element| {
        let mut fields = Fields::of(element)?;
        let assignment = fields.required("Assgnmt", read_assignment)?;
        fields.optional("RslvdCase", case_id)?;
        fields.required("Sts", |element| {
            let mut fields = Fields::of(element)?;
            fields.required("Conf", text(4))?;
            fields.finish()
        })?;
        let details = fields.repeated("CxlDtls", 2, |element| {
            let answer = read_details(element)?;
            let mut out = Writer::fragment();
            element.write_normal(&element.namespace, &mut out);
            let body = out.finish();
            if body.len() > MAX_BODY { Err(MessageError::new(Problem::TooLarge)) } else { Ok((answer, body)) }
        })?;
        fields.skip_repeated("SplmtryData")?;
        fields.finish()?;
        let (answer, body) = only(details, "CxlDtls")?;
        Ok(RecallAnswerMessage { assignment, answer, body })
    })?;
    fields.finish()?;
    Ok(message)
}

fn read_details(element: &Element<'_>) -> Result<RecallAnswer, MessageError> {
    let mut fields = Fields::of(element)?;
    let transactions = fields.repeated("TxInfAndSts", 2, read_transaction)?;
    fields.finish()?;
    only(transactions, "TxInfAndSts")
}

fn read_transaction(element: &Element<'_>) -> Result<RecallAnswer, MessageError> {
    let mut fields = Fields::of(element)?;
    fields.skip(&["CxlStsId"])?;
    let cancellation_id = fields.required("RslvdCase", case_id)?;
    fields.skip(&["OrgnlGrpInf", "OrgnlInstrId", "OrgnlEndToEndId"])?;
    let original_transaction_id = fields.required("OrgnlTxId", text(35))?;
    fields.skip(&["OrgnlClrSysRef"])?;
    let original_uetr = fields.required("OrgnlUETR", uetr)?;
    let accepted = fields.required("TxCxlSts", |element| match element.text()? {
        "ACCR" => Ok(true),
        "RJCR" => Ok(false),
        _ => Err(MessageError::new(Problem::NotHere("a recall is answered with ACCR or RJCR"))),
    })?;
    let reasons = fields.repeated("CxlStsRsnInf", 8, read_reason)?;
    fields.skip(&["RsltnRltdInf", "OrgnlIntrBkSttlmAmt", "OrgnlIntrBkSttlmDt", "Assgnr", "Assgne", "OrgnlTxRef"])?;
    fields.finish()?;
    let missing = || MessageError::new(Problem::Missing).within("CxlStsRsnInf/Rsn/Cd");
    let decision = if accepted {
        RecallDecision::Accepted
    } else {
        RecallDecision::Rejected(reasons.into_iter().flatten().next().ok_or_else(missing)?)
    };
    Ok(RecallAnswer { cancellation_id, original_transaction_id, original_uetr, decision })
}

/// `asked` is who made the case: the debtor agent.
fn write_details(out: &mut Writer, asked: ClearingCode, answer: &RecallAnswer) {
    out.element("CxlDtls", |w| {
        w.element("TxInfAndSts", |w| {
            w.element("RslvdCase", |w| {
                w.leaf("Id", &answer.cancellation_id);
                w.element("Cretr", |w| write_agent(w, "Agt", asked));
            });
            w.leaf("OrgnlTxId", &answer.original_transaction_id);
            w.leaf("OrgnlUETR", &answer.original_uetr.to_string());
            w.leaf("TxCxlSts", code(answer.decision));
            if let RecallDecision::Rejected(reason) = answer.decision {
                w.element("CxlStsRsnInf", |w| w.element("Rsn", |w| w.leaf("Cd", reason.as_str())));
            }
        });
    });
}
