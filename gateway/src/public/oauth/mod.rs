//! The OpenID provider's endpoints. What browsers visit answers with pages, what clients call answers with JSON.

mod authorize;
mod back_channel;
mod errors;
mod logout;
mod password;
mod request;

use actix_web::middleware::from_fn;
use actix_web::web;

use super::{limited, page};

pub(super) use errors::oauth_errors;
pub(super) use request::endpoint;

/// `/.well-known/*`
pub(super) fn well_known(app: &mut web::ServiceConfig) {
    // The same document under the name of RFC 8414, for clients that know OAuth alone.
    for name in ["/openid-configuration", "/oauth-authorization-server"] {
        app.route(name, web::get().to(back_channel::discovery));
    }
}

/// What clients call themselves, below `/oauth`.
pub(super) fn back_channel(app: &mut web::ServiceConfig) {
    app.service(web::resource("/par").route(web::post().to(back_channel::pushed_authorization_request)))
        .service(web::resource("/token").route(web::post().to(back_channel::token)))
        .service(
            web::resource("/userinfo")
                .route(web::get().to(back_channel::userinfo))
                .route(web::post().to(back_channel::userinfo)),
        )
        .service(web::resource("/introspect").route(web::post().to(back_channel::introspect)))
        .service(web::resource("/revoke").route(web::post().to(back_channel::revoke)));
}

/// `/oauth/*`
pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.configure(back_channel)
        .service(web::resource("/jwks").wrap(from_fn(limited::documents)).route(web::get().to(back_channel::jwks)))
        .service(
            web::scope("")
                .wrap(from_fn(limited::pages))
                .wrap(from_fn(page::kind_errors))
                .service(
                    web::resource("/authorize")
                        .route(web::get().to(authorize::authorize))
                        .route(web::post().to(authorize::repeat_as_get)),
                )
                .service(
                    web::resource("/logout")
                        .route(web::get().to(logout::begin))
                        .route(web::post().to(logout::repeat_as_get)),
                )
                .route("/logout/confirm", web::post().to(logout::confirm))
                .route("/logout/done", web::get().to(logout::done))
                .route("/continue", web::get().to(authorize::resume))
                .route("/authorize/password", web::post().to(password::sign_in))
                .route("/authorize/decision", web::post().to(authorize::decide))
                .default_service(web::to(page::nothing_here)),
        );
}
