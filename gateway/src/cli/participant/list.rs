//! `lionrock participant list`.

use payments::Switch;
use payments::money::{Currency, format_minor};
use payments::participant::{ClearingCode, Standing};
use serde::Serialize;

use crate::cli::Output;

/// One participant with its money, as `list` shows it.
#[derive(Serialize)]
struct Listed {
    clearing_code: ClearingCode,
    name_zh: String,
    name_en: String,
    bic: Option<String>,
    standing: &'static str,
    suspended: bool,
    online: bool,
    app_link: Option<String>,
    positions: Vec<ListedPosition>,
}

#[derive(Serialize)]
struct ListedPosition {
    currency: Currency,
    balance: String,
    reserved: String,
    net_debit_cap: String,
    available: String,
    payment_maximum: Option<String>,
    daily_maximum: Option<String>,
    sent_today: String,
    low_liquidity: Option<String>,
    is_low: bool,
}

/// Prints them.
pub(super) fn show(switch: &Switch, output: Output) -> anyhow::Result<()> {
    let today = switch.business_day()?.unwrap_or_default();
    let all_positions = switch.positions()?;
    let positions_of = |participant: ClearingCode| {
        let own = all_positions.iter().filter(move |(code, ..)| *code == participant);
        own.map(|(_, currency, position)| {
            let decimal = |minor| format_minor(minor, *currency);
            ListedPosition {
                currency: *currency,
                balance: decimal(position.balance),
                reserved: decimal(position.reserved),
                net_debit_cap: decimal(position.net_debit_cap),
                available: decimal(position.available()),
                payment_maximum: position.limits.payment_maximum.map(decimal),
                daily_maximum: position.limits.daily_maximum.map(decimal),
                sent_today: decimal(position.sent.on(today)),
                low_liquidity: position.limits.low_liquidity.map(decimal),
                is_low: position.is_low,
            }
        })
    };
    let listed: Vec<_> = switch
        .participants()?
        .into_iter()
        .map(|one| Listed {
            positions: positions_of(one.clearing_code).collect(),
            clearing_code: one.clearing_code,
            name_zh: one.name_zh,
            name_en: one.name_en,
            bic: one.bic,
            standing: one.standing.name(),
            suspended: one.standing == Standing::Suspended,
            online: !one.is_offline,
            app_link: one.app_link.map(|link| link.to_string()),
        })
        .collect();
    output.print(&listed, |listed| {
        let mut lines = Vec::new();
        for one in listed {
            let standing = if one.standing == "active" { String::new() } else { format!("  ({})", one.standing) };
            let presence = if one.online { "" } else { "  (offline)" };
            lines.push(format!("{}  {}  {}{standing}{presence}", one.clearing_code, one.name_zh, one.name_en));
            for position in &one.positions {
                lines.push(format!(
                    "     {}  balance {}  reserved {}  available {}",
                    position.currency, position.balance, position.reserved, position.available
                ));
                lines.extend(position.limits().map(|limits| format!("          {limits}")));
            }
        }
        if lines.is_empty() { "There are no participants yet.".to_owned() } else { lines.join("\n") }
    })
}

impl ListedPosition {
    /// What limits it, in words.
    fn limits(&self) -> Option<String> {
        let one = |name: &str, limit: &Option<String>| limit.as_ref().map(|limit| format!("{name} {limit}"));
        let low = if self.is_low { " (is low)" } else { "" };
        let day = format!("sent today {} of", self.sent_today);
        let parts = [
            one("one payment at most", &self.payment_maximum),
            one(&day, &self.daily_maximum),
            one("warn below", &self.low_liquidity).map(|warning| warning + low),
        ];
        let said: Vec<String> = parts.into_iter().flatten().collect();
        if said.is_empty() { None } else { Some(said.join("  ")) }
    }
}
