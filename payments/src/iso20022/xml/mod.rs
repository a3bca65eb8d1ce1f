//! XML as ISO 20022 uses it: a small tree of elements, read in the schema's order, written in one form.

mod element;
mod fields;
mod parse;
mod writer;

pub(crate) use element::{Attribute, Element, Node};
pub(crate) use fields::Fields;
pub(crate) use parse::{Limits, parse};
pub(crate) use writer::Writer;

/// What every ISO 20022 namespace begins with; the message's identifier follows.
pub(crate) const ISO_20022: &str = "urn:iso:std:iso:20022:tech:xsd:";
