//! What is known about a resident, and the form in which it is entered.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::Date;
use time::macros::format_description;
use zeroize::Zeroizing;

use super::{Hkid, Profile, Refusal};
use crate::Error;

/// The longest name, in characters.
const LONGEST_NAME: usize = 100;

/// A resident as an operator enters them, unchecked. The names of the standard claims (OpenID Connect Core, section 5.1)
/// are understood beside those of the register: `name` for `name_en`, `birthdate` for `birth_date`, and so on.
#[derive(Clone, Serialize, Deserialize)]
pub struct Registration {
    /// HKID number, such as `A123456(3)`.
    pub hkid: String,
    /// Name in Chinese, such as 陳大文. Not everyone has one.
    #[serde(default, alias = "name#zh-Hant", skip_serializing_if = "Option::is_none")]
    pub name_zh: Option<String>,
    /// Name in English as on the card, such as CHAN Tai Man.
    #[serde(alias = "name")]
    pub name_en: String,
    /// Date of birth, as `2001-12-31`.
    #[serde(alias = "birthdate")]
    pub birth_date: String,
    /// Phone number with country code, such as `+852-91234567`.
    #[serde(default, alias = "phone_number", skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What else is on record.
    #[serde(flatten)]
    pub profile: Profile,
    /// Whatever else was written: it is refused, not overlooked.
    #[serde(flatten, skip_serializing)]
    pub unknown: BTreeMap<String, Value>,
}

/// What is known about a resident. Kept sealed; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Attributes {
    /// HKID number.
    pub hkid: Hkid,
    /// Name in Chinese.
    pub name_zh: Option<String>,
    /// Name in English.
    pub name_en: String,
    /// Date of birth.
    pub birth_date: Date,
    /// Phone number in E.164, such as `+85291234567`.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// What else is on record.
    pub profile: Profile,
}

