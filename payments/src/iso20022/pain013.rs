//! pain.013.001.07, the creditor payment activation request: a creditor's bank asks for money, and the switch hands that
//! on to the debtor's bank. One request a message.

use store::Timestamp;

use super::account::{account, write_account};
use super::agent::{agent, write_agent};
use super::case::only;
use super::value::{amount, collapsed, count, date, date_time, exactly, text, write_date};
use super::xml::{self, Element, Fields, ISO_20022, Limits, Writer};
use super::{MessageError, Problem};
use crate::directory::Proxy;
use crate::money::Amount;
use crate::participant::ClearingCode;
use crate::request_to_pay::{AmountRule, Creditor, Debtor, DueDate, NewRequest, RequestToPay};

/// The message's identifier, as `MsgDefIdr` and the namespace carry it.
pub const IDENTIFIER: &str = "pain.013.001.07";

/// Who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedDebtor {
    /// Whoever has the request's id: no `DbtrAcct`.
    Anybody,
    /// An account.
    Account(Debtor),
    /// Whoever has this number or address: it is to be looked up, and leads to the account.
    Proxy(Proxy),
}

/// A request as its message asks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRequestMessage {
    /// `GrpHdr/MsgId`, at most 35 characters.
    pub message_id: String,
    /// Who is asked; `asked` names the debtor only when it is an account.
    pub debtor: AskedDebtor,
    /// What is asked. Its reference is `EndToEndId`.
    pub asked: NewRequest,
}

/// Reads a message as the creditor's bank sends it, on behalf of `asker`.
///
/// # Errors
/// The first element that is not as the schema and this system want it.
pub fn parse(bytes: &[u8], asker: &str) -> Result<PaymentRequestMessage, MessageError> {
    let document = xml::parse(bytes, Limits::MESSAGE)?;
    if document.name != "Document" || document.namespace.strip_prefix(ISO_20022) != Some(IDENTIFIER) {
        return Err(MessageError::new(Problem::OtherMessage(IDENTIFIER)));
    }
    let mut fields = Fields::of(&document)?;
    let message = fields.required("CdtrPmtActvtnReq", |element| {
        let mut fields = Fields::of(element)?;
        let message_id = fields.required("GrpHdr", read_header)?;
        let instructions = fields.repeated("PmtInf", 2, |element| read_instruction(element, asker))?;
        fields.skip_repeated("SplmtryData")?;
        fields.finish()?;
        let (debtor, asked) = only(instructions, "PmtInf")?;
        Ok(PaymentRequestMessage { message_id, debtor, asked })
    })?;
    fields.finish()?;
    Ok(message)
}

fn read_header(element: &Element<'_>) -> Result<String, MessageError> {
    let mut fields = Fields::of(element)?;
    let message_id = fields.required("MsgId", text(35))?;
    fields.required("CreDtTm", date_time)?;
    fields.required("NbOfTxs", count)?;
    fields.skip(&["CtrlSum", "InitgPty"])?;
    fields.finish()?;
    Ok(message_id)
}

fn read_instruction(element: &Element<'_>, asker: &str) -> Result<(AskedDebtor, NewRequest), MessageError> {
    let mut fields = Fields::of(element)?;
    fields.skip(&["PmtInfId"])?;
    fields.required("PmtMtd", exactly("TRF", "requests are answered by credit transfers: TRF"))?;
    fields.skip(&["PmtTpInf"])?;
    let due = fields.required("ReqdExctnDt", read_moment)?;
    let expires = fields.required("XpryDt", read_moment)?;
    let Moment::At(expires) = expires else {
        return Err(MessageError::new(Problem::NotHere("a request ends at a moment: DtTm")).within("XpryDt"));
    };
    let amount_rule = fields.optional("PmtCond", read_condition)?.unwrap_or(AmountRule::Exact);
    fields.skip(&["Dbtr"])?;
    let debtor = fields.optional("DbtrAcct", account)?;
    let debtor_agent = fields.required("DbtrAgt", read_debtor_agent)?;
    fields.skip(&["UltmtDbtr", "ChrgBr"])?;
    let transactions = fields.repeated("CdtTrfTx", 2, read_transaction)?;
    fields.finish()?;
    let Transaction { reference, amount, creditor, purpose, bill_number } = only(transactions, "CdtTrfTx")?;
    let debtor = match (debtor, debtor_agent) {
        (None, _) => AskedDebtor::Anybody,
        (Some(super::account::Account { proxy: Some(proxy), .. }), _) => AskedDebtor::Proxy(proxy),
        (Some(account), Some(agent)) => AskedDebtor::Account(Debtor { agent, account: account.id }),
        (Some(_), None) => return Err(MessageError::new(Problem::Missing).within("ClrSysMmbId").within("DbtrAgt")),
    };
    let asked = NewRequest {
        creditor,
        amount,
        amount_rule,
        purpose,
        bill_number,
        due: if let Moment::On(day) = due { Some(day) } else { None },
        expires,
        debtor: if let AskedDebtor::Account(debtor) = &debtor { Some(debtor.clone()) } else { None },
        reference,
        created_by: asker.to_owned(),
    };
    Ok((debtor, asked))
}

