//! pacs.002.001.10, the payment status report: how a creditor agent answers, and how the switch tells.

use store::Timestamp;
use uuid::Uuid;

use super::agent::{agent, write_agent};
use super::pacs004;
use super::value::{date_time, reason, text, uetr};
use super::xml::{self, Element, Fields, ISO_20022, Limits, Writer};
use super::{MessageError, Problem, ReasonCode};
use crate::clearing::{Answer, Status, StatusReport, Subject, Verdict};
use crate::participant::ClearingCode;

/// The message's identifier, as `MsgDefIdr` and the namespace carry it.
pub const IDENTIFIER: &str = "pacs.002.001.10";
/// Transactions in one message at most.
pub const MAX_TRANSACTIONS: usize = 1_000;

/// What a creditor agent answers, to one or many payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerMessage {
    /// `GrpHdr/MsgId`, at most 35 characters.
    pub message_id: String,
    /// `GrpHdr/CreDtTm`.
    pub created: Timestamp,
    /// `InstgAgt`, of the group or of its transactions: who answers, when it says so.
    pub instructing_agent: Option<ClearingCode>,
    /// In the order of the message.
    pub answers: Vec<Answer>,
}

/// Reads a creditor agent's answers.
///
/// # Errors
/// The first element that is not as it must be: a status of the whole group in place of (or beside) the
/// transactions' own is one, because a payment is answered by its UETR.
pub fn parse(bytes: &[u8]) -> Result<AnswerMessage, MessageError> {
    let document = xml::parse(bytes, Limits::MESSAGE)?;
    let message = read_document(&document)?;
    let mut instructing_agent = message.instructing_agent;
    let mut answers = Vec::with_capacity(message.transactions.len());
    for (index, transaction) in message.transactions.into_iter().enumerate() {
        let here = |error: MessageError| error.within(format!("TxInfAndSts[{}]", index + 1)).within("FIToFIPmtStsRpt");
        if let Some(sender) = transaction.instructing_agent
            && *instructing_agent.get_or_insert(sender) != sender
        {
            let other = MessageError::new(Problem::NotHere("one message has one sender")).within("InstgAgt");
            return Err(here(other));
        }
        answers.push(transaction.into_answer().map_err(here)?);
    }
    Ok(AnswerMessage { message_id: message.message_id, created: message.created, instructing_agent, answers })
}

/// Writes a creditor agent's answers.
pub fn write_answer(message: &AnswerMessage) -> String {
    let mut out = Writer::document();
    let header = |w: &mut Writer| {
        if let Some(code) = message.instructing_agent {
            write_agent(w, "InstgAgt", code);
        }
    };
    write_envelope(&mut out, &message.message_id, message.created, header, |w| {
        for answer in &message.answers {
            w.element("TxInfAndSts", |w| {
                w.leaf("OrgnlTxId", &answer.original_transaction_id);
                w.leaf("OrgnlUETR", &answer.original_uetr.to_string());
                match answer.verdict {
                    Verdict::Accepted => write_status(w, "ACCP", None),
                    Verdict::AcceptedWithoutPosting => write_status(w, "ACWP", None),
                    Verdict::Rejected(reason) => write_status(w, "RJCT", Some(reason)),
                    Verdict::Credited => write_status(w, "ACCC", None),
                    Verdict::Blocked => write_status(w, "BLCK", None),
                }
            });
        }
    });
    out.finish()
}

/// Writes what the switch says of one or many payments. The same reports give the same bytes.
pub fn render(reports: &[StatusReport]) -> String {
    let mut out = Writer::document_of(512 + 768 * reports.len());
    write_reports(&mut out, reports);
    out.finish()
}

/// Reads what the switch says, as a participant receives it. A report's `recorded` is the message's `CreDtTm`.
///
/// # Errors
/// The first element that is not as the switch writes it.
pub fn parse_reports(bytes: &[u8]) -> Result<Vec<StatusReport>, MessageError> {
    read_reports(&xml::parse(bytes, Limits::MESSAGE)?)
}

/// The message's `MsgId`: the sequence number of the (first) row that it tells of.
pub(crate) fn message_id(sequence: i64) -> String {
    format!("LR002-{sequence:019}")
}

