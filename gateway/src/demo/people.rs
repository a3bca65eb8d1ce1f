//! The fictional people, banks and offices of the demo. Any likeness is chance; the HKID numbers have valid
//! check digits and belong to nobody.

/// A resident in the population register.
pub(crate) struct Person {
    /// The HKID number with its check digit.
    pub(crate) hkid: &'static str,
    /// Chinese name.
    pub(crate) name_zh: &'static str,
    /// English name, family name in capitals.
    pub(crate) name_en: &'static str,
    /// Date of birth, ISO 8601.
    pub(crate) birth_date: &'static str,
    /// Mobile number in the register.
    pub(crate) mobile: &'static str,
}

/// The register's first five.
pub(crate) const RESIDENTS: [Person; 5] = [
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
pub(crate) struct Bank {
    /// Clearing code.
    pub(crate) clearing_code: &'static str,
    /// Chinese name.
    pub(crate) name_zh: &'static str,
    /// English name.
    pub(crate) name_en: &'static str,
    /// Business identifier code (fictional).
    pub(crate) bic: &'static str,
    /// Prefunded balance in HKD.
    pub(crate) funds: &'static str,
}

/// The three banks.
pub(crate) const BANKS: [Bank; 3] = [
    Bank { clearing_code: "012", name_zh: "榕樹銀行", name_en: "Banyan Bank", bic: "BNYNHKHH", funds: "50000.00" },
    Bank { clearing_code: "027", name_zh: "海堤銀行", name_en: "Seawall Bank", bic: "SWLLHKHH", funds: "30000.00" },
    Bank { clearing_code: "038", name_zh: "渡輪銀行", name_en: "Ferry Bank", bic: "FRRYHKHH", funds: "20000.00" },
];
