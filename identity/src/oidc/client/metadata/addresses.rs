//! Where answers to a client may go, and the sector that its addresses put it in.

use std::collections::BTreeSet;

use url::Url;

use super::members::{Metadata, refuse};
use super::{ClientId, MetadataError};
use crate::oidc::redirect_uri::RedirectUri;
use crate::oidc::token::GrantType;

impl Metadata<'_> {
    /// Needed by whoever sends residents here, and of no use to others.
    pub(super) fn redirect_uris(&self, grants: &BTreeSet<GrantType>) -> Result<Vec<RedirectUri>, MetadataError> {
        const FIELD: &str = "redirect_uris";
        let parse = |text: &str| RedirectUri::parse(text).map_err(|e| refuse(FIELD, e.to_string()));
        let uris: Vec<_> = self.texts(FIELD)?.into_iter().map(parse).collect::<Result<_, _>>()?;
        match (grants.contains(&GrantType::AuthorizationCode), uris.is_empty()) {
            (true, true) => Err(refuse(FIELD, "at least one is needed")),
            (false, false) => Err(refuse(FIELD, "only with the authorization_code grant")),
            _ => Ok(uris),
        }
    }

    /// The given sector, else the host that publishes it, else the one host that all redirect URIs have in common. A
    /// client that no resident signs in to is a sector by itself.
    pub(super) fn sector(
        &self,
        id: &ClientId,
        published_at: Option<&Url>,
        redirect_uris: &[RedirectUri],
    ) -> Result<String, MetadataError> {
        const FIELD: &str = "sector";
        let publisher = published_at.and_then(Url::host_str);
        if let Some(sector) = self.text(FIELD)? {
            return match publisher {
                _ if sector.len() > 200 || !sector.bytes().all(|b| b.is_ascii_graphic()) => {
                    Err(refuse(FIELD, "at most 200 visible characters"))
                }
                Some(host) if host != sector => Err(refuse(FIELD, "it is the host of sector_identifier_uri")),
                _ => Ok(sector.to_owned()),
            };
        }
        if let Some(host) = publisher {
            return Ok(host.to_owned());
        }
        let hosts: BTreeSet<_> = redirect_uris.iter().map(RedirectUri::host).collect();
        match hosts.len() {
            0 => Ok(id.to_string()),
            1 => Ok(hosts.into_iter().collect()),
            _ => Err(refuse(FIELD, "needed, because the redirect URIs have several hosts")),
        }
    }
}
