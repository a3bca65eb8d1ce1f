//! Codes that payers show: made by their bank, scanned by a shop, paid as any request.

use std::time::Duration;

use payments::presented_code::PresentedToken;
use payments::request_to_pay::{AmountRule, Creditor, NewRequest};
use serde_json::{Value, json};

use super::app::{BANYAN, SEAWALL, TestApp, code, message};
use crate::clock;

fn consent(limit: &str) -> Value {
    json!({ "limit": limit, "currency": "HKD", "consent": "C-1" })
}

/// What a customer of Seawall asks who scans a code.
fn sale(reference: &str) -> NewRequest {
    NewRequest {
        creditor: Creditor {
            agent: code(SEAWALL),
            account: "027-200001-001".to_owned(),
            name_zh: Some("晨光文具".to_owned()),
            name_en: None,
            merchant: None,
            till: None,
        },
        amount: payments::money::Amount::parse("48.00", payments::money::Currency::Hkd).unwrap(),
        amount_rule: AmountRule::Exact,
        purpose: None,
        bill_number: None,
        due: None,
        expires: clock::now() + Duration::from_mins(10),
        debtor: None,
        reference: reference.to_owned(),
        created_by: "till".to_owned(),
    }
}

#[actix_web::test]
async fn what_a_shop_asks_by_a_code_reaches_its_payers_bank() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let made = banyan.post_json("/presented-codes", &consent("100.00")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let path = format!("/presented-codes/{}", made["presented_code_id"].as_str().unwrap());
    let token = PresentedToken::read(made["code"].as_str().unwrap()).unwrap();
    let known = banyan.get(&path).await.json();
    assert_eq!((&known["state"], &known["code"]), (&json!("waiting"), &Value::Null), "the secret is told once");
    seawall.get(&path).await.problem(404);

    let requests = app.api.switch.requests_to_pay();
    let asked =
        actix_web::web::block(move || requests.ask_presented(&token, &sale("S-1"), clock::now())).await.unwrap();
    let id = asked.unwrap().id.to_string();
    let known = banyan.get(&path).await.json();
    assert_eq!((&known["state"], &known["request_id"]), (&json!("spent"), &json!(id)));
    let change = &banyan.get("/requests-to-pay/changes").await.json()["changes"][0];
    let named = made["presented_code_id"].as_str().unwrap().replace('-', "");
    assert_eq!(change["request"]["debtor"]["account"], named, "{change}");
    let transfer = payments::clearing::CreditTransfer {
        request_to_pay: Some(id.parse().unwrap()),
        ..banyan.transfer(SEAWALL, "TX-1", "48.00")
    };
    let paid = banyan.post_xml("/payments", message([transfer])).await.report();
    assert_eq!(paid.status, payments::clearing::Status::InProcess);
}

#[actix_web::test]
async fn a_code_is_taken_back_and_what_is_wrong_is_named() {
    let app = TestApp::start().await;
    let banyan = app.client_of(BANYAN).await;
    for (field, wrong) in [("limit", json!("0.00")), ("limit", json!("1.005")), ("consent", json!(""))] {
        let mut body = consent("100.00");
        body[field] = wrong;
        assert_eq!(banyan.post_json("/presented-codes", &body).await.problem(400)["field"], field);
    }
    let made = banyan.post_json("/presented-codes", &consent("100.00")).await.json();
    let path = format!("/presented-codes/{}", made["presented_code_id"].as_str().unwrap());
    assert_eq!(banyan.delete(&path).await.json()["state"], "withdrawn");
    assert_eq!(banyan.delete(&path).await.json()["state"], "withdrawn");
    let token = PresentedToken::read(made["code"].as_str().unwrap()).unwrap();
    let requests = app.api.switch.requests_to_pay();
    let asked = actix_web::web::block(move || requests.ask_presented(&token, &sale("S-1"), clock::now())).await;
    assert!(asked.unwrap().is_err());
    banyan.delete("/presented-codes/nothing").await.problem(404);
}
