//! Linking a number to an account, and finding it.

use serde_json::{Value, json};

use super::app::{BANYAN, SEAWALL, TestApp};

fn registration() -> Value {
    json!({
        "proxy": { "type": "MBNO", "id": "91234567" },
        "account": "012-100001-001",
        "owner": { "kind": "person", "name_zh": "陳大文", "name_en": "CHAN Tai Man" },
        "default": true,
    })
}

#[actix_web::test]
async fn a_linked_number_is_found_by_others_with_its_owners_name_masked() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let linked = banyan.post_json("/proxies", &registration()).await;
    assert_eq!(linked.status, 201, "{}", linked.body);
    let entry = linked.json();
    assert_eq!(entry["proxy"], json!({ "type": "MBNO", "id": "+852-91234567" }));
    let again = banyan.post_json("/proxies", &registration()).await;
    assert_eq!((again.status, again.json()), (200, entry.clone()), "the same again changes nothing");

    let lookup = json!({ "proxy": { "type": "MBNO", "id": "+852-91234567" } });
    let found = seawall.post_json("/lookups", &lookup).await.json();
    assert_eq!(
        found["participant"],
        json!({
            "clearing_code": "012", "name_zh": "榕樹銀行", "name_en": "Banyan Bank"
        })
    );
    assert_eq!(found["account_token"], entry["account_token"]);
    assert_eq!(found["masked_name"]["zh"], "陳*文");
    assert!(!found.to_string().contains("Tai Man"), "{found}");
    assert!(found["lookup_reference"].as_str().is_some_and(|reference| !reference.is_empty()));
}

#[actix_web::test]
async fn an_entry_is_seen_and_removed_by_its_own_participant_only() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let entry = banyan.post_json("/proxies", &registration()).await.json();
    let path = format!("/proxies/{}", entry["entry_id"].as_str().unwrap());
    assert_eq!(seawall.get("/proxies").await.json()["entries"], json!([]));
    seawall.delete(&path).await.problem(404);
    assert_eq!(banyan.get("/proxies").await.json()["entries"], json!([entry]));
    assert_eq!(banyan.delete(&path).await.status, 204);
    banyan.delete(&path).await.problem(404);
    let lookup = json!({ "proxy": { "type": "MBNO", "id": "91234567" } });
    assert_eq!(seawall.post_json("/lookups", &lookup).await.problem(404)["reason"], "BE23");
}

#[actix_web::test]
async fn what_is_no_number_is_refused_by_its_field() {
    let app = TestApp::start().await;
    let bank = app.client_of(BANYAN).await;
    let mut wrong = registration();
    wrong["proxy"]["id"] = json!("12");
    assert_eq!(bank.post_json("/proxies", &wrong).await.problem(400)["field"], "proxy.id");
    bank.post_json("/proxies", &json!({ "proxy": "91234567" })).await.problem(400);
}

#[actix_web::test]
async fn a_payers_name_for_the_payee_is_confirmed_in_one_word() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    banyan.post_json("/proxies", &registration()).await;
    for (typed, answer) in [("陈大文", "match"), ("T M Chan", "close_match"), ("Wong Siu Ming", "no_match")] {
        let lookup = json!({ "proxy": { "type": "MBNO", "id": "91234567" }, "name": typed });
        assert_eq!(seawall.post_json("/lookups", &lookup).await.json()["name_match"], answer, "{typed}");
    }
}

#[actix_web::test]
async fn a_payer_who_has_looked_up_too_much_is_told_when_to_come_again() {
    let app = TestApp::start().await;
    let bank = app.client_of(SEAWALL).await;
    let payer = json!({ "id": "customer 1", "kind": "person" });
    let lookup = json!({ "proxy": { "type": "MBNO", "id": "91234567" }, "payer": payer });
    for _ in 0..5 {
        bank.post_json("/lookups", &lookup).await.problem(404);
    }
    let refused = bank.post_json("/lookups", &lookup).await;
    assert_eq!(refused.status, 429, "{}", refused.body);
    let buckets = bank.get("/buckets?payer=customer%201&kind=person").await.json();
    assert_eq!(buckets["buckets"][0]["tokens"], 0);
    let other = json!({ "proxy": { "type": "MBNO", "id": "91234567" }, "payer": { "id": "2", "kind": "person" } });
    bank.post_json("/lookups", &other).await.problem(404);
    let list = json!({ "proxies": [{ "type": "MBNO", "id": "91234567" }] });
    assert_eq!(bank.post_json("/lookups/bulk", &list).await.json()["lookups"][0]["found"], json!(null));
}

#[actix_web::test]
async fn a_bank_compares_its_entries_by_one_number_and_fetches_what_differs() {
    let app = TestApp::start().await;
    let bank = app.client_of(BANYAN).await;
    let entry = bank.post_json("/proxies", &registration()).await.json();
    let digest = bank.get("/directory/digest").await.json();
    assert_eq!(digest["entries"], 1);
    let held = json!({ "entries": [{ "entry_id": entry["entry_id"], "content_id": digest["digest"] }] });
    let same = bank.post_json("/directory/differences", &held).await.json();
    assert_eq!(same, json!({ "current": [], "gone": [] }));
    let nothing = bank.post_json("/directory/differences", &json!({ "entries": [] })).await.json();
    assert_eq!(nothing["current"], json!([entry]));
}
