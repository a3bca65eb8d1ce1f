//! The bank's mobile-banking pages.

mod code;
mod credits;
mod failure;
mod home;
mod link;
mod login;
mod pay;
mod request;
mod scan;
mod session;
mod show;
mod view;
mod wish;
mod words;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, PayloadConfig, ServiceConfig};
use actix_web::{App, HttpServer};

use super::Bank;
use crate::demo::page;
use crate::{http, pages};

/// Seconds that requests under way are given when the bank stops.
const SHUTDOWN: u64 = 2;

/// The bank's web server on `socket`, not yet running.
pub(super) fn serve(socket: TcpListener, bank: Arc<Bank>) -> io::Result<Server> {
    let bank = Data::new(bank);
    let sessions = Data::new(session::Sessions::default());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(bank.clone())
            .app_data(sessions.clone())
            .configure(routes)
            .wrap(from_fn(http::page_security))
            .wrap(from_fn(http::observe))
    });
    Ok(server.workers(1).disable_signals().shutdown_timeout(SHUTDOWN).listen(socket)?.run())
}

fn routes(app: &mut ServiceConfig) {
    app.route("/assets/{name}", web::get().to(pages::assets::serve))
        .service(web::scope("/api").wrap(from_fn(http::problems)).route("/credits", web::get().to(credits::list)))
        .service(
            web::resource("/pay/scan")
                .app_data(PayloadConfig::new(scan::MAX_PICTURE))
                .wrap(from_fn(http::problems))
                .wrap(from_fn(http::same_origin))
                .route(web::post().to(scan::frame)),
        )
        .service(
            web::scope("")
                .wrap(from_fn(failure::kind_errors))
                .wrap(from_fn(http::same_origin))
                .wrap(from_fn(page::remember_choices))
                .route("/", web::get().to(home::page))
                .route("/login", web::get().to(login::page))
                .route("/login", web::post().to(login::sign_in))
                .route("/logout", web::post().to(login::sign_out))
                .route("/pay", web::get().to(pay::form))
                .route("/pay", web::post().to(pay::prepare))
                .route("/pay/picture", web::post().to(scan::upload))
                .route("/payments/{uetr}", web::get().to(pay::show))
                .route("/payments/{uetr}/confirm", web::post().to(pay::confirm))
                .route("/requests/{id}", web::get().to(request::show))
                .route("/requests/{id}/pay", web::post().to(request::pay))
                .route("/requests/{id}/refuse", web::post().to(request::refuse))
                .route("/show", web::get().to(show::form))
                .route("/show", web::post().to(show::make))
                .route("/show/{id}", web::get().to(show::code))
                .route("/show/{id}/code.{kind:svg|png}", web::get().to(show::picture))
                .route("/link", web::get().to(link::page))
                .route("/link", web::post().to(link::link))
                .default_service(web::to(failure::nothing_here)),
        );
}