pub(crate) fn write_reports(out: &mut Writer, reports: &[StatusReport]) {
    let id = message_id(reports.first().map_or(0, |report| report.sequence));
    let created = reports.iter().map(|report| report.recorded).max().unwrap_or(Timestamp::from_micros(0));
    write_envelope(
        out,
        &id,
        created,
        |_| {},
        |w| {
            for report in reports {
                w.element("TxInfAndSts", |w| {
                    w.leaf("StsId", &report.sequence.to_string());
                    if let Subject::Return { message_id } = &report.subject {
                        w.element("OrgnlGrpInf", |w| {
                            w.leaf("OrgnlMsgId", message_id);
                            w.leaf("OrgnlMsgNmId", pacs004::IDENTIFIER);
                        });
                    }
                    w.leaf("OrgnlEndToEndId", &report.original_end_to_end_id);
                    w.leaf("OrgnlTxId", &report.original_transaction_id);
                    w.leaf("OrgnlUETR", &report.original_uetr.to_string());
                    match report.status {
                        Status::InProcess => write_status(w, "ACSP", None),
                        Status::Settled => write_status(w, "ACSC", None),
                        Status::Credited => write_status(w, "ACCC", None),
                        Status::Blocked => write_status(w, "BLCK", None),
                        Status::Rejected(reason) => write_status(w, "RJCT", Some(reason)),
                    }
                    w.leaf("AccptncDtTm", &report.accepted.to_string());
                    write_agent(w, "InstgAgt", report.debtor_agent);
                    write_agent(w, "InstdAgt", report.creditor_agent);
                });
            }
        },
    );
}

pub(crate) fn read_reports(document: &Element<'_>) -> Result<Vec<StatusReport>, MessageError> {
    let message = read_document(document)?;
    let created = message.created;
    let read = |(index, transaction): (usize, Transaction)| {
        let place = format!("TxInfAndSts[{}]", index + 1);
        transaction.into_report(created).map_err(|error| error.within(place).within("FIToFIPmtStsRpt"))
    };
    message.transactions.into_iter().enumerate().map(read).collect()
}

fn write_envelope(
    out: &mut Writer,
    message_id: &str,
    created: Timestamp,
    header: impl FnOnce(&mut Writer),
    transactions: impl FnOnce(&mut Writer),
) {
    let namespace = format!("{ISO_20022}{IDENTIFIER}");
    out.element_with("Document", &[("xmlns", &namespace)], |w| {
        w.element("FIToFIPmtStsRpt", |w| {
            w.element("GrpHdr", |w| {
                w.leaf("MsgId", message_id);
                w.leaf("CreDtTm", &created.to_string());
                header(w);
            });
            transactions(w);
        });
    });
}

fn write_status(out: &mut Writer, code: &str, reason: Option<ReasonCode>) {
    out.leaf("TxSts", code);
    if let Some(reason) = reason {
        out.element("StsRsnInf", |w| w.element("Rsn", |w| w.leaf("Cd", reason.as_str())));
    }
}

/// A status report of either direction.
struct Report {
    message_id: String,
    created: Timestamp,
    instructing_agent: Option<ClearingCode>,
    transactions: Vec<Transaction>,
}

/// `TxInfAndSts`, as far as it is read.
struct Transaction {
    status_id: Option<String>,
    /// `OrgnlMsgId` and `OrgnlMsgNmId`.
    original_message: Option<(String, String)>,
    end_to_end_id: Option<String>,
    original_id: Option<String>,
    uetr: Option<Uuid>,
    status: Option<String>,
    reason: Option<ReasonCode>,
    accepted: Option<Timestamp>,
    instructing_agent: Option<ClearingCode>,
    instructed_agent: Option<ClearingCode>,
}

fn read_document(document: &Element<'_>) -> Result<Report, MessageError> {
    if document.name != "Document" || document.namespace.strip_prefix(ISO_20022) != Some(IDENTIFIER) {
        return Err(MessageError::new(Problem::OtherMessage(IDENTIFIER)));
    }
    let mut fields = Fields::of(document)?;
    let message = fields.required("FIToFIPmtStsRpt", read_message)?;
    fields.finish()?;
    Ok(message)
}

fn read_message(element: &Element<'_>) -> Result<Report, MessageError> {
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
    fields.repeated("OrgnlGrpInfAndSts", MAX_TRANSACTIONS, refuse_group_status)?;
    let transactions = fields.repeated("TxInfAndSts", MAX_TRANSACTIONS, read_transaction)?;
    fields.skip_repeated("SplmtryData")?;
    fields.finish()?;
    if transactions.is_empty() {
        return Err(MessageError::new(Problem::Missing).within("TxInfAndSts"));
    }
    Ok(Report { message_id, created, instructing_agent, transactions })
}

fn refuse_group_status(group: &Element<'_>) -> Result<(), MessageError> {
    if group.elements().any(|element| element.name == "GrpSts") {
        let by_transaction = Problem::NotHere("a payment is answered in TxInfAndSts, not by the status of a group");
        return Err(MessageError::new(by_transaction).within("GrpSts"));
    }
    Ok(())
}

