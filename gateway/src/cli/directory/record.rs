//! One line of the file: an entry.

use anyhow::Context;
use payments::directory::{AccountNumber, Currencies, Owner, OwnerKey, OwnerKind, Proxy, ProxyKind, Registration};
use payments::money::Currency;
use payments::participant::ClearingCode;
use serde::{Deserialize, Serialize};

/// The columns, in their order.
#[derive(Deserialize, Serialize)]
pub(super) struct Record {
    participant: String,
    proxy_type: ProxyKind,
    proxy: String,
    account: String,
    owner_kind: OwnerKind,
    name_zh: Option<String>,
    name_en: Option<String>,
    /// `HKD`, `HKD CNY`.
    currencies: String,
    default: bool,
    /// By what the directory knows the owner: 32 hexadecimal digits, which only an export under the same keys can tell.
    #[serde(default)]
    owner_key: Option<String>,
}

impl Record {
    /// What it registers, and for whom. What is wrong is named by its column, never by its content.
    pub(super) fn parse(&self) -> anyhow::Result<(ClearingCode, Registration)> {
        let currencies = self.currencies.split_whitespace().map(str::parse).collect::<Result<Vec<Currency>, _>>();
        let owner = Owner::new(self.owner_kind, self.name_zh.as_deref(), self.name_en.as_deref());
        let registration = Registration {
            owner_key: self.owner_key.as_deref().filter(|key| !key.is_empty()).map(parse_key).transpose()?,
            proxy: Proxy::parse(self.proxy_type, &self.proxy).context("proxy")?,
            account: AccountNumber::parse(&self.account).context("account")?,
            owner: owner.context("name_zh, name_en")?,
            currencies: Currencies::of(currencies.context("currencies")?).context("currencies: at least one")?,
            default: self.default,
        };
        Ok((self.participant.parse().context("participant")?, registration))
    }
}

fn parse_key(text: &str) -> anyhow::Result<OwnerKey> {
    let mut bytes = [0; 16];
    hex::decode_to_slice(text, &mut bytes).ok().context("owner_key")?;
    Ok(OwnerKey::from_bytes(bytes))
}

impl From<(ClearingCode, Registration)> for Record {
    fn from((participant, one): (ClearingCode, Registration)) -> Self {
        Self {
            participant: participant.to_string(),
            proxy_type: one.proxy.kind(),
            proxy: one.proxy.value().to_owned(),
            account: one.account.as_str().to_owned(),
            owner_kind: one.owner.kind(),
            name_zh: one.owner.name_zh().map(str::to_owned),
            name_en: one.owner.name_en().map(str::to_owned),
            currencies: one.currencies.to_string(),
            default: one.default,
            owner_key: one.owner_key.map(|key| hex::encode(key.as_bytes())),
        }
    }
}
