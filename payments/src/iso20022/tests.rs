//! What is written is read again as it was, is valid against the published schemas, and what is not as it must
//! be is refused by name.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use store::Timestamp;
use time::{Date, Month};
use uuid::Uuid;

use super::pacs002::AnswerMessage;
use super::pacs008::{CreditTransferMessage, ParsedTransfer};
use super::{MessageError, Problem, ReasonCode, inbox, pacs002, pacs008};
use crate::clearing::{
    Answer, CreditTransfer, ForwardedPayment, Inbox, InboxItem, InboxMessage, Status, StatusReport, Subject, Verdict,
};
use crate::directory::{Proxy, ProxyKind};
use crate::money::{Amount, Currency};
use crate::participant::ClearingCode;

pub(super) fn bank(code: &str) -> ClearingCode {
    code.parse().unwrap()
}

pub(super) fn transfer() -> CreditTransfer {
    CreditTransfer {
        instruction_id: None,
        end_to_end_id: "E2E-1".to_owned(),
        transaction_id: "TX-1".to_owned(),
        uetr: Uuid::parse_str("8a562c67-ca16-48ba-b074-65581be6f011").unwrap(),
        amount: Amount::new(12_345, Currency::Hkd).unwrap(),
        settlement_date: Date::from_calendar_date(2026, Month::November, 22).unwrap(),
        accepted: Timestamp::from_seconds(1_795_000_000),
        debtor_name: "CHAN Tai Man".to_owned(),
        debtor_account: "012-345678-001".to_owned(),
        debtor_agent: bank("012"),
        creditor_agent: bank("027"),
        creditor_name: "HO M*** Y***".to_owned(),
        creditor_account: "LRAQEBAQEBAQEBAQEBAQEBAQ".to_owned(),
        creditor_proxy: Some(Proxy::parse(ProxyKind::Mobile, "91234567").unwrap()),
        lookup_reference: Some("reference".to_owned()),
        request_to_pay: None,
        remittance_information: Some("午餐 <& thanks>".to_owned()),
    }
}

fn message(transfers: Vec<CreditTransfer>) -> CreditTransferMessage {
    CreditTransferMessage {
        message_id: "MSG-1".to_owned(),
        created: Timestamp::from_seconds(1_795_000_000),
        instructing_agent: Some(bank("012")),
        transfers: transfers.into_iter().map(ParsedTransfer::new).collect(),
    }
}

fn sample() -> String {
    pacs008::write(&message(vec![transfer()]))
}

pub(super) fn report() -> StatusReport {
    StatusReport {
        sequence: 42,
        recorded: Timestamp::from_micros(1_795_000_000_123_456),
        subject: Subject::Transfer,
        original_end_to_end_id: "E2E-1".to_owned(),
        original_transaction_id: "TX-1".to_owned(),
        original_uetr: transfer().uetr,
        status: Status::Settled,
        accepted: Timestamp::from_seconds(1_795_000_000),
        debtor_agent: bank("012"),
        creditor_agent: bank("027"),
    }
}

/// Where the published schemas are: `LIONROCK_XSD`, or the folder beside the repository.
fn schemas() -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/xsd"));
    let folder = std::env::var_os("LIONROCK_XSD").map_or(beside, PathBuf::from);
    folder.join("pacs.008.001.08.xsd").exists().then_some(folder)
}

/// Validates with libxml2. Without the schemas there is nothing to validate against, and the test says so.
pub(super) fn assert_valid(identifier: &str, document: &str) {
    let Some(folder) = schemas() else {
        return writeln!(std::io::stderr(), "not validated, no schemas: set LIONROCK_XSD to their folder").unwrap();
    };
    let schema = folder.join(format!("{identifier}.xsd"));
    let mut xmllint = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("xmllint (libxml2-utils) validates what is written");
    xmllint.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    let output = xmllint.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{document}", String::from_utf8_lossy(&output.stderr));
}

/// The elements `name` of a document, each as a document of its own.
pub(super) fn parts(document: &str, name: &str) -> Vec<String> {
    let (start, end) = (format!("<{name} "), format!("</{name}>"));
    let begins = document.match_indices(&start).map(|(at, _)| &document[at..]);
    begins.map(|rest| rest[..rest.find(&end).unwrap() + end.len()].to_owned()).collect()
}

