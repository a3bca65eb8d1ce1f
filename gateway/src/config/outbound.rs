//! What is called elsewhere: `[outbound]`, `[webhooks]`.

use std::path::PathBuf;

use ipnet::IpNet;
use serde::Deserialize;

/// `[outbound]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outbound {
    /// PEM certificates to trust beside those that the machine trusts.
    pub extra_ca: Option<PathBuf>,
    /// Networks (CIDR) that may be called although they are not public; also by plain http.
    pub allow_networks: Vec<IpNet>,
}

/// `[webhooks]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// Days for which is kept what a server was told, so that its merchant may have it told again.
    pub keep_days: u16,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self { keep_days: 30 }
    }
}
