//! Scopes (OpenID Connect Core, section 5.4): names for groups of claims.

use std::collections::BTreeSet;

use super::claims::Claim;
use super::error::{ErrorCode, OAuthError};

/// A scope that this provider knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Sign-in itself. Every request has it.
    Openid,
    /// Names, the birth date and whatever else people say about themselves.
    Profile,
    /// The e-mail address.
    Email,
    /// The postal address.
    Address,
    /// The telephone number.
    Phone,
    /// The date of birth alone.
    Birthdate,
    /// The number of the Hong Kong identity card.
    Hkid,
    /// Tokens when the resident is not there (section 11): a refresh token.
    OfflineAccess,
}

impl Scope {
    /// Every scope, in the order in which they are written.
    pub const ALL: [Self; 8] = [
        Self::Openid,
        Self::Profile,
        Self::Email,
        Self::Address,
        Self::Phone,
        Self::Birthdate,
        Self::Hkid,
        Self::OfflineAccess,
    ];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Birthdate => "birthdate",
            Self::Hkid => "hkid",
            Self::OfflineAccess => "offline_access",
        }
    }

    /// The scope with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }

    /// The claims that it stands for.
    pub const fn claims(self) -> &'static [Claim] {
        match self {
            Self::Openid | Self::OfflineAccess => &[],
            Self::Profile => &[
                Claim::Name,
                Claim::NameZhHant,
                Claim::GivenName,
                Claim::FamilyName,
                Claim::MiddleName,
                Claim::Nickname,
                Claim::PreferredUsername,
                Claim::Gender,
                Claim::Birthdate,
                Claim::Profile,
                Claim::Picture,
                Claim::Website,
                Claim::Zoneinfo,
                Claim::Locale,
                Claim::UpdatedAt,
            ],
            Self::Email => &[Claim::Email],
            Self::Address => &[Claim::Address],
            Self::Phone => &[Claim::PhoneNumber],
            Self::Birthdate => &[Claim::Birthdate],
            Self::Hkid => &[Claim::Hkid],
        }
    }
}

/// A set of scopes, written with spaces between them.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Reads what a request asks for: order does not matter, unknown scopes are ignored, and so is `offline_access`
    /// where the client cannot have it (OpenID Connect Core, section 11).
    ///
    /// # Errors
    /// `invalid_scope` when `openid` is missing, or a scope is asked for that the client was not allowed.
    pub fn asked(text: Option<&str>, allowed: &Self) -> Result<Self, OAuthError> {
        let refuse = |why| OAuthError::new(ErrorCode::InvalidScope, why).of("scope");
        let mut asked = Self::from(text.unwrap_or_default().to_owned());
        asked.0.retain(|scope| *scope != Scope::OfflineAccess || allowed.contains(Scope::OfflineAccess));
        if !asked.contains(Scope::Openid) {
            return Err(refuse("it must contain openid"));
        }
        if !asked.0.is_subset(&allowed.0) {
            return Err(refuse("the client is not registered for all of these"));
        }
        Ok(asked)
    }

    /// Reads what a client asks for when it refreshes: the same or less (RFC 6749, section 6).
    ///
    /// # Errors
    /// `invalid_scope` for anything beyond.
    pub fn narrowed(&self, text: Option<&str>) -> Result<Self, OAuthError> {
        let Some(text) = text else { return Ok(self.clone()) };
        let granted = |name| Scope::from_name(name).filter(|scope| self.contains(*scope));
        let names = text.split(' ').filter(|name| !name.is_empty());
        let refused = OAuthError::new(ErrorCode::InvalidScope, "it was not granted all of these").of("scope");
        names.map(|name| granted(name).ok_or(refused)).collect()
    }

    /// The same without `scope`.
    #[must_use]
    pub fn without(mut self, scope: Scope) -> Self {
        self.0.remove(&scope);
        self
    }

    /// Whether `scope` is among them.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// The scopes, in order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.iter().map(Scope::as_str)
    }

    /// The claims that all of them stand for.
    pub fn claims(&self) -> BTreeSet<Claim> {
        self.iter().flat_map(Scope::claims).copied().collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.names().collect();
        f.write_str(&names.join(" "))
    }
}

/// Takes the scopes that are known.
impl From<String> for Scopes {
    fn from(text: String) -> Self {
        text.split(' ').filter_map(Scope::from_name).collect()
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_scopes_does_not_matter_and_unknown_ones_are_ignored() {
        let allowed: Scopes = Scope::ALL.into_iter().collect();
        let asked = Scopes::asked(Some("hkid shoe_size openid profile"), &allowed).unwrap();
        assert_eq!(asked.to_string(), "openid profile hkid");
    }

    #[test]
    fn a_scope_that_the_client_may_not_have_is_refused() {
        let allowed = Scopes::from("openid profile".to_owned());
        for wrong in [None, Some(""), Some("profile"), Some("openid hkid")] {
            assert_eq!(Scopes::asked(wrong, &allowed).unwrap_err().code, ErrorCode::InvalidScope, "{wrong:?}");
        }
    }

    #[test]
    fn offline_access_is_ignored_where_it_cannot_be() {
        let allowed = Scopes::from("openid profile".to_owned());
        assert_eq!(Scopes::asked(Some("openid offline_access"), &allowed).unwrap().to_string(), "openid");
    }

    #[test]
    fn scopes_are_narrowed_and_never_widened() {
        let granted = Scopes::from("openid profile offline_access".to_owned());
        assert_eq!(granted.narrowed(None).unwrap(), granted);
        assert_eq!(granted.narrowed(Some("profile openid")).unwrap().to_string(), "openid profile");
        for wider in ["openid email", "openid shoe_size"] {
            assert_eq!(granted.narrowed(Some(wider)).unwrap_err().code, ErrorCode::InvalidScope, "{wider}");
        }
    }

    #[test]
    fn profile_stands_for_what_the_standard_says_and_never_for_the_identity_card_number() {
        let told: Vec<_> = Scope::Profile.claims().iter().map(|claim| claim.as_str()).collect();
        let standard = "name family_name given_name middle_name nickname preferred_username profile picture website \
            gender birthdate zoneinfo locale updated_at";
        assert!(standard.split(' ').all(|name| told.contains(&name)), "OpenID Connect Core, section 5.4: {told:?}");
        let everything_usual = Scopes::from("openid profile email address phone".to_owned()).claims();
        assert!(!everything_usual.contains(&Claim::Hkid));
    }
}
