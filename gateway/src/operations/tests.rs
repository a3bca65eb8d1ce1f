//! What an operator's tools meet.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::test::{self, TestRequest};
use actix_web::{App, web};
use identity::audit::Actor;
use identity::{Identity, IdentityKeys, IdentitySettings};
use payments::clearing::Particulars;
use payments::directory::{Directory, DirectoryKeys};
use payments::money::{Amount, Currency};
use payments::operator::{OperatorToken, Role};
use payments::participant::ClearingCode;
use payments::{Operators, Switch, SwitchSettings};
use serde_json::{Value, json};

use super::{Operations, configure};
use crate::clock;

/// A switch with one participant, and the operator's requests to it.
struct TestApp {
    operations: web::Data<Operations>,
    /// Of two officers.
    tokens: [OperatorToken; 2],
    _folder: tempfile::TempDir,
}

fn banyan() -> ClearingCode {
    "012".parse().unwrap()
}

impl TestApp {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let db = store::Db::open(&url, &store::Options::default()).unwrap();
        db.migrate().unwrap();
        let settings = IdentitySettings {
            issuer: "http://localhost".parse().unwrap(),
            mutual_tls_url: None,
            relying_party_id: "localhost".to_owned(),
            relying_party_name: "Lionrock".to_owned(),
            password_sign_in: false,
        };
        let identity = Identity::open(db.clone(), IdentityKeys::from_master(&[7; 32]), settings).unwrap();
        let directory = Directory::new(db.clone(), DirectoryKeys::from_master(&[7; 32]));
        let switch = Switch::open(db.clone(), SwitchSettings::default(), Arc::new(clock::now), directory).unwrap();
        let particulars = Particulars { bic: None, name_zh: "榕樹銀行".into(), name_en: "Banyan Bank".into() };
        switch.add_participant("test", banyan(), particulars).await.unwrap();
        let operators = Operators::new(db.clone());
        let tokens = ["cheung", "leung"].map(|name| {
            let name = name.parse().unwrap();
            operators.add(None, "test", &name, Role::Officer, clock::now()).unwrap()
        });
        let operations = web::Data::new(Operations { db, identity, switch, operators, participants: None });
        Self { operations, tokens, _folder: folder }
    }

    /// The answer to a request that names this host and comes from this address.
    async fn ask(&self, request: TestRequest, host: &str, peer: &str) -> (u16, String) {
        let service = test::init_service(App::new().app_data(self.operations.clone()).configure(configure)).await;
        let request = request.insert_header(("host", host)).peer_addr(peer.parse().unwrap()).to_request();
        match test::try_call_service(&service, request).await {
            Ok(response) => read(response).await,
            Err(refused) => (refused.as_response_error().status_code().as_u16(), refused.to_string()),
        }
    }

    async fn get(&self, path: &str) -> (u16, String) {
        self.ask(TestRequest::get().uri(path), "localhost:9090", "127.0.0.1:5000").await
    }

    async fn get_json(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// As the first officer does it.
    async fn post(&self, path: &str, body: Value) -> (u16, String) {
        self.post_as(0, path, body).await
    }

    async fn post_as(&self, officer: usize, path: &str, body: Value) -> (u16, String) {
        let request = self.by(officer, TestRequest::post().uri(path).set_json(body));
        self.ask(request, "localhost:9090", "127.0.0.1:5000").await
    }

    /// With an officer's token, and a key that is the same for the same path.
    fn by(&self, officer: usize, request: TestRequest) -> TestRequest {
        let token = format!("Bearer {}", self.tokens[officer].expose());
        request.insert_header(("authorization", token)).insert_header(("idempotency-key", "K-1"))
    }

    /// Money for 012, by both officers.
    async fn fund(&self, amount: &str) {
        let amount = Amount::parse(amount, Currency::Hkd).unwrap();
        self.operations.switch.fund(["operator cheung", "operator leung"], banyan(), amount).await.unwrap();
    }
}

async fn read(response: ServiceResponse<impl MessageBody>) -> (u16, String) {
    let status = response.status().as_u16();
    (status, String::from_utf8(test::read_body(response).await.to_vec()).unwrap())
}

#[actix_web::test]
async fn readiness_says_whether_payments_are_taken() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/health").await.0, 200);
    assert_eq!(app.get_json("/ready").await["status"], "ready");
    app.operations.switch.stop();
    let (status, body) = app.get("/ready").await;
    assert_eq!(status, 503);
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["sequencer"], false, "{body}");
    assert_eq!(app.get("/health").await.0, 200, "the process still lives");
}

