//! One way to write a record as bytes, so that its hash means one thing only.

use std::fmt;

use ring::digest::{Context, SHA256, SHA256_OUTPUT_LEN};

/// A SHA-256 hash (FIPS 180-4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Digest([u8; SHA256_OUTPUT_LEN]);

impl Digest {
    /// The hash with these bytes; `None` when there are not thirty-two.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Hexadecimal, as `sha256sum` writes it.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Hashes fields in order. Numbers are eight bytes, big-endian; texts and bytes carry their length in front,
/// so no two different records have the same bytes.
pub(crate) struct Canonical(Context);

impl Canonical {
    /// Begins a record of this kind. The kind is part of the hash.
    pub(crate) fn new(kind: &str) -> Self {
        let mut canonical = Self(Context::new(&SHA256));
        canonical.text(kind);
        canonical
    }

    pub(crate) fn number(&mut self, number: i64) -> &mut Self {
        self.0.update(&number.to_be_bytes());
        self
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        self.0.update(bytes);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    pub(crate) fn optional_text(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.number(1).text(text),
            None => self.number(0),
        }
    }

    pub(crate) fn optional_number(&mut self, number: Option<i64>) -> &mut Self {
        match number {
            Some(number) => self.number(1).number(number),
            None => self.number(0),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        let mut digest = Digest::default();
        digest.0.copy_from_slice(self.0.finish().as_ref());
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(write: impl FnOnce(&mut Canonical)) -> Digest {
        let mut canonical = Canonical::new("test");
        write(&mut canonical);
        canonical.finish()
    }

    #[test]
    fn moving_a_letter_from_one_field_to_the_next_changes_the_hash() {
        assert_ne!(of(|c| _ = c.text("ab").text("c")), of(|c| _ = c.text("a").text("bc")));
    }

    #[test]
    fn nothing_is_not_an_empty_text() {
        assert_ne!(of(|c| _ = c.optional_text(None)), of(|c| _ = c.optional_text(Some(""))));
    }
}
