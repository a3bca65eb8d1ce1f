//! Reads a merchant-presented payload of any country.

use super::additional::{self, AdditionalData};
use super::crc::crc16;
use super::error::{Deviating, Deviation, ObjectId, QrError, Refusal};
use super::merchant::{
    Initiation, Language, MerchantAccount, MerchantPayload, Tip, is_amount, is_category, is_country, is_percentage,
};
use super::tlv::{self, Object};

/// Characters that are looked at; EMVCo recommends half of it at most.
const MAX_PAYLOAD: usize = 1024;
/// How every consumer-presented code begins: tag 85 with `CPV01`, in base64.
const CONSUMER_PRESENTED: &str = "hQVDUFY";
/// How the links of India's UPI begin.
const UPI_LINK: &str = "upi://pay?";

/// Reads the objects, then each in its place.
pub(crate) fn read(text: &str) -> Result<(MerchantPayload, Vec<Deviation>), QrError> {
    let refuse = |refusal| Err(QrError::new(None, 0, refusal));
    if text.is_empty() {
        return refuse(Refusal::Empty);
    }
    if text.len() > MAX_PAYLOAD * 4 || text.chars().count() > MAX_PAYLOAD {
        return refuse(Refusal::TooLong);
    }
    if text.starts_with(CONSUMER_PRESENTED) {
        return refuse(Refusal::ConsumerPresented);
    }
    if text.get(..UPI_LINK.len()).is_some_and(|start| start.eq_ignore_ascii_case(UPI_LINK)) {
        return refuse(Refusal::UpiLink);
    }
    if !text.starts_with("000201") {
        return refuse(Refusal::NotPayment);
    }
    let objects = tlv::read(text, None, 1)?;
    check_crc(text, &objects)?;
    Objects { objects, deviations: Vec::new() }.read()
}

/// The checksum covers every byte before its four digits. They are in capitals: one letter in another case is
/// one character misread.
fn check_crc(text: &str, objects: &[Object<'_>]) -> Result<(), QrError> {
    let object = Some(ObjectId::root(63));
    let Some(crc) = objects.last().filter(|last| last.id == 63 && last.value.len() == 4) else {
        return Err(QrError::new(object, 0, Refusal::CrcMissing));
    };
    let covered = &text.as_bytes()[..text.len() - 4];
    if format!("{:04X}", crc16(covered)) == crc.value {
        Ok(())
    } else {
        Err(QrError::new(object, crc.value_position(), Refusal::CrcMismatch))
    }
}

struct Objects<'t> {
    objects: Vec<Object<'t>>,
    deviations: Vec<Deviation>,
}

impl<'t> Objects<'t> {
    fn read(mut self) -> Result<(MerchantPayload, Vec<Deviation>), QrError> {
        self.refuse_repeated()?;
        let payload = MerchantPayload {
            initiation: self.initiation()?,
            accounts: self.accounts()?,
            category: self.category(),
            currency: self.currency()?,
            amount: self.amount(54)?,
            tip: self.tip()?,
            country: self.mandatory(58, is_country, "two capital letters")?,
            name: self.text(59, 25, true),
            city: self.text(60, 15, true),
            postcode: self.text(61, 10, false),
            additional: match self.find(additional::ID) {
                Some(object) => AdditionalData::read(&object, &mut self.deviations)?,
                None => AdditionalData::default(),
            },
            language: self.language()?,
            other: self.objects.iter().filter(|o| o.id >= 65).map(|o| (o.id, o.value.to_owned())).collect(),
        };
        self.check_other();
        Ok((payload, self.deviations))
    }

