//! A bank is who its certificate says, and nobody else.

use reqwest::StatusCode;

use crate::support::Gateway;
use crate::support::bank::{Bank, client, element};

const SQLITE: &str = "sqlite:lionrock.db";

#[tokio::test]
async fn without_a_certificate_there_is_no_answer() {
    let gateway = Gateway::serve(SQLITE).await;
    let url = gateway.participants("/participant/v1/liquidity");
    let answer = client(&gateway, None).get(url).send().await;
    assert!(answer.is_err(), "answered {:?}", answer.map(|answer| answer.status()));
}

#[tokio::test]
async fn a_certificate_of_another_authority_gets_no_answer() {
    let (gateway, elsewhere) = (Gateway::serve(SQLITE).await, Gateway::serve(SQLITE).await);
    let stranger = Bank::join(&elsewhere, "055", "0");
    let answer = stranger.calling(&gateway).pay(&gateway, &stranger.payment("1", "056", "056-1", "1.00")).await;
    assert!(answer.is_err(), "answered {answer:?}");
}

#[tokio::test]
async fn a_certificate_cannot_act_for_another_participant() {
    let gateway = Gateway::serve(SQLITE).await;
    let honest = Bank::join(&gateway, "055", "1000.00");
    let thief = Bank::join(&gateway, "056", "0");

    let stolen = Bank::payment_from("055", "stolen-1", "056", "056-1", "900.00");
    let (status, problem) = thief.pay(&gateway, &stolen).await.unwrap();
    assert_eq!(status, StatusCode::FORBIDDEN, "{problem}");
    assert_eq!(honest.balance(&gateway).await, 100_000);
    gateway.run(&["audit"]);
}

#[tokio::test]
async fn only_the_creditor_agent_answers_a_payment() {
    let gateway = Gateway::serve(SQLITE).await;
    let payer = Bank::join(&gateway, "055", "1000.00");
    let payee = Bank::join(&gateway, "056", "0");
    let payment = payer.payment("1", "056", "056-1", "10.00");
    let (paid, answered) = tokio::join!(payer.pay(&gateway, &payment), async {
        let (incoming, _) = payee.inbox(&gateway, 0, 10).await.unwrap();
        let meddled = payer.accept(&gateway, &incoming[0]).await.unwrap();
        let balance = payee.balance(&gateway).await;
        payee.accept(&gateway, &incoming[0]).await.unwrap();
        (meddled, balance)
    });
    let ((status, meddled), balance) = answered;
    assert!(!meddled.contains("ACSC"), "{status} {meddled}");
    assert_eq!(balance, 0, "the payer's own acceptance moved money");
    assert_eq!(element(&paid.unwrap().1, "TxSts").as_deref(), Some("ACSC"));
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_at_once() {
    let gateway = Gateway::serve(SQLITE).await;
    let bank = Bank::join(&gateway, "055", "1000.00");
    gateway.run(&["participant", "revoke", "055", &bank.thumbprint]);
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let (status, _) = bank.pay(&gateway, &bank.payment("1", "056", "056-1", "1.00")).await.unwrap();
    assert_eq!(status, StatusCode::FORBIDDEN);
}