#[actix_web::test]
async fn metrics_follow_what_the_switch_does() {
    let app = TestApp::start().await;
    let (_, before) = app.get("/metrics").await;
    assert!(before.contains("\nlionrock_log_sequence 1\n"), "{before}");
    app.post("/api/v1/participants/012/suspend", json!({})).await;
    let (_, after) = app.get("/metrics").await;
    assert!(after.contains("\nlionrock_log_sequence 2\n"), "{after}");
    assert!(after.contains("\nlionrock_payments_total{state=\"settled\"} 0\n"), "{after}");
}

#[actix_web::test]
async fn money_moves_when_a_second_officer_approves() {
    let app = TestApp::start().await;
    let funding = json!({ "movement": "funding", "amount": "1000000.00", "currency": "HKD" });
    let path = "/api/v1/participants/012/proposals";
    let (status, body) = app.post(path, funding.clone()).await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(app.post(path, funding).await, (201, body.clone()), "the same key is the same proposal");
    let id = serde_json::from_str::<Value>(&body).unwrap()["proposal"].clone();
    let approve = format!("/api/v1/proposals/{id}/approve");
    assert_eq!(app.post(&approve, json!({})).await.0, 403, "one's own");
    assert_eq!(app.get_json("/api/v1/positions").await["items"], json!([]));
    assert_eq!(app.post_as(1, &approve, json!({})).await.0, 204);
    assert_eq!(app.post_as(1, &format!("/api/v1/proposals/{id}/refuse"), json!({})).await.0, 409, "it is decided");
    let position = app.get_json("/api/v1/positions").await["items"][0].clone();
    assert_eq!((&position["clearing_code"], &position["available"]), (&json!("012"), &json!("1000000.00")));
    let proposal = app.get_json("/api/v1/proposals").await["items"][0].clone();
    let both = (&proposal["proposed_by"], &proposal["decided_by"], &proposal["state"]);
    assert_eq!(both, (&json!("operator cheung"), &json!("operator leung"), &json!("approved")));
    assert_eq!(app.operations.switch.events(None, 1).unwrap().remove(0).actor, "operator leung");
}

#[actix_web::test]
async fn who_has_no_officers_token_does_nothing() {
    let app = TestApp::start().await;
    let suspend = || TestRequest::post().uri("/api/v1/participants/012/suspend").set_json(json!({}));
    assert_eq!(app.ask(suspend(), "localhost:9090", "127.0.0.1:5000").await.0, 401);
    let forged = suspend().insert_header(("authorization", "Bearer lro_0000"));
    assert_eq!(app.ask(forged, "localhost:9090", "127.0.0.1:5000").await.0, 401);
    let cheung = app.operations.operators.authenticate(&app.tokens[0]).unwrap();
    let name = "ho".parse().unwrap();
    let auditor = app.operations.operators.add(Some(&cheung), "test", &name, Role::Auditor, clock::now()).unwrap();
    let looking = suspend().insert_header(("authorization", format!("Bearer {}", auditor.expose())));
    assert_eq!(app.ask(looking, "localhost:9090", "127.0.0.1:5000").await.0, 403);
}

#[actix_web::test]
async fn officers_propose_and_approve_on_the_page() {
    let app = TestApp::start().await;
    let send = async |path: &str, form: &[(&str, &str)]| {
        app.ask(TestRequest::post().uri(path).set_form(form), "localhost:9090", "127.0.0.1:5000").await
    };
    let [cheung, leung] = [app.tokens[0].expose(), app.tokens[1].expose()];
    let wish = |token, amount| {
        [
            ("token", token),
            ("key", "K-1"),
            ("clearing_code", "012"),
            ("amount", amount),
            ("currency", "HKD"),
            ("movement", "funding"),
        ]
    };
    assert_eq!(send("/proposals", &wish("lro_00", "10.00")).await.0, 401);
    let (status, page) = send("/proposals", &wish(cheung, "ten")).await;
    assert!(status == 400 && page.contains("value=\"ten\"") && !page.contains(cheung), "{page}");
    assert_eq!(send("/proposals", &wish(cheung, "1,000.00")).await.0, 303);
    let id = app.get_json("/api/v1/proposals").await["items"][0]["proposal"].clone();
    let (_, page) = app.get("/proposals?lang=en").await;
    assert!(page.contains("HK$ 1,000.00") && page.contains(&format!("approve:{id}")), "{page}");
    let approve = format!("approve:{id}");
    let (status, page) = send("/proposals/decide?lang=en", &[("token", cheung), ("decision", &approve)]).await;
    assert!(status == 403 && page.contains("another officer"), "{page}");
    assert_eq!(send("/proposals/decide", &[("token", leung), ("decision", &approve)]).await.0, 303);
    assert!(app.get("/proposals?lang=zh-Hant").await.1.contains("已批准"));
    assert_eq!(app.get_json("/api/v1/positions").await["items"][0]["balance"], "1000.00");
}

