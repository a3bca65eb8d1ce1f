//! Hong Kong's common QR: template 26 with the unique id `hk.com.hkicl`.

use store::Timestamp;
use time::macros::offset;
use time::{Date, Month, PrimitiveDateTime, Time};

use super::additional::AdditionalData;
use super::error::{Deviating, Deviation, ObjectId, QrError, Refusal};
use super::merchant::{Initiation, Language, MerchantAccount, MerchantPayload};
use crate::directory::{Proxy, ProxyKind};
use crate::money::{Amount, Currency};
use crate::participant::ClearingCode;

const TEMPLATE: u8 = 26;
const UNIQUE_ID: &str = "hk.com.hkicl";
const COUNTRY: &str = "HK";
/// What stands in 59 where no name is shown.
pub(crate) const NO_NAME: &str = "NA";

/// A payment in Hong Kong, as a code asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HongKongCode {
    /// Who is paid.
    pub payee: Payee,
    /// How much.
    pub asked: Asked,
    /// Whether the code is for one payment.
    pub one_time: bool,
    /// 26-06: whether the payer may change the amount, where the code says so.
    pub may_change_amount: Option<bool>,
    /// 26-05: the last second in which it may be paid.
    pub valid_until: Option<Timestamp>,
    /// 52: merchant category code (ISO 18245); 0 where the payee has none.
    pub category: u16,
    /// 59: the payee's name in ASCII, at most 25 characters.
    pub name: Option<String>,
    /// 64-01 with language `ZH`: the payee's name in Chinese, at most 25 characters.
    pub name_zh: Option<String>,
    /// 62: what the payee wants to find again.
    pub additional: AdditionalData,
}

/// Who is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payee {
    /// 26-02: a number that the system issued, of at most nine digits.
    FpsId(String),
    /// 26-03 or 26-04: a mobile number or an e-mail address.
    Proxy {
        /// The number or address.
        proxy: Proxy,
        /// 26-01: at which bank, when not at the default one.
        clearing_code: Option<ClearingCode>,
    },
}

/// How much is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// What the payer likes, in this currency.
    Any(Currency),
    /// This amount.
    Amount(Amount),
}

impl Asked {
    /// The currency.
    pub const fn currency(self) -> Currency {
        match self {
            Self::Any(currency) => currency,
            Self::Amount(amount) => amount.currency(),
        }
    }

    /// The amount, when one is given.
    pub const fn amount(self) -> Option<Amount> {
        match self {
            Self::Any(_) => None,
            Self::Amount(amount) => Some(amount),
        }
    }
}

impl HongKongCode {
    /// Whether the payer may pay another amount: where the code does not say, not when it is for one payment
    /// and names an amount.
    pub fn amount_may_change(&self) -> bool {
        self.may_change_amount.unwrap_or(!(self.one_time && self.asked.amount().is_some()))
    }

    /// Writes the code's text.
    ///
    /// # Errors
    /// The object that would not be as the standard has it.
    pub fn write(&self) -> Result<String, QrError> {
        self.to_payload()?.write()
    }

    /// The payload, to which other schemes' accounts may be added.
    pub fn to_payload(&self) -> Result<MerchantPayload, QrError> {
        let wrong = |object, form| QrError::new(Some(object), 0, Refusal::Form(form));
        let mut parts = Vec::new();
        match &self.payee {
            Payee::FpsId(id) if is_fps_id(id) => parts.push((2, id.clone())),
            Payee::FpsId(_) => return Err(wrong(ObjectId::inside(TEMPLATE, 2), "one to nine digits")),
            Payee::Proxy { proxy, clearing_code } => {
                parts.extend(clearing_code.map(|code| (1, code.to_string())));
                let part = match proxy.kind() {
                    ProxyKind::FpsId => 2,
                    ProxyKind::Mobile => 3,
                    ProxyKind::Email => 4,
                    ProxyKind::Hkid => return Err(wrong(ObjectId::root(TEMPLATE), "no identity card number")),
                };
                parts.push((part, proxy.value().to_owned()));
            }
        }
        if let Some(until) = self.valid_until {
            let written = write_moment(until);
            parts.push((5, written.ok_or(wrong(ObjectId::inside(TEMPLATE, 5), "a moment of this century"))?));
        }
        parts.extend(self.may_change_amount.map(|may| (6, if may { "1" } else { "0" }.to_owned())));
        if self.name.as_deref() == Some(NO_NAME) {
            return Err(wrong(ObjectId::root(59), "a name, or none"));
        }
        let language = |name: &String| Language { language: "ZH".to_owned(), name: name.clone(), city: None };
        Ok(MerchantPayload {
            initiation: Some(if self.one_time { Initiation::OneTime } else { Initiation::Reusable }),
            accounts: vec![MerchantAccount::Template { id: TEMPLATE, unique_id: Some(UNIQUE_ID.to_owned()), parts }],
            category: Some(format!("{:04}", self.category)),
            currency: self.asked.currency().number(),
            amount: self.asked.amount().map(Amount::to_decimal),
            tip: None,
            country: COUNTRY.to_owned(),
            name: Some(self.name.clone().unwrap_or_else(|| NO_NAME.to_owned())),
            city: Some(COUNTRY.to_owned()),
            postcode: None,
            additional: self.additional.clone(),
            language: self.name_zh.as_ref().map(language),
            other: Vec::new(),
        })
    }
}

