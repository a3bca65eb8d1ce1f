//! The participants' listener under test: real TLS, real certificates, an embedded database.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use actix_web::{App, HttpServer, middleware, web};
use payments::clearing::{Answer, CreditTransfer, Particulars, StatusReport, Verdict};
use payments::directory::{Directory, DirectoryKeys, DirectoryRules, DirectorySettings};
use payments::iso20022::pacs002;
use payments::iso20022::pacs008::{self, CreditTransferMessage, ParsedTransfer};
use payments::money::{Amount, Currency};
use payments::participant::{ClearingCode, Thumbprint};
use payments::{Switch, SwitchSettings};
use reqwest::Client;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::super::{Api, configure};
use crate::keys::KeyFolder;
use crate::messages::Messages;
use crate::{clock, http};

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

pub(super) const BANYAN: &str = "012";
pub(super) const SEAWALL: &str = "027";

/// A switch with two funded participants, listening.
pub(super) struct TestApp {
    pub(super) api: Arc<Api>,
    pub(super) keys: KeyFolder,
    url: String,
    /// So many days the switch's clock is ahead of the world's.
    ahead: Arc<AtomicU64>,
    _folder: tempfile::TempDir,
}

pub(super) fn code(text: &str) -> ClearingCode {
    text.parse().unwrap()
}

impl TestApp {
    pub(super) async fn start() -> Self {
        Self::with_room_for(SwitchSettings::default().queue_capacity).await
    }

    /// A switch in whose queue so many steps have room.
    pub(super) async fn with_room_for(queue_capacity: usize) -> Self {
        Self::with(queue_capacity, DirectoryRules::asserted(), Messages::default()).await
    }

    /// A directory under these rules, whose codes are sent by these ways.
    pub(super) async fn proving(rules: DirectoryRules, messages: Messages) -> Self {
        Self::with(SwitchSettings::default().queue_capacity, rules, messages).await
    }

    async fn with(queue_capacity: usize, rules: DirectoryRules, messages: Messages) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFolder::open_or_create(&folder.path().join("keys"), clock::now()).unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let db = store::Db::open(&url, &store::Options::default()).unwrap();
        db.migrate().unwrap();
        let directory = Directory::with_settings(
            db.clone(),
            DirectoryKeys::from_master(keys.master()),
            DirectorySettings { rules, ..DirectorySettings::default() },
        );
        let settings = SwitchSettings { queue_capacity, ..SwitchSettings::default() };
        let ahead = Arc::<AtomicU64>::default();
        let days_ahead = Arc::clone(&ahead);
        let now = move || clock::now() + Duration::from_hours(24) * u32::try_from(days_ahead.load(Relaxed)).unwrap();
        let switch = Switch::open(db, settings, Arc::new(now), directory.clone()).unwrap();
        let api = Arc::new(Api::new(switch, directory).with_messages(messages));
        let listener = keys.certify_listener(&["localhost".to_owned()], clock::now()).unwrap();
        let authority = keys.authority_certificate().unwrap();
        let tls = http::tls::participants_server(
            listener.certificate.as_bytes(),
            listener.key.as_bytes(),
            authority.as_bytes(),
        )
        .unwrap();
        let data = web::Data::from(Arc::clone(&api));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .wrap(middleware::from_fn(http::problems))
                .wrap(middleware::from_fn(http::observe))
                .configure(configure)
        })
        .workers(1)
        .on_connect(http::tls::remember_peer)
        .bind_rustls_0_23("127.0.0.1:0", tls)
        .unwrap();
        let url = format!("https://localhost:{}/participant/v1", server.addrs()[0].port());
        let server = server.disable_signals().run();
        actix_web::rt::spawn(server);
        let app = Self { api, keys, url, ahead, _folder: folder };
        app.add(BANYAN, "榕樹銀行", "Banyan Bank").await;
        app.add(SEAWALL, "海堤銀行", "Seawall Bank").await;
        app
    }
}