fn refused(changed: &str) -> (String, Problem, ReasonCode) {
    let error: MessageError = pacs008::parse(changed.as_bytes()).unwrap_err();
    (error.path(), error.problem(), error.reason())
}

#[test]
fn a_credit_transfer_is_valid_and_read_as_it_was_written() {
    let mut plain = transfer();
    (plain.creditor_proxy, plain.lookup_reference, plain.remittance_information) = (None, None, None);
    plain.instruction_id = Some("I-1".to_owned());
    for transfers in [vec![transfer()], vec![plain.clone()], vec![transfer(), plain]] {
        let message = message(transfers);
        let text = pacs008::write(&message);
        assert_valid(pacs008::IDENTIFIER, &text);
        assert_eq!(pacs008::parse(text.as_bytes()), Ok(message));
    }
}

#[test]
fn a_refusal_names_the_element_and_the_reason() {
    let inside = |element: &str| format!("FIToFICstmrCdtTrf/CdtTrfTxInf[1]/{element}");
    let code = ReasonCode::literal;
    for (from, to, path, reason) in [
        ("123.45", "0.00", inside("IntrBkSttlmAmt"), "AM01"),
        ("123.45", "1.234", inside("IntrBkSttlmAmt"), "AM12"),
        ("\"HKD\"", "\"USD\"", inside("IntrBkSttlmAmt"), "AM03"),
        (" Ccy=\"HKD\"", "", inside("IntrBkSttlmAmt"), "FF01"),
        ("-48ba-", "-18ba-", inside("PmtId/UETR"), "FF01"),
        ("8a562c67", "8A562C67", inside("PmtId/UETR"), "FF01"),
        (">E2E-1<", "><", inside("PmtId/EndToEndId"), "FF01"),
        (">TX-1<", ">123456789012345678901234567890123456<", inside("PmtId/TxId"), "FF01"),
        ("<TxId>TX-1</TxId>", "", inside("PmtId/TxId"), "FF01"),
        ("SLEV", "SHAR", inside("ChrgBr"), "FF01"),
        ("2026-11-22", "2026-11-31", inside("IntrBkSttlmDt"), "DT01"),
        ("HKNCC", "USABA", inside("DbtrAgt/FinInstnId/ClrSysMmbId/ClrSysId/Cd"), "FF01"),
        ("<Cd>MBNO", "<Cd>TELE", inside("CdtrAcct/Prxy/Tp/Cd"), "FF01"),
        ("+852-91234567", "+852-21234567", inside("CdtrAcct/Prxy/Id"), "FF01"),
        ("<ChrgBr>", "<Other/><ChrgBr>", inside("Other"), "FF01"),
        ("<Ustrd>", "text<Ustrd>", inside("RmtInf"), "FF01"),
        ("<NbOfTxs>1", "<NbOfTxs>2", "FIToFICstmrCdtTrf/GrpHdr/NbOfTxs".to_owned(), "AM18"),
        ("CLRG", "INDA", "FIToFICstmrCdtTrf/GrpHdr/SttlmInf/SttlmMtd".to_owned(), "FF01"),
        ("pacs.008.001.08", "pacs.008.001.09", String::new(), "FF01"),
    ] {
        // The group header names its agent first: change the transaction's own.
        let sample = sample();
        let at = sample.find("<CdtTrfTxInf>").unwrap();
        let changed = if sample[at..].contains(from) && path.contains("CdtTrfTxInf") {
            format!("{}{}", &sample[..at], sample[at..].replacen(from, to, 1))
        } else {
            sample.replacen(from, to, 1)
        };
        assert_ne!(changed, sample, "{from}");
        let (found, _, why) = refused(&changed);
        let expected = if from == "HKNCC" { code("RC03") } else { code(reason) };
        assert_eq!((found, why), (path, expected), "{from} → {to}");
    }
}

#[test]
fn the_second_transaction_is_named_as_the_second() {
    let text = pacs008::write(&message(vec![transfer(), transfer()]));
    let at = text.rfind("123.45").unwrap();
    let changed = format!("{}x{}", &text[..at], &text[at..]);
    assert_eq!(refused(&changed).0, "FIToFICstmrCdtTrf/CdtTrfTxInf[2]/IntrBkSttlmAmt");
}

