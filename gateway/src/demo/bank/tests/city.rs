//! A small city: the switch behind its participants' listener, and simulated banks that know it by that alone.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpServer, middleware, web};
use payments::clearing::{Particulars, Rules};
use payments::directory::{Directory, DirectoryKeys, OwnerKind, Proxy};
use payments::iso20022::ReasonCode;
use payments::money::{Amount, Currency};
use payments::participant::{ClearingCode, Thumbprint};
use payments::{Switch, SwitchSettings};
use tempfile::TempDir;
use url::Url;
use zeroize::Zeroizing;

use crate::demo::bank::{
    AccountNumber, ApiKey, Bank, BankConfig, Behaviour, ClientCertificate, Customer, Names, RunningBank, start,
};
use crate::keys::KeyFolder;
use crate::participant::{Api, configure};
use crate::{clock, http};

/// How long a creditor's bank has to answer here.
const TIME_TO_ANSWER: Duration = Duration::from_secs(2);

/// The switch, listening.
pub(super) struct City {
    pub(super) switch: Switch,
    folder: TempDir,
    keys: KeyFolder,
    url: Url,
}

pub(super) fn code(text: &str) -> ClearingCode {
    text.parse().unwrap()
}

pub(super) fn account(text: &str) -> AccountNumber {
    text.parse().unwrap()
}

pub(super) fn hkd(text: &str) -> Amount {
    Amount::parse(text, Currency::Hkd).unwrap()
}

pub(super) fn proxy(text: &str) -> Proxy {
    Proxy::parse_any(text).unwrap()
}

impl City {
    pub(super) async fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFolder::open_or_create(&folder.path().join("keys"), clock::now()).unwrap();
        let database = format!("sqlite:{}", folder.path().join("switch.db").display());
        let db = ::store::Db::open(&database, &::store::Options::default()).unwrap();
        db.migrate().unwrap();
        let directory = Directory::new(db.clone(), DirectoryKeys::from_master(keys.master()));
        let rules = Rules { time_to_answer: TIME_TO_ANSWER, ..Rules::default() };
        let settings = SwitchSettings { rules, ..SwitchSettings::default() };
        let switch = Switch::open(db, settings, Arc::new(clock::now), directory.clone()).unwrap();
        let listener = keys.certify_listener(&["localhost".to_owned()], clock::now()).unwrap();
        let authority = keys.authority_certificate().unwrap();
        let tls = http::tls::participants_server(
            listener.certificate.as_bytes(),
            listener.key.as_bytes(),
            authority.as_bytes(),
        )
        .unwrap();
        let api = web::Data::new(Api::new(switch.clone(), directory));
        let server = HttpServer::new(move || {
            App::new().app_data(api.clone()).wrap(middleware::from_fn(http::problems)).configure(configure)
        })
        .workers(1)
        .on_connect(http::tls::remember_peer)
        .bind_rustls_0_23("127.0.0.1:0", tls)
        .unwrap();
        let url = format!("https://localhost:{}", server.addrs()[0].port()).parse().unwrap();
        actix_web::rt::spawn(server.disable_signals().run());
        let city = Self { switch, folder, keys, url };
        for (clearing_code, zh, en) in
            [("012", "榕樹銀行", "Banyan Bank"), ("027", "海堤銀行", "Seawall Bank"), ("038", "渡輪銀行", "Ferry Bank")]
        {
            let particulars = Particulars { bic: None, name_zh: zh.to_owned(), name_en: en.to_owned() };
            city.switch.add_participant("test", code(clearing_code), particulars).await.unwrap();
            city.switch.fund(["test", "another"], code(clearing_code), hkd("1000.00")).await.unwrap();
        }
        city
    }

    /// A bank with its customers at work, and its numbers registered.
    pub(super) async fn open(&self, clearing_code: &str) -> RunningBank {
        let bank = self.open_unready(clearing_code).await;
        bank.ready().await.unwrap();
        bank
    }

    pub(super) async fn open_unready(&self, clearing_code: &str) -> RunningBank {
        start(self.config(clearing_code).await, TcpListener::bind("127.0.0.1:0").unwrap()).await.unwrap()
    }

    async fn config(&self, clearing_code: &str) -> BankConfig {
        BankConfig {
            clearing_code: code(clearing_code),
            names: Names { zh: "銀行".to_owned(), en: "Bank".to_owned() },
            theme: "bank-test".to_owned(),
            data_dir: self.folder.path().to_owned(),
            switch_url: self.url.clone(),
            certificate: self.certify(clearing_code).await,
            ca: self.keys.authority_certificate().unwrap().into_bytes(),
            customers: customers(clearing_code),
        }
    }

    /// A bank's certificate, made once and known to the switch.
    async fn certify(&self, clearing_code: &str) -> ClientCertificate {
        let place = |kind: &str| -> PathBuf { self.folder.path().join(format!("{clearing_code}.{kind}")) };
        if !place("pem").exists() {
            let key = rcgen::KeyPair::generate().unwrap();
            let request = rcgen::CertificateParams::default().serialize_request(&key).unwrap().pem().unwrap();
            let certificate = self.keys.certify_participant(&request, clearing_code, clock::now()).unwrap();
            let (chain, _) = http::tls::identity(certificate.as_bytes(), key.serialize_pem().as_bytes()).unwrap();
            let thumbprint = Thumbprint::new(http::tls::Thumbprint::of(&chain[0]).0);
            self.switch.add_certificate("test", code(clearing_code), thumbprint).await.unwrap();
            std::fs::write(place("key"), key.serialize_pem()).unwrap();
            std::fs::write(place("pem"), certificate).unwrap();
        }
        let read = |path: &Path| std::fs::read(path).unwrap();
        ClientCertificate { chain: read(&place("pem")), key: Zeroizing::new(read(&place("key"))) }
    }
}

