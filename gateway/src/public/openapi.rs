//! The descriptions of what programs call, for programs that read them (OpenAPI 3.1). Written by hand; the tests hold the
//! running program to them.

use actix_web::HttpResponse;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, ContentType};

/// `GET /api/openapi.json`: what relying parties call.
pub(super) async fn identity() -> HttpResponse {
    published(include_str!("../../../docs/openapi/identity.json"))
}

/// `GET /api/v1/openapi.json`: what merchants' programs call.
pub(super) async fn merchants() -> HttpResponse {
    published(include_str!("../../../docs/openapi/merchants.json"))
}

fn published(document: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(document)
}
