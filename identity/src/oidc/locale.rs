//! The languages of claims (OpenID Connect Core, section 5.2). A resident's name is on record in English and, as a rule,
//! in Chinese: `name` and `name#zh-Hant`. A client that wants one language only is told `name` in it. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::claims::{Claim, ClaimsRequest};

/// A language that claims are told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClaimsLocale {
    /// English.
    #[serde(rename = "en")]
    En,
    /// Traditional Chinese.
    #[serde(rename = "zh-Hant")]
    ZhHant,
}

impl ClaimsLocale {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::ZhHant, Self::En];

    /// The language tag (BCP 47).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhHant => "zh-Hant",
        }
    }

    /// The language with this tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.as_str() == tag)
    }

    /// The one language that a request would like claims in. None when it names several that there are, or none, or
    /// asks for a claim by its tag: then claims are told in every language, with tags.
    pub(crate) fn asked(claims_locales: Option<&str>, claims: &ClaimsRequest) -> Option<Self> {
        if [&claims.userinfo, &claims.id_token].iter().any(|members| members.contains_key(&Claim::NameZhHant)) {
            return None;
        }
        let mut known = claims_locales.unwrap_or_default().split_ascii_whitespace().filter_map(Self::spoken);
        let first = known.next()?;
        known.all(|other| other == first).then_some(first)
    }

    /// Any kind of Chinese is told in the traditional script: there is no other on record.
    fn spoken(tag: &str) -> Option<Self> {
        match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "zh" | "yue" => Some(Self::ZhHant),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// Leaves of a name in two languages the one in this language, without a tag. Of one that is told in one language
    /// nothing is changed: better the other language than none, and nothing that was not agreed to.
    pub(crate) fn choose(self, told: &mut Map<String, Value>) {
        let (plain, tagged) = (Claim::Name.as_str(), Claim::NameZhHant.as_str());
        if !told.contains_key(plain) {
            return;
        }
        if let (Some(chinese), Self::ZhHant) = (told.remove(tagged), self) {
            told.insert(plain.to_owned(), chinese);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(locales: &str, claims: &str) -> Option<ClaimsLocale> {
        ClaimsLocale::asked(Some(locales), &ClaimsRequest::parse(claims).unwrap())
    }

    fn told(locale: ClaimsLocale, claims: Value) -> Value {
        let Value::Object(mut claims) = claims else { panic!("{claims}") };
        locale.choose(&mut claims);
        claims.into()
    }

    #[test]
    fn one_language_is_one_that_is_known_here() {
        for (locales, expected) in [
            ("zh-Hant", Some(ClaimsLocale::ZhHant)),
            ("fr zh-HK yue", Some(ClaimsLocale::ZhHant)),
            ("en-GB se", Some(ClaimsLocale::En)),
            ("en zh-Hant", None),
            ("se fr", None),
            ("", None),
        ] {
            assert_eq!(asked(locales, "{}"), expected, "{locales}");
        }
        assert_eq!(asked("en", r#"{"userinfo":{"name#zh-Hant":null}}"#), None, "asked for by its tag");
    }

    #[test]
    fn a_name_is_told_in_one_language_and_never_in_none() {
        let both = json!({ "name": "CHAN Tai Man", "name#zh-Hant": "陳大文", "email": "a@b.hk" });
        assert_eq!(told(ClaimsLocale::ZhHant, both.clone()), json!({ "name": "陳大文", "email": "a@b.hk" }));
        assert_eq!(told(ClaimsLocale::En, both), json!({ "name": "CHAN Tai Man", "email": "a@b.hk" }));
        for alone in [json!({ "name": "SMITH Ann" }), json!({ "name#zh-Hant": "陳大文" })] {
            for locale in ClaimsLocale::ALL {
                assert_eq!(told(locale, alone.clone()), alone);
            }
        }
    }

    #[test]
    fn a_language_survives_its_tag() {
        for locale in ClaimsLocale::ALL {
            assert_eq!(ClaimsLocale::from_tag(locale.as_str()), Some(locale));
            assert_eq!(serde_json::to_value(locale).unwrap(), locale.as_str());
        }
    }
}
