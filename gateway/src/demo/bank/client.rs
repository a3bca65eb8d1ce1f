//! A bank's side of the participants' API: mutual TLS, ISO 20022 in XML for money, JSON for the directory.

mod merchants;
mod presented;
mod requests;

use std::time::Duration;

use identity::resident::Hkid;
use payments::clearing::StatusReport;
use payments::directory::{OwnerKind, Proxy};
use payments::iso20022::inbox::{self, Inbox};
use payments::iso20022::{MessageError, ReasonCode, pacs002};
use payments::participant::ClearingCode;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::{Deserialize, Serialize};
use url::Url;

use super::account::AccountNumber;
use super::config::ClientCertificate;
use super::payment::{LookUp, Names, Payee};
use crate::http::tls;

pub use merchants::{DirectoryNotice, IssuedFpsId, MerchantOrder, OriginalPayment, RefundOrder};
pub use presented::MadeCode;

/// What a call may take beyond the time it asks the switch to wait.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the inbox is asked to wait for something to come.
const INBOX_WAIT: Duration = Duration::from_secs(20);
/// Messages of the inbox in one answer.
const INBOX_PAGE: u16 = 200;

/// Why a call did not bring what it was made for.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No answer: the call may or may not have been carried out.
    #[error("the switch did not answer")]
    Unreachable(#[from] reqwest::Error),
    /// The switch says no.
    #[error("the switch refused with {}: {}", .0.status, .0.detail)]
    Refused(Box<RefusedCall>),
    /// An answer that is not of the API's form.
    #[error("the switch's answer cannot be read: {0}")]
    Unreadable(String),
}

/// A problem document of the switch (RFC 9457).
#[derive(Debug, Clone)]
pub struct RefusedCall {
    /// The HTTP status.
    pub status: StatusCode,
    /// What is wrong this time.
    pub detail: String,
    /// The ISO 20022 reason, where the switch gave one.
    pub reason: Option<ReasonCode>,
}

impl From<MessageError> for ClientError {
    fn from(error: MessageError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// The way to the switch, as one participant.
#[derive(Clone)]
pub struct SwitchClient {
    http: reqwest::Client,
    base: Url,
}

impl SwitchClient {
    /// For the participant that `certificate` is issued to. `url` is the listener's, such as `https://localhost:8444`.
    pub fn new(url: &Url, certificate: &ClientCertificate, ca: &[u8]) -> anyhow::Result<Self> {
        let identity = tls::identity(&certificate.chain, &certificate.key)?;
        let config = tls::client(tls::roots(ca)?, Some(identity))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .https_only(true)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(PATIENCE)
            .build()?;
        Ok(Self { http, base: url.join("/participant/v1/")? })
    }

    /// Sends a pacs.008 and returns what the switch says of it, after waiting up to `wait` for the final word.
    pub async fn pay(&self, message: String, wait: Duration) -> Result<Vec<StatusReport>, ClientError> {
        let mut request = self.call(Method::POST, "payments", wait)?;
        if !wait.is_zero() {
            request = request.header("Prefer", format!("wait={}", wait.as_secs()));
        }
        self.reports(request, message).await
    }

    /// Sends a pacs.002 with answers and returns the states that stand.
    pub async fn answer(&self, message: String) -> Result<Vec<StatusReport>, ClientError> {
        let request = self.call(Method::POST, "answers", Duration::ZERO)?;
        self.reports(request, message).await
    }

    /// Sends a camt.029, which answers a recall.
    pub async fn answer_recall(&self, message: String) -> Result<(), ClientError> {
        let xml = HeaderValue::from_static("application/xml");
        let request = self.call(Method::POST, "recalls/answers", Duration::ZERO)?;
        send(request.header(CONTENT_TYPE, xml).body(message)).await.map(drop)
    }

    /// What came after `after`. `None` when nothing did in a while.
    pub async fn inbox(&self, after: i64) -> Result<Option<Inbox>, ClientError> {
        let query = [("after", after), ("wait", INBOX_WAIT.as_secs().cast_signed()), ("max", INBOX_PAGE.into())];
        let response = send(self.call(Method::GET, "inbox", INBOX_WAIT)?.query(&query)).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        Ok(Some(inbox::parse(&response.bytes().await?)?))
    }

    /// Registers a proxy for an account, as the owner's default. Again is the same. Returns the account's token.
    pub async fn register(&self, registration: &Registration<'_>) -> Result<String, ClientError> {
        #[derive(Deserialize)]
        struct Entry {
            account_token: String,
        }
        let body = RegistrationBody {
            proxy: ProxyBody::from(registration.proxy),
            account: registration.account.as_str(),
            owner: Owner {
                kind: registration.kind,
                name_zh: &registration.names.zh,
                name_en: &registration.names.en,
                identification: registration.hkid.map(|hkid| Identification { r#type: "NIDN", id: hkid.expose() }),
            },
            default: true,
        };
        let response = send(self.call(Method::POST, "proxies", Duration::ZERO)?.json(&body)).await?;
        Ok(json::<Entry>(response).await?.account_token)
    }

    /// Whom a proxy leads to. `None` when nobody registered it. `payer` is the customer who asks, by an account that the
    /// switch only hashes: each customer has look-ups of their own, and one who tries numbers out stops nobody else.
    pub async fn look_up(
        &self,
        proxy: &Proxy,
        creditor_agent: Option<ClearingCode>,
        payer: Option<(&AccountNumber, OwnerKind)>,
    ) -> Result<Option<Payee>, ClientError> {
        let payer = payer.map(|(account, kind)| Payer { id: account.as_str(), kind });
        let body = LookUpBody { proxy: ProxyBody::from(proxy), creditor_agent, payer };
        let response = match send(self.call(Method::POST, "lookups", Duration::ZERO)?.json(&body)).await {
            Err(ClientError::Refused(refused)) if refused.status == StatusCode::NOT_FOUND => return Ok(None),
            other => other?,
        };
        let found: Found = json(response).await?;
        let participant = found.participant;
        Ok(Some(Payee {
            bank: participant.clearing_code,
            bank_names: Names { zh: participant.name_zh, en: participant.name_en },
            account_token: found.account_token,
            names: found.masked_name.into(),
            look_up: Some(LookUp { proxy: proxy.clone(), reference: found.lookup_reference }),
        }))
    }

    fn call(&self, method: Method, path: &str, wait: Duration) -> Result<RequestBuilder, ClientError> {
        let url = self.base.join(path).map_err(|e| ClientError::Unreadable(e.to_string()))?;
        Ok(self.http.request(method, url).timeout(wait + PATIENCE))
    }

    async fn reports(&self, request: RequestBuilder, message: String) -> Result<Vec<StatusReport>, ClientError> {
        let xml = HeaderValue::from_static("application/xml");
        let response = send(request.header(CONTENT_TYPE, xml).body(message)).await?;
        Ok(pacs002::parse_reports(&response.bytes().await?)?)
    }
}

/// A proxy to register, and for whom.
pub struct Registration<'a> {
    /// The number or address.
    pub proxy: &'a Proxy,
    /// Where payments to it go.
    pub account: &'a AccountNumber,
    /// Whose it is.
    pub names: &'a Names,
    /// A person or an organisation: it decides how the name is masked.
    pub kind: OwnerKind,
    /// By what the directory knows a person at every bank.
    pub hkid: Option<&'a Hkid>,
}

#[derive(Serialize)]
struct ProxyBody<'a> {
    r#type: &'a str,
    id: &'a str,
}

impl<'a> From<&'a Proxy> for ProxyBody<'a> {
    fn from(proxy: &'a Proxy) -> Self {
        Self { r#type: proxy.kind().code(), id: proxy.value() }
    }
}

#[derive(Serialize)]
struct RegistrationBody<'a> {
    proxy: ProxyBody<'a>,
    account: &'a str,
    owner: Owner<'a>,
    default: bool,
}

#[derive(Serialize)]
struct Owner<'a> {
    kind: OwnerKind,
    name_zh: &'a str,
    name_en: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    identification: Option<Identification<'a>>,
}

