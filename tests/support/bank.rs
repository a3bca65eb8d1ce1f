//! A participant of the switch that is made by hand: an OpenSSL key, a certificate from the command line, and
//! messages written out. It shares no code of messages with the program that it tests.
#![allow(clippy::disallowed_methods)] // a bank has its own clock and randomness

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::{Certificate, Client, Identity, Response, StatusCode};
use store::Timestamp;
use uuid::Uuid;

use super::{Gateway, said};

/// How long an answer may take, the longest wait that is asked for included. Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(40);

/// A bank with a certificate of its own.
pub(crate) struct Bank {
    code: &'static str,
    identity: Identity,
    http: Client,
    /// The certificate's SHA-256 thumbprint, in hexadecimal.
    pub(crate) thumbprint: String,
}

/// A payment as its bank remembers it, to be sent again to the byte.
#[derive(Clone)]
pub(crate) struct Payment {
    pub(crate) uetr: Uuid,
    pub(crate) message: String,
}

/// A message of the inbox, as far as an answer needs it.
pub(crate) struct Incoming {
    pub(crate) transaction_id: String,
    pub(crate) uetr: String,
}

/// How a payment stands, as a pacs.002 says it.
pub(crate) struct Report {
    pub(crate) uetr: String,
    /// `TxSts`, followed by the reason when there is one: "ACSC", "RJCT AC04".
    pub(crate) status: String,
}

impl Bank {
    /// Joins the gateway's switch with this much money.
    pub(crate) fn join(gateway: &Gateway, code: &'static str, funds: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).display().to_string();
        openssl(&["genpkey", "-algorithm", "ed25519", "-out", &file("bank.key")]);
        openssl(&["req", "-new", "-key", &file("bank.key"), "-subj", "/CN=anything", "-out", &file("bank.csr")]);
        let who = ["--clearing-code", code, "--name-zh", "茶樓銀行", "--name-en", "Teahouse Bank"];
        let certificate = ["--csr", &file("bank.csr"), "--out", &file("bank.pem")];
        gateway.run(&[&["participant", "add"], &who[..], &certificate[..]].concat());
        if funds != "0" {
            gateway.fund(code, funds);
        }
        let fingerprint = openssl(&["x509", "-in", &file("bank.pem"), "-noout", "-fingerprint", "-sha256"]);
        let thumbprint = fingerprint.rsplit('=').next().unwrap().trim().replace(':', "").to_lowercase();
        let pem = ["bank.key", "bank.pem"].map(|name| std::fs::read_to_string(file(name)).unwrap()).concat();
        let identity = Identity::from_pem(pem.as_bytes()).unwrap();
        Self { code, http: client(gateway, Some(identity.clone())), identity, thumbprint }
    }

    /// The same bank, with the same certificate, calling another gateway.
    pub(crate) fn calling(&self, gateway: &Gateway) -> Self {
        let identity = self.identity.clone();
        let http = client(gateway, Some(identity.clone()));
        Self { code: self.code, http, identity, thumbprint: self.thumbprint.clone() }
    }

    /// A pacs.008 with one transaction, accepted now.
    pub(crate) fn payment(&self, transaction_id: &str, to: &str, account: &str, amount: &str) -> Payment {
        Self::payment_from(self.code, transaction_id, to, account, amount)
    }

