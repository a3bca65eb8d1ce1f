//! How far the sign-in must be trusted, and how far the client would like it to be (`acr`: OpenID Connect Core,
//! sections 3.1.2.1 and 5.5.1.1). Pure.
//!
//! Levels are ordered: whoever signed in at a higher one satisfies a lower one too.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::authenticator::{Assurance, SignInMethod};
use crate::oidc::claims::AcrClaim;
use crate::oidc::client::Client;

/// What a request says about `acr`. Levels that nobody can reach at this client are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcrRequest {
    /// The levels of which the id_token must name one. None left: the request cannot be met.
    needed: Option<BTreeSet<Assurance>>,
    /// The level that the client likes best.
    wished: Option<Assurance>,
}

impl AcrRequest {
    /// Brings `acr_values` and the claim `acr` together. Levels that are unknown here count as out of reach.
    pub fn read(acr_values: Option<&str>, claim: &AcrClaim, client: &Client) -> Self {
        let reachable = client.sign_in_methods.iter().map(|method| method.assurance()).max();
        let level = |name: &str| Assurance::parse(name).filter(|level| Some(*level) <= reachable);
        let claimed: Vec<_> = claim.values.iter().filter_map(|name| level(name)).collect();
        if claim.essential && !claim.values.is_empty() {
            return Self { needed: Some(claimed.into_iter().collect()), wished: None };
        }
        let listed = acr_values.unwrap_or_default().split_ascii_whitespace().filter_map(level);
        Self { needed: None, wished: claimed.into_iter().chain(listed).next() }
    }

    /// Whether no way of signing in that the client takes leads to a level that it needs.
    pub fn is_out_of_reach(&self) -> bool {
        self.needed.as_ref().is_some_and(BTreeSet::is_empty)
    }

    /// Whether a sign-in at this level will do.
    pub fn is_met_by(&self, acr: Assurance) -> bool {
        self.needed.as_ref().is_none_or(|needed| needed.iter().any(|level| *level <= acr))
    }

    /// Whether signing in again could come closer to what the client would like.
    pub fn wishes_more_than(&self, acr: Assurance) -> bool {
        self.wished.is_some_and(|wished| wished > acr)
    }

    /// Whether this way of signing in is worth offering.
    pub fn admits(&self, method: SignInMethod) -> bool {
        self.is_met_by(method.assurance())
    }

    /// What the id_token says of a sign-in at this level: the level itself, or, where the client needs one of some,
    /// the highest of these that it satisfies.
    pub fn told(&self, acr: Assurance) -> Assurance {
        let among = self.needed.as_ref().and_then(|needed| needed.range(..=acr).next_back());
        among.copied().unwrap_or(acr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::testing::RelyingParty;
    use Assurance::{High, Low, Substantial};

    /// What a client that takes both ways of signing in comes to.
    fn read(acr_values: &[Assurance], essential: bool, values: &[&str]) -> AcrRequest {
        let mut client = RelyingParty::new("shop", SigningAlgorithm::Es256).client();
        client.sign_in_methods = SignInMethod::ALL.into();
        let listed = acr_values.iter().map(|level| level.as_str()).collect::<Vec<_>>().join(" ");
        let claim = AcrClaim { essential, values: values.iter().map(|value| (*value).to_owned()).collect() };
        AcrRequest::read(Some(&listed), &claim, &client)
    }

    #[test]
    fn a_needed_level_is_met_by_itself_and_by_higher_ones_and_named_as_asked() {
        let low = read(&[], true, &[Low.as_str()]);
        assert!(low.is_met_by(Low) && low.is_met_by(Substantial) && low.admits(SignInMethod::Password));
        assert_eq!(low.told(Substantial), Low);
        let more = read(&[], true, &["unknown", High.as_str(), Substantial.as_str()]);
        assert!(!more.is_met_by(Low) && more.is_met_by(Substantial) && !more.admits(SignInMethod::Password));
        assert_eq!(more.told(Substantial), Substantial);
    }

    #[test]
    fn what_nobody_can_reach_is_out_of_reach_only_when_it_is_needed() {
        for values in [&[High.as_str()][..], &["unknown"]] {
            assert!(read(&[], true, values).is_out_of_reach(), "{values:?}");
            let wished = read(&[], false, values);
            assert!(!wished.is_out_of_reach() && wished.is_met_by(Low) && !wished.wishes_more_than(Low));
        }
        assert_eq!(read(&[], true, &[]), AcrRequest::default(), "every id_token has an acr");
    }

    #[test]
    fn a_wish_is_the_first_level_that_can_be_reached() {
        assert!(read(&[High, Substantial, Low], false, &[]).wishes_more_than(Low));
        let modest = read(&[Low, Substantial], false, &[]);
        assert!(!modest.wishes_more_than(Low));
        assert_eq!(modest.told(Substantial), Substantial, "a wish changes nothing about the truth");
        assert!(read(&[Low], false, &[Substantial.as_str()]).wishes_more_than(Low), "the claim goes before the list");
    }

    #[test]
    fn a_client_that_takes_passwords_only_reaches_no_more_than_they_give() {
        let mut client = RelyingParty::new("shop", SigningAlgorithm::Es256).client();
        client.sign_in_methods = [SignInMethod::Password].into();
        let claim = AcrClaim { essential: true, values: vec![Substantial.as_str().to_owned()] };
        assert!(AcrRequest::read(None, &claim, &client).is_out_of_reach());
    }
}
