//! The description of what relying parties call, for programs that read it (OpenAPI 3.1).

use actix_web::HttpResponse;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, ContentType};

/// Written by hand. The tests hold the running provider to it.
const DOCUMENT: &str = include_str!("../../../docs/openapi/identity.json");

/// `GET /api/openapi.json`
pub(super) async fn document() -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .body(DOCUMENT)
}
