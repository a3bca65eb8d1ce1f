//! Participants that are blocked, away, or at their limit.

use payments::clearing::{Limits, Operation, Status, Verdict};
use payments::iso20022::ReasonCode;
use payments::money::Currency;
use serde_json::json;

use super::app::{BANYAN, Bank, SEAWALL, TestApp, answer, code, message};

async fn pay(from: &Bank, to: &str, id: &str, amount: &str) -> Status {
    from.post_xml("/payments", message([from.transfer(to, id, amount)])).await.report().status
}

fn rejected(reason: &'static str) -> Status {
    Status::Rejected(ReasonCode::literal(reason))
}

#[actix_web::test]
async fn who_says_that_it_is_away_is_not_paid_until_it_reads_its_inbox() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    assert_eq!(seawall.put_json("/presence", &json!({ "online": false })).await.status, 200);
    assert_eq!(seawall.get("/presence").await.json()["online"], false);
    assert_eq!(pay(&banyan, SEAWALL, "T1", "10.00").await, rejected("AB08"));
    seawall.get("/inbox").await;
    assert_eq!(pay(&banyan, SEAWALL, "T2", "10.00").await, Status::InProcess);
    assert_eq!(seawall.get("/presence").await.json()["online"], true);
}

#[actix_web::test]
async fn a_blocked_participant_may_only_read() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let transfer = banyan.transfer(SEAWALL, "T1", "10.00");
    banyan.post_xml("/payments", message([transfer.clone()])).await;
    app.api.switch.operate("test", code(SEAWALL), Operation::Block).await.unwrap();
    let refused = seawall.post_xml("/answers", answer(&transfer, Verdict::Accepted)).await.problem(403);
    assert_eq!(refused["reason"], "AG10");
    assert_eq!(pay(&seawall, BANYAN, "T2", "10.00").await, rejected("AG10"));
    let proxy = json!({
        "proxy": { "type": "MBNO", "id": "+852-61234567" }, "account": "027-1",
        "owner": { "kind": "person", "name_en": "HO Mei Yee" }
    });
    seawall.post_json("/proxies", &proxy).await.problem(403);
    seawall.put_json("/presence", &json!({ "online": true })).await.problem(403);
    assert_eq!(seawall.get("/inbox").await.status, 200);
    assert_eq!(seawall.get("/liquidity").await.status, 200);
}

#[actix_web::test]
async fn a_participant_sees_its_limits_and_what_it_has_sent_today() {
    let app = TestApp::start().await;
    let banyan = app.client_of(BANYAN).await;
    let limits = Limits { payment_maximum: Some(10_000), daily_maximum: Some(15_000), low_liquidity: None };
    app.api.switch.set_limits("test", code(BANYAN), Currency::Hkd, limits).await.unwrap();
    assert_eq!(pay(&banyan, SEAWALL, "T1", "100.01").await, rejected("AM02"));
    assert_eq!(pay(&banyan, SEAWALL, "T2", "100.00").await, Status::InProcess);
    assert_eq!(pay(&banyan, SEAWALL, "T3", "50.01").await, rejected("AM23"));
    let position = banyan.get("/liquidity").await.json()["positions"][0].clone();
    assert_eq!((&position["daily_maximum"], &position["sent_today"]), (&json!("150.00"), &json!("100.00")));
}
