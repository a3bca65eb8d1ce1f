//! Whom the directory of a run holds: as many people as are asked for, each with a number of their own.

use payments::directory::{AccountNumber, Currencies, Owner, OwnerKind, Proxy, ProxyKind, Registration};
use payments::participant::ClearingCode;

/// Hong Kong's mobile numbers begin with 4 to 9: so many there are.
const NUMBERS: u64 = 60_000_000;
/// Shares no divisor with [`NUMBERS`]: steps of this length meet every number once.
const STEP: u64 = 7_919;
const BANKS: u64 = 30;
const FAMILIES: [(&str, &str); 12] = [
    ("陳", "CHAN"),
    ("黃", "WONG"),
    ("李", "LEE"),
    ("張", "CHEUNG"),
    ("梁", "LEUNG"),
    ("林", "LAM"),
    ("吳", "NG"),
    ("劉", "LAU"),
    ("何", "HO"),
    ("葉", "YIP"),
    ("歐陽", "AU YEUNG"),
    ("鄧", "TANG"),
];
const GIVEN: [(&str, &str); 10] = [
    ("大文", "Tai Man"),
    ("美儀", "Mei Yee"),
    ("志明", "Chi Ming"),
    ("嘉欣", "Ka Yan"),
    ("國強", "Kwok Keung"),
    ("麗芳", "Lai Fong"),
    ("子軒", "Tsz Hin"),
    ("曉彤", "Hiu Tung"),
    ("俊傑", "Chun Kit"),
    ("詠詩", "Wing Sze"),
];

/// The number of the person with this index; those beyond the population are nobody's.
pub(crate) fn number(index: u64) -> String {
    (40_000_000 + index * STEP % NUMBERS).to_string()
}

/// The same as a proxy.
pub(crate) fn proxy(index: u64) -> anyhow::Result<Proxy> {
    Ok(Proxy::parse(ProxyKind::Mobile, &number(index))?)
}

/// The bank of the person with this index.
pub(crate) fn bank(index: u64) -> anyhow::Result<ClearingCode> {
    Ok(format!("{:03}", 100 + index % BANKS).parse()?)
}

/// Their names in Chinese and in English.
pub(crate) fn names(index: u64) -> (String, String) {
    let pick = |many: usize, by: u64| usize::try_from(index / by).unwrap_or(0) % many;
    let (family, given) = (FAMILIES[pick(FAMILIES.len(), 7)], GIVEN[pick(GIVEN.len(), 3)]);
    (format!("{}{}", family.0, given.0), format!("{} {}", family.1, given.1))
}

/// What the bank registers.
pub(crate) fn registration(index: u64) -> anyhow::Result<(ClearingCode, Registration)> {
    let (zh, en) = names(index);
    let registration = Registration {
        proxy: proxy(index)?,
        account: AccountNumber::parse(&format!("{:03}-{:06}-001", 100 + index % BANKS, index % 1_000_000))?,
        owner: Owner::new(OwnerKind::Person, Some(&zh), Some(&en))?,
        owner_key: None,
        currencies: Currencies::ALL,
        default: true,
    };
    Ok((bank(index)?, registration))
}
