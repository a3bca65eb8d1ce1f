//! Data objects: two digits of id, two of length, then as many characters of value.

use super::error::{ObjectId, QrError, Refusal};

/// One data object, and where it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<'t> {
    pub(crate) id: u8,
    pub(crate) value: &'t str,
    /// Of its id: the character of the payload, counted from one.
    pub(crate) position: usize,
}

impl Object<'_> {
    /// The character at which the value begins.
    pub(crate) const fn value_position(&self) -> usize {
        self.position + 4
    }
}

/// Reads the objects of a payload or of a template; `position` is the character at which `text` begins.
pub(crate) fn read(text: &str, template: Option<u8>, position: usize) -> Result<Vec<Object<'_>>, QrError> {
    let mut objects = Vec::with_capacity(16);
    let (mut rest, mut position) = (text, position);
    while !rest.is_empty() {
        let here = template.map(ObjectId::root);
        let id = two_digits(rest, 0).ok_or(QrError::new(here, position, Refusal::NotDigits))?;
        let object = Some(ObjectId { template, id });
        let length = two_digits(rest, 2).ok_or(QrError::new(object, position, Refusal::NotDigits))?;
        let value = characters(&rest[4..], length.into()).ok_or(QrError::new(object, position, Refusal::Overrun))?;
        objects.push(Object { id, value, position });
        rest = &rest[4 + value.len()..];
        position += 4 + usize::from(length);
    }
    Ok(objects)
}

fn two_digits(text: &str, at: usize) -> Option<u8> {
    match text.as_bytes().get(at..at + 2)? {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    }
}

/// The first `count` characters.
fn characters(text: &str, count: usize) -> Option<&str> {
    match text.as_bytes().get(..count) {
        Some(bytes) if bytes.is_ascii() => text.get(..count),
        _ => {
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            text.get(..ends.nth(count)?)
        }
    }
}

/// Writes an object.
pub(crate) fn write(out: &mut String, object: ObjectId, value: &str) -> Result<(), QrError> {
    let length = value.chars().count();
    if length > 99 {
        return Err(QrError::new(Some(object), 0, Refusal::TooLong));
    }
    for number in [object.id, u8::try_from(length).unwrap_or(99)] {
        out.push(char::from(b'0' + number / 10));
        out.push(char::from(b'0' + number % 10));
    }
    out.push_str(value);
    Ok(())
}