impl Registration {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Refusal::Field`], naming the first that is not acceptable.
    pub fn check(&self) -> Result<Attributes, Refusal> {
        let refuse = |field, expected| Refusal::Field { field, expected };
        let name_zh = self.name_zh.as_deref().map(|text| name(text).ok_or(refuse("name_zh", "1 to 100 characters")));
        let phone = self
            .phone
            .as_deref()
            .map(|text| e164(text).ok_or(refuse("phone", "a number with country code, such as +852-91234567")));
        if !self.unknown.is_empty() {
            return Err(refuse(
                "registration",
                "only hkid, name_zh, name_en, birth_date, phone, email and standard claims",
            ));
        }
        self.profile.check()?;
        let email = self.email.as_deref().map(|text| email(text).ok_or(refuse("email", "an e-mail address")));
        Ok(Attributes {
            hkid: self.hkid.parse()?,
            name_zh: name_zh.transpose()?,
            name_en: name(&self.name_en).ok_or(refuse("name_en", "1 to 100 characters"))?,
            birth_date: date(&self.birth_date).ok_or(refuse("birth_date", "a date such as 2001-12-31"))?,
            phone: phone.transpose()?,
            email: email.transpose()?,
            profile: self.profile.clone(),
        })
    }
}

impl Attributes {
    /// The date of birth as OpenID Connect writes it (Core, section 5.1): `2001-12-31`.
    pub fn birthdate(&self) -> String {
        let date = self.birth_date;
        format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
    }

    /// What is sealed: the registration in its normal form, as JSON.
    pub(crate) fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let normal = Registration {
            hkid: self.hkid.expose().to_owned(),
            name_zh: self.name_zh.clone(),
            name_en: self.name_en.clone(),
            birth_date: self.birthdate(),
            phone: self.phone.clone(),
            email: self.email.clone(),
            profile: self.profile.clone(),
            unknown: BTreeMap::new(),
        };
        serde_json::to_vec(&normal).map(Zeroizing::new).map_err(|_| Error::Damaged("resident"))
    }

    pub(crate) fn from_json(json: &[u8]) -> Result<Self, Error> {
        let normal: Registration = serde_json::from_slice(json).map_err(|_| Error::Damaged("resident"))?;
        normal.check().map_err(|_| Error::Damaged("resident"))
    }
}

pub(super) fn name(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (1..=LONGEST_NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

fn date(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

/// A phone number in E.164: `+`, then up to fifteen digits. Spaces and hyphens are left out.
fn e164(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let digits = bare.strip_prefix('+')?;
    let fits = (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    (fits && !digits.starts_with('0')).then_some(bare)
}

fn email(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && !"@<>,;:\"".contains(c));
    (text.len() <= 254 && plain(local) && plain(domain) && domain.contains('.')).then(|| text.to_owned())
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attributes(…)")
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registration(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chan() -> Registration {
        Registration {
            hkid: "a123456(3)".to_owned(),
            name_zh: Some("陳大文".to_owned()),
            name_en: " CHAN Tai Man ".to_owned(),
            birth_date: "1990-02-28".to_owned(),
            phone: Some("+852-9123 4567".to_owned()),
            email: Some("taiman@example.hk".to_owned()),
            profile: Profile { nickname: Some("Man".to_owned()), ..Profile::default() },
            unknown: BTreeMap::new(),
        }
    }

    #[test]
    fn a_registration_becomes_its_normal_form_and_survives_json() {
        let attributes = chan().check().unwrap();
        assert_eq!(attributes.hkid.expose(), "A123456(3)");
        assert_eq!(attributes.name_en, "CHAN Tai Man");
        assert_eq!(attributes.phone.as_deref(), Some("+85291234567"));
        assert_eq!(attributes.birthdate(), "1990-02-28");
        assert_eq!(Attributes::from_json(&attributes.to_json().unwrap()).unwrap(), attributes);
        assert_eq!(format!("{:?} {attributes:?}", chan()), "Registration(…) Attributes(…)");
    }

    #[test]
    fn the_names_of_the_standard_are_understood_and_other_names_refused() {
        let json = r#"{"hkid":"A123456(3)","name":"CHAN Tai Man","name#zh-Hant":"陳大文","birthdate":"1990-02-28",
            "phone_number":"+85291234567","email":"taiman@example.hk","nickname":"Man"}"#;
        let registration: Registration = serde_json::from_str(json).unwrap();
        assert_eq!(registration.check().unwrap(), chan().check().unwrap());
        let mut registration = registration;
        registration.unknown.insert("shoe_size".to_owned(), 42.into());
        assert!(matches!(registration.check(), Err(Refusal::Field { field: "registration", .. })));
    }

    #[test]
    fn each_refusal_names_its_field() {
        let broken = |change: fn(&mut Registration)| {
            let mut registration = chan();
            change(&mut registration);
            match registration.check() {
                Err(Refusal::Field { field, .. }) => field,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(broken(|r| r.hkid = "A123456(4)".to_owned()), "hkid");
        assert_eq!(broken(|r| r.name_zh = Some(" ".to_owned())), "name_zh");
        assert_eq!(broken(|r| r.name_en = "x".repeat(101)), "name_en");
        assert_eq!(broken(|r| r.name_en = "CHAN\u{7}".to_owned()), "name_en");
        assert_eq!(broken(|r| r.birth_date = "1990-02-30".to_owned()), "birth_date");
        assert_eq!(broken(|r| r.birth_date = "28/2/1990".to_owned()), "birth_date");
        for phone in ["91234567", "+0852912345", "+852", "+852-9123456a", "+1234567890123456"] {
            assert!(e164(phone).is_none(), "{phone}");
        }
        for address in ["", "a", "a@b", "@b.hk", "a b@c.hk", "a@b@c.hk", "<a@b.hk>"] {
            assert!(email(address).is_none(), "{address}");
        }
    }
}
