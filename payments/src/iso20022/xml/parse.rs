//! From bytes to a tree, refusing what a message has no use for and what could be used to exhaust the reader.

use std::borrow::Cow;
use std::rc::Rc;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

use super::{Attribute, Element, Node};
use crate::iso20022::{MessageError, Problem};

/// What a document may cost its reader. Memory grows with the elements, so both are bounded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) bytes: usize,
    pub(crate) elements: usize,
}

impl Limits {
    /// One message: a thousand transactions with room for remittance information.
    pub(crate) const MESSAGE: Self = Self { bytes: 4 * 1024 * 1024, elements: 160_000 };
    /// An inbox of five hundred messages, each as large as a transaction may be.
    pub(crate) const INBOX: Self = Self { bytes: 8 * 1024 * 1024, elements: 640_000 };
}

/// Elements inside each other; ISO 20022's own schemas stay below twenty.
const MAX_DEPTH: usize = 32;
const MAX_ATTRIBUTES: usize = 8;
/// A hint where a schema can be found is nothing that a reader should follow, or hand on.
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Reads one document.
pub(crate) fn parse(bytes: &[u8], limits: Limits) -> Result<Element<'_>, MessageError> {
    if bytes.len() > limits.bytes {
        return Err(MessageError::new(Problem::TooLarge).because("FF02"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| MessageError::new(Problem::Encoding))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = NsReader::from_str(text);
    let mut tree = Tree { root: None, open: Vec::new(), left: limits.elements, namespace: Rc::from("") };
    loop {
        let at = reader.buffer_position();
        match reader.read_event().map_err(malformed)? {
            Event::Start(start) => tree.open(element(&reader, text, at, &start, &tree.namespace)?)?,
            Event::Empty(start) => {
                tree.open(element(&reader, text, at, &start, &tree.namespace)?)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(content) => tree.text(content.xml10_content())?,
            Event::CData(content) => tree.text(content.xml10_content())?,
            Event::GeneralRef(reference) => tree.text(resolve(&reference)?)?,
            Event::Decl(declaration) if at == 0 => match declaration.encoding() {
                None => {}
                Some(Ok(name)) if name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("us-ascii") => {}
                Some(_) => return Err(MessageError::new(Problem::Encoding)),
            },
            Event::DocType(_) => return Err(MessageError::new(Problem::Doctype)),
            Event::Decl(_) => return Err(malformed(())),
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return tree.finish(),
        }
    }
}

fn malformed<E>(_: E) -> MessageError {
    MessageError::new(Problem::Malformed).because("FF02")
}

/// The tree while it is read: the elements that are open, outermost first.
struct Tree<'t> {
    root: Option<Element<'t>>,
    open: Vec<Element<'t>>,
    /// How many more elements are taken.
    left: usize,
    namespace: Rc<str>,
}

impl<'t> Tree<'t> {
    fn open(&mut self, element: Element<'t>) -> Result<(), MessageError> {
        let too_large = || MessageError::new(Problem::TooLarge).because("FF02");
        self.left = self.left.checked_sub(1).ok_or_else(too_large)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(too_large());
        }
        if self.root.is_some() {
            return Err(malformed(()));
        }
        self.namespace = Rc::clone(&element.namespace);
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) -> Result<(), MessageError> {
        let closed = self.open.pop().ok_or_else(|| malformed(()))?;
        match self.open.last_mut() {
            Some(parent) => {
                self.namespace = Rc::clone(&parent.namespace);
                parent.nodes.push(Node::Element(closed));
            }
            None => self.root = Some(closed),
        }
        Ok(())
    }

    fn text(&mut self, text: Cow<'t, str>) -> Result<(), MessageError> {
        if !is_text(&text) {
            return Err(malformed(()));
        }
        let Some(element) = self.open.last_mut() else {
            return if text.chars().all(|c| c.is_ascii_whitespace()) { Ok(()) } else { Err(malformed(())) };
        };
        match element.nodes.last_mut() {
            Some(Node::Text(before)) => before.to_mut().push_str(&text),
            _ if text.is_empty() => {}
            Some(Node::Element(_)) => element.nodes.push(Node::Text(text)),
            None => {
                // Most elements hold one text and nothing else.
                element.nodes.reserve_exact(1);
                element.nodes.push(Node::Text(text));
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Element<'t>, MessageError> {
        if self.open.is_empty() { self.root.ok_or_else(|| malformed(())) } else { Err(malformed(())) }
    }
}

/// `around` is the namespace of the element around this one: mostly the same, and then shared.
fn element<'t>(
    reader: &NsReader<&'t [u8]>,
    text: &'t str,
    at: u64,
    start: &BytesStart<'_>,
    around: &Rc<str>,
) -> Result<Element<'t>, MessageError> {
    let (namespace, local) = reader.resolver().resolve_element(start.name());
    let namespace = namespace_name(&namespace)?;
    let namespace = if **around == *namespace { Rc::clone(around) } else { Rc::from(namespace) };
    // The name is taken from the message itself, so that it outlives the event: `<`, perhaps a prefix, the name.
    let begins = usize::try_from(at).map_err(malformed)? + 1;
    let prefixed = text.get(begins..begins + start.name().0.len()).ok_or_else(|| malformed(()))?;
    let name = prefixed.rsplit(':').next().unwrap_or(prefixed);
    if name != local.as_ref() || !is_name(name) {
        return Err(malformed(()));
    }
    Ok(Element { namespace, name, attributes: attributes(reader, start)?, nodes: Vec::new() })
}

fn attributes(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Vec<Attribute>, MessageError> {
    let mut found: Vec<Attribute> = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(malformed)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(malformed)?;
        if !is_text(&value) {
            return Err(malformed(()));
        }
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
        let namespace = namespace_name(&namespace)?;
        if namespace == SCHEMA_INSTANCE && local.as_ref().ends_with("chemaLocation") {
            continue;
        }
        let twice = found.iter().any(|other| other.namespace == namespace && other.name == local.as_ref());
        if twice || !is_name(local.as_ref()) {
            return Err(malformed(()));
        }
        found.push(Attribute {
            namespace: namespace.to_owned(),
            name: local.as_ref().to_owned(),
            value: value.into_owned(),
        });
        if found.len() > MAX_ATTRIBUTES {
            return Err(MessageError::new(Problem::TooLarge).because("FF02"));
        }
    }
    Ok(found)
}

fn namespace_name<'n>(resolved: &ResolveResult<'n>) -> Result<&'n str, MessageError> {
    match resolved {
        ResolveResult::Bound(Namespace(name)) => Ok(name),
        ResolveResult::Unbound => Ok(""),
        ResolveResult::Unknown(_) => Err(malformed(())),
    }
}

/// A character by number, or one of the five entities that XML defines itself.
fn resolve(reference: &BytesRef<'_>) -> Result<Cow<'static, str>, MessageError> {
    if let Some(character) = reference.resolve_char_ref().map_err(malformed)? {
        return Ok(Cow::Owned(character.to_string()));
    }
    quick_xml::escape::resolve_xml_entity(&reference.xml10_content())
        .map(Cow::Borrowed)
        .ok_or_else(|| MessageError::new(Problem::Doctype))
}

/// Whether XML can hold all of it.
fn is_text(text: &str) -> bool {
    // Most texts are plain ASCII, which is seen without decoding it.
    text.bytes().fold(true, |all, byte| all & (b' '..0x80).contains(&byte)) || text.chars().all(is_character)
}

/// XML 1.0, production 2.
fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// A name without colon; letters beyond ASCII as Unicode has them.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}
