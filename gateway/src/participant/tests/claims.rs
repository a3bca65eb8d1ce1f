//! A number that changes hands between two banks.

use serde_json::{Value, json};

use super::app::{BANYAN, SEAWALL, TestApp};

fn registration(hkid: &str) -> Value {
    json!({
        "proxy": { "type": "MBNO", "id": "91234567" },
        "account": "1-001",
        "owner": { "kind": "person", "name_en": "CHAN Tai Man", "identification": { "type": "NIDN", "id": hkid } },
        "default": true,
    })
}

#[actix_web::test]
async fn another_owner_claims_a_number_and_both_banks_follow_it_in_their_inboxes() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    assert_eq!(banyan.post_json("/proxies", &registration("A123456(3)")).await.status, 201);
    let theirs = registration("K234567(6)");
    let refused = seawall.post_json("/proxies", &theirs).await.problem(409);
    assert!(refused["type"].as_str().unwrap().ends_with("/ownership-claim-needed"), "{refused}");

    let opened = seawall.post_json("/claims", &theirs).await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    let claim = opened.json();
    let expected = json!(["ownership", "open", "027", "012"]);
    assert_eq!(json!([claim["kind"], claim["state"], claim["claimant"], claim["donor"]]), expected);
    let path = format!("/claims/{}", claim["claim_id"].as_str().unwrap());

    let notices = banyan.get("/directory/inbox").await.json();
    assert_eq!(notices["notices"][0]["kind"], "claim_opened");
    assert_eq!(notices["notices"][0]["subject"], claim["claim_id"]);
    banyan.post_json("/proxies", &registration("A123456(3)")).await.problem(409);
    seawall.post_json(&format!("{path}/confirm"), &json!({})).await.problem(403);
    assert_eq!(banyan.post_json(&format!("{path}/confirm"), &json!({})).await.json()["state"], "confirmed");
    assert_eq!(seawall.post_json(&format!("{path}/complete"), &json!({})).await.json()["state"], "completed");
    seawall.post_json(&format!("{path}/cancel"), &json!({ "reason": "withdrawn" })).await.problem(409);
    assert_eq!(banyan.get(&path).await.json()["state"], "completed");
    assert_eq!(seawall.get("/claims").await.json()["claims"].as_array().unwrap().len(), 1);

    let lookup = json!({ "proxy": { "type": "MBNO", "id": "91234567" } });
    assert_eq!(banyan.post_json("/lookups", &lookup).await.json()["participant"]["clearing_code"], "027");
    let after = notices["next"].as_i64().unwrap();
    let later = banyan.get(&format!("/directory/inbox?after={after}")).await.json();
    let kinds: Vec<_> = later["notices"].as_array().unwrap().iter().map(|notice| notice["kind"].clone()).collect();
    assert_eq!(kinds, ["claim_confirmed", "entry_lost", "claim_completed"]);
}

#[actix_web::test]
async fn what_is_wrong_with_an_owner_is_named() {
    let app = TestApp::start().await;
    let banyan = app.client_of(BANYAN).await;
    let wrong = banyan.post_json("/proxies", &registration("A123456(4)")).await.problem(400);
    assert_eq!(wrong["field"], "owner.identification.id");
    assert!(!wrong.to_string().contains("A123456"), "an identity card number is never said back");
    banyan.post_json("/claims", &registration("A123456(3)")).await.problem(409);
    banyan.get("/claims/1").await.problem(404);
}
