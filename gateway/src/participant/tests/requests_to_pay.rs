//! Asking for money, and paying what was asked: over the API, as two banks do.

use std::time::Duration;

use payments::clearing::{CreditTransfer, Status, Verdict};
use payments::iso20022::{pain013, pain014};
use serde_json::{Value, json};

use super::app::{Answered, BANYAN, Bank, SEAWALL, TestApp, answer, message};
use crate::clock;

/// What a customer of Seawall asks, for a quarter of an hour.
fn asked(reference: &str) -> Value {
    json!({
        "reference": reference,
        "creditor": { "account": "027-200001-001", "name_zh": "晨光文具", "name_en": "Morning Light Stationery" },
        "amount": "48.00",
        "currency": "HKD",
        "purpose": "pens",
        "expires": (clock::now() + Duration::from_mins(15)).to_string(),
    })
}

fn id(request: &Answered) -> String {
    request.json()["request_id"].as_str().unwrap().to_owned()
}

fn paying(bank: &Bank, transaction: &str, amount: &str, id: &str) -> CreditTransfer {
    CreditTransfer { request_to_pay: Some(id.parse().unwrap()), ..bank.transfer(SEAWALL, transaction, amount) }
}

fn states(feed: &Answered) -> Vec<String> {
    let feed = feed.json();
    let changes = feed["changes"].as_array().unwrap();
    changes.iter().map(|change| change["state"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn whoever_scans_a_request_reads_it_and_pays_it_once() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let made = seawall.post_json("/requests-to-pay", &asked("R-1")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let again = seawall.post_json("/requests-to-pay", &asked("R-1")).await;
    assert_eq!((again.status, id(&again)), (201, id(&made)));
    let mut other = asked("R-1");
    other["amount"] = json!("49.00");
    assert_eq!(seawall.post_json("/requests-to-pay", &other).await.problem(409)["field"], "reference");

    let path = format!("/requests-to-pay/{}", id(&made));
    let shown = banyan.get(&path).await.json();
    let seen =
        [&shown["state"], &shown["status"], &shown["amount"], &shown["creditor"]["name_zh"], &shown["reference"]];
    assert_eq!(json!(seen), json!(["waiting", "RCVD", "48.00", "晨光文具", null]));

    let wrong = message([paying(&banyan, "TX-0", "47.00", &id(&made))]);
    assert_eq!(banyan.post_xml("/payments", wrong).await.report().status, rejected("AM09"));
    let transfer = paying(&banyan, "TX-1", "48.00", &id(&made));
    let double = message([transfer.clone(), paying(&banyan, "TX-2", "48.00", &id(&made))]);
    let told = banyan.post_xml("/payments", double).await;
    let told = payments::iso20022::pacs002::parse_reports(told.body.as_bytes()).unwrap();
    assert_eq!([told[0].status, told[1].status], [Status::InProcess, rejected("ALAC")]);
    seawall.post_json(&format!("{path}/cancel"), &json!({})).await.problem(409);
    seawall.post_xml("/answers", answer(&transfer, Verdict::Accepted)).await;
    let late = message([paying(&banyan, "TX-3", "48.00", &id(&made))]);
    assert_eq!(banyan.post_xml("/payments", late).await.report().status, rejected("APAR"));

    let feed = seawall.get("/requests-to-pay/changes").await;
    assert_eq!(states(&feed), ["waiting", "paying", "paid"]);
    assert_eq!(feed.json()["changes"][2]["amount_paid"], "48.00");
    assert_eq!(states(&banyan.get("/requests-to-pay/changes").await), Vec::<String>::new(), "it asked nobody");
    assert_eq!(seawall.get("/requests-to-pay").await.json()["requests"][0]["state"], "paid");
}

fn rejected(reason: &'static str) -> Status {
    Status::Rejected(reason.parse().unwrap())
}

#[actix_web::test]
async fn a_bill_reaches_the_bank_of_a_number_and_is_answered() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let number = json!({ "type": "MBNO", "id": "91234567" });
    let owner = json!({ "kind": "person", "name_en": "CHAN Tai Man" });
    let entry = json!({ "proxy": number, "account": "012-100001-001", "owner": owner, "default": true });
    assert_eq!(banyan.post_json("/proxies", &entry).await.status, 201);
    let mut bill = asked("BILL-1");
    bill["debtor"] = json!({ "proxy": number });
    bill["bill_number"] = json!("2026-000123");
    bill["due"] = json!("2026-12-01");
    let made = seawall.post_json("/requests-to-pay", &bill).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(!made.body.contains("91234567"), "a request keeps where a number led, not the number");

    let feed = banyan.get("/requests-to-pay/changes").await.json();
    let request = &feed["changes"][0]["request"];
    assert_eq!(
        json!([request["due"], request["bill_number"], request["debtor"]["agent"]]),
        json!(["2026-12-01", "2026-000123", "012"])
    );
    let path = format!("/requests-to-pay/{}", id(&made));
    seawall.post_json(&format!("{path}/accept"), &json!({})).await.problem(404);
    assert_eq!(banyan.post_json(&format!("{path}/accept"), &json!({})).await.json()["state"], "accepted");
    banyan.post_json(&format!("{path}/refuse"), &json!({ "reason": "no" })).await.problem(400);
    let refused = banyan.post_json(&format!("{path}/refuse"), &json!({ "reason": "CUST" })).await.json();
    assert_eq!(json!([refused["state"], refused["reason"]]), json!(["refused", "CUST"]));
    let told = seawall.get("/requests-to-pay/changes").await;
    assert_eq!(states(&told), ["waiting", "accepted", "refused"]);
    let paid = message([paying(&banyan, "TX-1", "48.00", &id(&made))]);
    assert_eq!(banyan.post_xml("/payments", paid).await.report().status, rejected("ARFR"));
    let unknown = seawall.post_json("/requests-to-pay", &json!({ "reference": 1 })).await;
    unknown.problem(400);
}

#[actix_web::test]
async fn banks_may_speak_iso_20022_about_it() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let mut bill = asked("E2E-9");
    bill["debtor"] = json!({ "agent": BANYAN, "account": "012-100001-001" });
    let made = id(&seawall.post_json("/requests-to-pay", &bill).await);
    let known = app.api.switch.requests_to_pay().get(made.parse().unwrap()).unwrap().unwrap();
    // The same message from outside is the same request.
    let sent = seawall.post_xml("/requests-to-pay", pain013::write(&known)).await;
    assert_eq!((sent.status, sent.body.contains(&made)), (201, true), "{}", sent.body);
    banyan.post_xml("/requests-to-pay", pain013::write(&known)).await.problem(403);

    let feed = Answered::of(banyan.xml_get("/requests-to-pay/changes")).await;
    assert!(feed.body.contains(pain013::IDENTIFIER) && feed.body.contains(&made), "{}", feed.body);
    let no =
        sent.body.replace("<TxSts>RCVD</TxSts>", "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>CUST</Cd></Rsn></StsRsnInf>");
    seawall.post_xml("/requests-to-pay/answers", no.clone()).await.problem(404);
    let told = banyan.post_xml("/requests-to-pay/answers", no).await;
    let read = pain014::parse(told.body.as_bytes()).unwrap();
    assert_eq!(read.decision, pain014::Decision::Refused("CUST".parse().unwrap()));
    assert_eq!(states(&seawall.get("/requests-to-pay/changes").await), ["waiting", "refused"]);
}

/// The merchant of Seawall, as JSON.
async fn stationer(seawall: &Bank) -> Value {
    let owner = json!({ "kind": "organisation", "name_zh": "晨光文具", "name_en": "Morning Light Stationery" });
    let fps_id = json!({
        "request_id": "6f6c0c0e-0b0f-4c53-9f0e-6d7a3a4d2c11", "account": "027-200001-001", "owner": owner,
    });
    let issued = seawall.post_json("/fps-ids", &fps_id).await.json();
    let merchant = json!({
        "request_id": "0b8dbd0b-2d9b-4e5b-8a58-0cb0e3c3f5d1", "name_zh": "晨光文具", "name_en": "Morning Light Stationery",
        "category": "5943", "fps_id": issued["proxy"]["id"],
    });
    seawall.post_json("/merchants", &merchant).await.json()
}

#[actix_web::test]
async fn a_bill_for_a_merchant_has_a_code_and_tells_other_banks_nothing_of_its_debtor() {
    let app = TestApp::start().await;
    app.add("038", "渡輪銀行", "Ferry Bank").await;
    let (banyan, seawall, ferry) =
        (app.client_of(BANYAN).await, app.client_of(SEAWALL).await, app.client_of("038").await);
    let merchant = stationer(&seawall).await;
    let id_of_merchant = merchant["merchant_id"].as_str().unwrap().replace('-', "");
    let mut bill = asked("BILL-1");
    bill["bill_number"] = json!("2026-000123");
    bill["debtor"] = json!({ "agent": BANYAN, "account": "012-100001-001" });
    bill["creditor"]["merchant"] = json!(id_of_merchant);
    let elsewhere = seawall.post_json("/requests-to-pay", &bill).await.json();
    assert_eq!(elsewhere["qr"], Value::Null, "the FPS ID leads to another account");
    bill["reference"] = json!("BILL-2");
    bill["creditor"]["account"] = merchant["account_token"].clone();
    let made = seawall.post_json("/requests-to-pay", &bill).await;
    let code = made.json()["qr"].as_str().unwrap().to_owned();
    let read = payments::qr::parse(&code, clock::now()).unwrap().hong_kong.unwrap();
    assert_eq!(read.additional.reference_label, Some(id(&made)));
    assert_eq!(read.additional.bill_number.as_deref(), Some("2026-000123"));

    let path = format!("/requests-to-pay/{}", id(&made));
    let (asking, strange) = (banyan.get(&path).await.json(), ferry.get(&path).await.json());
    assert_eq!(asking["debtor"]["account"], "012-100001-001");
    assert_eq!((&strange["amount"], &strange["bill_number"]), (&json!("48.00"), &json!("2026-000123")));
    for hidden in ["debtor", "qr", "reference", "reason"] {
        assert_eq!(strange[hidden], Value::Null, "{hidden}");
    }
    for step in ["accept", "cancel"] {
        ferry.post_json(&format!("{path}/{step}"), &json!({})).await.problem(404);
    }
    ferry.post_json(&format!("{path}/refuse"), &json!({ "reason": "CUST" })).await.problem(404);
    banyan.post_json(&format!("{path}/refuse"), &json!({ "reason": "CUST" })).await;
    let strange = ferry.get(&path).await.json();
    assert_eq!((&strange["state"], &strange["reason"]), (&json!("refused"), &Value::Null));
}
