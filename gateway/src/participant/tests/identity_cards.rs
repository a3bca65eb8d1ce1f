//! Identity card numbers as proxies: institutions pay them, and the number comes back nowhere.

use serde_json::json;

use super::app::{BANYAN, SEAWALL, TestApp};

#[actix_web::test]
async fn an_institution_finds_the_holder_of_a_card_and_nobody_else_is_answered() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let proxy = json!({ "type": "NIDN", "id": "a1234563" });
    let registration = |owner: serde_json::Value| json!({ "proxy": proxy, "account": "012-100001-001", "owner": owner, "default": true });
    let company = json!({ "kind": "organisation", "name_en": "Morning Light" });
    assert_eq!(banyan.post_json("/proxies", &registration(company)).await.problem(403)["field"], "owner");
    let other =
        json!({ "kind": "person", "name_zh": "陳大文", "identification": { "type": "NIDN", "id": "Z683365(A)" } });
    assert_eq!(banyan.post_json("/proxies", &registration(other)).await.problem(403)["field"], "owner");
    let entry = banyan.post_json("/proxies", &registration(json!({ "kind": "person", "name_zh": "陳大文" }))).await;
    assert_eq!(entry.status, 201, "{}", entry.body);
    let token = entry.json()["account_token"].clone();
    assert_eq!(entry.json()["proxy"], json!({ "type": "NIDN", "id": token }), "the token stands for the number");

    let institution = json!({ "id": "Treasury", "kind": "organisation" });
    let found = seawall.post_json("/lookups", &json!({ "proxy": proxy, "payer": institution })).await;
    assert_eq!(found.json()["account_token"], token);
    let person = json!({ "id": "7", "kind": "person" });
    for refused in [
        seawall.post_json("/lookups", &json!({ "proxy": proxy, "payer": person })).await,
        seawall.post_json("/lookups", &json!({ "proxy": proxy })).await,
        seawall.post_json("/lookups/bulk", &json!({ "proxies": [proxy] })).await,
    ] {
        assert_eq!(refused.problem(403)["field"], "payer.kind");
        assert!(!refused.body.contains("123456"), "{}", refused.body);
    }
    let list = json!({ "payer": institution, "proxies": [proxy] });
    let listed = seawall.post_json("/lookups/bulk", &list).await.json();
    assert_eq!(listed["lookups"][0]["found"]["account_token"], token);
    let wrong = json!({ "proxy": { "type": "NIDN", "id": "A123456(4)" }, "payer": institution });
    assert_eq!(seawall.post_json("/lookups", &wrong).await.problem(400)["field"], "proxy.id");
}
