//! The public listener: pages for residents, the OpenID provider for relying parties.

mod activation;
pub mod api;
mod back_channel_logout;
mod banks;
mod cookies;
mod home;
mod limited;
mod me;
mod merchant;
mod my_bills;
mod my_proxies;
mod oauth;
mod openapi;
mod page;
mod password_pool;
mod pay;
mod refusal;
mod session;
mod sign_in;
#[cfg(test)]
mod tests;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web;

use crate::config;
use crate::http;
use crate::server::Gateway;
use crate::{clock, pages};

/// What the handlers of this listener need to know beside the [`Gateway`].
pub struct Settings {
    /// Residents come by https, so cookies are marked for it.
    pub https: bool,
    /// Where passwords are looked at.
    passwords: password_pool::PasswordPool,
}

impl Settings {
    /// From the configured issuer: what residents see counts, not whether this process speaks TLS itself.
    pub fn new(public: &config::Public) -> Self {
        Self { https: public.issuer.scheme() == "https", passwords: password_pool::PasswordPool::default() }
    }
}

/// Every route of the public listener.
pub fn configure(app: &mut web::ServiceConfig) {
    app.app_data(web::FormConfig::default().limit(http::BODY_LIMIT))
        .app_data(web::JsonConfig::default().limit(http::BODY_LIMIT))
        .app_data(web::PayloadConfig::default().limit(http::BODY_LIMIT))
        .route("/assets/{name}", web::get().to(pages::assets::serve))
        .route("/api/openapi.json", web::get().to(openapi::identity))
        .route("/api/v1/openapi.json", web::get().to(openapi::merchants))
        .service(
            web::scope("/.well-known")
                .wrap(from_fn(limited::documents))
                .wrap(from_fn(http::problems))
                .configure(oauth::well_known),
        )
        .service(web::scope("/oauth").wrap(from_fn(oauth::oauth_errors)).configure(oauth::configure))
        .configure(api::configure)
        .service(
            web::scope("")
                .wrap(from_fn(limited::pages))
                .wrap(from_fn(page::kind_errors))
                .configure(home::configure)
                .configure(activation::configure)
                .configure(sign_in::configure)
                .configure(me::configure)
                .configure(my_bills::configure)
                .configure(my_proxies::configure)
                .configure(merchant::configure)
                .configure(pay::configure)
                .default_service(web::to(page::nothing_here)),
        );
}

/// Every route of the listener for relying parties with certificates: what programs call, and no pages.
pub fn configure_mutual_tls(app: &mut web::ServiceConfig) {
    app.app_data(web::PayloadConfig::default().limit(http::BODY_LIMIT))
        .service(web::scope("/oauth").wrap(from_fn(oauth::oauth_errors)).configure(oauth::back_channel))
        .configure(api::configure);
}

/// How often expired rows are looked for.
const HOUSEKEEPING: Duration = Duration::from_secs(30);
/// How many rows of a kind go at once, so that no transaction is long.
const BATCH: u16 = 500;

/// Deletes what has expired, keeps the signing keys fresh and tells relying parties of sign-outs, in the background, for as long as the program runs.
pub fn housekeeping(gateway: &Arc<Gateway>) {
    back_channel_logout::deliver(gateway);
    let gateway = Arc::downgrade(gateway);
    actix_web::rt::spawn(async move {
        let first =
            gateway.upgrade().map(|gateway| web::block(move || gateway.identity.make_slow_signing_keys(clock::now())));
        if let Some(making) = first
            && let Ok(Err(failed)) = making.await
        {
            tracing::warn!(error = %failed, "RSA keys could not be made; the first who needs one tries again");
        }
        loop {
            actix_web::rt::time::sleep(HOUSEKEEPING).await;
            let Some(gateway) = gateway.upgrade() else { return };
            let done = web::block(move || clean(&gateway)).await;
            if let Ok(Err(failed)) = done {
                tracing::warn!(error = %failed, "housekeeping failed; it will be tried again");
            }
        }
    });
}

fn clean(gateway: &Gateway) -> Result<(), identity::Error> {
    let identity = &gateway.identity;
    while identity.expire_sessions(clock::now(), BATCH)? > 0 {}
    while identity.expire_authorizations(clock::now(), BATCH)? > 0 {}
    crate::merchants::forget_invitations(gateway);
    crate::webhooks::forget(gateway, BATCH);
    identity.maintain_signing_keys(clock::now())
}