#[test]
fn one_message_has_one_sender() {
    let agent = |code: &str| {
        format!(
            "<InstgAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>HKNCC</Cd></ClrSysId><MmbId>{code}</MmbId>\
             </ClrSysMmbId></FinInstnId></InstgAgt><Dbtr>"
        )
    };
    let with = |code: &str| sample().replacen("<Dbtr>", &agent(code), 1);
    assert_eq!(refused(&with("027")).0, "FIToFICstmrCdtTrf/CdtTrfTxInf[1]/InstgAgt");
    assert!(pacs008::parse(with("012").as_bytes()).is_ok());
}

#[test]
fn what_could_harm_the_reader_is_refused() {
    let body = sample();
    let body = body.split_once("?>").unwrap().1;
    let doctype = format!("<!DOCTYPE Document [<!ENTITY a \"aaaa\">]>{body}");
    assert_eq!(refused(&doctype).1, Problem::Doctype);
    assert_eq!(refused(&sample().replacen("E2E-1", "&a;", 1)).1, Problem::Doctype, "an entity of its own");
    let deep = sample().replacen("<Ustrd>", &"<Strd>".repeat(200), 1);
    assert_eq!(refused(&deep).1, Problem::TooLarge);
    let wide = format!("<a>{}</a>", "<b/>".repeat(200_000));
    assert_eq!(refused(&wide).1, Problem::TooLarge);
    assert_eq!(refused(&" ".repeat(5_000_000)).1, Problem::TooLarge);
    for text in ["", "<", "<a", "<a>", "</a>", "<a></b>", "<a/><b/>", "text", "<a/>text", "<a>&#0;</a>", "<a>\u{1}</a>"]
    {
        assert_eq!(refused(text).1, Problem::Malformed, "{text}");
    }
    let latin = sample().replacen("UTF-8", "ISO-8859-1", 1);
    assert_eq!(refused(&latin).1, Problem::Encoding);
    assert_eq!(pacs008::parse(b"<a>\xff</a>").unwrap_err().problem(), Problem::Encoding);
}

#[test]
fn the_largest_inbox_is_still_read() {
    let sample = sample();
    let room = pacs008::MAX_BODY - ParsedTransfer::new(transfer()).body.len() - "<Strd></Strd>".len();
    let filled = sample.replacen("</RmtInf>", &format!("<Strd>{}</Strd></RmtInf>", "<A></A>".repeat(room / 7)), 1);
    let body = pacs008::parse(filled.as_bytes()).unwrap().transfers.remove(0).body;
    assert!(body.len() > pacs008::MAX_BODY - 7);
    let larger = filled.replacen("<A></A>", "<A></A><A></A>", 1);
    assert_eq!(refused(&larger).1, Problem::TooLarge);
    let payment = |sequence| InboxItem {
        sequence,
        recorded: Timestamp::from_seconds(1_795_000_000),
        message: InboxMessage::Payment(ForwardedPayment {
            uetr: transfer().uetr,
            amount: transfer().amount,
            debtor_agent: bank("012"),
            creditor_agent: bank("027"),
            body: body.clone().into(),
        }),
    };
    let page = Inbox { messages: (1..=500).map(payment).collect(), next: 500 };
    let read = inbox::parse(inbox::render(bank("027"), &page).as_bytes()).unwrap();
    assert_eq!(read.messages.len(), inbox::MAX_MESSAGES);
}

#[test]
fn another_banks_way_of_writing_is_read_and_handed_on_whole() {
    let text = sample()
        .replace(
            "<CdtTrfTxInf>",
            "<p:CdtTrfTxInf xmlns:p=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\">\n  <!-- one -->",
        )
        .replace("</CdtTrfTxInf>", "</p:CdtTrfTxInf>")
        .replace("<Dbtr>", "\n<UltmtDbtr><Nm><![CDATA[A & B]]></Nm></UltmtDbtr>\n<Dbtr>")
        .replace(">E2E-1<", ">E2E&#45;1<")
        .replace(
            "<Envlp><LookupReference xmlns=\"urn:lionrock:lookup:1\">",
            "<Envlp><q:LookupReference xmlns:q=\"urn:lionrock:lookup:1\">",
        )
        .replace("</LookupReference>", "</q:LookupReference>")
        .replace(
            "<Document ",
            "<Document xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\" ",
        );
    let read = pacs008::parse(text.as_bytes()).unwrap();
    assert_eq!(read.transfers[0].transfer, transfer());
    let body = String::from_utf8(read.transfers[0].body.clone()).unwrap();
    assert!(body.contains("<UltmtDbtr><Nm>A &amp; B</Nm></UltmtDbtr><Dbtr>"), "{body}");
    let again = pacs008::write(&read);
    assert_valid(pacs008::IDENTIFIER, &again);
    assert_eq!(pacs008::parse(again.as_bytes()), Ok(read), "the normal form is its own normal form");
}

