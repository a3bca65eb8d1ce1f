//! Where answers to a client may go, and the sector that its addresses put it in.

use std::collections::BTreeSet;

use super::MetadataError;
use super::members::{Metadata, refuse};
use crate::oidc::redirect_uri::RedirectUri;

impl Metadata<'_> {
    pub(super) fn redirect_uris(&self) -> Result<Vec<RedirectUri>, MetadataError> {
        const FIELD: &str = "redirect_uris";
        let parse = |text: &str| RedirectUri::parse(text).map_err(|e| refuse(FIELD, e.to_string()));
        let uris: Vec<_> = self.texts(FIELD)?.into_iter().map(parse).collect::<Result<_, _>>()?;
        if uris.is_empty() { Err(refuse(FIELD, "at least one is needed")) } else { Ok(uris) }
    }

    /// The given sector, else the one host that all redirect URIs have in common.
    pub(super) fn sector(&self, redirect_uris: &[RedirectUri]) -> Result<String, MetadataError> {
        const FIELD: &str = "sector";
        if let Some(sector) = self.text(FIELD)? {
            let fit = sector.len() <= 200 && sector.bytes().all(|b| b.is_ascii_graphic());
            return if fit { Ok(sector.to_owned()) } else { Err(refuse(FIELD, "at most 200 visible characters")) };
        }
        let hosts: BTreeSet<_> = redirect_uris.iter().map(RedirectUri::host).collect();
        match hosts.len() {
            1 => Ok(hosts.into_iter().collect()),
            _ => Err(refuse(FIELD, "needed, because the redirect URIs have several hosts")),
        }
    }
}
