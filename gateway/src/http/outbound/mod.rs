//! Calls to addresses that somebody else chose: a client's keys, its redirect URIs, its logout.
//!
//! Whoever may name a URL could otherwise make this program call machines that only it can reach. So the address is
//! checked after the name was resolved and that very address is called; redirects are not followed; answers are
//! bounded in size and time. The configuration may allow networks of the city's own, and only those by plain http.

mod address;
mod documents;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder, Response};
use rustls::RootCertStore;
use url::{Host, Url};

use super::tls;
use crate::config;

/// The largest answer that is read, in bytes: some hundred keys.
const SIZE_LIMIT: usize = 256 * 1024;
/// How long a whole call may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long opening the connection may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(2);

/// The one client for calls to addresses of others.
pub struct Outbound {
    https: Client,
    http: Client,
    allowed: Arc<[IpNet]>,
}

/// A document that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The body of the answer.
    pub body: Vec<u8>,
    /// How long it may be kept, if the answer said so (`Cache-Control: max-age`; zero for `no-store` and `no-cache`).
    pub max_age: Option<Duration>,
}

/// Why a call came to nothing. Names neither the address nor anything that was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// Not https, nor http to an allowed network.
    #[error("the URL is neither https nor http to an allowed network")]
    Scheme,
    /// The host has no address that may be called.
    #[error("the host has no address that may be called (outbound.allow_networks)")]
    Address,
    /// The server answered with another status than it should.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// The answer is larger than is read.
    #[error("the answer is larger than {SIZE_LIMIT} bytes")]
    TooLarge,
    /// It took too long.
    #[error("the server did not answer in time")]
    TooSlow,
    /// No connection, no trust in the certificate, or an answer that broke off.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
}

impl Outbound {
    /// A client under these settings. Reads the certificates that the machine trusts, and those of `extra_ca`.
    pub fn new(settings: &config::Outbound) -> anyhow::Result<Self> {
        Self::with_patience(settings, PATIENCE)
    }

    fn with_patience(settings: &config::Outbound, patience: Duration) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = &settings.extra_ca {
            let pem = std::fs::read(path).with_context(|| format!("outbound.extra_ca: {}", path.display()))?;
            let own = tls::roots(&pem).with_context(|| format!("outbound.extra_ca: {}", path.display()))?;
            roots.roots.extend(own.roots);
        }
        let tls = tls::client(roots, None)?;
        let allowed: Arc<[IpNet]> = settings.allow_networks.clone().into();
        let client = |needs_allowed| {
            Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .dns_resolver(CheckedNames { allowed: Arc::clone(&allowed), needs_allowed })
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .connect_timeout(CONNECT_PATIENCE)
                .timeout(patience)
                // Connections belong to the runtime that made them; calls come from several.
                .pool_max_idle_per_host(0)
                .user_agent("lionrock")
                .build()
        };
        Ok(Self { https: client(false)?, http: client(true)?, allowed })
    }

    /// Fetches a JSON document.
    ///
    /// # Errors
    /// [`OutboundError`]; any status but 200 is one.
    pub async fn get(&self, url: &Url) -> Result<Fetched, OutboundError> {
        let response = self.client(url)?.get(url.clone()).header(ACCEPT, "application/json").answered().await?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(OutboundError::Status(response.status().as_u16()));
        }
        let cache_control = response.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok());
        let max_age = cache_control.and_then(max_age);
        Ok(Fetched { body: read(response).await?, max_age })
    }

    /// Posts a form. What the answer says beside its status is not read.
    ///
    /// # Errors
    /// [`OutboundError`]; any status outside 200 to 299 is one.
    pub async fn post_form(&self, url: &Url, form: &[(&str, &str)]) -> Result<(), OutboundError> {
        let response = self.client(url)?.post(url.clone()).form(form).answered().await?;
        if response.status().is_success() { Ok(()) } else { Err(OutboundError::Status(response.status().as_u16())) }
    }

    /// Posts a JSON document with a bearer token (RFC 6750). What the answer says beside its status is not read.
    ///
    /// # Errors
    /// [`OutboundError`]; any status outside 200 to 299 is one.
    pub async fn post_json(&self, url: &Url, token: &str, body: &serde_json::Value) -> Result<(), OutboundError> {
        let response = self.client(url)?.post(url.clone()).bearer_auth(token).json(body).answered().await?;
        if response.status().is_success() { Ok(()) } else { Err(OutboundError::Status(response.status().as_u16())) }
    }

    /// Posts bytes of JSON with a header that signs them. What the answer says beside its status is not read.
    ///
    /// # Errors
    /// [`OutboundError`]; any status outside 200 to 299 is one.
    pub async fn post_signed(
        &self,
        url: &Url,
        (header, signature): (&'static str, &str),
        body: Vec<u8>,
    ) -> Result<(), OutboundError> {
        let call = self.client(url)?.post(url.clone()).header(header, signature);
        let response = call.header(CONTENT_TYPE, "application/json").body(body).answered().await?;
        if response.status().is_success() { Ok(()) } else { Err(OutboundError::Status(response.status().as_u16())) }
    }

    /// The client for a URL. Names are checked when they are resolved; an address written in the URL, here.
    fn client(&self, url: &Url) -> Result<&Client, OutboundError> {
        let (client, needs_allowed) = match url.scheme() {
            "https" => (&self.https, false),
            "http" if !self.allowed.is_empty() => (&self.http, true),
            _ => return Err(OutboundError::Scheme),
        };
        let written = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) => return Ok(client),
            None => return Err(OutboundError::Address),
        };
        if may_call(&self.allowed, needs_allowed, written) { Ok(client) } else { Err(OutboundError::Address) }
    }
}

