//! How an access token is shown (RFC 6750, section 2; RFC 9449, section 7.1): in the `Authorization` header, or in
//! a form body. Never in a query, where it would end up in logs.

use super::client_auth::EndpointRequest;
use super::error::{ErrorCode, OAuthError};

/// An access token as somebody shows it, not yet believed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ShownToken<'a> {
    /// The token.
    pub token: &'a str,
    /// What it is said to be.
    pub scheme: Scheme,
}

/// Without the token.
impl std::fmt::Debug for ShownToken<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ShownToken({:?})", self.scheme)
    }
}

/// The scheme under which a token is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Whoever holds it may use it.
    Bearer,
    /// Only who proves possession of its key.
    Dpop,
}

/// Finds the access token of a request. The scheme's name is case-insensitive (RFC 9110, section 11.1). One in a form
/// body is a bearer's: a bound token is shown in the header only.
///
/// # Errors
/// 401 without a code when there is none; `invalid_request` when there are two; `invalid_token` for another scheme.
pub fn shown_token(request: &EndpointRequest) -> Result<ShownToken<'_>, OAuthError> {
    request.form.refuse_duplicates()?;
    let in_header = request.authorization.as_deref().map(from_header).transpose()?;
    match (in_header, request.form.get("access_token")) {
        (Some(_), Some(_)) => {
            Err(OAuthError::invalid_request("shown in the header and in the body").of("access_token"))
        }
        (Some(shown), None) => Ok(shown),
        (None, Some(token)) => Ok(ShownToken { token, scheme: Scheme::Bearer }),
        (None, None) => Err(OAuthError::new(ErrorCode::MissingToken, "an access token is needed")),
    }
}

fn from_header(header: &str) -> Result<ShownToken<'_>, OAuthError> {
    let (scheme, token) = header.split_once(' ').unwrap_or_default();
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Scheme::Bearer,
        "dpop" => Scheme::Dpop,
        _ => return Err(OAuthError::new(ErrorCode::InvalidToken, "the scheme must be Bearer or DPoP")),
    };
    Ok(ShownToken { token: token.trim_matches(' '), scheme })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(authorization: Option<&str>, form: &[(&str, &str)]) -> Result<(String, Scheme), (&'static str, u16)> {
        let form: Vec<_> = form.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let authorization = authorization.map(str::to_owned);
        let request = EndpointRequest { authorization, form: form.into(), ..EndpointRequest::default() };
        let shown = shown_token(&request).map_err(|e| (e.code.as_str(), e.status()))?;
        Ok((shown.token.to_owned(), shown.scheme))
    }

    #[test]
    fn a_token_is_taken_from_header_or_body_whatever_the_case_of_the_scheme() {
        let abc = |scheme| Ok(("abc".to_owned(), scheme));
        for header in ["Bearer abc", "bearer abc", "BEARER  abc"] {
            assert_eq!(shown(Some(header), &[]), abc(Scheme::Bearer));
        }
        for header in ["DPoP abc", "dpop abc", "DPOP abc "] {
            assert_eq!(shown(Some(header), &[]), abc(Scheme::Dpop));
        }
        assert_eq!(shown(None, &[("access_token", "abc")]), abc(Scheme::Bearer));
    }

    #[test]
    fn no_token_two_tokens_and_other_schemes_are_refused() {
        assert_eq!(shown(None, &[]), Err(("invalid_token", 401)));
        assert_eq!(shown(Some("Bearer abc"), &[("access_token", "abc")]), Err(("invalid_request", 400)));
        assert_eq!(shown(None, &[("access_token", "a"), ("access_token", "a")]), Err(("invalid_request", 400)));
        assert_eq!(shown(Some("Basic abc"), &[]), Err(("invalid_token", 401)));
        assert_eq!(shown(Some("abc"), &[]), Err(("invalid_token", 401)));
    }
}
