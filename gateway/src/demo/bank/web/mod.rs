//! The bank's mobile-banking pages.

mod credits;
mod failure;
mod same_origin;
mod session;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};

use super::Bank;
use crate::http;

/// The bank's web server on `socket`, not yet running.
pub(super) fn serve(socket: TcpListener, bank: Arc<Bank>) -> io::Result<Server> {
    let bank = Data::new(bank);
    let sessions = Data::new(session::Sessions::default());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(bank.clone())
            .app_data(sessions.clone())
            .service(web::scope("/api").route("/credits", web::get().to(credits::list)).wrap(from_fn(http::problems)))
            .wrap(from_fn(same_origin::same_origin))
            .wrap(from_fn(http::page_security))
            .wrap(from_fn(http::observe))
    });
    Ok(server.workers(1).disable_signals().listen(socket)?.run())
}
