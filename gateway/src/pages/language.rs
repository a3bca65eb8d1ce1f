//! The languages of the pages, and which one a visitor gets.

/// A language that every page is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Traditional Chinese as written in Hong Kong.
    ZhHant,
    /// English.
    En,
}

impl Lang {
    /// The language for a visitor: what they chose, else the first of what their browser accepts that is written
    /// here (RFC 9110, section 12.5.4), else Traditional Chinese.
    pub fn negotiate(chosen: Option<&str>, accept_language: Option<&str>) -> Self {
        chosen.and_then(Self::from_tag).or_else(|| preferred(accept_language?)).unwrap_or(Self::ZhHant)
    }

    /// The first that is written here of some languages in the order that somebody would like them, with spaces
    /// between (`ui_locales`: OpenID Connect Core, section 3.1.2.1).
    pub fn first_of(ui_locales: &str) -> Option<Self> {
        ui_locales.split_ascii_whitespace().find_map(Self::from_tag)
    }

    /// The language tag (BCP 47) of a page in this language.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhHant => "zh-Hant-HK",
            Self::En => "en",
        }
    }

    /// Whether this is Chinese.
    pub const fn is_chinese(self) -> bool {
        matches!(self, Self::ZhHant)
    }

    /// Any kind of Chinese reads the traditional script better than English.
    fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "zh" | "yue" => Some(Self::ZhHant),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}

fn preferred(accepted: &str) -> Option<Lang> {
    let mut ranges: Vec<(u16, Lang)> = accepted
        .split(',')
        .filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            Some((thousandths(weight)?, Lang::from_tag(tag.trim())?))
        })
        .filter(|(weight, _)| *weight > 0)
        .collect();
    // A stable sort keeps the browser's order among equals.
    ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    ranges.first().map(|(_, lang)| *lang)
}

/// `q=0.8` is 800.
fn thousandths(weight: &str) -> Option<u16> {
    let value = weight.trim().strip_prefix("q=")?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let fraction: u16 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(whole.parse::<u16>().ok()?.min(1) * 1000 + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_gets_what_they_chose_then_what_their_browser_prefers() {
        for (chosen, accepted, expected) in [
            (None, None, Lang::ZhHant),
            (None, Some("en-GB,en;q=0.9"), Lang::En),
            (None, Some("fr,en;q=0.5,zh-HK;q=0.8"), Lang::ZhHant),
            (None, Some("zh;q=0, en;q=0.1"), Lang::En),
            (None, Some("yue-HK"), Lang::ZhHant),
            (None, Some("fr,de"), Lang::ZhHant),
            (None, Some("en;q=x;;,"), Lang::ZhHant),
            (Some("zh-Hant"), Some("en"), Lang::ZhHant),
            (Some("en"), Some("zh-HK"), Lang::En),
            (Some("xx"), Some("en"), Lang::En),
        ] {
            assert_eq!(Lang::negotiate(chosen, accepted), expected, "{chosen:?} {accepted:?}");
        }
        assert_eq!(Lang::first_of("fr  en-GB zh"), Some(Lang::En));
        assert_eq!(Lang::first_of("fr"), None);
    }
}