#[test]
fn answers_are_valid_and_read_as_they_were_written() {
    let answer =
        |verdict| Answer { original_uetr: transfer().uetr, original_transaction_id: "TX-1".to_owned(), verdict };
    let closed = Verdict::Rejected(ReasonCode::literal("AC04"));
    let verdicts = [Verdict::Accepted, Verdict::AcceptedWithoutPosting, closed, Verdict::Credited, Verdict::Blocked];
    let message = AnswerMessage {
        message_id: "A-1".to_owned(),
        created: Timestamp::from_seconds(1_795_000_001),
        instructing_agent: Some(bank("027")),
        answers: verdicts.map(answer).to_vec(),
    };
    let text = pacs002::write_answer(&message);
    assert_valid(pacs002::IDENTIFIER, &text);
    assert_eq!(pacs002::parse(text.as_bytes()), Ok(message));
    for same in ["ACSP", "ACTC"] {
        let read = pacs002::parse(text.replacen("ACCP", same, 1).as_bytes()).unwrap();
        assert_eq!(read.answers[0].verdict, Verdict::Accepted, "{same}");
    }
    let refused = |from: &str, to: &str| pacs002::parse(text.replacen(from, to, 1).as_bytes()).unwrap_err().path();
    let group = "</GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>M</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.08</OrgnlMsgNmId>\
                 <GrpSts>ACCP</GrpSts></OrgnlGrpInfAndSts>";
    assert_eq!(refused("</GrpHdr>", group), "FIToFIPmtStsRpt/OrgnlGrpInfAndSts[1]/GrpSts", "both statuses");
    assert_eq!(refused("<TxSts>ACCP</TxSts>", ""), "FIToFIPmtStsRpt/TxInfAndSts[1]/TxSts");
    assert_eq!(refused("ACCP", "ACSC"), "FIToFIPmtStsRpt/TxInfAndSts[1]/TxSts", "only the switch settles");
    assert_eq!(refused("<Cd>AC04</Cd>", "<Cd>ac04</Cd>"), "FIToFIPmtStsRpt/TxInfAndSts[3]/StsRsnInf[1]/Rsn/Cd");
    assert_eq!(
        refused("<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>", ""),
        "FIToFIPmtStsRpt/TxInfAndSts[3]/StsRsnInf/Rsn/Cd"
    );
}

#[test]
fn reports_are_valid_and_read_as_they_were_written() {
    let rejected = Status::Rejected(ReasonCode::literal("AM04"));
    for status in [Status::InProcess, Status::Settled, Status::Credited, Status::Blocked, rejected] {
        let report = StatusReport { status, ..report() };
        let text = pacs002::render(std::slice::from_ref(&report));
        assert_valid(pacs002::IDENTIFIER, &text);
        assert_eq!(pacs002::parse_reports(text.as_bytes()), Ok(vec![report]));
    }
    let many = [report(), StatusReport { sequence: 43, ..report() }];
    let text = pacs002::render(&many);
    assert_valid(pacs002::IDENTIFIER, &text);
    assert_eq!(pacs002::parse_reports(text.as_bytes()), Ok(many.to_vec()));
}

