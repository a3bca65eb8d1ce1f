//! The data that a resident confirms by making their first passkey.

use askama::Template;

use super::Page;

/// Shows what the register says, and begins the passkey ceremony.
#[derive(Template)]
#[template(path = "activate_confirm.html")]
pub struct ActivateConfirm {
    /// The context.
    pub page: Page,
    /// Name in Chinese.
    pub name_zh: Option<String>,
    /// Name in English.
    pub name_en: String,
    /// HKID number, masked.
    pub hkid: String,
    /// Date of birth, `2001-12-31`.
    pub birth_date: String,
    /// Mobile number.
    pub phone: Option<String>,
}
