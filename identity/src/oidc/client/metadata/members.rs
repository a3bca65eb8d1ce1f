//! Reading single members of metadata: present or not, of the right kind, and named when they are not.

use serde_json::{Map, Value};

use super::MetadataError;

/// Metadata on its way to becoming a client.
pub(super) struct Metadata<'a>(&'a Map<String, Value>);

/// The refusal of one member.
pub(super) fn refuse(field: &'static str, reason: impl Into<String>) -> MetadataError {
    MetadataError { field, reason: reason.into() }
}

impl<'a> Metadata<'a> {
    pub(super) fn of(metadata: &'a Value) -> Result<Self, MetadataError> {
        metadata.as_object().map(Self).ok_or_else(|| refuse("client_id", "metadata is a JSON object"))
    }

    pub(super) fn given(&self, field: &str) -> Option<&'a Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, field: &'static str) -> Result<Option<&'a str>, MetadataError> {
        let Some(value) = self.given(field) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| refuse(field, "it is a text"))?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    pub(super) fn texts(&self, field: &'static str) -> Result<Vec<&'a str>, MetadataError> {
        let Some(value) = self.given(field) else { return Ok(Vec::new()) };
        let list = value.as_array().ok_or_else(|| refuse(field, "it is a list of texts"))?;
        list.iter().map(|item| item.as_str().ok_or_else(|| refuse(field, "it is a list of texts"))).collect()
    }

    /// A yes or no; no when it is not given.
    pub(super) fn flag(&self, field: &'static str) -> Result<bool, MetadataError> {
        let Some(value) = self.given(field) else { return Ok(false) };
        value.as_bool().ok_or_else(|| refuse(field, "it is true or false"))
    }
}
