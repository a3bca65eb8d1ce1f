//! Which attributes a request comes down to: from its scopes and its `claims`, within what the client may ask.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::oidc::claims::{Claim, ClaimsRequest, Necessity};
use crate::oidc::scope::Scopes;

/// The attributes that a request asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What the service needs: claims of the scopes, and claims marked essential.
    pub required: BTreeSet<Claim>,
    /// What the resident may leave out: claims asked for one by one and not marked essential.
    pub optional: BTreeSet<Claim>,
    /// Those among them that the userinfo endpoint tells.
    pub userinfo: BTreeSet<Claim>,
    /// Those among them that the id_token carries.
    pub id_token: BTreeSet<Claim>,
    /// The userinfo endpoint tells these only when they have one of these values.
    #[serde(default)]
    userinfo_values: Values,
    /// The same for the id_token.
    #[serde(default)]
    id_token_values: Values,
}

type Values = BTreeMap<Claim, Vec<Value>>;

impl Asked {
    /// Brings scopes and claims together. A claim that the client may not have is left out without a word
    /// (OpenID Connect Core, section 5.5.1: not even an essential claim makes a request fail).
    pub fn new(scopes: &Scopes, claims: &ClaimsRequest, allowed: &BTreeSet<Claim>) -> Self {
        let mut asked = Self { required: scopes.claims(), userinfo: scopes.claims(), ..Self::default() };
        let userinfo = (&claims.userinfo, &mut asked.userinfo, &mut asked.userinfo_values);
        let id_token = (&claims.id_token, &mut asked.id_token, &mut asked.id_token_values);
        for (members, place, values) in [userinfo, id_token] {
            for (claim, wish) in members.iter().filter(|(claim, _)| allowed.contains(claim)) {
                // What a scope asks for as well is told whatever it is.
                if place.insert(*claim) && !wish.values.is_empty() {
                    values.insert(*claim, wish.values.clone());
                }
                match wish.necessity {
                    Necessity::Required => asked.required.insert(*claim),
                    Necessity::Optional => asked.optional.insert(*claim),
                };
            }
        }
        asked.optional = asked.optional.difference(&asked.required).copied().collect();
        asked
    }

    /// Every attribute with its necessity, in the order of the consent page.
    pub fn all(&self) -> impl Iterator<Item = (Claim, Necessity)> + '_ {
        let required = self.required.iter().map(|claim| (*claim, Necessity::Required));
        let optional = self.optional.iter().map(|claim| (*claim, Necessity::Optional));
        required.chain(optional)
    }

    /// Whether it matters what is on record: otherwise nobody need look.
    pub fn depends_on_values(&self) -> bool {
        !(self.userinfo_values.is_empty() && self.id_token_values.is_empty())
    }

    /// What of the granted claims the userinfo endpoint tells and the id_token carries. The client learns what the
    /// resident agreed to, but a claim that it wants with a certain value only when it has that one.
    pub fn places(
        &self,
        granted: &BTreeSet<Claim>,
        on_record: &BTreeMap<Claim, Value>,
    ) -> (BTreeSet<Claim>, BTreeSet<Claim>) {
        let is_wanted = |values: &Values, claim: &Claim| {
            values.get(claim).is_none_or(|wanted| on_record.get(claim).is_some_and(|value| wanted.contains(value)))
        };
        let of = |place: &BTreeSet<Claim>, values: &Values| {
            place.intersection(granted).filter(|claim| is_wanted(values, claim)).copied().collect()
        };
        (of(&self.userinfo, &self.userinfo_values), of(&self.id_token, &self.id_token_values))
    }

    /// What is granted when the resident agrees and leaves in what is in `chosen`.
    pub fn granted(&self, chosen: &BTreeSet<Claim>) -> BTreeSet<Claim> {
        self.required.iter().chain(self.optional.intersection(chosen)).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(scope: &str, claims: &str) -> Asked {
        let allowed = [Claim::PhoneNumber, Claim::Email, Claim::Birthdate].into();
        Asked::new(&Scopes::from(scope.to_owned()), &ClaimsRequest::parse(claims).unwrap(), &allowed)
    }

    #[test]
    fn scopes_and_essential_claims_are_required_the_rest_is_optional() {
        let asked = asked(
            "openid phone",
            r#"{"userinfo":{"email":null,"phone_number":null},"id_token":{"birthdate":{"essential":true},"email":null}}"#,
        );
        assert_eq!(asked.required, [Claim::PhoneNumber, Claim::Birthdate].into());
        assert_eq!(asked.optional, [Claim::Email].into());
        assert_eq!(asked.userinfo, [Claim::PhoneNumber, Claim::Email].into());
        assert_eq!(asked.id_token, [Claim::Birthdate, Claim::Email].into());
    }

    #[test]
    fn what_the_client_may_not_have_is_left_out() {
        let asked = asked("openid", r#"{"userinfo":{"hkid":{"essential":true}}}"#);
        assert_eq!(asked, Asked::default());
    }

    #[test]
    fn a_value_that_is_asked_for_is_told_when_it_is_so() {
        let asked = asked(
            "openid phone",
            r#"{"userinfo":{"email":{"value":"a@b.hk"},"phone_number":{"value":"+85290000000"}},
                "id_token":{"birthdate":{"values":["1990-02-28","1990-03-01"]},"email":null}}"#,
        );
        assert!(asked.depends_on_values());
        let everything: BTreeSet<_> = Claim::ALL.into_iter().collect();
        let told = |birthdate: &str, email: &str| {
            let on_record = [(Claim::Birthdate, birthdate.into()), (Claim::Email, email.into())].into();
            asked.places(&everything, &on_record)
        };
        let (phone, email, birthdate) = (Claim::PhoneNumber, Claim::Email, Claim::Birthdate);
        assert_eq!(told("1990-03-01", "a@b.hk"), ([phone, email].into(), [email, birthdate].into()));
        assert_eq!(told("1990-03-02", "other@b.hk"), ([phone].into(), [email].into()));
        assert_eq!(asked.places(&[phone].into(), &BTreeMap::new()), ([phone].into(), BTreeSet::new()));
    }

    #[test]
    fn an_optional_attribute_is_granted_only_when_chosen_and_nothing_unasked_ever() {
        let asked = asked("openid phone", r#"{"userinfo":{"email":null}}"#);
        assert_eq!(asked.granted(&BTreeSet::new()), [Claim::PhoneNumber].into());
        let everything: BTreeSet<_> = Claim::ALL.into_iter().collect();
        assert_eq!(asked.granted(&everything), [Claim::PhoneNumber, Claim::Email].into());
    }
}
