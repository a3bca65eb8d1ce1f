//! The sector that several addresses share (OpenID Connect Core, section 8.1; Dynamic Client Registration, section 5).

use super::MetadataError;
use crate::oidc::redirect_uri::RedirectUri;

/// Checks the document at `sector_identifier_uri`: whoever controls that address names every redirect URI of the
/// client, so that nobody joins a sector uninvited and learns who its residents are.
///
/// # Errors
/// [`MetadataError`] of `sector_identifier_uri`.
pub(crate) fn check(document: &[u8], redirect_uris: &[RedirectUri]) -> Result<(), MetadataError> {
    let refuse = |reason: String| MetadataError { field: "sector_identifier_uri".into(), reason };
    let listed: Vec<String> =
        serde_json::from_slice(document).map_err(|_| refuse("what is there is no JSON array of texts".to_owned()))?;
    match redirect_uris.iter().find(|uri| !listed.iter().any(|one| one == uri.as_str())) {
        None => Ok(()),
        Some(missing) => Err(refuse(format!("{} is not listed there", missing.as_str()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_redirect_uri_must_be_listed() {
        let uris = ["https://a.example/cb", "https://b.example/cb"].map(|uri| RedirectUri::parse(uri).unwrap());
        assert_eq!(check(br#"["https://b.example/cb", "https://c.example/", "https://a.example/cb"]"#, &uris), Ok(()));
        for wrong in [
            &br#"["https://a.example/cb"]"#[..],
            br#"["https://a.example/cb", "https://b.example/CB"]"#,
            b"{}",
            b"[7]",
            b"",
        ] {
            assert_eq!(check(wrong, &uris).unwrap_err().field, "sector_identifier_uri");
        }
    }
}
