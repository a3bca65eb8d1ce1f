//! Parameters of a request, in the order they came, as a query or a form carries them.

use std::fmt;

use super::error::OAuthError;

/// Parameters that mean something here and may be given once only (RFC 6749, section 3.1).
const SINGLE: [&str; 33] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "response_mode",
    "display",
    "prompt",
    "max_age",
    "ui_locales",
    "claims_locales",
    "id_token_hint",
    "login_hint",
    "acr_values",
    "claims",
    "registration",
    "request",
    "request_uri",
    "code_challenge",
    "code_challenge_method",
    "dpop_jkt",
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
    "authorization_details",
    "client_assertion",
    "client_assertion_type",
    "client_secret",
    "access_token",
    "token",
    "token_type_hint",
];

/// The parameters of one request. Unknown ones are kept and never asked for, that is, ignored.
#[derive(Clone, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Takes the parameters as decoded from `application/x-www-form-urlencoded`.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// Refuses a parameter that is given twice.
    ///
    /// # Errors
    /// `invalid_request`, naming the parameter.
    pub fn refuse_duplicates(&self) -> Result<(), OAuthError> {
        let twice = |name: &&str| self.0.iter().filter(|(given, _)| given == name).count() > 1;
        match SINGLE.iter().find(|name| twice(name)) {
            Some(name) => Err(OAuthError::invalid_request("a parameter is given more than once").of(name)),
            None => Ok(()),
        }
    }

    /// The value of a parameter. One without a value counts as left out (RFC 6749, section 3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, value)| given == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All of them, in the order they came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a parameter, unless it is given with two values: then nobody can say which is meant.
    pub fn get_only(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str());
        values.next().filter(|value| !value.is_empty() && values.next().is_none())
    }
}

impl From<Vec<(String, String)>> for Parameters {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

/// Names only: the values may be codes, verifiers or assertions.
impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        Parameters::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn a_parameter_given_twice_is_refused_and_named() {
        for name in SINGLE {
            let refused = parameters(&[(name, "a"), ("other", "b"), (name, "a")]).refuse_duplicates().unwrap_err();
            assert_eq!(refused.code.as_str(), "invalid_request");
            assert_eq!(refused.parameter, Some(name));
        }
    }

    #[test]
    fn unknown_parameters_may_repeat_and_are_ignored() {
        assert!(
            parameters(&[("resource", "a"), ("resource", "b"), ("utm", "1"), ("utm", "2")]).refuse_duplicates().is_ok()
        );
    }

    #[test]
    fn an_empty_value_counts_as_left_out() {
        assert_eq!(parameters(&[("state", "")]).get("state"), None);
        assert_eq!(parameters(&[("state", "s")]).get("state"), Some("s"));
    }

    #[test]
    fn values_are_never_printed() {
        assert_eq!(format!("{:?}", parameters(&[("code", "secret")])), r#"["code"]"#);
    }
}
