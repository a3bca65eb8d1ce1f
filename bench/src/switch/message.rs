//! The messages of the banks, written and read as text: pacs.008 out, pacs.002 both ways, and the inbox.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use store::Timestamp;
use uuid::Uuid;

/// A payment to be answered.
pub(crate) struct Incoming<'a> {
    pub(crate) transaction_id: &'a str,
    pub(crate) uetr: &'a str,
}

/// How a payment stands.
pub(crate) struct Report<'a> {
    pub(crate) end_to_end_id: &'a str,
    pub(crate) status: &'a str,
}

/// A pacs.008 with a transaction for each end-to-end id and payee.
pub(crate) fn payments(from: &str, transactions: &[(String, &str)]) -> String {
    let now = now().to_string();
    let date = &now[..10];
    let first = transactions.first().map_or("", |(id, _)| id);
    let mut message = String::with_capacity(512 + 1_024 * transactions.len());
    message.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    // Writing to a string cannot fail.
    let _ = write!(
        message,
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf>\
         <GrpHdr><MsgId>{first}</MsgId><CreDtTm>{now}</CreDtTm><NbOfTxs>{}</NbOfTxs>\
         <SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>",
        transactions.len()
    );
    for (id, to) in transactions {
        let _ = write!(
            message,
            "<CdtTrfTxInf><PmtId><EndToEndId>{id}</EndToEndId><TxId>{id}</TxId><UETR>{uetr}</UETR></PmtId>\
             <IntrBkSttlmAmt Ccy=\"HKD\">12.80</IntrBkSttlmAmt><IntrBkSttlmDt>{date}</IntrBkSttlmDt>\
             <AccptncDtTm>{now}</AccptncDtTm><ChrgBr>SLEV</ChrgBr>\
             <Dbtr><Nm>KWOK Ka Yan</Nm></Dbtr><DbtrAcct><Id><Othr><Id>{from}-100001-001</Id></Othr></Id></DbtrAcct>\
             <DbtrAgt>{AGENT}{from}{AGENT_END}</DbtrAgt><CdtrAgt>{AGENT}{to}{AGENT_END}</CdtrAgt>\
             <Cdtr><Nm>CHAN Tai Man</Nm></Cdtr><CdtrAcct><Id><Othr><Id>{to}-100001-001</Id></Othr></Id></CdtrAcct>\
             <RmtInf><Ustrd>Two pineapple buns and a milk tea</Ustrd></RmtInf></CdtTrfTxInf>",
            uetr = random(),
        );
    }
    message.push_str("</FIToFICstmrCdtTrf></Document>");
    message
}

const AGENT: &str = "<FinInstnId><ClrSysMmbId><ClrSysId><Cd>HKNCC</Cd></ClrSysId><MmbId>";
const AGENT_END: &str = "</MmbId></ClrSysMmbId></FinInstnId>";

/// A pacs.002 that accepts all these payments; `None` when there are none.
pub(crate) fn acceptance(inbox: &str) -> Option<String> {
    let mut incoming = incoming(inbox).peekable();
    let first = incoming.peek()?.transaction_id;
    let mut message = format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10\"><FIToFIPmtStsRpt>\
         <GrpHdr><MsgId>{first}</MsgId><CreDtTm>{}</CreDtTm></GrpHdr>",
        now()
    );
    for Incoming { transaction_id, uetr } in incoming {
        let _ = write!(
            message,
            "<TxInfAndSts><OrgnlTxId>{transaction_id}</OrgnlTxId><OrgnlUETR>{uetr}</OrgnlUETR>\
             <TxSts>ACCP</TxSts></TxInfAndSts>"
        );
    }
    message.push_str("</FIToFIPmtStsRpt></Document>");
    Some(message)
}

/// The payments in an inbox.
pub(crate) fn incoming(inbox: &str) -> impl Iterator<Item = Incoming<'_>> {
    inbox.split("<CdtTrfTxInf>").skip(1).filter_map(|transaction| {
        Some(Incoming {
            transaction_id: between(transaction, "<TxId>", "</TxId>")?,
            uetr: between(transaction, "<UETR>", "</UETR>")?,
        })
    })
}

/// What a pacs.002 says of payments.
pub(crate) fn reports(message: &str) -> impl Iterator<Item = Report<'_>> {
    message.split("<TxInfAndSts>").skip(1).filter_map(report)
}

/// What one `TxInfAndSts` says.
pub(crate) fn report(transaction: &str) -> Option<Report<'_>> {
    Some(Report {
        end_to_end_id: between(transaction, "<OrgnlEndToEndId>", "</OrgnlEndToEndId>")?,
        status: between(transaction, "<TxSts>", "</TxSts>")?,
    })
}

/// What to ask an inbox for next.
pub(crate) fn next(inbox: &str) -> Option<u64> {
    between(inbox, " next=\"", "\"")?.parse().ok()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let begin = text.find(before)? + before.len();
    let end = begin + text[begin..].find(after)?;
    Some(&text[begin..end])
}

#[allow(clippy::disallowed_methods)] // a load has no other clock
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

#[allow(clippy::disallowed_methods)] // as banks make them
fn random() -> Uuid {
    Uuid::new_v4()
}