#[test]
fn an_inbox_is_valid_part_by_part_and_the_same_every_time() {
    let payment = ForwardedPayment {
        uetr: transfer().uetr,
        amount: transfer().amount,
        debtor_agent: bank("012"),
        creditor_agent: bank("027"),
        body: ParsedTransfer::new(transfer()).body.into(),
    };
    let item = |sequence, message| InboxItem { sequence, recorded: Timestamp::from_seconds(1_795_000_000), message };
    let messages = vec![item(41, InboxMessage::Payment(payment)), item(42, InboxMessage::Report(report()))];
    let page = Inbox { messages, next: 42 };
    let text = inbox::render(bank("027"), &page);
    assert_eq!(text, inbox::render(bank("027"), &page));
    let headers = parts(&text, "AppHdr");
    assert_eq!(headers.len(), 2);
    for header in headers {
        assert_valid("head.001.001.02", &header);
    }
    let documents = parts(&text, "Document");
    assert_valid(pacs008::IDENTIFIER, &documents[0]);
    assert_valid(pacs002::IDENTIFIER, &documents[1]);
    let read = inbox::parse(text.as_bytes()).unwrap();
    assert_eq!((read.next, read.messages[0].sequence, read.messages[1].sequence), (42, 41, 42));
    assert_eq!(read.messages[1].message, inbox::Message::StatusReports(vec![report()]));
    let inbox::Message::CreditTransfer(received) = &read.messages[0].message else { panic!("a pacs.008") };
    assert_eq!(received.transfers, [ParsedTransfer::new(transfer())]);
    let empty = inbox::parse(inbox::render(bank("027"), &Inbox { messages: Vec::new(), next: 7 }).as_bytes()).unwrap();
    assert_eq!((empty.next, empty.messages.len()), (7, 0));
}

prop_compose! {
    fn any_transfer()(
        ids in ("[A-Za-z0-9/-]{1,35}", "\\PC{1,35}", proptest::option::of("[ -~]{1,35}")),
        random in any::<[u8; 16]>(),
        minor in 1..=Amount::MAX_MINOR,
        accepted in 0..4_000_000_000_000_000_i64,
        day in 2_440_000..2_480_000_i32,
        names in ("\\PC{1,140}", "[\u{4e00}-\u{9fff}*]{1,20}"),
        accounts in ("[0-9-]{1,34}", "[ -~]{1,34}"),
        proxy in proptest::option::of("[4-9][0-9]{7}"),
        extra in (proptest::option::of("[A-Za-z0-9_-]{66}"), proptest::option::of(any::<[u8; 13]>())),
        line in proptest::option::of("(\\PC|[\t\n\r&<>\"']){1,140}"),
    ) -> CreditTransfer {
        CreditTransfer {
            instruction_id: ids.2,
            end_to_end_id: ids.1,
            transaction_id: ids.0,
            uetr: uuid::Builder::from_random_bytes(random).into_uuid(),
            amount: Amount::new(minor, Currency::Hkd).unwrap(),
            settlement_date: Date::from_julian_day(day).unwrap(),
            accepted: Timestamp::from_micros(accepted),
            debtor_name: names.0,
            debtor_account: accounts.0,
            debtor_agent: bank("012"),
            creditor_agent: bank("027"),
            creditor_name: names.1,
            creditor_account: accounts.1,
            creditor_proxy: proxy.map(|text| Proxy::parse(ProxyKind::Mobile, &text).unwrap()),
            lookup_reference: extra.0,
            request_to_pay: extra.1.map(|random| crate::request_to_pay::RequestId::from_random(&random)),
            remittance_information: line,
        }
    }
}

proptest! {
    #[test]
    fn any_transfer_survives_its_message(transfers in proptest::collection::vec(any_transfer(), 1..4)) {
        let message = message(transfers);
        prop_assert_eq!(pacs008::parse(pacs008::write(&message).as_bytes()), Ok(message));
    }

    #[test]
    fn no_bytes_make_a_reader_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = (pacs008::parse(&bytes), pacs002::parse(&bytes), pacs002::parse_reports(&bytes), inbox::parse(&bytes));
    }

    #[test]
    fn what_is_read_from_a_mutated_message_can_be_written_and_read_again(
        at in 0..2_000_usize, with in proptest::collection::vec(any::<u8>(), 0..4), cut in 0..4_usize,
    ) {
        let mut bytes = sample().into_bytes();
        let at = at % bytes.len();
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, with);
        if let Ok(read) = pacs008::parse(&bytes) {
            prop_assert_eq!(pacs008::parse(pacs008::write(&read).as_bytes()), Ok(read));
        }
    }
}