/// Reads Hong Kong's part of a payload. What is there and cannot be paid is a deviation, and gives none.
///
/// # Errors
/// A template that names nobody to pay, when the payload offers no other account.
pub(crate) fn read(
    payload: &MerchantPayload,
    deviations: &mut Vec<Deviation>,
) -> Result<Option<HongKongCode>, QrError> {
    let ours = |account: &MerchantAccount| match account {
        MerchantAccount::Template { id: TEMPLATE, unique_id: Some(unique_id), parts }
            if unique_id.eq_ignore_ascii_case(UNIQUE_ID) =>
        {
            Some((unique_id.clone(), parts.clone()))
        }
        _ => None,
    };
    let Some((unique_id, parts)) = payload.accounts.iter().find_map(ours) else { return Ok(None) };
    let mut template = Template { parts, deviations };
    if unique_id != UNIQUE_ID {
        template.deviate(ObjectId::inside(TEMPLATE, 0), Deviating::Capitals);
    }
    if template.names_nobody() && payload.accounts.len() == 1 {
        return Err(QrError::new(Some(ObjectId::root(TEMPLATE)), 0, Refusal::NoAccount));
    }
    Ok(template.read(payload))
}

struct Template<'d> {
    parts: Vec<(u8, String)>,
    deviations: &'d mut Vec<Deviation>,
}

impl Template<'_> {
    fn find(&self, id: u8) -> Option<&str> {
        self.parts.iter().find(|(part, _)| *part == id).map(|(_, value)| value.as_str())
    }

    fn names_nobody(&self) -> bool {
        [2, 3, 4].iter().all(|id| self.find(*id).is_none())
    }

    fn deviate(&mut self, object: ObjectId, deviating: Deviating) {
        self.deviations.push(Deviation { object, deviating });
    }

    /// Reads a part; `Err` when it is there and not of its form.
    fn part<T>(&mut self, id: u8, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ()> {
        let Some(value) = self.find(id) else { return Ok(None) };
        let read = read(value);
        if read.is_none() {
            self.deviate(ObjectId::inside(TEMPLATE, id), Deviating::Form);
        }
        read.map(Some).ok_or(())
    }

    fn read(mut self, payload: &MerchantPayload) -> Option<HongKongCode> {
        // Every part is looked at, so that every deviation is named.
        let payee = self.payee();
        let valid_until = self.part(5, read_moment);
        let may_change_amount = self.part(6, |digit| match digit {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        });
        let asked = self.asked(payload);
        if payload.country != COUNTRY {
            self.deviate(ObjectId::root(58), Deviating::Form);
            return None;
        }
        let chinese = payload.language.as_ref().filter(|language| language.language.eq_ignore_ascii_case("ZH"));
        Some(HongKongCode {
            payee: payee?,
            asked: asked?,
            one_time: payload.initiation == Some(Initiation::OneTime),
            may_change_amount: may_change_amount.ok()?,
            valid_until: valid_until.ok()?,
            category: payload.category.as_deref().and_then(|code| code.parse().ok()).unwrap_or(0),
            name: payload.name.clone().filter(|name| name != NO_NAME),
            name_zh: chinese.map(|language| language.name.clone()),
            additional: payload.additional.clone(),
        })
    }

    /// Who is paid, when exactly one payee is named.
    fn payee(&mut self) -> Option<Payee> {
        let clearing_code = self.part(1, |code| code.parse::<ClearingCode>().ok());
        let fps_id = self.part(2, |id| is_fps_id(id).then(|| id.to_owned()));
        let mobile = self.part(3, |number| Proxy::parse(ProxyKind::Mobile, number).ok());
        let email = self.part(4, |address| Proxy::parse(ProxyKind::Email, address).ok());
        let (clearing_code, fps_id, mobile, email) = (clearing_code.ok()?, fps_id.ok()?, mobile.ok()?, email.ok()?);
        match (fps_id, mobile, email) {
            (Some(id), None, None) => Some(Payee::FpsId(id)),
            (None, Some(proxy), None) | (None, None, Some(proxy)) => Some(Payee::Proxy { proxy, clearing_code }),
            _ => {
                self.deviate(ObjectId::root(TEMPLATE), Deviating::Form);
                None
            }
        }
    }

    fn asked(&mut self, payload: &MerchantPayload) -> Option<Asked> {
        let Some(currency) = Currency::from_number(payload.currency) else {
            self.deviate(ObjectId::root(53), Deviating::Form);
            return None;
        };
        let Some(amount) = &payload.amount else { return Some(Asked::Any(currency)) };
        let amount = Amount::parse(amount, currency).ok();
        if amount.is_none() {
            self.deviate(ObjectId::root(54), Deviating::Form);
        }
        amount.map(Asked::Amount)
    }
}

fn is_fps_id(text: &str) -> bool {
    (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// `YYMMDDhhmmss` in Hong Kong's time, which has been eight hours ahead of UTC all year since 1979.
fn read_moment(text: &str) -> Option<Timestamp> {
    if text.len() != 12 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let pair = |at: usize| text.get(at..at + 2).and_then(|pair| pair.parse::<u8>().ok());
    let date = Date::from_calendar_date(2000 + i32::from(pair(0)?), Month::try_from(pair(2)?).ok()?, pair(4)?).ok()?;
    let time = Time::from_hms(pair(6)?, pair(8)?, pair(10)?).ok()?;
    let moment = PrimitiveDateTime::new(date, time).assume_offset(offset!(+8));
    Some(Timestamp::from_seconds(moment.unix_timestamp()))
}

fn write_moment(moment: Timestamp) -> Option<String> {
    let local = moment.to_utc().to_offset(offset!(+8));
    let year = local.year().checked_sub(2000).filter(|year| (0..=99).contains(year))?;
    let (month, day) = (u8::from(local.month()), local.day());
    Some(format!("{year:02}{month:02}{day:02}{:02}{:02}{:02}", local.hour(), local.minute(), local.second()))
}
