//! `/api/v1`: what merchants' own programs call, with access tokens that they got in their own name.

mod body;
mod caller;
mod payment_requests;

use actix_web::middleware::from_fn;
use actix_web::web;

use super::limited;
use crate::http;

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.service(
        web::scope("/api/v1")
            .wrap(from_fn(limited::documents))
            .wrap(from_fn(http::problems))
            .route("/payment-requests", web::post().to(payment_requests::create))
            .route("/payment-requests/{id}", web::get().to(payment_requests::read))
            .route("/payment-requests/{id}/cancel", web::post().to(payment_requests::cancel))
            .route("/payment-requests/{id}/refunds", web::post().to(payment_requests::refund)),
    );
}