    /// A pacs.008 that names `from` as the debtor's agent, whoever sends it.
    pub(crate) fn payment_from(from: &str, id: &str, to: &str, account: &str, amount: &str) -> Payment {
        let uetr = Uuid::new_v4();
        let now = now();
        let date = &now[..10];
        let message = format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf>\
             <GrpHdr><MsgId>M-{id}</MsgId><CreDtTm>{now}</CreDtTm><NbOfTxs>1</NbOfTxs>\
             <SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>\
             <CdtTrfTxInf><PmtId><EndToEndId>E-{id}</EndToEndId><TxId>{id}</TxId><UETR>{uetr}</UETR></PmtId>\
             <IntrBkSttlmAmt Ccy=\"HKD\">{amount}</IntrBkSttlmAmt><IntrBkSttlmDt>{date}</IntrBkSttlmDt>\
             <AccptncDtTm>{now}</AccptncDtTm><ChrgBr>SLEV</ChrgBr>\
             <Dbtr><Nm>Kwok Ka Yan</Nm></Dbtr><DbtrAcct><Id><Othr><Id>{from}-1</Id></Othr></Id></DbtrAcct>\
             <DbtrAgt>{debtor_agent}</DbtrAgt><CdtrAgt>{creditor_agent}</CdtrAgt>\
             <Cdtr><Nm>Chan Tai Man</Nm></Cdtr><CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct>\
             </CdtTrfTxInf></FIToFICstmrCdtTrf></Document>",
            debtor_agent = agent(from),
            creditor_agent = agent(to),
        );
        Payment { uetr, message }
    }

    /// Sends a payment and waits up to ten seconds for its outcome.
    pub(crate) async fn pay(&self, gateway: &Gateway, payment: &Payment) -> reqwest::Result<(StatusCode, String)> {
        let request = self.post(gateway, "/participant/v1/payments").header("Prefer", "wait=10");
        text(request.body(payment.message.clone()).send().await?).await
    }

    /// Sends a payment and waits for nothing but that it was taken.
    pub(crate) async fn submit(&self, gateway: &Gateway, payment: &Payment) -> reqwest::Result<(StatusCode, String)> {
        text(self.post(gateway, "/participant/v1/payments").body(payment.message.clone()).send().await?).await
    }

    /// What came after the cursor, and the next cursor.
    pub(crate) async fn inbox(&self, gateway: &Gateway, after: u64, wait: u8) -> reqwest::Result<(Vec<Incoming>, u64)> {
        let (status, inbox, next) = self.read_inbox(gateway, after, wait).await?;
        assert!(status.is_success(), "{status} {inbox}");
        Ok((incoming(&inbox), next))
    }

    /// The inbox after the cursor as it was sent, and the next cursor: the same one when there was nothing.
    pub(crate) async fn read_inbox(
        &self,
        gateway: &Gateway,
        after: u64,
        wait: u8,
    ) -> reqwest::Result<(StatusCode, String, u64)> {
        let url = gateway.participants(&format!("/participant/v1/inbox?after={after}&wait={wait}&max=500"));
        let (status, inbox) = text(self.http.get(url).send().await?).await?;
        let next = between(&inbox, "next=\"", "\"").map_or(after, |next| next.parse().unwrap());
        Ok((status, inbox, next))
    }

    /// Accepts a payment (pacs.002 ACCP).
    pub(crate) async fn accept(&self, gateway: &Gateway, incoming: &Incoming) -> reqwest::Result<(StatusCode, String)> {
        self.answer(gateway, &[(incoming, true)]).await
    }

    /// Answers payments in one pacs.002: accepts them, or rejects them for a closed account (AC04).
    pub(crate) async fn answer(
        &self,
        gateway: &Gateway,
        answers: &[(&Incoming, bool)],
    ) -> reqwest::Result<(StatusCode, String)> {
        let transactions = answers.iter().map(|(Incoming { transaction_id, uetr }, accepted)| {
            let status = match accepted {
                true => "<TxSts>ACCP</TxSts>",
                false => "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>",
            };
            format!(
                "<TxInfAndSts><OrgnlTxId>{transaction_id}</OrgnlTxId><OrgnlUETR>{uetr}</OrgnlUETR>{status}</TxInfAndSts>"
            )
        });
        let message = format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10\"><FIToFIPmtStsRpt>\
             <GrpHdr><MsgId>A-{id}</MsgId><CreDtTm>{now}</CreDtTm></GrpHdr>{transactions}\
             </FIToFIPmtStsRpt></Document>",
            id = answers[0].0.transaction_id,
            now = now(),
            transactions = transactions.collect::<String>(),
        );
        text(self.post(gateway, "/participant/v1/answers").body(message).send().await?).await
    }

    fn post(&self, gateway: &Gateway, path: &str) -> reqwest::RequestBuilder {
        self.http.post(gateway.participants(path)).header("Content-Type", "application/xml")
    }

    /// Posts JSON, and returns what is answered; null when that is empty.
    pub(crate) async fn post_json(
        &self,
        gateway: &Gateway,
        path: &str,
        body: &serde_json::Value,
    ) -> (StatusCode, serde_json::Value) {
        let url = gateway.participants(&format!("/participant/v1{path}"));
        let (status, answer) = text(self.http.post(url).json(body).send().await.unwrap()).await.unwrap();
        (status, serde_json::from_str(&answer).unwrap_or_default())
    }

    /// The balance in Hong Kong dollars, in cents.
    pub(crate) async fn balance(&self, gateway: &Gateway) -> i64 {
        let answer = self.http.get(gateway.participants("/participant/v1/liquidity")).send().await.unwrap();
        let liquidity: serde_json::Value = answer.json().await.unwrap();
        let balance = liquidity["positions"][0]["balance"].as_str().unwrap_or("0.00").replace('.', "");
        balance.parse().unwrap()
    }
}

