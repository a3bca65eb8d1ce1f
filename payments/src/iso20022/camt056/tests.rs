//! Recalls, their answers and enquiries are valid, and read as they were written.

use store::Timestamp;

use super::super::tests::{assert_valid, bank, parts, transfer};
use super::*;
use crate::clearing::{ForwardedRecall, Inbox, InboxItem, InboxMessage, RecallAnswer, RecallDecision};
use crate::iso20022::camt029::{self, RecallAnswerMessage};
use crate::iso20022::pacs028::{self, Enquiry, EnquiryMessage};
use crate::iso20022::{ReasonCode, inbox};

fn assignment(from: &str, to: &str) -> Assignment {
    let created = Timestamp::from_seconds(1_795_000_000);
    Assignment { id: "A-1".to_owned(), assigner: bank(from), assignee: bank(to), created }
}

fn recall() -> RecallMessage {
    let request = RecallRequest {
        cancellation_id: "C-1".to_owned(),
        original_transaction_id: "TX-1".to_owned(),
        original_uetr: transfer().uetr,
        original_amount: Some(transfer().amount),
        reason: ReasonCode::literal("DUPL"),
    };
    RecallMessage::new(assignment("012", "027"), request)
}

fn resolution(decision: RecallDecision) -> RecallAnswerMessage {
    let answer = RecallAnswer {
        cancellation_id: "C-1".to_owned(),
        original_transaction_id: "TX-1".to_owned(),
        original_uetr: transfer().uetr,
        decision,
    };
    RecallAnswerMessage::new(assignment("027", "012"), answer)
}

const NO: RecallDecision = RecallDecision::Rejected(ReasonCode::literal("CUST"));

#[test]
fn a_recall_and_its_answers_are_valid_and_read_as_they_were_written() {
    let text = write(&recall());
    assert_valid(IDENTIFIER, &text);
    assert_eq!(parse(text.as_bytes()), Ok(recall()));
    for decision in [RecallDecision::Accepted, NO] {
        let text = camt029::write(&resolution(decision));
        assert_valid(camt029::IDENTIFIER, &text);
        assert_eq!(camt029::parse(text.as_bytes()), Ok(resolution(decision)));
    }
}

#[test]
fn a_message_carries_one_recall_with_a_reason() {
    let text = write(&recall());
    let refused = |from: &str, to: &str| parse(text.replacen(from, to, 1).as_bytes()).unwrap_err().path();
    assert_eq!(refused("</Undrlyg>", "</Undrlyg><Undrlyg/>"), "FIToFIPmtCxlReq/Undrlyg[2]/TxInf");
    assert_eq!(refused("</Undrlyg>", &format!("</Undrlyg>{}", recall().body)), "FIToFIPmtCxlReq/Undrlyg");
    let unexplained = "<CxlRsnInf><Rsn><Cd>DUPL</Cd></Rsn></CxlRsnInf>";
    assert_eq!(refused(unexplained, ""), "FIToFIPmtCxlReq/Undrlyg[1]/TxInf[1]/CxlRsnInf/Rsn/Cd");
    let text = camt029::write(&resolution(NO)).replace("RJCR</TxCxlSts>", "PDCR</TxCxlSts>");
    let refused = camt029::parse(text.as_bytes()).unwrap_err();
    assert_eq!(refused.path(), "RsltnOfInvstgtn/CxlDtls[1]/TxInfAndSts[1]/TxCxlSts");
}

#[test]
fn an_enquiry_is_valid_and_read_as_it_was_written() {
    let enquiry =
        |id: Option<&str>| Enquiry { original_transaction_id: id.map(str::to_owned), original_uetr: transfer().uetr };
    let message = EnquiryMessage {
        message_id: "E-1".to_owned(),
        created: Timestamp::from_seconds(1_795_000_000),
        instructing_agent: Some(bank("012")),
        enquiries: vec![enquiry(Some("TX-1")), enquiry(None)],
    };
    let text = pacs028::write(&message);
    assert_valid(pacs028::IDENTIFIER, &text);
    assert_eq!(pacs028::parse(text.as_bytes()), Ok(message));
}

#[test]
fn both_are_forwarded_whole() {
    let forwarded = |from: &str, to: &str, decision, body| {
        let recall = ForwardedRecall { assigner: bank(from), assignee: bank(to), decision, body };
        let recorded = Timestamp::from_seconds(1_795_000_000);
        InboxItem { sequence: 43, recorded, message: InboxMessage::Recall(recall) }
    };
    let messages =
        vec![forwarded("012", "027", None, recall().body), forwarded("027", "012", Some(NO), resolution(NO).body)];
    let text = inbox::render(bank("027"), &Inbox { messages, next: 43 });
    let documents = parts(&text, "Document");
    assert_valid(IDENTIFIER, &documents[0]);
    assert_valid(camt029::IDENTIFIER, &documents[1]);
    let read = inbox::parse(text.as_bytes()).unwrap();
    let inbox::Message::Recall(first) = &read.messages[0].message else { panic!("a camt.056") };
    assert_eq!((&first.request, first.assignment.assigner), (&recall().request, bank("012")));
    let inbox::Message::RecallAnswer(second) = &read.messages[1].message else { panic!("a camt.029") };
    assert_eq!(second.answer, resolution(NO).answer);
}
