//! A web shop's sale: a basket is asked for, a customer pays it, and the shop's own server is told, signed.

use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use super::browser::Browser;
use crate::demo::City;

/// What a call brought: its signature and its bytes.
type Call = (String, Vec<u8>);

/// A shop's server, which keeps what it is told.
pub(super) struct ShopServer {
    /// Where it is told.
    pub(super) url: String,
    told: Arc<Mutex<Vec<Call>>>,
    handle: ServerHandle,
}

impl ShopServer {
    pub(super) fn start() -> anyhow::Result<Self> {
        let socket = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("http://127.0.0.1:{}/hook", socket.local_addr()?.port());
        let told: Arc<Mutex<Vec<Call>>> = Arc::default();
        let data = web::Data::from(Arc::clone(&told));
        let app = move || App::new().app_data(data.clone()).route("/hook", web::post().to(take));
        let server = HttpServer::new(app).workers(1).disable_signals().listen(socket)?.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Ok(Self { url, told, handle })
    }

    /// The event of this type about this request, when its signature is by a key that Lionrock publishes. What happened
    /// to earlier requests a moment ago may be told as well.
    pub(super) async fn expect(&self, city: &City, kind: &str, request: &Value) -> anyhow::Result<Value> {
        let keys = Browser::new()?.fetch(&format!("{}/oauth/jwks", city.places.lionrock)).await?.text().await?;
        let keys: JwkSet = serde_json::from_str(&keys)?;
        for _ in 0..100 {
            let calls = self.told.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for (signature, body) in &calls {
                let event = verified(&keys, signature, body)?;
                if event["type"] == kind && event["payment_request"]["id"] == *request {
                    return Ok(event);
                }
            }
            actix_web::rt::time::sleep(Duration::from_millis(100)).await;
        }
        anyhow::bail!("nothing of the kind {kind} was told")
    }

    pub(super) async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn take(request: HttpRequest, body: web::Bytes, told: web::Data<Mutex<Vec<Call>>>) -> HttpResponse {
    let signature = request.headers().get("Lionrock-Signature").and_then(|value| value.to_str().ok());
    let call = (signature.unwrap_or_default().to_owned(), body.to_vec());
    told.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    HttpResponse::NoContent().finish()
}

/// Puts the body between header and signature, as docs/merchants.md says, and verifies.
fn verified(keys: &JwkSet, signature: &str, body: &[u8]) -> anyhow::Result<Value> {
    let (header, signature) = signature.split_once("..").context("no detached signature")?;
    let jws = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(body));
    let kid = jsonwebtoken::decode_header(&jws)?.kid.context("no kid")?;
    let key = DecodingKey::from_jwk(keys.find(&kid).context("the key is not published")?)?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let event: Value = jsonwebtoken::decode(&jws, &key, &validation)?.claims;
    ensure!(event == serde_json::from_slice::<Value>(body)?, "another body was signed");
    Ok(event)
}
