//! Signing in.

use askama::Template;

use super::Page;

/// The sign-in page: `POST /sign-in/passkey/options`, then `POST /sign-in/passkey`.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// Its context.
    pub page: Page,
    /// The service that waits, if one sent the resident.
    pub relying_party: Option<RelyingParty>,
    /// The authorization request that waits with it.
    pub interaction: Option<String>,
    /// The form for a password, where the service takes one. It posts `interaction`, `user_name` and `password` to
    /// `/oauth/authorize/password`.
    pub password: Option<PasswordForm>,
}

/// The form for a password.
#[derive(Debug, Clone, Default)]
pub struct PasswordForm {
    /// The user name that the service thinks the resident has; empty when it does not say.
    pub user_name: String,
    /// Why the last attempt was refused.
    pub refusal: Option<String>,
}

/// A service that asks who the resident is, as registered.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    /// Name in Traditional Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// The host that the resident returns to.
    pub host: String,
}

impl RelyingParty {
    /// The name in the visitor's language.
    pub fn name(&self, page: &Page) -> &str {
        match page.lang {
            super::Lang::ZhHant => &self.name_zh,
            super::Lang::En => &self.name_en,
        }
    }
}