#[derive(Serialize)]
struct Identification<'a> {
    r#type: &'a str,
    id: &'a str,
}

#[derive(Serialize)]
struct LookUpBody<'a> {
    proxy: ProxyBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creditor_agent: Option<ClearingCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<Payer<'a>>,
}

#[derive(Serialize)]
struct Payer<'a> {
    id: &'a str,
    kind: OwnerKind,
}

#[derive(Deserialize)]
struct Found {
    participant: Participant,
    account_token: String,
    masked_name: MaskedName,
    lookup_reference: String,
}

#[derive(Deserialize)]
struct Participant {
    clearing_code: ClearingCode,
    name_zh: String,
    name_en: String,
}

/// An owner has a name in at least one of the languages.
#[derive(Deserialize)]
struct MaskedName {
    zh: Option<String>,
    en: Option<String>,
}

impl From<MaskedName> for Names {
    fn from(masked: MaskedName) -> Self {
        let either = masked.zh.clone().or(masked.en.clone()).unwrap_or_default();
        Self { zh: masked.zh.unwrap_or_else(|| either.clone()), en: masked.en.unwrap_or(either) }
    }
}

async fn send(request: RequestBuilder) -> Result<Response, ClientError> {
    let response = request.send().await.map_err(reqwest::Error::without_url)?;
    if response.status().is_success() { Ok(response) } else { Err(refused(response).await) }
}

async fn refused(response: Response) -> ClientError {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Problem {
        detail: String,
        reason: Option<String>,
    }
    let status = response.status();
    let problem: Problem = json(response).await.unwrap_or_default();
    let reason = problem.reason.and_then(|code| code.parse().ok());
    ClientError::Refused(Box::new(RefusedCall { status, detail: problem.detail, reason }))
}

async fn json<T: serde::de::DeserializeOwned>(response: Response) -> Result<T, ClientError> {
    let bytes = response.bytes().await?;
    serde_json::from_slice(&bytes).map_err(|e| ClientError::Unreadable(e.to_string()))
}