/// An HTTPS client that trusts the gateway's authority and shows this certificate, or none.
pub(crate) fn client(gateway: &Gateway, identity: Option<Identity>) -> Client {
    // The first test to come here installs it; for the others it is there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = std::fs::read(gateway.folder().join("keys/participants-ca.pem")).unwrap();
    let authority = Certificate::from_pem(&authority).unwrap();
    let client = Client::builder().tls_certs_only([authority]).timeout(PATIENCE);
    match identity {
        Some(identity) => client.identity(identity).build().unwrap(),
        None => client.build().unwrap(),
    }
}

/// The payments in an inbox.
pub(crate) fn incoming(inbox: &str) -> Vec<Incoming> {
    let transactions = inbox.split("<CdtTrfTxInf").skip(1);
    let read = |transaction| Incoming {
        transaction_id: element(transaction, "TxId").unwrap(),
        uetr: element(transaction, "UETR").unwrap(),
    };
    transactions.map(read).collect()
}

/// What an inbox, or a pacs.002 by itself, says of payments.
pub(crate) fn reports(xml: &str) -> Vec<Report> {
    let transactions = xml.split("<TxInfAndSts>").skip(1);
    let read = |transaction| {
        let status = element(transaction, "TxSts").unwrap();
        let reason = between(transaction, "<Rsn><Cd>", "</Cd>").map(|reason| format!(" {reason}"));
        Report { uetr: element(transaction, "OrgnlUETR").unwrap(), status: status + &reason.unwrap_or_default() }
    };
    transactions.map(read).collect()
}

/// The text of an element's first occurrence.
pub(crate) fn element(xml: &str, name: &str) -> Option<String> {
    between(xml, &format!("<{name}>"), &format!("</{name}>"))
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    Some(text.split_once(before)?.1.split_once(after)?.0.to_owned())
}

async fn text(response: Response) -> reqwest::Result<(StatusCode, String)> {
    Ok((response.status(), response.text().await?))
}

fn agent(code: &str) -> String {
    format!(
        "<FinInstnId><ClrSysMmbId><ClrSysId><Cd>HKNCC</Cd></ClrSysId><MmbId>{code}</MmbId></ClrSysMmbId></FinInstnId>"
    )
}

/// Now, as ISO 8601 in UTC.
fn now() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_micros(i64::try_from(now.as_micros()).unwrap()).to_string()
}

fn openssl(arguments: &[&str]) -> String {
    let done = Command::new("openssl").args(arguments).output().expect("openssl is installed by tests/run");
    assert!(done.status.success(), "openssl {arguments:?}: {}", said(&done));
    String::from_utf8(done.stdout).unwrap()
}