fn read_transaction(element: &Element<'_>) -> Result<Transaction, MessageError> {
    let mut fields = Fields::of(element)?;
    let status_id = fields.optional("StsId", text(35))?;
    let original_message = fields.optional("OrgnlGrpInf", original_message)?;
    fields.skip(&["OrgnlInstrId"])?;
    let end_to_end_id = fields.optional("OrgnlEndToEndId", text(35))?;
    let original_id = fields.optional("OrgnlTxId", text(35))?;
    let uetr = fields.optional("OrgnlUETR", uetr)?;
    let status = fields.optional("TxSts", text(4))?;
    let reasons = fields.repeated("StsRsnInf", 8, read_reason)?;
    fields.skip_repeated("ChrgsInf")?;
    let accepted = fields.optional("AccptncDtTm", date_time)?;
    fields.skip(&["FctvIntrBkSttlmDt", "AcctSvcrRef", "ClrSysRef"])?;
    let instructing_agent = fields.optional("InstgAgt", agent)?;
    let instructed_agent = fields.optional("InstdAgt", agent)?;
    fields.skip(&["OrgnlTxRef"])?;
    fields.skip_repeated("SplmtryData")?;
    fields.finish()?;
    Ok(Transaction {
        status_id,
        original_message,
        end_to_end_id,
        original_id,
        uetr,
        status,
        reason: reasons.into_iter().flatten().next(),
        accepted,
        instructing_agent,
        instructed_agent,
    })
}

/// `OriginalGroupInformation29`: the id of a message and what kind it is.
pub(super) fn original_message(element: &Element<'_>) -> Result<(String, String), MessageError> {
    let mut fields = Fields::of(element)?;
    let message_id = fields.required("OrgnlMsgId", text(35))?;
    let name = fields.required("OrgnlMsgNmId", text(35))?;
    fields.skip(&["OrgnlCreDtTm"])?;
    fields.finish()?;
    Ok((message_id, name))
}

/// A reason, as a status report and a return carry it: its code, when it has one.
pub(super) fn read_reason(element: &Element<'_>) -> Result<Option<ReasonCode>, MessageError> {
    let mut fields = Fields::of(element)?;
    fields.skip(&["Orgtr"])?;
    let code = fields.optional("Rsn", |element| {
        let mut fields = Fields::of(element)?;
        let code = fields.required("Cd", reason)?;
        fields.finish()?;
        Ok(code)
    })?;
    fields.skip_repeated("AddtlInf")?;
    fields.finish()?;
    Ok(code)
}

fn missing(name: &str) -> impl FnOnce() -> MessageError {
    move || MessageError::new(Problem::Missing).within(name)
}

impl Transaction {
    fn into_answer(self) -> Result<Answer, MessageError> {
        let verdict = match self.status.as_deref() {
            Some("ACCP" | "ACSP" | "ACTC") => Verdict::Accepted,
            Some("ACWP") => Verdict::AcceptedWithoutPosting,
            Some("RJCT") => Verdict::Rejected(self.reason.ok_or_else(missing("StsRsnInf/Rsn/Cd"))?),
            Some("ACCC") => Verdict::Credited,
            Some("BLCK") => Verdict::Blocked,
            Some(_) => {
                let verdicts = Problem::NotHere("an answer is ACCP, ACSP, ACTC, ACWP or RJCT, and later ACCC or BLCK");
                return Err(MessageError::new(verdicts).within("TxSts"));
            }
            None => return Err(missing("TxSts")()),
        };
        Ok(Answer {
            original_uetr: self.uetr.ok_or_else(missing("OrgnlUETR"))?,
            original_transaction_id: self.original_id.ok_or_else(missing("OrgnlTxId"))?,
            verdict,
        })
    }

    fn into_report(self, recorded: Timestamp) -> Result<StatusReport, MessageError> {
        let status = match self.status.as_deref() {
            Some("ACSP") => Status::InProcess,
            Some("ACSC") => Status::Settled,
            Some("ACCC") => Status::Credited,
            Some("BLCK") => Status::Blocked,
            Some("RJCT") => Status::Rejected(self.reason.ok_or_else(missing("StsRsnInf/Rsn/Cd"))?),
            Some(_) => {
                return Err(MessageError::new(Problem::NotHere("not a status that the switch gives")).within("TxSts"));
            }
            None => return Err(missing("TxSts")()),
        };
        let subject = match self.original_message {
            Some((message_id, name)) if name == pacs004::IDENTIFIER => Subject::Return { message_id },
            _ => Subject::Transfer,
        };
        let sequence = self.status_id.ok_or_else(missing("StsId"))?;
        Ok(StatusReport {
            sequence: sequence
                .parse()
                .map_err(|_| MessageError::new(Problem::Form("the sequence number of a row")).within("StsId"))?,
            recorded,
            subject,
            original_end_to_end_id: self.end_to_end_id.ok_or_else(missing("OrgnlEndToEndId"))?,
            original_transaction_id: self.original_id.ok_or_else(missing("OrgnlTxId"))?,
            original_uetr: self.uetr.ok_or_else(missing("OrgnlUETR"))?,
            status,
            accepted: self.accepted.ok_or_else(missing("AccptncDtTm"))?,
            debtor_agent: self.instructing_agent.ok_or_else(missing("InstgAgt"))?,
            creditor_agent: self.instructed_agent.ok_or_else(missing("InstdAgt"))?,
        })
    }
}
