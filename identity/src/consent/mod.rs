//! What a resident agreed that a relying party may know. Pure; the store keeps it.

use std::collections::BTreeSet;

use store::Timestamp;

use crate::resident::ResidentId;

store::identifier! {
    /// One consent, from when it was first given until it is withdrawn. Codes and tokens stand on it.
    pub struct ConsentId;
}

/// Scopes and claims: what is asked for, or what was granted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extent {
    /// Scopes (RFC 6749, section 3.3), `offline_access` among them.
    pub scopes: BTreeSet<String>,
    /// Claims by name (OpenID Connect Core, section 5.1), those that scopes stand for included.
    pub claims: BTreeSet<String>,
}

impl Extent {
    /// From names.
    pub fn new<S: Into<String>>(scopes: impl IntoIterator<Item = S>, claims: impl IntoIterator<Item = S>) -> Self {
        Self {
            scopes: scopes.into_iter().map(Into::into).collect(),
            claims: claims.into_iter().map(Into::into).collect(),
        }
    }

    /// Both together.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self { scopes: &self.scopes | &other.scopes, claims: &self.claims | &other.claims }
    }
}

/// What one resident granted one relying party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Which consent.
    pub id: ConsentId,
    /// Who granted.
    pub resident: ResidentId,
    /// To whom.
    pub client_id: String,
    /// What.
    pub granted: Extent,
    /// When first.
    pub granted_at: Timestamp,
    /// When last changed.
    pub changed_at: Timestamp,
}

/// Whether everything that is asked for was agreed to before, so that the resident need not be asked again.
pub fn is_covered(asked: &Extent, remembered: Option<&Consent>) -> bool {
    remembered.is_some_and(|consent| {
        asked.scopes.is_subset(&consent.granted.scopes) && asked.claims.is_subset(&consent.granted.claims)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_agreed_to_is_covered() {
        let granted = Extent::new(["openid", "profile"], ["name", "birthdate"]);
        let now = Timestamp::from_seconds(1);
        let consent = Consent {
            id: ConsentId::new(now, &[1; 10]),
            resident: ResidentId::new(now, &[2; 10]),
            client_id: "transport".to_owned(),
            granted: granted.clone(),
            granted_at: now,
            changed_at: now,
        };
        assert!(is_covered(&granted, Some(&consent)));
        assert!(is_covered(&Extent::new(["openid"], ["name"]), Some(&consent)));
        assert!(!is_covered(&Extent::new(["openid"], ["name", "hkid"]), Some(&consent)));
        assert!(!is_covered(&Extent::new(["openid", "offline_access"], ["name"]), Some(&consent)));
        assert!(!is_covered(&Extent::new(["openid"], []), None));
        assert_eq!(granted.union(&Extent::new([], ["hkid"])).claims.len(), 3);
    }
}
