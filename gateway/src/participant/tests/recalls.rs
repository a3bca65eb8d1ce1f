//! Asking for money back, and asking how a payment stands.

use payments::clearing::{CreditTransfer, RecallAnswer, RecallDecision, RecallRequest, Status, Verdict};
use payments::iso20022::camt029::{self, RecallAnswerMessage};
use payments::iso20022::camt056::{self, RecallMessage};
use payments::iso20022::case::Assignment;
use payments::iso20022::inbox::{self, Message};
use payments::iso20022::pacs028::{self, Enquiry, EnquiryMessage};

use super::app::{BANYAN, Bank, SEAWALL, TestApp, code, message};
use super::returns::paid;
use crate::clock;

fn assignment(from: &str, to: &str) -> Assignment {
    Assignment { id: "A-1".to_owned(), assigner: code(from), assignee: code(to), created: clock::now() }
}

fn recall(of: &CreditTransfer) -> String {
    let request = RecallRequest {
        cancellation_id: "C-1".to_owned(),
        original_transaction_id: of.transaction_id.clone(),
        original_uetr: of.uetr,
        original_amount: Some(of.amount),
        reason: "DUPL".parse().unwrap(),
    };
    camt056::write(&RecallMessage::new(assignment(BANYAN, SEAWALL), request))
}

fn accepted(of: &CreditTransfer) -> String {
    let answer = RecallAnswer {
        cancellation_id: "C-1".to_owned(),
        original_transaction_id: of.transaction_id.clone(),
        original_uetr: of.uetr,
        decision: RecallDecision::Accepted,
    };
    camt029::write(&RecallAnswerMessage::new(assignment(SEAWALL, BANYAN), answer))
}

async fn last_message(bank: &Bank) -> Message {
    let mut told = inbox::parse(bank.get("/inbox").await.body.as_bytes()).unwrap();
    told.messages.pop().unwrap().message
}

#[actix_web::test]
async fn a_recall_is_forwarded_and_so_is_its_answer() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let transfer = paid(&banyan, &seawall, Verdict::Accepted).await;
    seawall.post_xml("/recalls/answers", accepted(&transfer)).await.problem(404);
    assert_eq!(banyan.post_xml("/recalls", recall(&transfer)).await.status, 202);
    assert_eq!(banyan.post_xml("/recalls", recall(&transfer)).await.status, 202, "the same again");
    let Message::Recall(asked) = last_message(&seawall).await else { panic!("a camt.056") };
    assert_eq!(asked.request.original_uetr, transfer.uetr);
    assert_eq!(seawall.post_xml("/recalls/answers", accepted(&transfer)).await.status, 202);
    let Message::RecallAnswer(told) = last_message(&banyan).await else { panic!("a camt.029") };
    assert_eq!(told.answer.decision, RecallDecision::Accepted);
    seawall.post_xml("/recalls", recall(&transfer)).await.problem(403);
    let again = recall(&transfer).replace("C-1", "C-2");
    assert_eq!(banyan.post_xml("/recalls", again).await.problem(409)["reason"], "DUPL");
}

#[actix_web::test]
async fn an_enquiry_finds_what_a_lost_answer_would_have_said() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let transfer = banyan.transfer(SEAWALL, "T1", "250.00");
    let enquiry =
        Enquiry { original_transaction_id: Some(transfer.transaction_id.clone()), original_uetr: transfer.uetr };
    let asked = pacs028::write(&EnquiryMessage {
        message_id: "E-1".to_owned(),
        created: clock::now(),
        instructing_agent: None,
        enquiries: vec![enquiry],
    });
    let problem = banyan.post_xml("/enquiries", asked.clone()).await.problem(404);
    assert_eq!((&problem["field"], &problem["reason"]), (&"FIToFIPmtStsReq/TxInf[1]".into(), &"AG09".into()));
    banyan.post_xml("/payments", message([transfer])).await;
    for bank in [&banyan, &seawall] {
        let told = bank.post_xml("/enquiries", asked.clone()).await;
        assert_eq!((told.status, told.report().status), (200, Status::InProcess));
    }
}
