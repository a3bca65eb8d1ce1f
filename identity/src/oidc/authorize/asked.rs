//! Which attributes a request comes down to: from its scopes and its `claims`, within what the client may ask.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

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
}

impl Asked {
    /// Brings scopes and claims together. A claim that the client may not have is left out without a word
    /// (OpenID Connect Core, section 5.5.1: not even an essential claim makes a request fail).
    pub fn new(scopes: &Scopes, claims: &ClaimsRequest, allowed: &BTreeSet<Claim>) -> Self {
        let mut asked = Self { required: scopes.claims(), userinfo: scopes.claims(), ..Self::default() };
        for (members, place) in [(&claims.userinfo, &mut asked.userinfo), (&claims.id_token, &mut asked.id_token)] {
            for (claim, necessity) in members.iter().filter(|(claim, _)| allowed.contains(claim)) {
                place.insert(*claim);
                match necessity {
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
    fn an_optional_attribute_is_granted_only_when_chosen_and_nothing_unasked_ever() {
        let asked = asked("openid phone", r#"{"userinfo":{"email":null}}"#);
        assert_eq!(asked.granted(&BTreeSet::new()), [Claim::PhoneNumber].into());
        let everything: BTreeSet<_> = Claim::ALL.into_iter().collect();
        assert_eq!(asked.granted(&everything), [Claim::PhoneNumber, Claim::Email].into());
    }
}
