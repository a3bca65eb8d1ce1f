//! The fictional people, banks and offices of the demo. Any likeness is chance; the HKID numbers have valid
//! check digits and belong to nobody.

use std::path::Path;

use anyhow::Context;
use payments::directory::{OwnerKind, Proxy, ProxyKind};
use payments::iso20022::ReasonCode;
use payments::money::{Amount, Currency};
use url::Url;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::bank::{ApiKey, Behaviour, Customer, MerchantProfile, Names};
use super::shop::{BankApi, ShopConfig};
use crate::{http, keys, random};

/// A resident in the population register.
pub(super) struct Person {
    /// The HKID number with its check digit.
    pub(super) hkid: &'static str,
    /// Chinese name.
    pub(super) name_zh: &'static str,
    /// English name, family name in capitals.
    pub(super) name_en: &'static str,
    /// Date of birth, ISO 8601.
    pub(super) birth_date: &'static str,
    /// Mobile number in the register.
    pub(super) mobile: &'static str,
}

/// The register's first five.
pub(super) const RESIDENTS: [Person; 5] = [
    Person {
        hkid: "A123456(3)",
        name_zh: "陳大文",
        name_en: "CHAN Tai Man",
        birth_date: "1988-04-12",
        mobile: "+852-91234567",
    },
    Person {
        hkid: "K234567(6)",
        name_zh: "何美儀",
        name_en: "HO Mei Yee",
        birth_date: "1992-11-03",
        mobile: "+852-92345678",
    },
    Person {
        hkid: "Z683365(A)",
        name_zh: "李志強",
        name_en: "LEE Chi Keung",
        birth_date: "1975-07-28",
        mobile: "+852-93456789",
    },
    Person {
        hkid: "AB987654(3)",
        name_zh: "黃小玲",
        name_en: "WONG Siu Ling",
        birth_date: "2001-01-19",
        mobile: "+852-94567890",
    },
    Person {
        hkid: "G246810(6)",
        name_zh: "張偉明",
        name_en: "CHEUNG Wai Ming",
        birth_date: "1963-09-30",
        mobile: "+852-95678901",
    },
];

/// A simulated bank.
pub(super) struct Bank {
    /// Clearing code.
    pub(super) clearing_code: &'static str,
    /// Chinese name.
    pub(super) name_zh: &'static str,
    /// English name.
    pub(super) name_en: &'static str,
    /// Business identifier code (fictional).
    pub(super) bic: &'static str,
    /// The class that colours its pages.
    pub(super) theme: &'static str,
    /// Prefunded balance in HKD.
    pub(super) funds: &'static str,
}

/// The three banks.
pub(super) const BANKS: [Bank; 3] = [
    Bank {
        clearing_code: "012",
        name_zh: "榕樹銀行",
        name_en: "Banyan Bank",
        bic: "BNYNHKHH",
        theme: "bank-banyan",
        funds: "50000.00",
    },
    Bank {
        clearing_code: "027",
        name_zh: "海堤銀行",
        name_en: "Seawall Bank",
        bic: "SWLLHKHH",
        theme: "bank-seawall",
        funds: "30000.00",
    },
    Bank {
        clearing_code: "038",
        name_zh: "渡輪銀行",
        name_en: "Ferry Bank",
        bic: "FRRYHKHH",
        theme: "bank-ferry",
        funds: "20000.00",
    },
];

/// The shop's bank.
pub(super) const SHOP_BANK: &str = "027";
/// The shop's names.
const SHOP: (&str, &str) = ("晨光文具", "Morning Light Stationery");
/// What it sells: stationery (ISO 18245).
const SHOP_CATEGORY: &str = "5943";
/// What its bank calls the request to take it on as a merchant.
const SHOP_REQUEST: Uuid = Uuid::from_u128(0x0b8d_bd0b_2d9b_4e5b_8a58_0cb0_e3c3_f5d1);
/// The address that the shop's codes name.
const SHOP_EMAIL: &str = "shop@morninglight.example";

