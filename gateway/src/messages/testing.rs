//! A real SMS gateway over HTTP, for tests.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;

use super::Messages;
use crate::config;
use crate::http::outbound::Outbound;

/// What was posted: the authorization and the body.
type Posted = Arc<Mutex<Vec<(String, Value)>>>;

/// An SMS gateway that keeps what it is given.
pub(crate) struct SmsServer {
    pub(crate) posted: Posted,
    pub(crate) messages: Messages,
    _folder: tempfile::TempDir,
}

impl SmsServer {
    /// Starts one, and the messages that go there.
    pub(crate) fn start() -> Self {
        let posted = Posted::default();
        let data = web::Data::from(Arc::clone(&posted));
        let server = HttpServer::new(move || App::new().app_data(data.clone()).route("/send", web::post().to(take)))
            .workers(1)
            .bind("127.0.0.1:0")
            .unwrap();
        let url = format!("http://127.0.0.1:{}/send", server.addrs()[0].port());
        actix_web::rt::spawn(server.disable_signals().run());
        let folder = tempfile::tempdir().unwrap();
        let token_file = folder.path().join("token");
        std::fs::write(&token_file, "sms-token\n").unwrap();
        let outbound =
            config::Outbound { allow_networks: vec!["127.0.0.0/8".parse().unwrap()], ..config::Outbound::default() };
        let outbound = Arc::new(Outbound::new(&outbound).unwrap());
        let sms = Some(config::Sms { url: url.parse().unwrap(), token_file });
        let messages = Messages::new(&config::Messages { sms, mail: None }, &outbound, None).unwrap();
        Self { posted, messages, _folder: folder }
    }

    /// The six digits of the latest message.
    pub(crate) fn latest_code(posted: &Posted) -> String {
        let posted = posted.lock().unwrap();
        posted.last().unwrap().1["text"].as_str().unwrap()[..6].to_owned()
    }
}

async fn take(
    request: HttpRequest,
    posted: web::Data<Mutex<Vec<(String, Value)>>>,
    body: web::Json<Value>,
) -> HttpResponse {
    let authorization = request.headers().get("authorization").unwrap().to_str().unwrap().to_owned();
    posted.lock().unwrap().push((authorization, body.into_inner()));
    HttpResponse::Accepted().finish()
}
