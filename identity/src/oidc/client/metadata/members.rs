//! Reading single members of metadata: present or not, of the right kind, and named when they are not. What nobody
//! read is refused at the end, so that no client believes in a setting that this provider does not have.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};
use url::Url;

use super::MetadataError;

/// Members of RFC 7591 and OpenID Connect Dynamic Client Registration that only inform, or ask for what is always so.
/// They are taken and forgotten.
const INFORMATIVE: [&str; 11] = [
    "application_type",
    "client_id_issued_at",
    "client_secret_expires_at",
    "client_uri",
    "contacts",
    "logo_uri",
    "policy_uri",
    "require_auth_time",
    "software_id",
    "software_version",
    "tos_uri",
];

/// Metadata on its way to becoming a client.
pub(super) struct Metadata<'a> {
    members: &'a Map<String, Value>,
    read: RefCell<BTreeSet<&'a str>>,
}

/// The refusal of one member.
pub(super) fn refuse(field: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> MetadataError {
    MetadataError { field: field.into(), reason: reason.into() }
}

impl<'a> Metadata<'a> {
    pub(super) fn of(metadata: &'a Value) -> Result<Self, MetadataError> {
        let members = metadata.as_object().ok_or_else(|| refuse("client_id", "metadata is a JSON object"))?;
        Ok(Self { members, read: RefCell::default() })
    }

    pub(super) fn given(&self, field: &str) -> Option<&'a Value> {
        let (name, value) = self.members.get_key_value(field)?;
        self.read.borrow_mut().insert(name);
        Some(value).filter(|value| !value.is_null())
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

    /// The address of something that the client publishes. Plain http is for the networks that the gateway allows.
    pub(super) fn url(&self, field: &'static str) -> Result<Option<Url>, MetadataError> {
        let Some(text) = self.text(field)? else { return Ok(None) };
        let url = Url::parse(text).map_err(|_| refuse(field, "it is a URL"))?;
        let is_plain = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        match url.scheme() {
            "https" | "http" if is_plain && url.has_host() => Ok(Some(url)),
            _ => Err(refuse(field, "it is an https URL without fragment and user name")),
        }
    }

    /// To be asked when everything has been read.
    ///
    /// # Errors
    /// The first member that nobody read and that does not merely inform.
    pub(super) fn refuse_unread(&self) -> Result<(), MetadataError> {
        let read = self.read.borrow();
        let is_known = |name: &str| {
            let untagged = name.split('#').next().unwrap_or(name); // a language: RFC 7591, section 2.2
            read.contains(name) || INFORMATIVE.contains(&untagged) || (untagged != name && read.contains(untagged))
        };
        match self.members.iter().find(|(name, value)| !value.is_null() && !is_known(name)) {
            None => Ok(()),
            Some((name, _)) => Err(refuse(name.clone(), "not supported")),
        }
    }
}
