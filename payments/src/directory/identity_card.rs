//! Identity card numbers as proxies: by them institutions pay benefits, refunds and salaries to people of whom they know
//! nothing else.
//!
//! Such a number belongs to one person for life, is known to many, and opens more doors than this one. So only its
//! holder's own account is registered under it, only institutions are answered, and the directory keeps a keyed hash of
//! it and nothing else. Outside, the token of the account stands for it.

use super::{DirectoryKeys, Identification, IdentificationKind, LookupRequest, OwnerKind, ProxyKind, Registration};

/// The account is not the holder's: of an organisation, or of somebody with another identity card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an identity card number leads to an account of its holder")]
pub struct NotItsHolder;

/// Only institutions pay identity card numbers, and the payer is none, or is not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only institutions look up identity card numbers: name a payer that is an organisation")]
pub struct InstitutionsOnly;

impl Registration {
    /// The same; for an identity card number with its holder as the owner.
    ///
    /// # Errors
    /// [`NotItsHolder`] when another owner is given.
    pub fn by_its_holder(mut self, keys: &DirectoryKeys) -> Result<Self, NotItsHolder> {
        if self.proxy.kind() == ProxyKind::Hkid {
            let card = Identification::parse(IdentificationKind::Hkid, self.proxy.value()).map_err(|_| NotItsHolder)?;
            let holder = keys.owner_key(&card);
            let is_holders = self.owner.kind() == OwnerKind::Person && self.owner_key.is_none_or(|key| key == holder);
            self.owner_key = Some(holder).filter(|_| is_holders);
            if !is_holders {
                return Err(NotItsHolder);
            }
        }
        Ok(self)
    }
}

impl LookupRequest {
    /// Whether whoever pays may ask for a proxy of this kind.
    ///
    /// # Errors
    /// [`InstitutionsOnly`] for identity card numbers, unless the payer is a named organisation.
    pub fn may_be_asked(&self) -> Result<(), InstitutionsOnly> {
        let is_institution = self.payer.is_named() && self.payer.kind() == OwnerKind::Organisation;
        if self.proxy.kind() == ProxyKind::Hkid && !is_institution { Err(InstitutionsOnly) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{AccountNumber, Currencies, Owner, Payer, Proxy};

    fn registration(kind: OwnerKind) -> Registration {
        Registration {
            proxy: Proxy::parse(ProxyKind::Hkid, "A123456(3)").unwrap(),
            account: AccountNumber::parse("012-1").unwrap(),
            owner: Owner::new(kind, Some("陳大文"), None).unwrap(),
            owner_key: None,
            currencies: Currencies::ALL,
            default: true,
        }
    }

    #[test]
    fn a_card_leads_to_an_account_of_its_holder_alone() {
        let keys = DirectoryKeys::from_master(&[7; 32]);
        let owner = |text: &str| Some(keys.owner_key(&Identification::parse(IdentificationKind::Hkid, text).unwrap()));
        let person = registration(OwnerKind::Person);
        assert_eq!(person.clone().by_its_holder(&keys).unwrap().owner_key, owner("A1234563"));
        let named = Registration { owner_key: owner("a123456(3)"), ..person.clone() };
        assert!(named.by_its_holder(&keys).is_ok());
        let anothers = Registration { owner_key: owner("Z683365(A)"), ..person.clone() };
        assert_eq!(anothers.by_its_holder(&keys), Err(NotItsHolder));
        assert_eq!(registration(OwnerKind::Organisation).by_its_holder(&keys), Err(NotItsHolder));
        let mobile = Registration { proxy: Proxy::parse_any("91234567").unwrap(), ..person };
        assert_eq!(mobile.clone().by_its_holder(&keys), Ok(mobile), "nothing else is touched");
    }

    #[test]
    fn only_a_named_institution_may_ask() {
        let request = |payer, proxy: &str, kind| LookupRequest {
            payer,
            ..LookupRequest::for_payment("027".parse().unwrap(), Proxy::parse(kind, proxy).unwrap())
        };
        let payer = |kind| Payer::named("7", kind).unwrap();
        for (payer, allowed) in
            [(payer(OwnerKind::Organisation), true), (payer(OwnerKind::Person), false), (Payer::unnamed(), false)]
        {
            assert_eq!(request(payer.clone(), "A123456(3)", ProxyKind::Hkid).may_be_asked().is_ok(), allowed);
            assert!(request(payer, "91234567", ProxyKind::Mobile).may_be_asked().is_ok());
        }
    }
}
