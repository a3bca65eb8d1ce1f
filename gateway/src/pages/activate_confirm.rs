//! Activating: the data to confirm, and the first passkey.

use askama::Template;

use super::Page;

/// What the register says of the resident. The button makes a passkey:
/// `POST /activate/passkey/options`, then `POST /activate/passkey`.
#[derive(Template)]
#[template(path = "activate_confirm.html")]
pub struct ActivateConfirm {
    /// Its context.
    pub page: Page,
    /// Name in Chinese, if there is one.
    pub name_zh: Option<String>,
    /// Name in English.
    pub name_en: String,
    /// HKID number, masked.
    pub hkid: String,
    /// Date of birth, ISO 8601.
    pub birth_date: String,
    /// Phone number.
    pub phone: Option<String>,
}
