//! A number that the directory issues.

use serde_json::json;

use super::app::{BANYAN, SEAWALL, TestApp};

#[actix_web::test]
async fn an_issued_number_is_paid_like_any_other_and_never_comes_back() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let request = json!({
        "request_id": "6f6c0c0e-0b0f-4c53-9f0e-6d7a3a4d2c11",
        "account": "012-100001-001",
        "owner": { "kind": "organisation", "name_zh": "晨光文具", "name_en": "Morning Light Stationery" },
    });
    let issued = banyan.post_json("/fps-ids", &request).await;
    assert_eq!(issued.status, 201, "{}", issued.body);
    let entry = issued.json();
    assert_eq!(entry["proxy"]["type"], "SHID");
    assert_eq!(entry["proxy"]["id"].as_str().unwrap().len(), 7, "a shop's number is short");
    let again = banyan.post_json("/fps-ids", &request).await;
    assert_eq!((again.status, again.json()), (200, entry.clone()), "the same request again");

    let found = seawall.post_json("/lookups", &json!({ "proxy": entry["proxy"] })).await.json();
    assert_eq!(found["masked_name"]["zh"], "晨光文具");

    let mut theirs = request.clone();
    theirs.as_object_mut().unwrap().remove("request_id");
    theirs["proxy"] = entry["proxy"].clone();
    let moved = seawall.post_json("/proxies", &theirs).await.problem(409);
    assert!(moved["type"].as_str().unwrap().ends_with("/portability-claim-needed"), "it takes its owner to move it");
    banyan.delete(&format!("/proxies/{}", entry["entry_id"].as_str().unwrap())).await;
    banyan.post_json("/proxies", &theirs).await.problem(403);
    banyan.post_json("/fps-ids", &request).await.problem(403);

    let mut wrong = request.clone();
    wrong["digits"] = json!(8);
    assert_eq!(banyan.post_json("/fps-ids", &wrong).await.problem(400)["field"], "digits");
}
