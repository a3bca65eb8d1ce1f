//! Ending a connection that carried something too large.
//!
//! Over HTTP/1.1 the answer says `Connection: close`. HTTP/2 has GOAWAY for it, which the web framework cannot be told
//! to send: there the socket itself is shut down, as soon as the answer has had time to leave.

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::{self, time::sleep};

/// How long an answer may take to leave.
const GRACE: Duration = Duration::from_millis(500);

/// Another handle of the socket of an HTTP/2 connection.
pub struct HangUp(Arc<TcpStream>);

impl HangUp {
    /// Keeps what is needed with a connection of HTTP/2.
    pub fn remember(connection: &dyn Any, data: &mut Extensions) {
        let Some(tls) = connection.downcast_ref::<TlsStream<rt::net::TcpStream>>() else { return };
        let (socket, session) = tls.get_ref();
        if session.alpn_protocol() != Some(b"h2") {
            return;
        }
        // Without a handle to spare the connection ends when its peer or its idle time says so.
        if let Some(handle) = another_handle(socket) {
            data.insert(Self(Arc::new(handle)));
        }
    }

    /// Ends the connection of this request, if it is one of HTTP/2, once its answer has left.
    pub(super) fn after_answer(request: &HttpRequest) {
        let Some(Self(socket)) = request.conn_data() else { return };
        let socket = Arc::clone(socket);
        rt::spawn(async move {
            sleep(GRACE).await;
            // It may have ended by itself.
            let _ = socket.shutdown(Shutdown::Both);
        });
    }
}

#[cfg(unix)]
fn another_handle(socket: &rt::net::TcpStream) -> Option<TcpStream> {
    use std::os::fd::AsFd;
    socket.as_fd().try_clone_to_owned().ok().map(TcpStream::from)
}

#[cfg(not(unix))]
const fn another_handle(_: &rt::net::TcpStream) -> Option<TcpStream> {
    None
}
