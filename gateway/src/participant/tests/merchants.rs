//! A bank takes a merchant on, and changes what it said.

use serde_json::json;

use super::app::{BANYAN, SEAWALL, TestApp};

#[actix_web::test]
async fn a_bank_takes_a_merchant_on_and_hands_its_owner_an_invitation() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let issued = seawall
        .post_json(
            "/fps-ids",
            &json!({
                "request_id": "6f6c0c0e-0b0f-4c53-9f0e-6d7a3a4d2c11",
                "account": "027-200001-001",
                "owner": { "kind": "organisation", "name_zh": "晨光文具", "name_en": "Morning Light Stationery" },
            }),
        )
        .await
        .json();
    let wanted = json!({
        "request_id": "0b8dbd0b-2d9b-4e5b-8a58-0cb0e3c3f5d1",
        "name_zh": "晨光文具", "name_en": "Morning Light Stationery",
        "category": "5943", "fps_id": issued["proxy"]["id"], "tills": ["T-1", "T-2"],
    });
    let made = seawall.post_json("/merchants", &wanted).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let merchant = made.json();
    assert_eq!(merchant["account_token"], issued["account_token"]);
    assert_eq!(merchant["tills"], json!(["T-1", "T-2"]));
    assert_eq!(merchant["invitation"]["code"].as_str().unwrap().len(), 29);
    let again = seawall.post_json("/merchants", &wanted).await;
    assert_eq!((again.status, again.json()["merchant_id"].clone()), (200, merchant["merchant_id"].clone()));
    assert!(again.json().get("invitation").is_none());

    for (field, value) in [
        ("name_en", json!("Café")),
        ("name_zh", json!("")),
        ("category", json!("59")),
        ("fps_id", json!("12")),
        ("tills[1]", json!(["T-1", "櫃位"])),
    ] {
        let mut wrong = wanted.clone();
        wrong[field.trim_end_matches("[1]")] = value;
        assert_eq!(seawall.post_json("/merchants", &wrong).await.problem(400)["field"], field);
    }
    assert_eq!(banyan.post_json("/merchants", &wanted).await.problem(400)["field"], "fps_id", "not Banyan's FPS ID");
    let mut other = wanted.clone();
    other["request_id"] = json!("0b8dbd0b-2d9b-4e5b-8a58-0cb0e3c3f5d2");
    assert_eq!(seawall.post_json("/merchants", &other).await.problem(409)["field"], "fps_id");

    let path = format!("/merchants/{}", merchant["merchant_id"].as_str().unwrap());
    banyan.get(&path).await.problem(404);
    assert_eq!(seawall.put_json(&format!("{path}/tills/t-3"), &json!({})).await.json()["tills"][2], "T-3");
    assert_eq!(seawall.delete(&format!("{path}/tills/T-3")).await.status, 204);
    assert_eq!(seawall.patch_json(&path, &json!({ "name_zh": "晨光" })).await.problem(400)["field"], "name_en");
    let closed = seawall.patch_json(&path, &json!({ "status": "closed", "category": "5942" })).await.json();
    assert_eq!((closed["status"].as_str(), closed["category"].as_str()), (Some("closed"), Some("5942")));
    assert_eq!(seawall.post_json(&format!("{path}/invitation"), &json!({})).await.status, 201);
    assert_eq!(seawall.get("/merchants").await.json()["merchants"].as_array().unwrap().len(), 1);
    assert_eq!(banyan.get("/merchants").await.json()["merchants"], json!([]));
    seawall.get("/refunds/0b8dbd0b-2d9b-4e5b-8a58-0cb0e3c3f5d1").await.problem(404);
}