#[actix_web::test]
async fn a_suspension_lasts_until_it_is_ended() {
    let app = TestApp::start().await;
    app.post("/api/v1/participants/012/suspend", json!({})).await;
    assert_eq!(app.get_json("/api/v1/participants").await["items"][0]["suspended"], true);
    app.post("/api/v1/participants/012/resume", json!({})).await;
    assert_eq!(app.get_json("/api/v1/participants").await["items"][0]["suspended"], false);
}

#[actix_web::test]
async fn what_makes_no_sense_is_refused() {
    let app = TestApp::start().await;
    let fund = "/api/v1/participants/012/proposals";
    let wanted = |movement, amount, currency| json!({ "movement": movement, "amount": amount, "currency": currency });
    assert_eq!(app.post(fund, wanted("funding", "ten", "HKD")).await.0, 400);
    assert_eq!(app.post(fund, wanted("funding", "10.00", "USD")).await.0, 400);
    assert_eq!(app.post(fund, wanted("gift", "10.00", "HKD")).await.0, 400);
    assert_eq!(app.post("/api/v1/proposals/99/approve", json!({})).await.0, 404);
    assert_eq!(app.post("/api/v1/participants/099/suspend", json!({})).await.0, 404, "no such participant");
    assert_eq!(app.post("/api/v1/participants/banyan/suspend", json!({})).await.0, 404);
    let form = app.by(0, TestRequest::post().uri(fund).set_form([("amount", "10.00"), ("currency", "HKD")]));
    let (status, _) = app.ask(form, "localhost:9090", "127.0.0.1:5000").await;
    assert_eq!(status, 415, "another site's form cannot act");
    assert_eq!(app.get("/api/v1/payments?state=lost").await.0, 400);
    assert_eq!(app.get("/api/v1/payments?cursor=x").await.0, 400);
    assert_eq!(app.get_json("/api/v1/payments?state=settled").await, json!({ "items": [], "next": null }));
}

#[actix_web::test]
async fn only_an_operator_on_this_machine_acts_and_nobody_reads_by_another_name() {
    let app = TestApp::start().await;
    let suspend = || TestRequest::post().uri("/api/v1/participants/012/suspend").set_json(json!({}));
    let with_token = app.by(0, suspend());
    assert_eq!(app.ask(with_token, "10.0.0.1:9090", "10.0.0.7:5000").await.0, 403);
    let read = || TestRequest::get().uri("/api/v1/positions");
    assert_eq!(app.ask(read(), "10.0.0.1:9090", "10.0.0.7:5000").await.0, 200);
    assert_eq!(app.ask(read(), "rebound.example:9090", "127.0.0.1:5000").await.0, 403);
}

#[actix_web::test]
async fn the_console_shows_money_and_payments_in_either_language() {
    let app = TestApp::start().await;
    let empty = app.get("/?lang=en").await;
    assert_eq!(empty.0, 200, "nobody has put anything in yet: {}", empty.1);
    app.fund("1000000.00").await;
    let (_, page) = app.get("/?lang=en&state=settled&pause=1").await;
    for shown in ["Banyan Bank", "1,000,000.00", "The books balance", "No payments here", "state=settled"] {
        assert!(page.contains(shown), "{shown} is not on the page: {page}");
    }
    let (_, page) = app.get("/?lang=zh-Hant").await;
    assert!(page.contains("榕樹銀行") && page.contains("賬目相符"), "{page}");
    let senseless = app.get("/?state=lost&cursor=x").await;
    assert_eq!(senseless.0, 200, "a page is shown all the same");
}

