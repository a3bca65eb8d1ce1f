//! One connection that is kept open, as a relying party's server keeps it. It writes HTTP/1.1 by itself: a client library
//! would take more of the driver's core than a good server takes of its own, and so be what is measured.

use anyhow::Context;
use hyper::{Request, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request, but for its host.
pub(super) type Call = hyper::http::request::Builder;

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// The status line and the headers, as they came.
    head: String,
    pub(super) body: Vec<u8>,
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
        let body = || String::from_utf8_lossy(&self.body);
        anyhow::ensure!(self.status == expected, "{} where {expected} was expected: {}", self.status, body());
        Ok(())
    }

    /// A header's text.
    pub(super) fn header(&self, name: &str) -> anyhow::Result<&str> {
        self.headers(name).next().with_context(|| format!("the answer has no {name}"))
    }

    /// The texts of a header that may be there several times.
    pub(super) fn headers<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        headers(&self.head, name)
    }
}

fn headers<'a, 'n>(head: &'a str, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
    let pairs = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    pairs.filter(move |(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// The connection.
pub(super) struct Connection {
    host: String,
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Connects to a server on this machine.
    pub(super) async fn open(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { host: format!("localhost:{port}"), stream, received: Vec::with_capacity(16 * 1024) })
    }

    /// Sends one request and reads the whole answer.
    pub(super) async fn send(&mut self, call: Call, body: String) -> anyhow::Result<Answer> {
        let request = call.body(())?;
        self.send_written(&self.written(&request, &body)).await
    }

    /// A request as it is sent.
    pub(super) fn written(&self, request: &Request<()>, body: &str) -> Vec<u8> {
        let mut written = Vec::with_capacity(2_048);
        for part in [request.method().as_str(), " ", &request.uri().to_string(), " HTTP/1.1\r\nhost: ", &self.host] {
            written.extend_from_slice(part.as_bytes());
        }
        for (name, value) in request.headers() {
            for part in [b"\r\n", name.as_str().as_bytes(), b": ", value.as_bytes()] {
                written.extend_from_slice(part);
            }
        }
        written.extend_from_slice(format!("\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes());
        written
    }

    /// Sends a request that was written before, and reads the whole answer.
    pub(super) async fn send_written(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        let end = loop {
            if let Some(end) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            self.receive().await?;
        };
        let head = String::from_utf8(self.received[..end].to_vec()).context("headers that are no text")?;
        let status = head.split(' ').nth(1).context("no status")?.parse()?;
        let length = headers(&head, "content-length").next().map_or(Ok(0), str::parse::<usize>);
        anyhow::ensure!(
            headers(&head, "transfer-encoding").next().is_none(),
            "the length of the body is not announced"
        );
        let whole = end + 4 + length.context("content-length")?;
        while self.received.len() < whole {
            self.receive().await?;
        }
        let body = self.received[end + 4..whole].to_vec();
        self.received.drain(..whole);
        Ok(Answer { status, head, body })
    }

    async fn receive(&mut self) -> anyhow::Result<()> {
        anyhow::ensure!(self.stream.read_buf(&mut self.received).await? > 0, "the server hung up");
        Ok(())
    }
}
