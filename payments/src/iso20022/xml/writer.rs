//! Writes XML without layout: small, and the same for the same content.

/// A document, or a part of one, while it is written.
pub(crate) struct Writer {
    text: String,
}

impl Writer {
    /// A part of a document.
    pub(crate) fn fragment() -> Self {
        Self { text: String::with_capacity(1024) }
    }

    /// A document of its own.
    pub(crate) fn document() -> Self {
        Self::document_of(1024)
    }

    /// The same, of about so many bytes: a long text that has to grow is copied each time.
    pub(crate) fn document_of(bytes: usize) -> Self {
        let mut writer = Self { text: String::with_capacity(bytes) };
        writer.raw(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
        writer
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    pub(crate) fn start(&mut self, name: &str) {
        self.text.push('<');
        self.text.push_str(name);
    }

    pub(crate) fn attribute(&mut self, name: &str, value: &str) {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        self.escape(value, true);
        self.text.push('"');
    }

    pub(crate) fn start_ends(&mut self) {
        self.text.push('>');
    }

    pub(crate) fn end(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.escape(text, false);
    }

    /// What is XML already.
    pub(crate) fn raw(&mut self, xml: &str) {
        self.text.push_str(xml);
    }

    /// An element with attributes and content.
    pub(crate) fn element_with(&mut self, name: &str, attributes: &[(&str, &str)], content: impl FnOnce(&mut Self)) {
        self.start(name);
        for (name, value) in attributes {
            self.attribute(name, value);
        }
        self.start_ends();
        content(self);
        self.end(name);
    }

    /// An element with content.
    pub(crate) fn element(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.element_with(name, &[], content);
    }

    /// An element that holds text.
    pub(crate) fn leaf(&mut self, name: &str, text: &str) {
        self.element(name, |w| w.text(text));
    }

    /// White space other than a blank is written by number: a reader would otherwise change it. A character
    /// that XML cannot hold at all becomes the replacement character.
    fn escape(&mut self, text: &str, in_attribute: bool) {
        // Nearly every text is its own escape, and copied whole. Looking at all of it is quicker than stopping early.
        if text.bytes().fold(true, |all, byte| all & stands_for_itself(byte)) {
            return self.text.push_str(text);
        }
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' if in_attribute => self.text.push_str("&quot;"),
                '\r' => self.text.push_str("&#13;"),
                '\n' if in_attribute => self.text.push_str("&#10;"),
                '\t' if in_attribute => self.text.push_str("&#9;"),
                '\n' | '\t' => self.text.push(c),
                '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => self.text.push('\u{fffd}'),
                _ => self.text.push(c),
            }
        }
    }
}

/// Whether no character with this byte in it is ever written differently: neither markup, nor a control character,
/// nor what U+FFFE and U+FFFF begin with in UTF-8.
const fn stands_for_itself(byte: u8) -> bool {
    byte >= b' ' && !matches!(byte, b'&' | b'<' | b'>' | b'"' | 0xef)
}