/// What is in the residents' accounts when the demo begins.
const FIRST_MONEY: [&str; 5] = ["12000.00", "9500.00", "20000.00", "8000.00", "15500.00"];

/// A customer of Ferry Bank whose account is closed: payments to it are rejected.
pub(super) const CLOSED_ACCOUNT: (&str, &str, &str) = ("舊貨店", "Closed Curios", "+852-96000004");
/// A customer of Ferry Bank for whom the bank never answers.
pub(super) const SILENT_ACCOUNT: (&str, &str, &str) = ("霧笛號", "The Foghorn", "+852-96000005");

/// A name in both languages.
pub(super) fn names(zh: &str, en: &str) -> Names {
    Names { zh: zh.to_owned(), en: en.to_owned() }
}

/// The secret with which the shop's till asks its bank, made on the first run.
pub(super) fn till_key(data: &Path) -> anyhow::Result<ApiKey> {
    let path = data.join("till.key");
    if !path.exists() {
        keys::write_private(&path, Zeroizing::new(random::token()?).as_bytes())?;
    }
    Ok(ApiKey(Zeroizing::new(std::fs::read_to_string(&path).with_context(|| path.display().to_string())?)))
}

/// The shop, a customer of the bank at `bank`.
pub(super) fn shop(bank: &Url, till_key: &ApiKey) -> anyhow::Result<ShopConfig> {
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(http::tls::client(rustls::RootCertStore::empty(), None)?)
        .build()?;
    Ok(ShopConfig {
        name_zh: SHOP.0.to_owned(),
        name_en: SHOP.1.to_owned(),
        clearing_code: SHOP_BANK.parse()?,
        proxy: Proxy::parse(ProxyKind::Email, SHOP_EMAIL)?,
        bank: BankApi::new(http, bank, till_key.clone())?,
    })
}

/// Who banks where.
pub(super) fn customers(clearing_code: &str, till_key: &ApiKey) -> anyhow::Result<Vec<Customer>> {
    match clearing_code {
        "012" => RESIDENTS
            .iter()
            .zip(FIRST_MONEY)
            .enumerate()
            .map(|(i, (person, money))| {
                Ok(Customer {
                    account: format!("012-{}-001", 100_001 + i).parse()?,
                    names: names(person.name_zh, person.name_en),
                    kind: OwnerKind::Person,
                    hkid: Some(person.hkid.parse().map_err(|_| anyhow::anyhow!("an identity card number"))?),
                    first_money: Some(Amount::parse(money, Currency::Hkd)?),
                    proxy: None,
                    behaviour: Behaviour::Honest,
                    merchant: None,
                    api_key: None,
                })
            })
            .collect(),
        SHOP_BANK => Ok(vec![Customer {
            account: "027-200001-001".parse()?,
            names: names(SHOP.0, SHOP.1),
            kind: OwnerKind::Organisation,
            hkid: None,
            first_money: Some(Amount::parse("500.00", Currency::Hkd)?),
            proxy: Some(Proxy::parse(ProxyKind::Email, SHOP_EMAIL)?),
            behaviour: Behaviour::Honest,
            merchant: Some(MerchantProfile {
                request_id: SHOP_REQUEST,
                category: SHOP_CATEGORY.to_owned(),
                tills: ["T-1", "T-2"].map(str::to_owned).to_vec(),
            }),
            api_key: Some(till_key.clone()),
        }]),
        _ => [
            ("038-300001-001", CLOSED_ACCOUNT, Behaviour::Rejects(ReasonCode::literal("AC04"))),
            ("038-300002-001", SILENT_ACCOUNT, Behaviour::Silent),
        ]
        .into_iter()
        .map(|(account, (zh, en, mobile), behaviour)| {
            Ok(Customer {
                account: account.parse()?,
                names: names(zh, en),
                kind: OwnerKind::Organisation,
                hkid: None,
                first_money: None,
                proxy: Some(Proxy::parse(ProxyKind::Mobile, mobile)?),
                behaviour,
                merchant: None,
                api_key: None,
            })
        })
        .collect(),
    }
}
