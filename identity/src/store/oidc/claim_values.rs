//! A resident's attributes as claim values.

use ::store::State;
use serde_json::{Value, json};

use crate::Error;
use crate::oidc::claims::Claim;
use crate::oidc::userinfo::ClaimValues;
use crate::resident::{Profile, ResidentId};
use crate::store::Identity;

impl Identity {
    /// Opens a resident's attributes as they are in this state of the database, and gives each the claim it answers.
    pub(super) fn claim_values(&self, state: Option<State>, resident: ResidentId) -> Result<ClaimValues, Error> {
        let attributes = self.attributes_in(state, resident)?;
        let registered = [
            (Claim::Birthdate, Some(attributes.birthdate())),
            (Claim::Hkid, Some(attributes.hkid.expose().to_owned())),
            (Claim::Name, Some(attributes.name_en)),
            (Claim::NameZhHant, attributes.name_zh),
            (Claim::Email, attributes.email),
            (Claim::PhoneNumber, attributes.phone),
        ];
        let registered = registered.into_iter().filter_map(|(claim, text)| Some((claim, Value::from(text?))));
        let profile = &attributes.profile;
        Ok(ClaimValues {
            values: registered.chain(of_profile(profile)).collect(),
            is_email_verified: profile.email_verified,
            is_phone_number_verified: profile.phone_number_verified,
        })
    }
}

fn of_profile(profile: &Profile) -> impl Iterator<Item = (Claim, Value)> {
    let texts = [
        (Claim::GivenName, &profile.given_name),
        (Claim::FamilyName, &profile.family_name),
        (Claim::MiddleName, &profile.middle_name),
        (Claim::Nickname, &profile.nickname),
        (Claim::PreferredUsername, &profile.preferred_username),
        (Claim::Gender, &profile.gender),
        (Claim::Zoneinfo, &profile.zoneinfo),
        (Claim::Locale, &profile.locale),
    ];
    let urls =
        [(Claim::Profile, &profile.profile), (Claim::Picture, &profile.picture), (Claim::Website, &profile.website)];
    let texts = texts.map(|(claim, text)| (claim, text.clone().map(Value::from)));
    let urls = urls.map(|(claim, url)| (claim, url.as_ref().map(|url| Value::from(url.as_str()))));
    let others = [
        (Claim::Address, profile.address.as_ref().map(|address| json!(address))),
        (Claim::UpdatedAt, profile.updated_at.map(Value::from)),
    ];
    let all = texts.into_iter().chain(urls).chain(others);
    all.filter_map(|(claim, value)| Some((claim, value?)))
}

/// A claim as people read it.
pub(super) fn readable(claim: Claim, value: &Value) -> String {
    match (claim, value) {
        (Claim::Address, address) => serde_json::from_value::<crate::resident::Address>(address.clone())
            .map(|address| address.line())
            .unwrap_or_default(),
        (Claim::UpdatedAt, Value::Number(seconds)) => {
            let moment = ::store::Timestamp::from_seconds(seconds.as_i64().unwrap_or_default());
            moment.to_string().chars().take(10).collect()
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}
