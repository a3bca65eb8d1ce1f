//! What a client is told about a resident: the claims that were granted, with the values on record.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::claims::Claim;
use super::locale::ClaimsLocale;
use super::scope::Scopes;

/// The answer of the userinfo endpoint (OpenID Connect Core, section 5.3.2).
#[derive(Clone, PartialEq, Eq)]
pub enum UserinfoResponse {
    /// The claims, as `application/json`.
    Claims(Map<String, Value>),
    /// The claims as a signed token, perhaps encrypted, as `application/jwt`.
    Token(String),
}

/// Without what it tells.
impl std::fmt::Debug for UserinfoResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Claims(_) => "UserinfoResponse::Claims(…)",
            Self::Token(_) => "UserinfoResponse::Token(…)",
        })
    }
}

/// A resident's attributes as claim values.
pub(crate) struct ClaimValues {
    /// An attribute that is not on record has no entry.
    pub(crate) values: BTreeMap<Claim, Value>,
    /// Whether somebody has seen that the e-mail address reaches them.
    pub(crate) is_email_verified: bool,
    /// Whether somebody has seen that the telephone number reaches them.
    pub(crate) is_phone_number_verified: bool,
}

/// The granted claims as JSON, in one language or in all.
pub(crate) fn told(
    granted: &BTreeSet<Claim>,
    on_record: &ClaimValues,
    locale: Option<ClaimsLocale>,
) -> Map<String, Value> {
    let mut told = Map::new();
    for claim in granted {
        let Some(value) = on_record.values.get(claim) else { continue };
        told.insert(claim.as_str().to_owned(), value.clone());
        match claim {
            Claim::Email => told.insert("email_verified".to_owned(), on_record.is_email_verified.into()),
            Claim::PhoneNumber => {
                told.insert("phone_number_verified".to_owned(), on_record.is_phone_number_verified.into())
            }
            _ => None,
        };
    }
    if let Some(locale) = locale {
        locale.choose(&mut told);
    }
    told
}

/// What is left of the granted claims when a token reaches less than was granted: those that belong to a scope which
/// was given up are no longer told.
pub(crate) fn within(mut claims: BTreeSet<Claim>, granted: &Scopes, left: &Scopes) -> BTreeSet<Claim> {
    let (granted, left) = (granted.claims(), left.claims());
    claims.retain(|claim| !granted.contains(claim) || left.contains(claim));
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_of_a_scope_that_was_given_up_are_not_told() {
        let scopes = |text: &str| Scopes::from(text.to_owned());
        let claims: BTreeSet<_> = [Claim::Name, Claim::Email, Claim::Birthdate].into();
        let (granted, left) = (scopes("openid profile email"), scopes("openid profile"));
        assert_eq!(within(claims.clone(), &granted, &left), [Claim::Name, Claim::Birthdate].into());
        assert_eq!(within(claims.clone(), &granted, &granted), claims);
    }

    #[test]
    fn only_what_was_granted_and_is_on_record_is_told() {
        let values = [(Claim::Name, "CHAN Tai Man"), (Claim::Hkid, "A123456(3)"), (Claim::PhoneNumber, "+85291234567")]
            .map(|(claim, value)| (claim, Value::from(value)))
            .into();
        let values = ClaimValues { values, is_email_verified: true, is_phone_number_verified: false };
        let granted = [Claim::Name, Claim::Email, Claim::PhoneNumber].into();
        let told = Value::from(told(&granted, &values, None));
        assert_eq!(
            told,
            serde_json::json!({
                "name": "CHAN Tai Man", "phone_number": "+85291234567", "phone_number_verified": false
            })
        );
    }
}
