//! Alerts and infraction reports, as banks raise and answer them.

use std::time::Duration;

use serde_json::json;

use super::app::{BANYAN, SEAWALL, TestApp};
use crate::clock;

#[actix_web::test]
async fn a_payer_is_warned_and_a_fraud_that_both_banks_agree_on_is_counted() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let proxy = json!({ "type": "MBNO", "id": "91234567" });
    let registration = json!({
        "proxy": proxy, "account": "012-100001-001", "default": true,
        "owner": { "kind": "person", "name_zh": "陳大文" },
    });
    assert_eq!(banyan.post_json("/proxies", &registration).await.status, 201);
    let expires = (clock::now() + Duration::from_hours(1)).to_string();
    let alert = json!({ "subject": { "proxy": proxy }, "reason": "scam", "expires": expires });
    let raised = seawall.post_json("/alerts", &alert).await;
    assert_eq!(raised.status, 201, "{}", raised.body);
    let refusing = json!({ "subject": { "proxy": proxy }, "reason": "scam", "expires": expires, "effect": "refuse" });
    assert_eq!(seawall.post_json("/alerts", &refusing).await.problem(403)["field"], "effect");
    let endless = json!({ "subject": { "name": "陳大文" }, "reason": "scam", "expires": "2999-01-01T00:00:00Z" });
    assert_eq!(seawall.post_json("/alerts", &endless).await.problem(400)["field"], "expires");
    let nameless = json!({ "subject": { "name": "--" }, "reason": "scam", "expires": expires });
    assert_eq!(seawall.post_json("/alerts", &nameless).await.problem(400)["field"], "subject.name");

    let lookup = json!({ "proxy": proxy });
    let found = seawall.post_json("/lookups", &lookup).await.json();
    let warning = json!([{ "effect": "warn", "subject": "proxy", "reason": "scam", "police": false }]);
    assert_eq!(found["warnings"], warning);
    assert_eq!(found["frauds"]["proxy"], json!({ "days_3": 0, "days_30": 0, "days_180": 0 }));
    let path = format!("/alerts/{}", raised.json()["alert_id"].as_str().unwrap());
    banyan.delete(&path).await.problem(404);
    assert_eq!(seawall.delete(&path).await.status, 204);
    let listed = seawall.get("/alerts").await.json();
    assert_eq!((listed["alerts"].as_array().unwrap().len(), &listed["next"]), (1, &json!(null)), "the only page");

    let report = json!({ "proxy": proxy, "creditor_agent": "012", "reason": "mule_account" });
    let reported = seawall.post_json("/infractions", &report).await;
    assert_eq!(reported.status, 201, "{}", reported.body);
    let path = format!("/infractions/{}", reported.json()["infraction_id"].as_str().unwrap());
    seawall.post_json(&format!("{path}/agree"), &json!({})).await.problem(403);
    assert_eq!(banyan.post_json(&format!("{path}/agree"), &json!({})).await.json()["state"], "agreed");
    banyan.post_json(&format!("{path}/disagree"), &json!({})).await.problem(409);
    assert_eq!(banyan.get("/infractions").await.json()["infractions"].as_array().unwrap().len(), 1);
}
