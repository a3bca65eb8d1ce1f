//! A customer who shows that a number is theirs, by a message that really arrives.

use std::sync::Arc;

use payments::directory::DirectoryRules;
use serde_json::{Value, json};

use super::app::{BANYAN, SEAWALL, TestApp};
use crate::messages::testing::SmsServer;

fn registration(id: &str) -> Value {
    json!({
        "proxy": { "type": if id.contains('@') { "EMAL" } else { "MBNO" }, "id": id },
        "account": "012-100001-001",
        "owner": { "kind": "person", "name_en": "CHAN Tai Man" },
        "default": true,
    })
}

#[actix_web::test]
async fn a_number_is_paid_when_its_owner_says_what_it_was_sent() {
    let sms = SmsServer::start();
    let posted = Arc::clone(&sms.posted);
    let app = TestApp::proving(DirectoryRules::default(), sms.messages).await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let entry = banyan.post_json("/proxies", &registration("91234567")).await.json();
    assert_eq!(entry["status"], "pending");
    let lookup = json!({ "proxy": { "type": "MBNO", "id": "91234567" } });
    seawall.post_json("/lookups", &lookup).await.problem(404);

    let path = format!("/proxies/{}/proof", entry["entry_id"].as_str().unwrap());
    let (send, answer) = (path.clone(), format!("{path}/answer"));
    seawall.post_json(&send, &json!({})).await.problem(404);
    assert_eq!(banyan.post_json(&send, &json!({})).await.status, 202);
    let (authorization, message) = posted.lock().unwrap()[0].clone();
    assert_eq!((authorization.as_str(), &message["to"]), ("Bearer sms-token", &json!("+85291234567")));
    assert!(message["text"].as_str().unwrap().contains("榕樹銀行"), "it says which bank");
    banyan.post_json(&send, &json!({})).await.problem(429);

    let code = SmsServer::latest_code(&posted);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(banyan.post_json(&answer, &json!({ "code": wrong })).await.problem(409)["field"], "code");
    banyan.post_json(&answer, &json!({ "code": "12" })).await.problem(400);
    assert_eq!(banyan.post_json(&answer, &json!({ "code": code })).await.status, 204);
    assert_eq!(seawall.post_json("/lookups", &lookup).await.status, 200);
}

#[actix_web::test]
async fn without_a_gateway_of_the_kind_no_code_is_sent() {
    let sms = SmsServer::start();
    let app = TestApp::proving(DirectoryRules::default(), sms.messages).await;
    let banyan = app.client_of(BANYAN).await;
    let entry = banyan.post_json("/proxies", &registration("chan@example.hk")).await.json();
    let path = format!("/proxies/{}/proof", entry["entry_id"].as_str().unwrap());
    banyan.post_json(&path, &json!({})).await.problem(501);
}
