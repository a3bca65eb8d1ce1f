//! As little HTTP/1.1 over mutual TLS as a load needs: what the banks spend is missing to the switch, which shares
//! the processor with them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A connection that was not used for so long is opened anew: the switch closes idle ones after five seconds.
const IDLE: Duration = Duration::from_secs(3);

/// A connection that is kept open, for one request at a time.
pub(crate) struct Connection {
    port: u16,
    tls: Arc<rustls::ClientConfig>,
    stream: TlsStream<TcpStream>,
    last_used: Instant,
    /// What was read; of the last answer until the next request.
    read: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a str,
}

impl Connection {
    /// Connects to a port of this machine.
    pub(crate) async fn open(port: u16, tls: &Arc<rustls::ClientConfig>) -> anyhow::Result<Self> {
        let (tls, stream) = (Arc::clone(tls), connect(port, tls).await?);
        Ok(Self { port, tls, stream, last_used: Instant::now(), read: Vec::with_capacity(64 * 1024) })
    }

    /// Reads a resource.
    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Answer<'_>> {
        self.ask(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await
    }

    /// Sends an ISO 20022 message.
    pub(crate) async fn post(&mut self, path: &str, message: &str) -> anyhow::Result<Answer<'_>> {
        self.send(path, "application/xml", message).await
    }

    /// Sends a request in JSON.
    pub(crate) async fn post_json(&mut self, path: &str, body: &str) -> anyhow::Result<Answer<'_>> {
        self.send(path, "application/json", body).await
    }

    async fn send(&mut self, path: &str, kind: &str, body: &str) -> anyhow::Result<Answer<'_>> {
        let length = body.len();
        self.ask(format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ))
        .await
    }

    async fn ask(&mut self, request: String) -> anyhow::Result<Answer<'_>> {
        if self.last_used.elapsed() > IDLE {
            self.stream = connect(self.port, &self.tls).await?;
        }
        self.read.clear();
        self.stream.write_all(request.as_bytes()).await?;
        self.stream.flush().await?;
        let end_of_head = loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let head = std::str::from_utf8(&self.read[..end_of_head])?;
        let status: u16 = head.get(9..12).context("a status line")?.parse()?;
        let end = end_of_head + content_length(head)?;
        while self.read.len() < end {
            self.more().await?;
        }
        self.last_used = Instant::now();
        Ok(Answer { status, body: std::str::from_utf8(&self.read[end_of_head..end])? })
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the switch closed the connection");
        Ok(())
    }
}

async fn connect(port: u16, tls: &Arc<rustls::ClientConfig>) -> anyhow::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(("127.0.0.1", port)).await?;
    tcp.set_nodelay(true)?;
    Ok(TlsConnector::from(Arc::clone(tls)).connect(ServerName::try_from("localhost")?, tcp).await?)
}

/// How long the body is that follows; without a word, there is none.
fn content_length(head: &str) -> anyhow::Result<usize> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let mut named = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    named.next().map_or(Ok(0), |(_, length)| Ok(length.trim().parse()?))
}