/// `DateAndDateTime2Choice`.
enum Moment {
    On(DueDate),
    At(Timestamp),
}

fn read_moment(element: &Element<'_>) -> Result<Moment, MessageError> {
    let mut fields = Fields::of(element)?;
    let moment = match fields.optional("Dt", date)? {
        Some(day) => Moment::On(day),
        None => Moment::At(fields.required("DtTm", date_time)?),
    };
    fields.finish()?;
    Ok(moment)
}

fn read_condition(element: &Element<'_>) -> Result<AmountRule, MessageError> {
    let mut fields = Fields::of(element)?;
    let less = fields.required("AmtModAllwd", |element| match collapsed(element)? {
        "true" | "1" => Ok(AmountRule::LessAllowed),
        "false" | "0" => Ok(AmountRule::Exact),
        _ => Err(MessageError::new(Problem::Form("true or false"))),
    })?;
    fields.skip(&["EarlyPmtAllwd", "DelyPnlty", "ImdtPmtRbt", "GrntedPmtReqd"])?;
    fields.finish()?;
    Ok(less)
}

/// The debtor's bank, where the message names it: a proxy leads to it by itself.
fn read_debtor_agent(element: &Element<'_>) -> Result<Option<ClearingCode>, MessageError> {
    let is_named = element.elements().any(|institution| institution.elements().next().is_some());
    if is_named { agent(element).map(Some) } else { Ok(None) }
}

struct Transaction {
    reference: String,
    amount: Amount,
    creditor: Creditor,
    purpose: Option<String>,
    bill_number: Option<String>,
}

fn read_transaction(element: &Element<'_>) -> Result<Transaction, MessageError> {
    let mut fields = Fields::of(element)?;
    let reference = fields.required("PmtId", |element| {
        let mut fields = Fields::of(element)?;
        fields.skip(&["InstrId"])?;
        let reference = fields.required("EndToEndId", text(35))?;
        fields.skip(&["UETR"])?;
        fields.finish()?;
        Ok(reference)
    })?;
    fields.skip(&["PmtTpInf", "PmtCond"])?;
    let amount = fields.required("Amt", |element| {
        let mut fields = Fields::of(element)?;
        let amount = fields.required("InstdAmt", amount)?;
        fields.finish()?;
        Ok(amount)
    })?;
    fields.required("ChrgBr", exactly("SLEV", "charges follow the service level: SLEV"))?;
    fields.skip(&["ChqInstr", "UltmtDbtr", "IntrmyAgt1", "IntrmyAgt2", "IntrmyAgt3"])?;
    let agent = fields.required("CdtrAgt", agent)?;
    let name = fields.required("Cdtr", |element| {
        let mut fields = Fields::of(element)?;
        let name = fields.required("Nm", text(140))?;
        fields.skip(&["PstlAdr", "Id", "CtryOfRes", "CtctDtls"])?;
        fields.finish()?;
        Ok(name)
    })?;
    let account = fields.required("CdtrAcct", account)?.id;
    fields.skip(&["UltmtCdtr"])?;
    fields.skip_repeated("InstrForCdtrAgt")?;
    fields.skip(&["Purp"])?;
    fields.skip_repeated("RgltryRptg")?;
    fields.skip(&["Tax"])?;
    fields.skip_repeated("RltdRmtInf")?;
    let (purpose, bill_number) = fields.optional("RmtInf", read_remittance)?.unwrap_or_default();
    fields.skip_repeated("NclsdFile")?;
    fields.skip_repeated("SplmtryData")?;
    fields.finish()?;
    // Names come in one element; which script they are in shows by itself.
    let is_chinese = name.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}'));
    let (name_zh, name_en) = if is_chinese { (Some(name), None) } else { (None, Some(name)) };
    let creditor = Creditor { agent, account, name_zh, name_en, merchant: None, till: None };
    Ok(Transaction { reference, amount, creditor, purpose, bill_number })
}