impl TestApp {
    /// Waits until the business day has ended, a day ahead of the world. Returns it.
    pub(super) async fn end_day(&self) -> String {
        self.ahead.fetch_add(1, Relaxed);
        for _ in 0..500 {
            if let Some(day) = self.api.switch.closed_days(None, 1).unwrap().first() {
                return day.business_day.to_string();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the day never ends");
    }

    /// Takes a participant in and gives it money.
    pub(super) async fn add(&self, clearing_code: &str, name_zh: &str, name_en: &str) {
        let particulars = Particulars { bic: None, name_zh: name_zh.to_owned(), name_en: name_en.to_owned() };
        self.api.switch.add_participant("test", code(clearing_code), particulars).await.unwrap();
        let amount = Amount::parse("1000.00", Currency::Hkd).unwrap();
        self.api.switch.fund(["test", "another"], code(clearing_code), amount).await.unwrap();
    }

    /// A client with a fresh certificate that the switch knows as this participant's.
    pub(super) async fn client_of(&self, clearing_code: &str) -> Bank {
        let (identity, thumbprint) = self.certificate(clearing_code);
        self.api.switch.add_certificate("test", code(clearing_code), thumbprint).await.unwrap();
        Bank {
            clearing_code: code(clearing_code),
            client: self.client(Some(identity)),
            url: self.url.clone(),
            thumbprint,
        }
    }

    /// A certificate of the right authority, which the switch has not been told of.
    pub(super) fn certificate(&self, clearing_code: &str) -> (Identity, Thumbprint) {
        let key = rcgen::KeyPair::generate().unwrap();
        let request = rcgen::CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
        let certificate = self.keys.certify_participant(&request, clearing_code, clock::now()).unwrap();
        let identity = http::tls::identity(certificate.as_bytes(), key.serialize_pem().as_bytes()).unwrap();
        let thumbprint = http::tls::Thumbprint::of(&identity.0[0]);
        (identity, Thumbprint::new(thumbprint.0))
    }

    /// A client that trusts the listener, with or without a certificate of its own.
    pub(super) fn client(&self, identity: Option<Identity>) -> Client {
        let roots = http::tls::roots(self.keys.authority_certificate().unwrap().as_bytes()).unwrap();
        let config = rustls::ClientConfig::builder_with_provider(http::tls::provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match identity {
            Some((chain, key)) => config.with_client_auth_cert(chain, key).unwrap(),
            None => config.with_no_client_auth(),
        };
        Client::builder().tls_backend_preconfigured(config).timeout(Duration::from_secs(25)).build().unwrap()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

/// A bank's own side of its connection.
pub(super) struct Bank {
    pub(super) clearing_code: ClearingCode,
    pub(super) thumbprint: Thumbprint,
    client: Client,
    url: String,
}

/// An answer, read to its end.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: String,
}

impl Answered {
    pub(super) async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let content_type = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
        Self {
            status: response.status().as_u16(),
            content_type: content_type.unwrap_or_default(),
            body: response.text().await.unwrap(),
        }
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The one report of a pacs.002.
    pub(super) fn report(&self) -> StatusReport {
        let mut reports = pacs002::parse_reports(self.body.as_bytes()).unwrap();
        assert_eq!(reports.len(), 1);
        reports.remove(0)
    }

    /// Asserts a problem document with this status, and returns it.
    pub(super) fn problem(&self, status: u16) -> serde_json::Value {
        assert_eq!((self.status, self.content_type.as_str()), (status, "application/problem+json"), "{}", self.body);
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(!problem["request_id"].as_str().unwrap().is_empty(), "a caller can name the request");
        problem
    }
}

impl Bank {
    pub(super) async fn get(&self, path: &str) -> Answered {
        Answered::of(self.client.get(format!("{}{path}", self.url))).await
    }

    pub(super) async fn post_json(&self, path: &str, body: &serde_json::Value) -> Answered {
        Answered::of(self.client.post(format!("{}{path}", self.url)).json(body)).await
    }

    pub(super) async fn put_json(&self, path: &str, body: &serde_json::Value) -> Answered {
        Answered::of(self.client.put(format!("{}{path}", self.url)).json(body)).await
    }

    pub(super) async fn patch_json(&self, path: &str, body: &serde_json::Value) -> Answered {
        Answered::of(self.client.patch(format!("{}{path}", self.url)).json(body)).await
    }

    pub(super) async fn post_xml(&self, path: &str, body: impl Into<String>) -> Answered {
        Answered::of(self.xml(path, body)).await
    }

    /// A read of ISO 20022 messages where there is JSON, too.
    pub(super) fn xml_get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}{path}", self.url)).header("accept", "application/xml")
    }

    pub(super) async fn delete(&self, path: &str) -> Answered {
        Answered::of(self.client.delete(format!("{}{path}", self.url))).await
    }

    /// A message on its way, for headers to be added.
    pub(super) fn xml(&self, path: &str, body: impl Into<String>) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.url);
        self.client.post(url).header("content-type", "application/xml").body(body.into())
    }

    /// A payment of this bank's customer to an account at `creditor_agent`.
    pub(super) fn transfer(&self, creditor_agent: &str, transaction_id: &str, amount: &str) -> CreditTransfer {
        let now = clock::now();
        CreditTransfer {
            instruction_id: None,
            end_to_end_id: format!("E2E-{transaction_id}"),
            transaction_id: transaction_id.to_owned(),
            uetr: uetr_of(transaction_id),
            amount: Amount::parse(amount, Currency::Hkd).unwrap(),
            settlement_date: (now + Duration::from_hours(8)).to_utc().date(),
            accepted: now,
            debtor_name: "CHAN Tai Man".to_owned(),
            debtor_account: "012-100001-001".to_owned(),
            debtor_agent: self.clearing_code,
            creditor_agent: code(creditor_agent),
            creditor_name: "Morning Light Stationery".to_owned(),
            creditor_account: "027-200001-001".to_owned(),
            creditor_proxy: None,
            lookup_reference: None,
            remittance_information: None,
            request_to_pay: None,
        }
    }
}

/// A UUIDv4 that belongs to this transaction id.
fn uetr_of(transaction_id: &str) -> uuid::Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&http::tls::Thumbprint::of(transaction_id.as_bytes()).0[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// A pacs.008 with these transfers.
pub(super) fn message(transfers: impl IntoIterator<Item = CreditTransfer>) -> String {
    pacs008::write(&CreditTransferMessage {
        message_id: "MSG-1".to_owned(),
        created: clock::now(),
        instructing_agent: None,
        transfers: transfers.into_iter().map(ParsedTransfer::new).collect(),
    })
}

/// A pacs.002 that answers this payment.
pub(super) fn answer(transfer: &CreditTransfer, verdict: Verdict) -> String {
    pacs002::write_answer(&pacs002::AnswerMessage {
        message_id: "ANS-1".to_owned(),
        created: clock::now(),
        instructing_agent: None,
        answers: vec![Answer {
            original_uetr: transfer.uetr,
            original_transaction_id: transfer.transaction_id.clone(),
            verdict,
        }],
    })
}
