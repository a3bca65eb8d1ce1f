//! What every page knows of the request it answers.

use super::{Lang, assets};

/// The context of a page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The language it is written in.
    pub lang: Lang,
    /// Whether the visitor asked for large text.
    pub large_text: bool,
    /// The path it stands at, with its query but for the language and the text size.
    pub path: String,
    /// The request's id, for whoever asks for help.
    pub request_id: String,
    /// The token that forms of this visitor's session carry.
    pub csrf: Option<String>,
}

impl Page {
    /// Says it in the visitor's language.
    pub fn say<'a>(&self, zh_hant: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::ZhHant => zh_hant,
            Lang::En => en,
        }
    }

    /// The language, by value, for templates.
    pub fn language(&self) -> Lang {
        self.lang
    }

    /// This page again, with another language or text size.
    pub fn with(&self, key: &str, value: &str) -> String {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{separator}{key}={value}", self.path)
    }

    /// The address of a static file.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }

    /// The form token, empty where nobody is signed in.
    pub fn csrf(&self) -> &str {
        self.csrf.as_deref().unwrap_or_default()
    }
}