    fn find(&self, id: u8) -> Option<Object<'t>> {
        self.objects.iter().find(|object| object.id == id).copied()
    }

    fn deviate(&mut self, object: ObjectId, deviating: Deviating) {
        self.deviations.push(Deviation { object, deviating });
    }

    fn refuse_repeated(&self) -> Result<(), QrError> {
        let mut seen = [false; 100];
        for object in &self.objects {
            let Some(seen) = seen.get_mut(usize::from(object.id)) else { continue };
            if std::mem::replace(seen, true) {
                return Err(QrError::new(Some(ObjectId::root(object.id)), object.position, Refusal::Repeated));
            }
        }
        Ok(())
    }

    fn initiation(&self) -> Result<Option<Initiation>, QrError> {
        let Some(object) = self.find(1) else { return Ok(None) };
        match object.value {
            "11" => Ok(Some(Initiation::Reusable)),
            "12" => Ok(Some(Initiation::OneTime)),
            _ => Err(refused(&object, "11 or 12")),
        }
    }

    fn accounts(&mut self) -> Result<Vec<MerchantAccount>, QrError> {
        let mut accounts = Vec::new();
        for object in self.objects.clone() {
            match object.id {
                2..=25 => accounts.push(MerchantAccount::Primitive { id: object.id, value: object.value.to_owned() }),
                26..=51 => accounts.push(self.template(&object)?),
                _ => {}
            }
        }
        if accounts.is_empty() { Err(QrError::new(None, 0, Refusal::NoAccount)) } else { Ok(accounts) }
    }

    fn template(&mut self, object: &Object<'_>) -> Result<MerchantAccount, QrError> {
        let (mut unique_id, mut parts) = (None, Vec::new());
        for inner in tlv::read(object.value, Some(object.id), object.value_position())? {
            let id = ObjectId::inside(object.id, inner.id);
            let twice = parts.iter().any(|(known, _)| *known == inner.id) || (inner.id == 0 && unique_id.is_some());
            if twice {
                return Err(QrError::new(Some(id), inner.position, Refusal::Repeated));
            }
            if inner.id != 0 {
                parts.push((inner.id, inner.value.to_owned()));
                continue;
            }
            unique_id = Some(inner.value.to_owned());
            if inner.value.chars().count() > 32 {
                self.deviate(id, Deviating::TooLong);
            }
        }
        if unique_id.is_none() {
            self.deviate(ObjectId::inside(object.id, 0), Deviating::Missing);
        }
        Ok(MerchantAccount::Template { id: object.id, unique_id, parts })
    }

    fn category(&mut self) -> Option<String> {
        let found = self.find(52);
        let deviating = match &found {
            None => Some(Deviating::Missing),
            Some(object) if !is_category(object.value) => Some(Deviating::Form),
            Some(_) => None,
        };
        if let Some(deviating) = deviating {
            self.deviate(ObjectId::root(52), deviating);
        }
        found.map(|object| object.value.to_owned())
    }

    fn mandatory(&self, id: u8, holds: impl Fn(&str) -> bool, form: &'static str) -> Result<String, QrError> {
        let object = self.find(id).ok_or(QrError::new(Some(ObjectId::root(id)), 0, Refusal::Missing))?;
        if holds(object.value) { Ok(object.value.to_owned()) } else { Err(refused(&object, form)) }
    }

    fn currency(&self) -> Result<u16, QrError> {
        let three_digits = |text: &str| text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
        let number = self.mandatory(53, three_digits, "three digits")?;
        // Three digits are always a number of sixteen bits.
        Ok(number.parse().unwrap_or(0))
    }

    fn amount(&self, id: u8) -> Result<Option<String>, QrError> {
        let Some(object) = self.find(id) else { return Ok(None) };
        if is_amount(object.value) {
            Ok(Some(object.value.to_owned()))
        } else {
            Err(refused(&object, "digits with at most one point, more than zero"))
        }
    }

    fn tip(&mut self) -> Result<Option<Tip>, QrError> {
        let kind = self.find(55);
        for (id, code) in [(56, "02"), (57, "03")] {
            if self.find(id).is_some() && kind.is_none_or(|kind| kind.value != code) {
                self.deviate(ObjectId::root(id), Deviating::Unexpected);
            }
        }
        let Some(kind) = kind else { return Ok(None) };
        match kind.value {
            "01" => Ok(Some(Tip::Ask)),
            "02" => {
                self.mandatory(56, is_amount, "digits with at most one point, more than zero").map(Tip::Fixed).map(Some)
            }
            "03" => self.mandatory(57, is_percentage, "between 00.01 and 99.99").map(Tip::Percent).map(Some),
            _ => Err(refused(&kind, "01, 02 or 03")),
        }
    }

    fn text(&mut self, id: u8, most: usize, mandatory: bool) -> Option<String> {
        let found = self.find(id).filter(|object| !object.value.is_empty());
        match &found {
            None if mandatory => self.deviate(ObjectId::root(id), Deviating::Missing),
            Some(object) if object.value.chars().count() > most => self.deviate(ObjectId::root(id), Deviating::TooLong),
            _ => {}
        }
        found.map(|object| object.value.to_owned())
    }

    fn language(&mut self) -> Result<Option<Language>, QrError> {
        let Some(object) = self.find(64) else { return Ok(None) };
        let parts = tlv::read(object.value, Some(64), object.value_position())?;
        let part = |id| parts.iter().find(|part| part.id == id).map(|part| part.value.to_owned());
        let (Some(language), Some(name)) = (part(0), part(1)) else {
            self.deviate(ObjectId::root(64), Deviating::Form);
            return Ok(None);
        };
        Ok(Some(Language { language, name, city: part(2) }))
    }

    /// 80 to 99 are templates with a unique id; one that is not is kept all the same.
    fn check_other(&mut self) {
        for object in self.objects.clone() {
            let named = || {
                let parts = tlv::read(object.value, Some(object.id), object.value_position()).unwrap_or_default();
                parts.iter().any(|part| part.id == 0)
            };
            if object.id >= 80 && !named() {
                self.deviate(ObjectId::root(object.id), Deviating::Form);
            }
        }
    }
}

fn refused(object: &Object<'_>, form: &'static str) -> QrError {
    QrError::new(Some(ObjectId::root(object.id)), object.position, Refusal::Form(form))
}
