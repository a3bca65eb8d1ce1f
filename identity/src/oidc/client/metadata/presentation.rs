//! Who a client is and how it presents itself to residents.

use super::members::{Metadata, refuse};
use super::{ClientId, MetadataError, SecurityProfile};
use crate::oidc::client::Localized;

impl<'a> Metadata<'a> {
    pub(super) fn client_id(&self) -> Result<Option<ClientId>, MetadataError> {
        let parse = |text| ClientId::parse(text).ok_or_else(|| refuse("client_id", "1 to 200 visible characters"));
        self.text("client_id")?.map(parse).transpose()
    }

    /// Required, so that no client is one day found under rules that nobody chose for it.
    pub(super) fn profile(&self) -> Result<SecurityProfile, MetadataError> {
        match self.text("profile")? {
            Some("fapi2") => Ok(SecurityProfile::Fapi2),
            Some("oidc") => Ok(SecurityProfile::Oidc),
            _ => Err(refuse("profile", "say fapi2 or oidc")),
        }
    }

    pub(super) fn localized(
        &self,
        field: &'static str,
        chinese: &'static str,
    ) -> Result<Option<Localized>, MetadataError> {
        let short = |field, text: Option<&'a str>| match text {
            Some(text) if text.chars().count() > 200 || text.chars().any(char::is_control) => {
                Err(refuse(field, "at most 200 characters on one line"))
            }
            text => Ok(text),
        };
        let zh_hant = short(chinese, self.text(chinese)?)?;
        let en = short(field, self.text(field)?)?.or(zh_hant);
        Ok(en.map(|en| Localized { en: en.to_owned(), zh_hant: zh_hant.unwrap_or(en).to_owned() }))
    }
}
