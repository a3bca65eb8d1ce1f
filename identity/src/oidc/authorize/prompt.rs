//! `prompt` (OpenID Connect Core, section 3.1.2.1): what the client wants the resident to be asked again.

use serde::{Deserialize, Serialize};

use crate::oidc::error::OAuthError;

/// One value of `prompt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Show nothing: answer at once or refuse.
    None,
    /// Sign in again, whoever is signed in.
    Login,
    /// Ask for consent again.
    Consent,
    /// Let the resident choose who they are: here the same as signing in again.
    SelectAccount,
}

impl Prompt {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::None, Self::Login, Self::Consent, Self::SelectAccount];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
        }
    }
}

/// What a request's `prompt` comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompts {
    /// Show nothing.
    pub none: bool,
    /// Sign in again.
    pub login: bool,
    /// Ask for consent again.
    pub consent: bool,
}

impl Prompts {
    /// Reads the parameter.
    ///
    /// # Errors
    /// `invalid_request`: an unknown value, or `none` together with another.
    pub fn parse(text: Option<&str>) -> Result<Self, OAuthError> {
        let refused = |why| OAuthError::invalid_request(why).of("prompt");
        let mut prompts = Self::default();
        for name in text.unwrap_or_default().split(' ').filter(|name| !name.is_empty()) {
            match Prompt::ALL.into_iter().find(|prompt| prompt.as_str() == name) {
                Some(Prompt::None) => prompts.none = true,
                Some(Prompt::Login | Prompt::SelectAccount) => prompts.login = true,
                Some(Prompt::Consent) => prompts.consent = true,
                None => return Err(refused("unknown value")),
            }
        }
        if prompts.none && (prompts.login || prompts.consent) {
            return Err(refused("none stands alone"));
        }
        Ok(prompts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_read_and_none_stands_alone() {
        let parsed = |text| Prompts::parse(Some(text)).ok().map(|p| (p.none, p.login, p.consent));
        assert_eq!(parsed(""), Some((false, false, false)));
        assert_eq!(parsed("none"), Some((true, false, false)));
        assert_eq!(parsed("consent login"), Some((false, true, true)));
        assert_eq!(parsed("select_account"), Some((false, true, false)));
        assert_eq!(parsed("none login"), None);
        assert_eq!(parsed("sudo"), None);
    }
}