#[actix_web::test]
async fn limits_are_set_whole_and_shown() {
    let app = TestApp::start().await;
    let put = async |path: &str, body: Value| {
        let request = app.by(0, TestRequest::put().uri(path).set_json(body));
        app.ask(request, "localhost:9090", "127.0.0.1:5000").await.0
    };
    let limits = json!({ "payment_maximum": "10.00", "daily_maximum": null, "low_liquidity": "5.00" });
    let path = "/api/v1/participants/012/limits/CNY";
    assert_eq!(put(path, limits.clone()).await, 204);
    let position = app.get_json("/api/v1/positions").await["items"][0].clone();
    assert_eq!((&position["currency"], &position["payment_maximum"]), (&json!("CNY"), &json!("10.00")));
    assert_eq!((&position["daily_maximum"], &position["sent_today"]), (&Value::Null, &json!("0.00")));
    assert_eq!(put(path, json!({ "payment_maximum": "10.00" })).await, 400, "the others would be lifted");
    assert_eq!(put(path, json!({ "payment_maximum": "-1", "daily_maximum": null, "low_liquidity": null })).await, 400);
    assert_eq!(put("/api/v1/participants/012/limits/USD", limits.clone()).await, 404);
    assert_eq!(put("/api/v1/participants/099/limits/CNY", limits).await, 404);
    assert_eq!(put("/api/v1/participants/012/presence", json!({ "online": false })).await, 204);
    assert_eq!(app.get_json("/api/v1/participants").await["items"][0]["online"], false);
    let (_, metrics) = app.get("/metrics").await;
    for sample in ["lionrock_participant_online{participant=\"012\"} 0", "lionrock_liquidity_low{position=\"012 CNY\"}"]
    {
        assert!(metrics.contains(sample), "{metrics}");
    }
    assert!(app.get("/?lang=en").await.1.contains("Offline"));
}

#[actix_web::test]
async fn a_payment_that_nobody_made_is_looked_for_in_vain() {
    let app = TestApp::start().await;
    assert_eq!(app.get_json("/api/v1/payments?id=TX-404").await["items"], json!([]));
    let (status, console) = app.get("/?id=TX-404&lang=en").await;
    assert_eq!(status, 200);
    assert!(console.contains("value=\"TX-404\"") && console.contains("No payments here."), "{console}");
}

#[actix_web::test]
async fn a_block_lasts_until_it_is_ended() {
    let app = TestApp::start().await;
    assert_eq!(app.post("/api/v1/participants/012/block", json!({})).await.0, 204);
    assert_eq!(app.get_json("/api/v1/participants").await["items"][0]["standing"], "blocked");
    app.post("/api/v1/participants/012/resume", json!({})).await;
    assert_eq!(app.get_json("/api/v1/participants").await["items"][0]["standing"], "active");
}

#[actix_web::test]
async fn a_relying_party_is_stopped_by_a_click_or_a_program_and_by_nobody_elses_page() {
    let app = TestApp::start().await;
    let shop = json!({
        "client_id": "shop", "profile": "oidc", "client_name": "Shop", "redirect_uris": ["https://shop.example/cb"],
        "token_endpoint_auth_method": "none",
    });
    app.operations.identity.add_client(&shop, &Actor::System, clock::now()).unwrap();
    let signed = |token: &str, step: &str| {
        let form = [("what", "client:shop"), ("resident", ""), ("step", step), ("token", token)];
        TestRequest::post().uri("/stop").set_form(form)
    };
    let click = |step: &str| signed(app.tokens[0].expose(), step);
    let is_stopped = async || app.get_json("/api/v1/clients").await[0]["stopped"] == true;

    let foreign = click("stop").insert_header(("origin", "https://evil.example"));
    assert_eq!(app.ask(foreign, "localhost:9090", "127.0.0.1:5000").await.0, 403);
    assert_eq!(app.ask(click("stop"), "10.0.0.1:9090", "10.0.0.7:5000").await.0, 403);
    assert_eq!(app.ask(signed("guessed", "stop"), "localhost:9090", "127.0.0.1:5000").await.0, 401);
    assert!(!is_stopped().await);
    let ours = click("stop").insert_header(("origin", "http://localhost:9090"));
    assert_eq!(app.ask(ours, "localhost:9090", "127.0.0.1:5000").await.0, 303);
    assert!(is_stopped().await);
    assert!(app.get("/stop?outcome=done&lang=en").await.1.contains("Stopped"));
    let nobody = TestRequest::post().uri("/api/v1/clients/shop/resume").set_json(json!({}));
    assert_eq!(app.ask(nobody, "localhost:9090", "127.0.0.1:5000").await.0, 401);

    assert_eq!(app.post("/api/v1/clients/shop/resume", json!({})).await.0, 204);
    assert!(!is_stopped().await);
    assert_eq!(app.post("/api/v1/clients/shop/resume", json!({})).await.0, 404, "it is not stopped");
    assert_eq!(app.post("/api/v1/residents/nobody/stop", json!({})).await.0, 404);
    let kid = app.get_json("/api/v1/keys").await[0]["kid"].as_str().unwrap().to_owned();
    assert_eq!(app.post(&format!("/api/v1/keys/{kid}/stop"), json!({})).await.0, 204);
    assert_eq!(app.post(&format!("/api/v1/keys/{kid}/stop"), json!({})).await.0, 404, "it is gone");
}
