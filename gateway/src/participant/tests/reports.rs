//! What a bank downloads once a business day has ended.

use payments::clearing::Verdict;

use super::app::{BANYAN, SEAWALL, TestApp};
use super::returns::paid;

#[actix_web::test]
async fn a_bank_downloads_its_own_statement_and_nobody_elses() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let transfer = paid(&banyan, &seawall, Verdict::Accepted).await;
    assert!(banyan.get("/reports").await.json()["items"].as_array().unwrap().is_empty(), "the day has not ended");
    let day = app.end_day().await;

    assert_eq!(banyan.get("/reports").await.json()["items"][0]["business_day"], day.as_str());
    let totals = banyan.get(&format!("/reports/{day}")).await.json();
    assert_eq!(totals["statements"].as_array().unwrap().len(), 1, "{totals}");
    assert_eq!(totals["statements"][0]["closing_balance"], "750.00");
    assert_eq!(totals["statements"][0]["payments_out"]["count"], 1);

    let statement = seawall.get(&format!("/reports/{day}/HKD")).await;
    assert_eq!((statement.status, statement.content_type.as_str()), (200, "application/xml"));
    assert!(statement.body.contains("camt.053.001.08") && statement.body.contains("<LastPgInd>true</LastPgInd>"));
    assert_eq!(statement.body.matches("<Ntry>").count(), 2, "its funding and the payment: {}", statement.body);
    assert!(statement.body.contains(&transfer.uetr.to_string()));
    assert_eq!(statement.body, seawall.get(&format!("/reports/{day}/HKD")).await.body, "the same to the byte");
}

#[actix_web::test]
async fn a_day_that_is_not_to_be_had_is_said() {
    let app = TestApp::start().await;
    let banyan = app.client_of(BANYAN).await;
    for nothing in ["/reports/2026-01-01", "/reports/today", "/reports/2026-01-01/HKD", "/reports/2026-01-01/USD"] {
        assert_eq!(banyan.get(nothing).await.status, 404, "{nothing}");
    }
    let day = app.end_day().await;
    assert_eq!(banyan.get(&format!("/reports/{day}/CNY")).await.status, 404, "it has no such position");
    assert_eq!(banyan.get(&format!("/reports/{day}/HKD?page=0")).await.status, 400);
}
