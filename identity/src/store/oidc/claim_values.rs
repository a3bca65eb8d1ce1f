//! A resident's attributes as claim values.

use crate::Error;
use crate::oidc::claims::Claim;
use crate::oidc::userinfo::ClaimValues;
use crate::resident::ResidentId;
use crate::store::Identity;

impl Identity {
    /// Opens a resident's attributes and gives each the claim it answers.
    pub(super) fn claim_values(&self, resident: ResidentId) -> Result<ClaimValues, Error> {
        let attributes = self.attributes(resident)?;
        let mut values = ClaimValues::from([
            (Claim::Birthdate, attributes.birthdate()),
            (Claim::Hkid, attributes.hkid.expose().to_owned()),
            (Claim::Name, attributes.name_en),
        ]);
        values.extend(attributes.name_zh.map(|name| (Claim::NameZhHant, name)));
        values.extend(attributes.email.map(|email| (Claim::Email, email)));
        values.extend(attributes.phone.map(|phone| (Claim::PhoneNumber, phone)));
        Ok(values)
    }
}
