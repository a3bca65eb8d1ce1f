//! Reads an element's children in the order that the schema gives them.

use super::{Element, Node};
use crate::iso20022::{MessageError, Problem};

/// What is left of an element's children. Each call takes the next one, so the calls stand in the schema's order.
pub(crate) struct Fields<'e, 't> {
    namespace: &'e str,
    rest: &'e [Node<'t>],
}

impl<'e, 't> Fields<'e, 't> {
    /// The children of an element that has no attributes.
    pub(crate) fn of(element: &'e Element<'t>) -> Result<Self, MessageError> {
        if element.attributes.is_empty() {
            Ok(Self::beside_attributes(element))
        } else {
            Err(MessageError::new(Problem::Attribute))
        }
    }

    /// The children of an element whose attributes the caller reads.
    pub(crate) fn beside_attributes(element: &'e Element<'t>) -> Self {
        Self { namespace: &element.namespace, rest: &element.nodes }
    }

    /// The next child of any name.
    pub(crate) fn any(&mut self) -> Result<Option<&'e Element<'t>>, MessageError> {
        while let [next, rest @ ..] = self.rest {
            match next {
                Node::Element(element) => {
                    self.rest = rest;
                    return Ok(Some(element));
                }
                Node::Text(text) if text.chars().all(|c| c.is_ascii_whitespace()) => self.rest = rest,
                Node::Text(_) => return Err(MessageError::new(Problem::Content)),
            }
        }
        Ok(None)
    }

    fn next(&mut self, name: &str) -> Result<Option<&'e Element<'t>>, MessageError> {
        let before = self.rest;
        let found = self.any()?.filter(|element| element.name == name && *element.namespace == *self.namespace);
        if found.is_none() {
            self.rest = before;
        }
        Ok(found)
    }

    /// A child that may be left out.
    pub(crate) fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&'e Element<'t>) -> Result<T, MessageError>,
    ) -> Result<Option<T>, MessageError> {
        let Some(element) = self.next(name)? else { return Ok(None) };
        read(element).map(Some).map_err(|error| error.within(name))
    }

    /// A child that must be there.
    pub(crate) fn required<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&'e Element<'t>) -> Result<T, MessageError>,
    ) -> Result<T, MessageError> {
        if let Some(value) = self.optional(name, read)? {
            return Ok(value);
        }
        let comes_later = self.rest.iter().any(|node| matches!(node, Node::Element(e) if e.name == name));
        match self.any()? {
            Some(instead) if comes_later => Err(MessageError::new(Problem::Unexpected).within(instead.name)),
            _ => Err(MessageError::new(Problem::Missing).within(name)),
        }
    }

    /// All next children of this name, at most `most`; an error counts them from one.
    pub(crate) fn repeated<T>(
        &mut self,
        name: &str,
        most: usize,
        mut read: impl FnMut(&'e Element<'t>) -> Result<T, MessageError>,
    ) -> Result<Vec<T>, MessageError> {
        let mut values = Vec::new();
        while let Some(element) = self.next(name)? {
            let place = || format!("{name}[{}]", values.len() + 1);
            if values.len() == most {
                return Err(MessageError::new(Problem::TooLarge).within(place()));
            }
            let value = read(element).map_err(|error| error.within(place()))?;
            values.push(value);
        }
        Ok(values)
    }

    /// Children that are handed on unread: each may stand once, in this order.
    pub(crate) fn skip(&mut self, names: &[&str]) -> Result<(), MessageError> {
        names.iter().try_for_each(|name| self.next(name).map(|_| ()))
    }

    /// A child that is handed on unread and may stand several times.
    pub(crate) fn skip_repeated(&mut self, name: &str) -> Result<(), MessageError> {
        while self.next(name)?.is_some() {}
        Ok(())
    }

    /// Nothing else may follow.
    pub(crate) fn finish(mut self) -> Result<(), MessageError> {
        match self.any()? {
            None => Ok(()),
            Some(element) => Err(MessageError::new(Problem::Unexpected).within(element.name)),
        }
    }
}
