//! Claims about a resident (OpenID Connect Core, section 5): their names, how they are asked for, and who may ask.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::OAuthError;

/// An attribute that a relying party can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Claim {
    /// The name in English.
    Name,
    /// The name in Chinese, tagged with its language and script (section 5.2).
    NameZhHant,
    /// Given names.
    GivenName,
    /// The surname.
    FamilyName,
    /// Middle names.
    MiddleName,
    /// What they are called.
    Nickname,
    /// What they would like to be called by services.
    PreferredUsername,
    /// Gender, as registered.
    Gender,
    /// The date of birth, as `YYYY-MM-DD`.
    Birthdate,
    /// The number of the Hong Kong identity card, as printed on it: `A123456(3)`. Not a standard claim.
    Hkid,
    /// The e-mail address; `email_verified` comes with it.
    Email,
    /// The telephone number in E.164 form; `phone_number_verified` comes with it.
    PhoneNumber,
    /// The postal address, as an object (section 5.1.1).
    Address,
    /// Their own page.
    Profile,
    /// A picture of them.
    Picture,
    /// Their website.
    Website,
    /// The time zone, such as Asia/Hong_Kong.
    Zoneinfo,
    /// The language, such as zh-Hant-HK.
    Locale,
    /// When any of this was last changed, in seconds.
    UpdatedAt,
}

impl Claim {
    /// Every claim, in the order in which the consent page shows them.
    pub const ALL: [Self; 19] = [
        Self::Name,
        Self::NameZhHant,
        Self::GivenName,
        Self::FamilyName,
        Self::MiddleName,
        Self::Nickname,
        Self::PreferredUsername,
        Self::Gender,
        Self::Birthdate,
        Self::Hkid,
        Self::Email,
        Self::PhoneNumber,
        Self::Address,
        Self::Profile,
        Self::Picture,
        Self::Website,
        Self::Zoneinfo,
        Self::Locale,
        Self::UpdatedAt,
    ];

    /// Those that a resident wants to know are kept back, when they are.
    pub const SENSITIVE: [Self; 7] =
        [Self::Name, Self::NameZhHant, Self::Birthdate, Self::Hkid, Self::Email, Self::PhoneNumber, Self::Address];

    /// The name of the claim.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NameZhHant => "name#zh-Hant",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::MiddleName => "middle_name",
            Self::Nickname => "nickname",
            Self::PreferredUsername => "preferred_username",
            Self::Gender => "gender",
            Self::Birthdate => "birthdate",
            Self::Hkid => "hkid",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::Address => "address",
            Self::Profile => "profile",
            Self::Picture => "picture",
            Self::Website => "website",
            Self::Zoneinfo => "zoneinfo",
            Self::Locale => "locale",
            Self::UpdatedAt => "updated_at",
        }
    }

    /// The claim with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|claim| claim.as_str() == name)
    }
}

impl TryFrom<String> for Claim {
    type Error = &'static str;
    fn try_from(name: String) -> Result<Self, &'static str> {
        Self::from_name(&name).ok_or("unknown claim")
    }
}

impl From<Claim> for &'static str {
    fn from(claim: Claim) -> Self {
        claim.as_str()
    }
}

/// Claims as one text, with spaces between them.
pub(crate) fn join(claims: &BTreeSet<Claim>) -> String {
    claims.iter().map(|claim| claim.as_str()).collect::<Vec<_>>().join(" ")
}

/// The claims in such a text.
pub(crate) fn split(text: &str) -> BTreeSet<Claim> {
    text.split(' ').filter_map(Claim::from_name).collect()
}

/// Whether the resident may keep an attribute back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Necessity {
    /// The service needs it: without it there is no sign-in there.
    Required,
    /// The service would like it; the resident may leave it out.
    Optional,
}

/// The `claims` parameter (section 5.5). What is unknown in it is ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    /// Claims for the userinfo endpoint.
    pub userinfo: BTreeMap<Claim, Wish>,
    /// Claims for the id_token.
    pub id_token: BTreeMap<Claim, Wish>,
    /// The answer may only be about one of these subjects (section 5.5.1, `sub` with a `value` or `values`).
    pub subject: Option<BTreeSet<String>>,
    /// How far the sign-in must be trusted (section 5.5.1.1).
    pub acr: AcrClaim,
}

/// How one claim is asked for (section 5.5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// `"essential": true` makes it required.
    pub necessity: Necessity,
    /// `value` or `values`: it is worth telling only when it is one of these. None: whatever it is.
    pub values: Vec<Value>,
}

/// The claim `acr` as it is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcrClaim {
    /// Whether a sign-in at another level is as good as none.
    pub essential: bool,
    /// The levels, the one liked best first.
    pub values: Vec<String>,
}

