//! Renminbi, from funding to return; and what happens when the switch is full.

use payments::clearing::{CreditTransfer, PaymentReturn, Status, Verdict};
use payments::iso20022::pacs004::{self, ParsedReturn, ReturnMessage};
use payments::iso20022::{ReasonCode, inbox};
use payments::money::{Amount, Currency};
use serde_json::Value;

use super::app::{BANYAN, Bank, SEAWALL, TestApp, answer, code, message};
use crate::clock;

fn yuan(decimal: &str) -> Amount {
    Amount::parse(decimal, Currency::Cny).unwrap()
}

/// What a bank has in a currency.
async fn position(bank: &Bank, currency: &str) -> Value {
    let positions = bank.get("/liquidity").await.json()["positions"].clone();
    positions.as_array().unwrap().iter().find(|one| one["currency"] == currency).cloned().unwrap_or_default()
}

#[actix_web::test]
async fn renminbi_is_paid_settled_and_returned_beside_hong_kong_dollars() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    app.api.switch.fund(["test", "another"], code(BANYAN), yuan("500.00")).await.unwrap();
    let transfer = CreditTransfer { amount: yuan("120.05"), ..banyan.transfer(SEAWALL, "T1", "1.00") };
    let taken = banyan.post_xml("/payments", message([transfer.clone()])).await;
    assert_eq!(taken.report().status, Status::InProcess);
    let told = seawall.get("/inbox").await.body;
    assert!(told.contains("<IntrBkSttlmAmt Ccy=\"CNY\">120.05</IntrBkSttlmAmt>"), "{told}");
    assert_eq!(inbox::parse(told.as_bytes()).unwrap().messages.len(), 1);
    seawall.post_xml("/answers", answer(&transfer, Verdict::Accepted)).await;
    assert_eq!(position(&banyan, "CNY").await["balance"], "379.95");
    assert_eq!(position(&seawall, "CNY").await["balance"], "120.05");
    for bank in [&banyan, &seawall] {
        assert_eq!(position(bank, "HKD").await["balance"], "1000.00", "the other currency is not touched");
    }
    let too_much = CreditTransfer { amount: yuan("379.96"), ..banyan.transfer(SEAWALL, "T2", "1.00") };
    let refused = banyan.post_xml("/payments", message([too_much])).await.report().status;
    assert_eq!(refused, Status::Rejected(ReasonCode::literal("AM04")), "dollars do not cover it");
    let back = |id: &str, amount| {
        let request = PaymentReturn {
            message_id: "MSG-R".to_owned(),
            return_id: id.to_owned(),
            original_message: None,
            original_transaction_id: transfer.transaction_id.clone(),
            original_uetr: transfer.uetr,
            original_amount: None,
            amount,
            settlement_date: transfer.settlement_date,
            reason: ReasonCode::literal("CUST"),
        };
        let returns = vec![ParsedReturn::new(request)];
        pacs004::write(&ReturnMessage {
            message_id: "MSG-R".to_owned(),
            created: clock::now(),
            instructing_agent: None,
            returns,
        })
    };
    let dollars = Amount::parse("20.05", Currency::Hkd).unwrap();
    let refused = seawall.post_xml("/returns", back("R-1", dollars)).await.report().status;
    assert_eq!(refused, Status::Rejected(ReasonCode::literal("AM09")));
    assert_eq!(seawall.post_xml("/returns", back("R-2", yuan("20.05"))).await.report().status, Status::Settled);
    assert_eq!(position(&banyan, "CNY").await["balance"], "400.00");
}

#[actix_web::test]
async fn an_amount_has_the_decimals_of_its_currency() {
    let app = TestApp::start().await;
    let banyan = app.client_of(BANYAN).await;
    let good = message([CreditTransfer { amount: yuan("1.05"), ..banyan.transfer(SEAWALL, "T1", "1.00") }]);
    for (from, to) in [("1.05", "1.055"), ("1.05", "-1.05"), ("1.05", "0.00"), ("\"CNY\"", "\"JPY\"")] {
        let problem = banyan.post_xml("/payments", good.replace(from, to)).await.problem(400);
        assert_eq!(problem["field"], "FIToFICstmrCdtTrf/CdtTrfTxInf[1]/IntrBkSttlmAmt", "{to}");
    }
}

#[actix_web::test]
async fn a_full_switch_takes_nothing_and_says_when_to_come_again() {
    let app = TestApp::with_room_for(3).await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let two = || [banyan.transfer(SEAWALL, "T1", "5.00"), banyan.transfer(SEAWALL, "T2", "5.00")];
    let told = banyan.xml("/payments", message(two())).send().await.unwrap();
    assert_eq!(told.status(), 503);
    assert!(told.headers()["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
    assert_eq!(position(&banyan, "HKD").await["reserved"], "0.00", "nothing was taken");
    assert_eq!(seawall.get("/inbox").await.status, 204);
    let [first, _] = two();
    assert_eq!(banyan.post_xml("/payments", message([first])).await.report().status, Status::InProcess);
    let other = seawall.transfer(BANYAN, "T9", "5.00");
    assert_eq!(seawall.post_xml("/payments", message([other])).await.report().status, Status::InProcess);
}
