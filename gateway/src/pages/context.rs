//! What every page knows of the request it answers.

use super::{Lang, assets};

/// The context of a page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The language it is written in.
    pub lang: Lang,
    /// Whether the visitor asked for large text.
    pub large_text: bool,
    /// Where it can be fetched again by GET: the path, with its query but for the language and the text size.
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

    /// The name to read in the visitor's language. Not everybody has a Chinese one.
    pub fn name<'a>(&self, zh_hant: &'a Option<String>, en: &'a str) -> &'a str {
        self.say(zh_hant.as_deref().unwrap_or(en), en)
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_language_keeps_the_rest_of_the_address() {
        let at = |path: &str| Page {
            lang: Lang::En,
            large_text: false,
            path: path.to_owned(),
            request_id: String::new(),
            csrf: None,
        };
        assert_eq!(at("/me").with("lang", "en"), "/me?lang=en");
        assert_eq!(
            at("/oauth/continue?interaction=7").with("text", "large"),
            "/oauth/continue?interaction=7&text=large"
        );
    }
}
