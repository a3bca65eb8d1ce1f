//! One element, with its namespace resolved, borrowing its text from the message where it can.

use std::borrow::Cow;
use std::rc::Rc;

use super::{ISO_20022, Writer};
use crate::iso20022::{MessageError, Problem};

pub(crate) struct Element<'t> {
    /// The namespace's name; empty for none.
    pub(crate) namespace: Rc<str>,
    /// Without prefix.
    pub(crate) name: &'t str,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) nodes: Vec<Node<'t>>,
}

pub(crate) struct Attribute {
    /// Empty for none.
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) value: String,
}

pub(crate) enum Node<'t> {
    Element(Element<'t>),
    Text(Cow<'t, str>),
}

/// The namespace that the prefix `xml` always stands for (Namespaces in XML 1.0, section 3).
const XML: &str = "http://www.w3.org/XML/1998/namespace";

impl<'t> Element<'t> {
    /// The text of an element that holds nothing else and has no attributes.
    pub(crate) fn text(&self) -> Result<&str, MessageError> {
        if !self.attributes.is_empty() {
            return Err(MessageError::new(Problem::Attribute));
        }
        self.text_beside_attributes()
    }

    /// The text of an element that holds no other element.
    pub(crate) fn text_beside_attributes(&self) -> Result<&str, MessageError> {
        match self.nodes.as_slice() {
            [] => Ok(""),
            [Node::Text(text)] => Ok(text),
            _ => Err(MessageError::new(Problem::Content)),
        }
    }

    /// The value of the only attribute, when it is `name`.
    pub(crate) fn only_attribute(&self, name: &str) -> Result<&str, MessageError> {
        match self.attributes.as_slice() {
            [attribute] if attribute.namespace.is_empty() && attribute.name == name => Ok(&attribute.value),
            _ => Err(MessageError::new(Problem::Attribute)),
        }
    }

    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element<'t>> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Writes the element in its normal form, to stand inside an element of `around`'s namespace: no prefixes,
    /// and in ISO 20022's namespaces no white space between elements.
    pub(crate) fn write_normal(&self, around: &str, out: &mut Writer) {
        out.start(self.name);
        if *self.namespace != *around {
            out.attribute("xmlns", &self.namespace);
        }
        for (index, attribute) in self.attributes.iter().enumerate() {
            match attribute.namespace.as_str() {
                "" => out.attribute(&attribute.name, &attribute.value),
                XML => out.attribute(&format!("xml:{}", attribute.name), &attribute.value),
                namespace => {
                    out.attribute(&format!("xmlns:n{index}"), namespace);
                    out.attribute(&format!("n{index}:{}", attribute.name), &attribute.value);
                }
            }
        }
        out.start_ends();
        let layout_only = self.namespace.starts_with(ISO_20022) && self.elements().next().is_some();
        for node in &self.nodes {
            match node {
                Node::Element(element) => element.write_normal(&self.namespace, out),
                Node::Text(_) if layout_only => {}
                Node::Text(text) => out.text(text),
            }
        }
        out.end(self.name);
    }
}
