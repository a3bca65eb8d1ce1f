//! The listeners over real TLS: what is too large, over HTTP/1.1 and HTTP/2, and who shows which certificate.

use std::path::Path;
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::support::{Gateway, said, self_sign};

/// What curl got: the status, the version of HTTP, and the error of an OAuth body, if it is one.
struct Answer {
    status: u16,
    version: String,
    body: String,
}

/// Calls with curl, which speaks both versions of HTTP and shows certificates.
fn curl(folder: &Path, arguments: &[&str]) -> Result<Answer, String> {
    let done: Output = Command::new("curl")
        .current_dir(folder)
        .args(["--silent", "--show-error", "--max-time", "20", "--cacert", "tls.pem"])
        .args(["--write-out", "\n%{http_code} %{http_version}"])
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let (body, last) = text.rsplit_once('\n').unwrap_or_default();
    let (status, version) = last.split_once(' ').unwrap_or_default();
    match status.parse() {
        Ok(status) if status > 0 => Ok(Answer { status, version: version.to_owned(), body: body.to_owned() }),
        _ => Err(said(&done)),
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_over_both_versions_of_http() {
    let gateway = Gateway::serve_tls().await;
    let folder = gateway.folder();
    std::fs::write(folder.join("large-body"), format!("grant_type={}", "x".repeat(1024 * 1024))).unwrap();
    std::fs::write(folder.join("large-header"), format!("X-Large: {}\n", "x".repeat(40 * 1024))).unwrap();
    std::fs::write(folder.join("huge-header"), format!("X-Large: {}\n", "x".repeat(200 * 1024))).unwrap();
    let token = gateway.public("/oauth/token");
    for (option, version) in [("--http1.1", "1.1"), ("--http2", "2")] {
        let body = curl(folder, &[option, "--data", "@large-body", &token]).unwrap();
        assert_eq!((body.status, body.version.as_str()), (413, version), "{}", body.body);
        assert!(body.body.contains("invalid_request"), "{}", body.body);
        let header = curl(folder, &[option, "--header", "@large-header", &token]).unwrap();
        assert_eq!((header.status, header.version.as_str()), (431, version));
        let good = curl(folder, &[option, "--data", "grant_type=password", &token]).unwrap();
        assert_eq!((good.status, good.version.as_str()), (401, version), "{}", good.body);
    }
    let huge = curl(folder, &["--http1.1", "--header", "@huge-header", &token]);
    assert!(huge.is_err() || huge.is_ok_and(|answer| answer.status == 431), "more than is read at all");
}

#[tokio::test]
async fn the_connection_is_closed_after_a_body_that_is_too_large() {
    let gateway = Gateway::serve_tls().await;
    let folder = gateway.folder();
    std::fs::write(folder.join("large-body"), "x".repeat(1024 * 1024)).unwrap();
    let token = gateway.public("/oauth/token");
    let done = curl(folder, &["--http1.1", "--include", "--data", "@large-body", &token]).unwrap();
    assert!(done.body.to_lowercase().contains("connection: close"), "{}", done.body);
}

/// Over HTTP/2 other requests may be on their way on the same connection; it is closed all the same.
#[tokio::test]
async fn a_connection_of_http_2_is_closed_after_what_is_too_large() {
    let gateway = Gateway::serve_tls().await;
    let folder = gateway.folder();
    std::fs::write(folder.join("large-body"), "x".repeat(128 * 1024)).unwrap();
    std::fs::write(folder.join("large-header"), format!("X-Large: {}\n", "x".repeat(40 * 1024))).unwrap();
    let token = gateway.public("/oauth/token");
    let connections = |sent: [&str; 2]| {
        let (twice, each) = ([token.as_str(), token.as_str()], "%{http_code} %{num_connects}\n");
        let paced = ["--http2", "--rate", "20/m", "--silent", "--max-time", "20", "--cacert", "tls.pem"];
        let done = Command::new("curl")
            .current_dir(folder)
            .args(paced)
            .args(["--output", "/dev/null", "--output", "/dev/null", "--write-out", each])
            .args(sent)
            .args(twice)
            .output()
            .unwrap();
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    assert_eq!(connections(["--data", "grant_type=password"]), "401 1\n401 0\n", "one connection for both");
    assert_eq!(connections(["--data", "@large-body"]), "413 1\n413 1\n");
    assert_eq!(connections(["--header", "@large-header"]), "431 1\n431 1\n");
}

#[tokio::test]
async fn a_client_is_known_by_its_certificate_and_by_no_other() {
    let gateway = Gateway::serve_tls().await;
    let folder = gateway.folder();
    for name in ["shop", "other"] {
        self_sign(folder, name);
    }
    let der = Command::new("openssl")
        .args(["x509", "-in", "shop.pem", "-outform", "DER"])
        .current_dir(folder)
        .output()
        .unwrap();
    let public = |member: &str| {
        let made = Command::new("openssl")
            .args(["ec", "-in", "shop.key", "-pubout", "-outform", "DER", "-conv_form", "uncompressed"])
            .current_dir(folder)
            .output()
            .unwrap()
            .stdout;
        let point = &made[made.len() - 64..];
        base64url(if member == "x" { &point[..32] } else { &point[32..] })
    };
    let metadata = serde_json::json!({
        "client_id": "shop", "profile": "fapi2", "client_name": "Shop", "redirect_uris": ["https://shop.example/cb"],
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "tls_client_certificate_bound_access_tokens": true,
        "jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": public("x"), "y": public("y"),
            "x5c": [STANDARD.encode(&der.stdout)]}]},
    });
    std::fs::write(folder.join("client.json"), metadata.to_string()).unwrap();
    gateway.run(&["client", "add", &folder.join("client.json").display().to_string()]);

    let token = gateway.mutual_tls_url("/oauth/token");
    let call = |name: &str| {
        let (certificate, key) = (format!("{name}.pem"), format!("{name}.key"));
        let form = "client_id=shop&grant_type=unheard-of";
        curl(folder, &["--cert", &certificate, "--key", &key, "--data", form, &token]).unwrap()
    };
    let own = call("shop");
    assert!(own.status == 400 && own.body.contains("unsupported_grant_type"), "{} {}", own.status, own.body);
    let other = call("other");
    assert!(other.status == 401 && other.body.contains("invalid_client"), "{} {}", other.status, other.body);
    assert!(curl(folder, &["--data", "client_id=shop", &token]).is_err(), "no certificate, no connection");
    let public_listener = curl(folder, &["--data", "client_id=shop", &gateway.public("/oauth/token")]).unwrap();
    assert_eq!(public_listener.status, 401, "{}", public_listener.body);
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