/// Runs a call to its end on a thread that may block: one of the pool for blocking work, or the command line's.
///
/// # Errors
/// When no runtime can be made for it.
pub fn block_on<T>(call: impl Future<Output = T>) -> std::io::Result<T> {
    match tokio::runtime::Handle::try_current() {
        Ok(running) => Ok(running.block_on(call)),
        Err(_) => Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(call)),
    }
}

fn may_call(allowed: &[IpNet], needs_allowed: bool, address: IpAddr) -> bool {
    address::is_in(allowed, address) || (!needs_allowed && address::is_public(address))
}

/// The system's resolver, without the addresses that may not be called.
struct CheckedNames {
    allowed: Arc<[IpNet]>,
    needs_allowed: bool,
}

impl Resolve for CheckedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, needs_allowed) = (Arc::clone(&self.allowed), self.needs_allowed);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let good: Vec<_> = found.filter(|found| may_call(&allowed, needs_allowed, found.ip())).collect();
            if good.is_empty() {
                return Err(OutboundError::Address.into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}

trait Answered {
    async fn answered(self) -> Result<Response, OutboundError>;
}

impl Answered for RequestBuilder {
    async fn answered(self) -> Result<Response, OutboundError> {
        self.send().await.map_err(outbound_error)
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, OutboundError> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(outbound_error)? {
        if body.len() + part.len() > SIZE_LIMIT {
            return Err(OutboundError::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

/// What went wrong, without the URL: it is the client's, and may hold anything.
fn outbound_error(error: reqwest::Error) -> OutboundError {
    if error.is_timeout() {
        return OutboundError::TooSlow;
    }
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    loop {
        if let Some(ours) = cause.downcast_ref::<OutboundError>() {
            return ours.clone();
        }
        match cause.source() {
            Some(next) => cause = next,
            None => return OutboundError::Unreachable(cause.to_string()),
        }
    }
}

/// Reads `Cache-Control` (RFC 9111, section 5.2.2), as far as it says how long an answer may be kept.
fn max_age(cache_control: &str) -> Option<Duration> {
    let mut directives = cache_control.split(',').map(|directive| directive.trim().to_ascii_lowercase());
    if directives.clone().any(|directive| directive == "no-store" || directive == "no-cache") {
        return Some(Duration::ZERO);
    }
    directives
        .find_map(|directive| directive.strip_prefix("max-age=")?.trim_matches('"').parse().ok())
        .map(Duration::from_secs)
}
