//! The simple types of the schemas: texts of a length, numbers, moments, identifiers, amounts.

use store::Timestamp;
use time::Date;
use time::macros::format_description;
use uuid::Uuid;

use super::xml::Element;
use super::{MessageError, Problem, ReasonCode};
use crate::money::{Amount, AmountError, Currency};

/// `MaxNText`: between one and `most` characters.
pub(crate) fn text(most: usize) -> impl Fn(&Element<'_>) -> Result<String, MessageError> {
    move |element| {
        let text = element.text()?;
        // Bytes first: most texts are short enough without counting characters.
        if text.is_empty() || (text.len() > most && text.chars().count() > most) {
            return Err(MessageError::new(Problem::Length(most)));
        }
        Ok(text.to_owned())
    }
}

/// An element that must hold exactly this code.
pub(crate) fn exactly(
    code: &'static str,
    otherwise: &'static str,
) -> impl Fn(&Element<'_>) -> Result<(), MessageError> {
    move |element| {
        if element.text()? == code { Ok(()) } else { Err(MessageError::new(Problem::NotHere(otherwise))) }
    }
}

/// Types other than texts collapse white space around their value (XML Schema part 2, 4.3.6).
pub(crate) fn collapsed<'e>(element: &'e Element<'_>) -> Result<&'e str, MessageError> {
    Ok(element.text()?.trim_matches([' ', '\t', '\n', '\r']))
}

/// `Max15NumericText`.
pub(crate) fn count(element: &Element<'_>) -> Result<u64, MessageError> {
    let text = element.text()?;
    let digits = (1..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| MessageError::new(Problem::Form("1 to 15 digits")))
}

/// `ISODateTime` with its offset from UTC: without one it would not say when.
pub(crate) fn date_time(element: &Element<'_>) -> Result<Timestamp, MessageError> {
    let text = collapsed(element)?;
    let form = || MessageError::new(Problem::Form("a date and time with its offset: 2026-11-22T19:00:00+08:00"));
    // RFC 3339 lets `t`, `z` and a blank pass, XML Schema does not.
    if text.len() > 40 || text.contains(['t', 'z', ' ']) {
        return Err(form().because("DT01"));
    }
    Timestamp::parse_rfc3339(text).ok_or_else(|| form().because("DT01"))
}

/// `ISODate` without an offset.
pub(crate) fn date(element: &Element<'_>) -> Result<Date, MessageError> {
    let format = format_description!("[year]-[month]-[day]");
    let text = collapsed(element)?;
    let date = Date::parse(text, format).ok().filter(|_| text.len() == 10 && text.starts_with(|c: char| c != '-'));
    date.ok_or_else(|| MessageError::new(Problem::Form("a date: 2026-11-22")).because("DT01"))
}

/// Writes an `ISODate`.
pub(crate) fn write_date(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// `UUIDv4Identifier`: lower case, version 4.
pub(crate) fn uetr(element: &Element<'_>) -> Result<Uuid, MessageError> {
    let text = element.text()?;
    let pattern = |uuid: &Uuid| {
        uuid.get_version_num() == 4
            && uuid.get_variant() == uuid::Variant::RFC4122
            && uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text
    };
    let uuid = Uuid::parse_str(text).ok().filter(pattern);
    uuid.ok_or_else(|| MessageError::new(Problem::Form("a UUID of version 4 in lower case")))
}

/// `ActiveCurrencyAndAmount`, of a currency that is settled here and more than zero.
pub(crate) fn amount(element: &Element<'_>) -> Result<Amount, MessageError> {
    let code = element.only_attribute("Ccy")?;
    let currency: Currency = code.parse().map_err(refuse_amount)?;
    let text = element.text_beside_attributes()?.trim_matches([' ', '\t', '\n', '\r']);
    Amount::parse(text, currency).map_err(refuse_amount)
}

fn refuse_amount(error: AmountError) -> MessageError {
    match error {
        AmountError::Currency => {
            MessageError::new(Problem::NotHere("a currency that is not settled here")).because("AM03")
        }
        AmountError::NotPositive => MessageError::new(Problem::NotHere("an amount is more than zero")).because("AM01"),
        AmountError::Format => {
            MessageError::new(Problem::Form("an amount is digits, with at most two after one point")).because("AM12")
        }
        AmountError::TooLarge => MessageError::new(Problem::Form("the amount is too large")).because("AM12"),
    }
}

/// A code of an external set that this system passes on.
pub(crate) fn reason(element: &Element<'_>) -> Result<ReasonCode, MessageError> {
    element.text()?.parse().map_err(|_| MessageError::new(Problem::Form("four capital letters or digits")))
}
