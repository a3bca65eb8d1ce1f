//! Who may not, and what cannot be read.

use super::app::{Answered, BANYAN, SEAWALL, TestApp, message};

#[actix_web::test]
async fn without_a_certificate_there_is_no_http_answer() {
    let app = TestApp::start().await;
    let refused = app.client(None).get(app.url("/liquidity")).send().await;
    assert!(refused.is_err(), "the handshake fails: {refused:?}");
}

#[actix_web::test]
async fn a_certificate_of_another_authority_gets_no_http_answer() {
    let (app, other) = (TestApp::start().await, TestApp::start().await);
    let (foreign, _) = other.certificate(BANYAN);
    let refused = app.client(Some(foreign)).get(app.url("/liquidity")).send().await;
    assert!(refused.is_err(), "the handshake fails: {refused:?}");
}

#[actix_web::test]
async fn a_certificate_that_the_switch_was_not_told_of_is_nobodys() {
    let app = TestApp::start().await;
    let (identity, _) = app.certificate(BANYAN);
    Answered::of(app.client(Some(identity)).get(app.url("/liquidity"))).await.problem(403);
}

#[actix_web::test]
async fn a_revoked_certificate_is_refused_within_a_second() {
    let app = TestApp::start().await;
    let bank = app.client_of(BANYAN).await;
    assert_eq!(bank.get("/liquidity").await.status, 200);
    app.api.switch.revoke_certificate("test", bank.clearing_code, bank.thumbprint).await.unwrap();
    actix_web::rt::time::sleep(std::time::Duration::from_millis(1_050)).await;
    bank.get("/liquidity").await.problem(403);
}

#[actix_web::test]
async fn nobody_pays_or_answers_in_anothers_name() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let payment = message([banyan.transfer(SEAWALL, "T1", "10.00")]);
    let problem = seawall.post_xml("/payments", payment.clone()).await.problem(403);
    assert_eq!(problem["field"], "DbtrAgt");
    assert_eq!(banyan.post_xml("/payments", payment).await.status, 202, "its own bank may send it");
    let accepted = super::app::answer(&banyan.transfer(SEAWALL, "T1", "10.00"), payments::clearing::Verdict::Accepted);
    let stolen = banyan.post_xml("/answers", accepted).await;
    assert_ne!(stolen.status, 200, "only the creditor agent answers: {}", stolen.body);
}

#[actix_web::test]
async fn every_list_names_the_cursor_that_it_does_not_know() {
    let app = TestApp::start().await;
    let bank = app.client_of(BANYAN).await;
    for list in ["proxies", "claims", "alerts", "infractions"] {
        for query in ["cursor=x", "page=2"] {
            let problem = bank.get(&format!("/{list}?{query}")).await.problem(400);
            assert_eq!(problem["field"], "cursor", "{list} {query}");
        }
    }
}

#[actix_web::test]
async fn what_cannot_be_read_is_refused_and_named() {
    let app = TestApp::start().await;
    let bank = app.client_of(BANYAN).await;
    let good = message([bank.transfer(SEAWALL, "T1", "10.00")]);
    for junk in ["", "money, please", "<Document/>", "<a><b></a>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"] {
        bank.post_xml("/payments", junk).await.problem(400);
        bank.post_xml("/answers", junk).await.problem(400);
    }
    let problem = bank.post_xml("/payments", good.replace("10.00<", "ten<")).await.problem(400);
    assert_eq!(problem["field"], "FIToFICstmrCdtTrf/CdtTrfTxInf[1]/IntrBkSttlmAmt");
    assert!(!problem["detail"].as_str().unwrap().contains("ten"), "what was sent is not quoted");
    let problem = bank.post_json("/payments", &serde_json::json!({})).await.problem(415);
    assert_eq!(problem["field"], "content-type");
    bank.post_xml("/payments", format!("{good}{}", " ".repeat(1024 * 1024))).await.problem(413);
    bank.get("/payments").await.problem(405);
    bank.get("/nothing").await.problem(404);
    for query in ["after=-1", "wait=21", "max=0", "max=501", "after=x", "before=1"] {
        bank.get(&format!("/inbox?{query}")).await.problem(400);
    }
    assert_eq!(bank.get("/liquidity").await.json()["positions"][0]["reserved"], "0.00", "nothing was taken");
}
