//! The demo's government e-service: a relying party of its own, on its own port, with its own cookies. It knows
//! Lionrock by its issuer URL alone and speaks nothing but OpenID Connect with it.

pub(super) mod openid_client;
mod sessions;
mod web;

use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App, HttpServer};

pub use openid_client::{CLIENT_ID, ClientKey};

use super::page;
use crate::http;

/// Serves the e-service on `socket` for residents who sign in at `issuer`.
pub fn start(socket: TcpListener, issuer: &str, key: ClientKey) -> anyhow::Result<ServerHandle> {
    let base_url = format!("http://localhost:{}", socket.local_addr()?.port());
    let client = Data::new(openid_client::OpenIdClient::new(issuer, &base_url, key)?);
    let sessions = Data::new(sessions::Sessions::default());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(client.clone())
            .app_data(sessions.clone())
            .configure(web::configure)
            .wrap(from_fn(page::remember_choices))
            .wrap(from_fn(http::page_security))
            .wrap(from_fn(http::observe))
    })
    .workers(1)
    .disable_signals()
    .listen(socket)?
    .run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok(handle)
}
