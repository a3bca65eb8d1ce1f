//! The program is killed in the middle of payments. The books stay exact, whatever was acknowledged is there, and
//! nothing is paid twice.

use std::collections::HashSet;
use std::time::Duration;

use crate::support::bank::{Bank, Payment, element};
use crate::support::{Gateway, postgres};

const KILLS: u64 = 5;
const ONE_DOLLAR: &str = "1.00";

#[tokio::test]
async fn a_gateway_on_sqlite_survives_being_killed_during_payments() {
    survive(Gateway::serve("sqlite:lionrock.db").await).await;
}

#[tokio::test]
async fn the_demo_survives_being_killed_during_payments() {
    survive(Gateway::demo().await).await;
}

#[tokio::test]
async fn a_gateway_on_postgresql_survives_being_killed_during_payments() {
    let database = postgres();
    survive(Gateway::serve(&database.url).await).await;
}

/// What happened to a payment, as far as its bank was told.
struct Sent {
    payment: Payment,
    acknowledged: bool,
}

async fn survive(gateway: Gateway) {
    let payer = Bank::join(&gateway, "055", "1000000.00");
    let payee = Bank::join(&gateway, "056", "0");
    let mut sent = Vec::new();
    for round in 0..KILLS {
        let (a, b, c, d, (), ()) = tokio::join!(
            pay_until_down(&gateway, &payer, format!("{round}a")),
            pay_until_down(&gateway, &payer, format!("{round}b")),
            pay_until_down(&gateway, &payer, format!("{round}c")),
            pay_until_down(&gateway, &payer, format!("{round}d")),
            answer_until_down(&gateway, &payee),
            kill_after(&gateway, Duration::from_millis(400 + 130 * round)),
        );
        sent.extend([a, b, c, d].into_iter().flatten());
        gateway.restart().await;
        gateway.run(&["audit"]);
    }
    let acknowledged = sent.iter().filter(|sent| sent.acknowledged).count();
    assert!(acknowledged > 20, "only {acknowledged} payments were acknowledged: too few to say anything");

    // Sent again, each payment says how it ended.
    let settled = tokio::select! {
        settled = send_again(&gateway, &payer, &sent) => settled,
        () = answer_until_down(&gateway, &payee) => panic!("the gateway went down by itself"),
    };
    for (sent, settled) in sent.iter().zip(&settled) {
        assert!(*settled || !sent.acknowledged, "an acknowledged payment is gone: {}", sent.payment.uetr);
    }
    let cents = 100 * i64::try_from(settled.iter().filter(|settled| **settled).count()).unwrap();
    assert_eq!(payee.balance(&gateway).await, cents, "each settled payment arrived once");
    assert_eq!(payer.balance(&gateway).await, 100_000_000 - cents, "each settled payment left once");
    gateway.run(&["audit"]);
}

/// Pays a dollar after the other until the gateway is gone.
async fn pay_until_down(gateway: &Gateway, payer: &Bank, series: String) -> Vec<Sent> {
    let mut sent = Vec::new();
    for number in 0.. {
        let payment = payer.payment(&format!("{series}-{number}"), "056", "056-1", ONE_DOLLAR);
        let answer = payer.pay(gateway, &payment).await;
        let status = answer.as_ref().ok().and_then(|(_, report)| element(report, "TxSts"));
        sent.push(Sent { payment, acknowledged: status.as_deref() == Some("ACSC") });
        if answer.is_err() {
            break;
        }
    }
    sent
}

/// Accepts what arrives until the gateway is gone. Reads its inbox from the start each time: messages read twice
/// are answered twice, which changes nothing.
async fn answer_until_down(gateway: &Gateway, payee: &Bank) {
    let (mut cursor, mut answered) = (0, HashSet::new());
    while let Ok((payments, next)) = payee.inbox(gateway, cursor, 1).await {
        for payment in payments {
            if answered.insert(payment.uetr.clone()) && payee.accept(gateway, &payment).await.is_err() {
                return;
            }
        }
        cursor = next;
    }
}

async fn kill_after(gateway: &Gateway, delay: Duration) {
    tokio::time::sleep(delay).await;
    gateway.kill();
}

/// Whether each payment is settled, by sending it again.
async fn send_again(gateway: &Gateway, payer: &Bank, sent: &[Sent]) -> Vec<bool> {
    let mut settled = Vec::new();
    for sent in sent {
        let (status, report) = payer.pay(gateway, &sent.payment).await.unwrap();
        assert!(status.is_success(), "{status} {report}");
        settled.push(element(&report, "TxSts").as_deref() == Some("ACSC"));
    }
    settled
}
