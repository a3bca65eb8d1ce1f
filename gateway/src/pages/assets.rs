//! The static files, embedded in the program. Their addresses carry a hash of their content, so that browsers
//! may keep them for ever and still get a new one at once.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use ring::digest;

struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    url: String,
}

macro_rules! asset {
    ($name:literal, $content_type:literal) => {
        ($name, $content_type, include_bytes!(concat!("../../assets/", $name)).as_slice())
    };
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let files: [(&str, &str, &[u8]); 5] = [
        asset!("icon.svg", "image/svg+xml"),
        asset!("lionrock.css", "text/css; charset=utf-8"),
        asset!("passkey.js", "text/javascript; charset=utf-8"),
        asset!("scan.js", "text/javascript; charset=utf-8"),
        asset!("live.js", "text/javascript; charset=utf-8"),
    ];
    files
        .into_iter()
        .map(|(name, content_type, bytes)| Asset { name, content_type, bytes, url: address(name, bytes) })
        .collect()
});

fn address(name: &str, bytes: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, bytes);
    let short: String = hex::encode(hash).chars().take(12).collect();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("/assets/{stem}-{short}.{extension}")
}

/// The address of a file by its name; the front page's for a name that is not one.
pub fn url(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("/", |asset| asset.url.as_str())
}

/// `GET /assets/{name}` on every listener that has pages.
pub async fn serve(name: web::Path<String>) -> HttpResponse {
    let found = ASSETS.iter().find(|asset| asset.url.strip_prefix("/assets/") == Some(name.as_str()));
    match found {
        Some(asset) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, asset.content_type))
            .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .body(asset.bytes),
        None => HttpResponse::NotFound().finish(),
    }
}
