//! Paying, being told, answering.

use std::time::{Duration, Instant};

use payments::clearing::{Status, Verdict};
use payments::iso20022::inbox::{self, Message};

use super::app::{Answered, BANYAN, SEAWALL, TestApp, answer, message};

#[actix_web::test]
async fn a_payment_is_reserved_delivered_answered_and_settled() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let transfer = banyan.transfer(SEAWALL, "T1", "250.00");

    let taken = banyan.post_xml("/payments", message([transfer.clone()])).await;
    assert_eq!((taken.status, taken.report().status), (202, Status::InProcess));
    let liquidity = banyan.get("/liquidity").await.json();
    assert_eq!(liquidity["positions"][0]["reserved"], "250.00");
    assert_eq!(liquidity["positions"][0]["available"], "750.00");

    let told = inbox::parse(seawall.get("/inbox").await.body.as_bytes()).unwrap();
    let [received] = told.messages.as_slice() else { panic!("{told:?}") };
    let Message::CreditTransfer(forwarded) = &received.message else { panic!("{received:?}") };
    assert_eq!(forwarded.transfers[0].transfer, transfer, "delivered as it was sent");

    let answered = seawall.post_xml("/answers", answer(&transfer, Verdict::Accepted)).await;
    assert_eq!((answered.status, answered.report().status), (200, Status::Settled));
    let again = seawall.post_xml("/answers", answer(&transfer, Verdict::Accepted)).await;
    assert_eq!(again.report().status, Status::Settled, "a second answer meets the state that stands");

    let told = inbox::parse(banyan.get("/inbox").await.body.as_bytes()).unwrap();
    let [received] = told.messages.as_slice() else { panic!("{told:?}") };
    let Message::StatusReports(reports) = &received.message else { panic!("{received:?}") };
    assert_eq!(reports[0].status, Status::Settled);
    assert_eq!(banyan.get(&format!("/inbox?after={}", told.next)).await.status, 204, "read once, no more");
    assert_eq!(seawall.get("/liquidity").await.json()["positions"][0]["balance"], "1250.00");
}

#[actix_web::test]
async fn the_same_message_again_gets_the_same_answer_and_moves_nothing() {
    let app = TestApp::start().await;
    let banyan = app.client_of(BANYAN).await;
    let sent = message([banyan.transfer(SEAWALL, "T1", "250.00")]);
    let first = banyan.post_xml("/payments", sent.clone()).await;
    let second = banyan.post_xml("/payments", sent.clone()).await;
    assert_eq!((first.status, first.body), (second.status, second.body));
    let other = banyan.post_xml("/payments", sent.replace("250.00", "251.00")).await.report();
    assert_eq!(other.status, Status::Rejected("AM05".parse().unwrap()), "the same id for another payment");
    assert_eq!(banyan.get("/liquidity").await.json()["positions"][0]["reserved"], "250.00", "reserved once");
}

#[actix_web::test]
async fn many_transactions_in_one_message_are_each_judged() {
    let app = TestApp::start().await;
    let banyan = app.client_of(BANYAN).await;
    let transfers = ["600.00", "600.00", "400.00"].iter().enumerate();
    let transfers = transfers.map(|(n, amount)| banyan.transfer(SEAWALL, &format!("T{n}"), amount));
    let taken = banyan.post_xml("/payments", message(transfers)).await;
    let reports = payments::iso20022::pacs002::parse_reports(taken.body.as_bytes()).unwrap();
    let statuses: Vec<_> = reports.iter().map(|report| report.status).collect();
    let short_of_money = Status::Rejected("AM04".parse().unwrap());
    assert_eq!(statuses, [Status::InProcess, short_of_money, Status::InProcess]);
}

#[actix_web::test]
async fn a_caller_that_prefers_to_wait_gets_the_final_word() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let transfer = banyan.transfer(SEAWALL, "T1", "5.00");
    let waiting = banyan.xml("/payments", message([transfer.clone()])).header("prefer", "wait=10");
    let answering = async {
        let told = seawall.get("/inbox?wait=10").await;
        assert_eq!(told.status, 200);
        seawall.post_xml("/answers", answer(&transfer, Verdict::Rejected("AC04".parse().unwrap()))).await
    };
    let began = Instant::now();
    let (paid, answered) = futures_util::join!(Answered::of(waiting), answering);
    let rejected = Status::Rejected("AC04".parse().unwrap());
    assert_eq!((paid.status, paid.report().status), (200, rejected));
    assert_eq!(answered.report().status, rejected);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());

    let silent = banyan.xml("/payments", message([banyan.transfer(SEAWALL, "T2", "5.00")])).header("prefer", "wait=1");
    let unanswered = Answered::of(silent).await;
    assert_eq!((unanswered.status, unanswered.report().status), (202, Status::InProcess));
}

#[actix_web::test]
async fn a_waiting_inbox_is_answered_as_soon_as_a_payment_comes() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    assert_eq!(seawall.get("/inbox?wait=0").await.status, 204, "nothing yet");
    let began = Instant::now();
    let paying = async {
        actix_web::rt::time::sleep(Duration::from_millis(300)).await;
        banyan.post_xml("/payments", message([banyan.transfer(SEAWALL, "T1", "5.00")])).await
    };
    let (told, paid) = futures_util::join!(seawall.get("/inbox?wait=20"), paying);
    assert_eq!((told.status, paid.status), (200, 202));
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(told.body, seawall.get("/inbox").await.body, "read twice, it is the same to the byte");
}

#[actix_web::test]
async fn a_switch_that_stops_lets_nobody_wait() {
    let app = TestApp::start().await;
    let (banyan, seawall) = (app.client_of(BANYAN).await, app.client_of(SEAWALL).await);
    let payment = banyan.xml("/payments", message([banyan.transfer(SEAWALL, "T1", "5.00")]));
    let (began, switch) = (Instant::now(), app.api.switch.clone());
    let stopping = async {
        actix_web::rt::time::sleep(Duration::from_millis(500)).await;
        actix_web::web::block(move || switch.stop()).await.unwrap();
    };
    let waiting = Answered::of(payment.header("prefer", "wait=30"));
    let (told, paid, ()) = futures_util::join!(banyan.get("/inbox?wait=20"), waiting, stopping);
    told.problem(503);
    assert_eq!((paid.status, paid.report().status), (202, Status::InProcess), "it was taken, and that is said");
    seawall.post_xml("/payments", message([seawall.transfer(BANYAN, "T2", "5.00")])).await.problem(503);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
