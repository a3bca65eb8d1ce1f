//! What comes after settlement: saying that the customer is credited, and sending money back.

use payments::clearing::{CreditTransfer, PaymentReturn, Status, Verdict};
use payments::iso20022::inbox::{self, Message};
use payments::iso20022::pacs004::{self, ParsedReturn, ReturnMessage};
use payments::money::{Amount, Currency};

use super::app::{BANYAN, Bank, SEAWALL, TestApp, answer, code, message};
use crate::clock;

/// Banyan pays 250.00 to Seawall, which accepts it in this way.
pub(super) async fn paid(banyan: &Bank, seawall: &Bank, how: Verdict) -> CreditTransfer {
    let transfer = banyan.transfer(SEAWALL, "T1", "250.00");
    banyan.post_xml("/payments", message([transfer.clone()])).await;
    let told = seawall.post_xml("/answers", answer(&transfer, how)).await;
    assert_eq!(told.report().status, Status::Settled);
    transfer
}

fn back(of: &CreditTransfer, id: &str, amount: &str, sender: &str) -> String {
    let request = PaymentReturn {
        message_id: "RTR-1".to_owned(),
        return_id: id.to_owned(),
        original_message: Some("pacs.008.001.08".to_owned()),
        original_transaction_id: of.transaction_id.clone(),
        original_uetr: of.uetr,
        original_amount: Some(of.amount),
        amount: Amount::parse(amount, Currency::Hkd).unwrap(),
        settlement_date: of.settlement_date,
        reason: "CUST".parse().unwrap(),
    };
    pacs004::write(&ReturnMessage {
        message_id: request.message_id.clone(),
        created: clock::now(),
        instructing_agent: Some(code(sender)),
        returns: vec![ParsedReturn::new(request)],
    })
}

#[actix_web::test]
async fn money_goes_back_and_both_banks_are_told() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let transfer = paid(&banyan, &seawall, Verdict::Accepted).await;
    let returned = seawall.post_xml("/returns", back(&transfer, "R-1", "100.00", SEAWALL)).await;
    assert_eq!((returned.status, returned.report().status), (200, Status::Settled));
    assert_eq!(banyan.get("/liquidity").await.json()["positions"][0]["balance"], "850.00");
    let told = inbox::parse(banyan.get("/inbox").await.body.as_bytes()).unwrap();
    let Some(Message::Return(came)) = told.messages.last().map(|last| &last.message) else { panic!("{told:?}") };
    assert_eq!(came.returns[0].request.return_id, "R-1");
    let told = inbox::parse(seawall.get("/inbox").await.body.as_bytes()).unwrap();
    let Some(Message::StatusReports(reports)) = told.messages.last().map(|last| &last.message) else { panic!() };
    assert_eq!(reports[0], returned.report());

    let too_much = seawall.post_xml("/returns", back(&transfer, "R-2", "150.01", SEAWALL)).await;
    assert_eq!(too_much.report().status, Status::Rejected("AM09".parse().unwrap()));
    let by_payer = banyan.post_xml("/returns", back(&transfer, "R-3", "100.00", BANYAN)).await;
    assert_eq!(by_payer.report().status, Status::Rejected("AG13".parse().unwrap()), "no return of a return");
}

#[actix_web::test]
async fn nobody_returns_in_anothers_name() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let transfer = paid(&banyan, &seawall, Verdict::Accepted).await;
    let problem = banyan.post_xml("/returns", back(&transfer, "R-1", "100.00", SEAWALL)).await.problem(403);
    assert_eq!(problem["field"], "InstgAgt");
    let broken = back(&transfer, "R-1", "100.00", SEAWALL).replace("<RtrId>R-1</RtrId>", "");
    let problem = seawall.post_xml("/returns", broken).await.problem(400);
    assert_eq!(problem["field"], "PmtRtr/TxInf[1]/RtrId");
}

#[actix_web::test]
async fn what_was_accepted_without_posting_is_reported_credited_later() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let early = banyan.transfer(SEAWALL, "T2", "10.00");
    banyan.post_xml("/payments", message([early.clone()])).await;
    let problem = seawall.post_xml("/answers", answer(&early, Verdict::Credited)).await.problem(409);
    assert_eq!(problem["field"], "FIToFIPmtStsRpt/TxInfAndSts[1]/TxSts");

    let transfer = paid(&banyan, &seawall, Verdict::AcceptedWithoutPosting).await;
    let later = seawall.post_xml("/answers", answer(&transfer, Verdict::Credited)).await;
    assert_eq!(later.report().status, Status::Credited);
    let told = inbox::parse(banyan.get("/inbox").await.body.as_bytes()).unwrap();
    let Some(Message::StatusReports(reports)) = told.messages.last().map(|last| &last.message) else { panic!() };
    assert_eq!(reports[0].status, Status::Credited);
}
