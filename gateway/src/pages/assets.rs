//! The static files, embedded in the program. Their addresses carry a hash of their content, so that browsers
//! may keep them for ever and still get a new one at once.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use ring::digest::{SHA256, digest};

/// One embedded file.
#[derive(Debug)]
pub struct Asset {
    /// Its name in the source tree.
    pub name: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
    url: String,
}

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let files: [(&'static str, &'static str, &'static [u8]); 7] = [
        ("icon.svg", "image/svg+xml", include_bytes!("../../assets/icon.svg")),
        ("lionrock.css", CSS, include_bytes!("../../assets/lionrock.css")),
        ("activate.js", JAVASCRIPT, include_bytes!("../../assets/activate.js")),
        ("chime.js", JAVASCRIPT, include_bytes!("../../assets/chime.js")),
        ("live.js", JAVASCRIPT, include_bytes!("../../assets/live.js")),
        ("passkey.js", JAVASCRIPT, include_bytes!("../../assets/passkey.js")),
        ("scan.js", JAVASCRIPT, include_bytes!("../../assets/scan.js")),
    ];
    let asset = |(name, content_type, bytes)| Asset { name, content_type, bytes, url: address(name, bytes) };
    files.map(asset).into()
});

fn address(name: &str, bytes: &[u8]) -> String {
    let hash = hex::encode(digest(&SHA256, bytes));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("/assets/{stem}-{}.{extension}", hash.get(..12).unwrap_or_default())
}

/// The address of a file by its name in the source tree; the front page's for a name that is none.
pub fn url(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("/", |asset| asset.url.as_str())
}

/// The file at an address.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.url == path)
}

/// `GET /assets/{name}` on every listener that has pages.
pub async fn serve(name: web::Path<String>) -> HttpResponse {
    match find(&format!("/assets/{name}")) {
        Some(asset) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, asset.content_type))
            .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .body(asset.bytes),
        None => HttpResponse::NotFound().finish(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_at_the_address_that_carries_its_hash_and_only_there() {
        let css = find(url("lionrock.css")).unwrap();
        assert_eq!(css.content_type, CSS);
        assert!(find("/assets/lionrock.css").is_none());
        assert!(find("/assets/lionrock-000000000000.css").is_none());
    }

    #[test]
    fn other_content_has_another_address() {
        assert_ne!(address("a.css", b"one"), address("a.css", b"two"));
    }
}