/// Two people at Banyan Bank, a shop at Seawall Bank, and at Ferry Bank two accounts that cannot be paid.
fn customers(clearing_code: &str) -> Vec<Customer> {
    let customer = |number: &str, zh: &str, en: &str, money: Option<&str>, proxy: &str, behaviour| Customer {
        account: account(number),
        names: Names { zh: zh.to_owned(), en: en.to_owned() },
        kind: OwnerKind::Person,
        hkid: None,
        first_money: money.map(hkd),
        proxy: Some(self::proxy(proxy)),
        behaviour,
        merchant: None,
        api_key: None,
    };
    let honest = Behaviour::Honest;
    match clearing_code {
        "012" => vec![
            customer("012-100001-001", "陳大文", "CHAN Tai Man", Some("8000.00"), "91234567", honest),
            customer("012-100002-001", "何美儀", "HO Mei Yee", Some("9000.00"), "92345678", honest),
        ],
        "027" => vec![Customer {
            kind: OwnerKind::Organisation,
            merchant: None,
            api_key: Some(ApiKey(Zeroizing::new("the shop's key".to_owned()))),
            ..customer("027-200001-001", "晨光文具", "Morning Light", None, "shop@morninglight.example", honest)
        }],
        _ => {
            let closed = Behaviour::Rejects(ReasonCode::literal("AC04"));
            vec![
                customer("038-300001-001", "舊戶口", "Closed", None, "93456789", closed),
                customer("038-300002-001", "慢戶口", "Slow", None, "94567890", Behaviour::Silent),
            ]
        }
    }
}

/// The bank's own side, as its pages call it.
pub(super) fn desk(bank: &RunningBank) -> &Arc<Bank> {
    &bank.bank
}

/// Waits until `holds`, or fails after a while.
pub(super) async fn eventually<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    for _ in 0..400 {
        if holds().await {
            return;
        }
        actix_web::rt::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what} did not come about");
}
