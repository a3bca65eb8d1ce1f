//! A merchant-presented payload as EMVCo's specification has it, and how it is written.

use super::additional::{self, AdditionalData};
use super::crc::crc16;
use super::error::{ObjectId, QrError, Refusal};
use super::tlv;

/// Characters of a payload that is written (EMVCo recommends no more).
const MAX_PAYLOAD: usize = 512;

/// Everything that a payload says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantPayload {
    /// 01: whether the code may be paid more than once; absent in some countries.
    pub initiation: Option<Initiation>,
    /// 02 to 51: where the payee can be paid, one for each scheme.
    pub accounts: Vec<MerchantAccount>,
    /// 52: merchant category code (ISO 18245), four digits.
    pub category: Option<String>,
    /// 53: currency number (ISO 4217).
    pub currency: u16,
    /// 54: a decimal number without its currency, more than zero.
    pub amount: Option<String>,
    /// 55 to 57: what is added for service.
    pub tip: Option<Tip>,
    /// 58: country (ISO 3166-1), two letters.
    pub country: String,
    /// 59: the payee's name.
    pub name: Option<String>,
    /// 60: the payee's city.
    pub city: Option<String>,
    /// 61: the payee's postcode.
    pub postcode: Option<String>,
    /// 62: what the payee wants to find again.
    pub additional: AdditionalData,
    /// 64: name and city in another language.
    pub language: Option<Language>,
    /// 65 to 99, reserved or a scheme's own: kept as they are.
    pub other: Vec<(u8, String)>,
}

/// Whether a code may be paid more than once (object 01).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initiation {
    /// `11`: as often as one likes.
    Reusable,
    /// `12`: for one payment.
    OneTime,
}

/// Where the payee can be paid, in one scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MerchantAccount {
    /// 02 to 25: a card scheme's number.
    Primitive {
        /// The object's number.
        id: u8,
        /// As it stands there.
        value: String,
    },
    /// 26 to 51: a scheme that names itself.
    Template {
        /// The object's number.
        id: u8,
        /// 00: the scheme's unique id, as it stands there.
        unique_id: Option<String>,
        /// 01 to 99: the scheme's own.
        parts: Vec<(u8, String)>,
    },
}

/// What is added for service (objects 55 to 57).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tip {
    /// The payer is asked.
    Ask,
    /// A fixed sum, as a decimal number.
    Fixed(String),
    /// A percentage, `00.01` to `99.99`.
    Percent(String),
}

/// Name and city in another language (object 64).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// 00: the language (ISO 639), two letters.
    pub language: String,
    /// 01: the payee's name.
    pub name: String,
    /// 02: the payee's city.
    pub city: Option<String>,
}

/// Whether `text` is a sum as object 54 has it: digits with at most one point, 13 characters, not zero.
pub(crate) fn is_amount(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    text.len() <= 13
        && !whole.is_empty()
        && digits(whole)
        && digits(fraction)
        && text.bytes().any(|b| (b'1'..=b'9').contains(&b))
}

pub(crate) fn is_percentage(text: &str) -> bool {
    text.len() <= 5 && is_amount(text) && text.split('.').next().is_some_and(|whole| whole.len() <= 2)
}

pub(crate) fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

pub(crate) fn is_category(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())
}

impl MerchantPayload {
    /// Writes the payload.
    ///
    /// # Errors
    /// What would not be as the standard has it: mandatory parts left out, parts too long or of another form.
    pub fn write(&self) -> Result<String, QrError> {
        let mut out = Writer { text: String::with_capacity(MAX_PAYLOAD) };
        out.put(0, "01")?;
        if let Some(initiation) = self.initiation {
            out.put(1, if initiation == Initiation::OneTime { "12" } else { "11" })?;
        }
        self.write_accounts(&mut out)?;
        out.check(52, self.category.as_deref(), true, is_category, "four digits")?;
        if !(1..=999).contains(&self.currency) {
            return Err(QrError::new(Some(ObjectId::root(53)), 0, Refusal::Form("an ISO 4217 number")));
        }
        out.put(53, &format!("{:03}", self.currency))?;
        out.check(54, self.amount.as_deref(), false, is_amount, "a sum of at most 13 characters, more than zero")?;
        match &self.tip {
            None => {}
            Some(Tip::Ask) => out.put(55, "01")?,
            Some(Tip::Fixed(sum)) => {
                out.put(55, "02")?;
                out.check(56, Some(sum), true, is_amount, "a sum of at most 13 characters, more than zero")?;
            }
            Some(Tip::Percent(percentage)) => {
                out.put(55, "03")?;
                out.check(57, Some(percentage), true, is_percentage, "between 00.01 and 99.99")?;
            }
        }
        out.check(58, Some(&self.country), true, is_country, "two capital letters")?;
        out.check(59, self.name.as_deref(), true, is_plain(25), "between 1 and 25 printable ASCII characters")?;
        out.check(60, self.city.as_deref(), true, is_plain(15), "between 1 and 15 printable ASCII characters")?;
        out.check(61, self.postcode.as_deref(), false, is_plain(10), "between 1 and 10 printable ASCII characters")?;
        if !self.additional.is_empty() {
            out.put(additional::ID, &self.additional.write()?)?;
        }
        if let Some(language) = &self.language {
            out.put(64, &language.write()?)?;
        }
        for (id, value) in &self.other {
            if *id < 65 {
                return Err(QrError::new(Some(ObjectId::root(*id)), 0, Refusal::Form("an object of its own")));
            }
            out.put(*id, value)?;
        }
        out.finish()
    }

