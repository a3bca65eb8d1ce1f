//! How an access token is shown (RFC 6750, section 2): in the `Authorization` header, or in a form body. Never in
//! a query, where it would end up in logs.

use super::client_auth::EndpointRequest;
use super::error::{ErrorCode, OAuthError};

/// Finds the access token of a request. The scheme's name is case-insensitive (RFC 9110, section 11.1).
///
/// # Errors
/// 401 without a code when there is none; `invalid_request` when there are two; `invalid_token` for another scheme.
pub fn bearer_token(request: &EndpointRequest) -> Result<&str, OAuthError> {
    request.form.refuse_duplicates()?;
    let in_header = request.authorization.as_deref().map(from_header).transpose()?;
    match (in_header, request.form.get("access_token")) {
        (Some(_), Some(_)) => {
            Err(OAuthError::invalid_request("shown in the header and in the body").of("access_token"))
        }
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (None, None) => Err(OAuthError::new(ErrorCode::MissingToken, "an access token is needed")),
    }
}

fn from_header(header: &str) -> Result<&str, OAuthError> {
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim_matches(' ')),
        _ => Err(OAuthError::new(ErrorCode::InvalidToken, "the scheme must be Bearer")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(authorization: Option<&str>, form: &[(&str, &str)]) -> Result<String, (&'static str, u16)> {
        let form: Vec<_> = form.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let request = EndpointRequest { authorization: authorization.map(str::to_owned), form: form.into() };
        bearer_token(&request).map(str::to_owned).map_err(|e| (e.code.as_str(), e.status()))
    }

    #[test]
    fn a_token_is_taken_from_header_or_body_whatever_the_case_of_the_scheme() {
        for header in ["Bearer abc", "bearer abc", "BEARER  abc"] {
            assert_eq!(shown(Some(header), &[]).as_deref(), Ok("abc"));
        }
        assert_eq!(shown(None, &[("access_token", "abc")]).as_deref(), Ok("abc"));
    }

    #[test]
    fn no_token_two_tokens_and_other_schemes_are_refused() {
        assert_eq!(shown(None, &[]), Err(("invalid_token", 401)));
        assert_eq!(shown(Some("Bearer abc"), &[("access_token", "abc")]), Err(("invalid_request", 400)));
        assert_eq!(shown(None, &[("access_token", "a"), ("access_token", "a")]), Err(("invalid_request", 400)));
        assert_eq!(shown(Some("DPoP abc"), &[]), Err(("invalid_token", 401)));
        assert_eq!(shown(Some("abc"), &[]), Err(("invalid_token", 401)));
    }
}
