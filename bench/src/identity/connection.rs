//! One connection that is kept open, as a relying party's server keeps it.

use anyhow::Context;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A request, but for its host.
pub(super) type Call = hyper::http::request::Builder;

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// When the status is not the expected one, with the body: a benchmark that counts refusals measures nothing.
    pub(super) fn json(&self, expected: StatusCode) -> anyhow::Result<serde_json::Value> {
        self.expect(expected)?;
        serde_json::from_slice(&self.body).context("the answer is not JSON")
    }

    /// Fails unless the status is this one.
    pub(super) fn expect(&self, expected: StatusCode) -> anyhow::Result<()> {
        let body = String::from_utf8_lossy(&self.body);
        anyhow::ensure!(self.status == expected, "{} where {expected} was expected: {body}", self.status);
        Ok(())
    }

    /// A header's text.
    pub(super) fn header(&self, name: &str) -> anyhow::Result<&str> {
        Ok(self.headers.get(name).with_context(|| format!("the answer has no {name}"))?.to_str()?)
    }
}

/// The connection.
pub(super) struct Connection {
    host: String,
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    /// Connects to a server on this machine.
    pub(super) async fn open(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { host: format!("localhost:{port}"), sender })
    }

    /// Sends one request and reads the whole answer.
    pub(super) async fn send(&mut self, call: Call, body: String) -> anyhow::Result<Answer> {
        let request: Request<Full<Bytes>> = call.header("host", &self.host).body(Full::from(body))?;
        self.sender.ready().await?;
        let (parts, body) = self.sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }
}