    fn write_accounts(&self, out: &mut Writer) -> Result<(), QrError> {
        if self.accounts.is_empty() {
            return Err(QrError::new(None, 0, Refusal::NoAccount));
        }
        let mut accounts: Vec<&MerchantAccount> = self.accounts.iter().collect();
        accounts.sort_by_key(|account| account.id());
        for pair in accounts.windows(2) {
            if let [one, other] = pair
                && one.id() == other.id()
            {
                return Err(QrError::new(Some(ObjectId::root(one.id())), 0, Refusal::Repeated));
            }
        }
        accounts.into_iter().try_for_each(|account| out.put(account.id(), &account.write()?))
    }
}

impl MerchantAccount {
    /// The object's number.
    pub const fn id(&self) -> u8 {
        match self {
            Self::Primitive { id, .. } | Self::Template { id, .. } => *id,
        }
    }

    fn write(&self) -> Result<String, QrError> {
        let wrong = |object, form| QrError::new(Some(object), 0, Refusal::Form(form));
        match self {
            Self::Primitive { id: 2..=25, value } if !value.is_empty() => Ok(value.clone()),
            Self::Template { id: id @ 26..=51, unique_id: Some(unique_id), parts } => {
                let object = ObjectId::inside(*id, 0);
                if !is_plain(32)(unique_id) {
                    return Err(wrong(object, "between 1 and 32 printable ASCII characters"));
                }
                let mut out = String::new();
                tlv::write(&mut out, object, unique_id)?;
                for (part, value) in parts {
                    tlv::write(&mut out, ObjectId::inside(*id, *part), value)?;
                }
                Ok(out)
            }
            Self::Primitive { id, .. } => Err(wrong(ObjectId::root(*id), "a scheme's number, in 02 to 25")),
            Self::Template { id, .. } => Err(wrong(ObjectId::root(*id), "a scheme with its unique id, in 26 to 51")),
        }
    }
}

impl Language {
    fn write(&self) -> Result<String, QrError> {
        let wrong = |id, form| QrError::new(Some(ObjectId::inside(64, id)), 0, Refusal::Form(form));
        if !is_country(&self.language) {
            return Err(wrong(0, "two capital letters"));
        }
        if !is_line(&self.name, 25) {
            return Err(wrong(1, "between 1 and 25 characters of one line"));
        }
        if self.city.as_ref().is_some_and(|city| !is_line(city, 15)) {
            return Err(wrong(2, "between 1 and 15 characters of one line"));
        }
        let mut out = String::new();
        tlv::write(&mut out, ObjectId::inside(64, 0), &self.language)?;
        tlv::write(&mut out, ObjectId::inside(64, 1), &self.name)?;
        if let Some(city) = &self.city {
            tlv::write(&mut out, ObjectId::inside(64, 2), city)?;
        }
        Ok(out)
    }
}

fn is_plain(most: usize) -> impl Fn(&str) -> bool {
    move |text| (1..=most).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b))
}

fn is_line(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

struct Writer {
    text: String,
}

impl Writer {
    fn put(&mut self, id: u8, value: &str) -> Result<(), QrError> {
        tlv::write(&mut self.text, ObjectId::root(id), value)
    }

    fn check(
        &mut self,
        id: u8,
        value: Option<&str>,
        mandatory: bool,
        holds: impl Fn(&str) -> bool,
        form: &'static str,
    ) -> Result<(), QrError> {
        let refuse = |refusal| Err(QrError::new(Some(ObjectId::root(id)), 0, refusal));
        match value {
            Some(value) if holds(value) => self.put(id, value),
            Some(_) => refuse(Refusal::Form(form)),
            None if mandatory => refuse(Refusal::Missing),
            None => Ok(()),
        }
    }

    fn finish(mut self) -> Result<String, QrError> {
        self.text.push_str("6304");
        let digits = format!("{:04X}", crc16(self.text.as_bytes()));
        self.text.push_str(&digits);
        if self.text.chars().count() > MAX_PAYLOAD {
            return Err(QrError::new(None, 0, Refusal::TooLong));
        }
        Ok(self.text)
    }
}
