//! What else is on record about a resident, beside what the register always has: the standard claims of OpenID Connect
//! Core, section 5.1. All of it is optional.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Refusal;

/// A postal address (section 5.1.1).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// The whole of it, as on an envelope; lines are set apart by line feeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Street, building, floor, flat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// City or district.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// State, province, or territory such as Kowloon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code. Hong Kong has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

impl Address {
    /// The address on one line, for people.
    pub fn line(&self) -> String {
        let parts = [&self.street_address, &self.locality, &self.region, &self.postal_code, &self.country];
        match &self.formatted {
            Some(formatted) => formatted.replace('\n', ", "),
            None => parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", "),
        }
    }
}

/// The optional standard claims.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Given names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Surname.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Middle names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// What they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// What they would like to be called by services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// Their own page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Url>,
    /// A picture of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Url>,
    /// Their website.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<Url>,
    /// Gender, as registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Time zone by its name in the IANA database, such as Asia/Hong_Kong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// Language by its BCP 47 tag, such as zh-Hant-HK.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Whether somebody has seen that the e-mail address reaches this resident.
    #[serde(default)]
    pub email_verified: bool,
    /// Whether somebody has seen that the phone number reaches this resident.
    #[serde(default)]
    pub phone_number_verified: bool,
    /// When any of this was last changed, in seconds since 1970-01-01T00:00:00Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<i64>,
}

impl Profile {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Refusal::Field`], naming the first that is not acceptable.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let refuse = |field, expected| Err(Refusal::Field { field, expected });
        for (field, text) in [
            ("given_name", &self.given_name),
            ("family_name", &self.family_name),
            ("middle_name", &self.middle_name),
            ("nickname", &self.nickname),
            ("preferred_username", &self.preferred_username),
            ("gender", &self.gender),
        ] {
            if text.as_deref().is_some_and(|text| super::attributes::name(text).as_deref() != Some(text)) {
                return refuse(field, "1 to 100 characters");
            }
        }
        for (field, url) in [("profile", &self.profile), ("picture", &self.picture), ("website", &self.website)] {
            if url.as_ref().is_some_and(|url| !matches!(url.scheme(), "https" | "http") || !url.has_host()) {
                return refuse(field, "an address that begins with https://");
            }
        }
        if self.zoneinfo.as_deref().is_some_and(|zone| !is_word(zone, "/_+-")) {
            return refuse("zoneinfo", "a time zone such as Asia/Hong_Kong");
        }
        if self.locale.as_deref().is_some_and(|tag| !is_word(tag, "-")) {
            return refuse("locale", "a language such as zh-Hant-HK");
        }
        if self.updated_at.is_some_and(|seconds| !(0..=253_402_300_799).contains(&seconds)) {
            return refuse("updated_at", "seconds since 1970-01-01T00:00:00Z");
        }
        match &self.address {
            Some(address) if !address.is_plausible() => {
                refuse("address", "at least one part, each of 1 to 500 characters")
            }
            _ => Ok(()),
        }
    }
}

impl Address {
    fn is_plausible(&self) -> bool {
        let all =
            [&self.formatted, &self.street_address, &self.locality, &self.region, &self.postal_code, &self.country];
        let fits = |text: &String| {
            (1..=500).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() && c != '\n')
        };
        all.iter().any(|part| part.is_some()) && all.into_iter().flatten().all(fits)
    }
}

/// Letters, digits, and these.
fn is_word(text: &str, others: &str) -> bool {
    (1..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(…)")
    }
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Profile(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(json: &str) -> Option<&'static str> {
        match serde_json::from_str::<Profile>(json).unwrap().check() {
            Ok(()) => None,
            Err(Refusal::Field { field, .. }) => Some(field),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_claim_is_taken_or_refused_by_its_name() {
        let whole = r#"{"given_name":"Tai Man","family_name":"CHAN","middle_name":"M","nickname":"Man","gender":"male",
            "preferred_username":"taiman","profile":"https://a.example/p","picture":"https://a.example/p.png",
            "website":"https://a.example/","zoneinfo":"Asia/Hong_Kong","locale":"zh-Hant-HK","updated_at":1700000000,
            "address":{"formatted":"1 Rock Road\nKowloon"},"email_verified":true,"phone_number_verified":true}"#;
        assert_eq!(refused(whole), None);
        for (json, field) in [
            (r#"{"given_name":""}"#, "given_name"),
            (r#"{"family_name":" CHAN"}"#, "family_name"),
            (r#"{"website":"javascript:alert(1)"}"#, "website"),
            (r#"{"picture":"data:image/png,x"}"#, "picture"),
            (r#"{"zoneinfo":"<b>"}"#, "zoneinfo"),
            (r#"{"locale":"zh Hant"}"#, "locale"),
            (r#"{"updated_at":-1}"#, "updated_at"),
            (r#"{"address":{}}"#, "address"),
            (r#"{"address":{"country":""}}"#, "address"),
        ] {
            assert_eq!(refused(json), Some(field), "{json}");
        }
    }

    #[test]
    fn an_address_fits_on_one_line() {
        let parts = Address { locality: Some("旺角".into()), country: Some("HK".into()), ..Address::default() };
        assert_eq!(parts.line(), "旺角, HK");
        let formatted = Address { formatted: Some("1 Rock Road\nKowloon".into()), ..parts };
        assert_eq!(formatted.line(), "1 Rock Road, Kowloon");
    }
}
