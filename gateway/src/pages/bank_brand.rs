//! A simulated bank, as its pages show it.

use super::Page;

/// Whose page it is.
#[derive(Debug, Clone)]
pub struct Brand {
    /// The class that gives the page its colour, such as `bank-banyan`.
    pub theme: String,
    /// The bank's name in Traditional Chinese.
    pub name_zh: String,
    /// The bank's name in English.
    pub name_en: String,
}

impl Brand {
    /// The name in the visitor's language.
    pub fn name(&self, page: &Page) -> &str {
        match page.lang {
            super::Lang::ZhHant => &self.name_zh,
            super::Lang::En => &self.name_en,
        }
    }
}