/// The first line, and the number of the first document that is referred to.
fn read_remittance(element: &Element<'_>) -> Result<(Option<String>, Option<String>), MessageError> {
    let mut fields = Fields::of(element)?;
    let lines = fields.repeated("Ustrd", 16, text(140))?;
    let documents = fields.repeated("Strd", 16, |element| {
        let mut fields = Fields::of(element)?;
        let numbers = fields.repeated("RfrdDocInf", 16, |element| {
            let mut fields = Fields::of(element)?;
            fields.skip(&["Tp"])?;
            fields.optional("Nb", text(35))
        })?;
        Ok(numbers.into_iter().flatten().next())
    })?;
    fields.finish()?;
    Ok((lines.into_iter().next(), documents.into_iter().flatten().next()))
}

/// The message by which the switch hands a request on.
pub(crate) fn message_id(request: &RequestToPay) -> String {
    format!("LR013-{:019}", request.number)
}

/// Writes the request as a document of its own.
pub fn write(request: &RequestToPay) -> String {
    let mut out = Writer::document();
    write_document(&mut out, request);
    out.finish()
}

/// Writes the element `Document`. `InstrId` and `PmtInfId` are the request's own id, which its payment carries.
pub(crate) fn write_document(out: &mut Writer, request: &RequestToPay) {
    let namespace = format!("{ISO_20022}{IDENTIFIER}");
    out.element_with("Document", &[("xmlns", &namespace)], |w| {
        w.element("CdtrPmtActvtnReq", |w| {
            w.element("GrpHdr", |w| {
                w.leaf("MsgId", &message_id(request));
                w.leaf("CreDtTm", &request.created.to_string());
                w.leaf("NbOfTxs", "1");
                w.element("InitgPty", |w| w.leaf("Nm", &name(&request.asked.creditor)));
            });
            w.element("PmtInf", |w| write_instruction(w, request));
        });
    });
}

fn name(creditor: &Creditor) -> String {
    let names: Vec<&str> = [&creditor.name_zh, &creditor.name_en].into_iter().flatten().map(String::as_str).collect();
    names.join(" ")
}

fn write_instruction(w: &mut Writer, request: &RequestToPay) {
    let asked = &request.asked;
    let less = if asked.amount_rule == AmountRule::LessAllowed { "true" } else { "false" };
    w.leaf("PmtInfId", request.id.as_str());
    w.leaf("PmtMtd", "TRF");
    w.element("ReqdExctnDt", |w| match asked.due {
        Some(day) => w.leaf("Dt", &write_date(day)),
        None => w.leaf("DtTm", &asked.expires.to_string()),
    });
    w.element("XpryDt", |w| w.leaf("DtTm", &asked.expires.to_string()));
    w.element("PmtCond", |w| {
        w.leaf("AmtModAllwd", less);
        w.leaf("EarlyPmtAllwd", "true");
        w.leaf("GrntedPmtReqd", "false");
    });
    w.element("Dbtr", |_| {});
    match &asked.debtor {
        Some(debtor) => {
            write_account(w, "DbtrAcct", &debtor.account, None);
            write_agent(w, "DbtrAgt", debtor.agent);
        }
        None => w.element("DbtrAgt", |w| w.element("FinInstnId", |_| {})),
    }
    w.element("CdtTrfTx", |w| write_transaction(w, request));
}

fn write_transaction(w: &mut Writer, request: &RequestToPay) {
    let asked = &request.asked;
    w.element("PmtId", |w| {
        w.leaf("InstrId", request.id.as_str());
        w.leaf("EndToEndId", &asked.reference);
    });
    w.element("Amt", |w| {
        w.element_with("InstdAmt", &[("Ccy", asked.amount.currency().code())], |w| w.text(&asked.amount.to_decimal()));
    });
    w.leaf("ChrgBr", "SLEV");
    write_agent(w, "CdtrAgt", asked.creditor.agent);
    w.element("Cdtr", |w| w.leaf("Nm", &name(&asked.creditor)));
    write_account(w, "CdtrAcct", &asked.creditor.account, None);
    if asked.purpose.is_none() && asked.bill_number.is_none() {
        return;
    }
    w.element("RmtInf", |w| {
        if let Some(purpose) = &asked.purpose {
            w.leaf("Ustrd", purpose);
        }
        if let Some(number) = &asked.bill_number {
            w.element("Strd", |w| w.element("RfrdDocInf", |w| w.leaf("Nb", number)));
        }
    });
}