impl ClaimsRequest {
    /// Reads the parameter.
    ///
    /// # Errors
    /// `invalid_request` when it is not a JSON object with objects in it.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let malformed = OAuthError::invalid_request("it is not a JSON object of claims").of("claims");
        let json: Value = serde_json::from_str(text).map_err(|_| malformed)?;
        let json = json.as_object().ok_or(malformed)?;
        let mut request = Self::default();
        for (member, claims) in [("userinfo", &mut request.userinfo), ("id_token", &mut request.id_token)] {
            let Some(asked) = json.get(member).filter(|asked| !asked.is_null()) else { continue };
            for (name, how) in asked.as_object().ok_or(malformed)? {
                let essential = how.get("essential").and_then(Value::as_bool).unwrap_or(false);
                let necessity = if essential { Necessity::Required } else { Necessity::Optional };
                let values = values(how);
                match name.as_str() {
                    "sub" if !values.is_empty() => {
                        let named: BTreeSet<_> = texts(&values).collect();
                        // Asked for in both places, it must be right in both.
                        request.subject = Some(request.subject.map_or(named.clone(), |before| &before & &named));
                    }
                    // The level of a sign-in stands in the id_token.
                    "acr" if member == "id_token" => {
                        request.acr = AcrClaim { essential, values: texts(&values).collect() };
                    }
                    name => claims.extend(Claim::from_name(name).map(|claim| (claim, Wish { necessity, values }))),
                }
            }
        }
        Ok(request)
    }
}

/// What `value` or `values` say.
fn values(how: &Value) -> Vec<Value> {
    let one = how.get("value").filter(|value| !value.is_null());
    let some = how.get("values").and_then(Value::as_array);
    one.into_iter().chain(some.into_iter().flatten()).cloned().collect()
}

/// The same as texts. What is none stays something that nobody is called.
fn texts(values: &[Value]) -> impl Iterator<Item = String> + '_ {
    values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wish(necessity: Necessity) -> Wish {
        Wish { necessity, values: Vec::new() }
    }

    #[test]
    fn a_value_or_one_of_some_values_can_be_asked_for() {
        let text = r#"{"userinfo":{"email":{"value":"a@b.hk"},"sub":{"values":["a","b"]},"acr":{"essential":true}},
                       "id_token":{"gender":{"values":["female","other"],"essential":true},"sub":{"values":["b",3]}}}"#;
        let request = ClaimsRequest::parse(text).unwrap();
        assert_eq!(request.userinfo[&Claim::Email].values, ["a@b.hk"]);
        assert_eq!(request.id_token[&Claim::Gender].values, ["female", "other"]);
        assert_eq!(request.subject, Some(["b".to_owned()].into()), "in both places");
        assert_eq!(request.acr, AcrClaim::default(), "acr stands in the id_token");
        let numbered = ClaimsRequest::parse(r#"{"id_token":{"sub":{"value":7}}}"#).unwrap();
        assert_eq!(numbered.subject, Some(["7".to_owned()].into()), "nobody, not anybody");
    }

    #[test]
    fn claims_are_read_and_unknown_ones_ignored() {
        let text = r#"{"userinfo":{"hkid":{"essential":true},"email":null,"shoe_size":null,"name#zh-Hant":{"essential":false}},
                       "id_token":{"birthdate":null,"acr":{"values":["x"]},"sub":{"value":"abc"}},"other":{}}"#;
        let request = ClaimsRequest::parse(text).unwrap();
        assert_eq!(
            request.userinfo,
            [
                (Claim::NameZhHant, wish(Necessity::Optional)),
                (Claim::Hkid, wish(Necessity::Required)),
                (Claim::Email, wish(Necessity::Optional))
            ]
            .into()
        );
        assert_eq!(request.id_token, [(Claim::Birthdate, wish(Necessity::Optional))].into());
        assert_eq!(request.subject, Some(["abc".to_owned()].into()));
        assert_eq!(request.acr, AcrClaim { essential: false, values: vec!["x".to_owned()] });
    }

    #[test]
    fn what_is_not_an_object_of_claims_is_refused() {
        for wrong in ["", "null", "[]", r#"{"userinfo":[]}"#, r#"{"id_token":"name"}"#, "{"] {
            let refused = ClaimsRequest::parse(wrong).unwrap_err();
            assert_eq!((refused.code.as_str(), refused.parameter), ("invalid_request", Some("claims")), "{wrong}");
        }
        assert_eq!(ClaimsRequest::parse(r#"{"userinfo":null}"#).unwrap(), ClaimsRequest::default());
    }

    #[test]
    fn a_set_of_claims_survives_its_text() {
        let all: BTreeSet<_> = Claim::ALL.into_iter().collect();
        assert_eq!(split(&join(&all)), all);
        assert!(split("").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in r#"[{}\[\]":,a-z_#0-9 ]{0,80}"#) {
            let _ = ClaimsRequest::parse(&text);
        }
    }
}
