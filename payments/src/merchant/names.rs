//! What customers call a merchant, in both languages.

/// The most characters of a name.
const LONGEST: usize = 70;
/// The most characters that a QR code has room for (EMV QRCPS, objects 59 and 64-01).
const IN_A_CODE: usize = 25;

/// A merchant's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantNames {
    zh: String,
    en: String,
}

/// Why these are not a merchant's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    /// The Chinese one.
    #[error("a name in Chinese is 1 to 70 characters of one line")]
    Chinese,
    /// The English one: QR codes carry it in ASCII.
    #[error("a name in English is 1 to 70 ASCII characters of one line")]
    English,
}

impl NotAName {
    /// The field of a request that holds it.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Chinese => "name_zh",
            Self::English => "name_en",
        }
    }
}

impl MerchantNames {
    /// Blanks around a name are dropped.
    ///
    /// # Errors
    /// The first name that is not of its form.
    pub fn new(zh: &str, en: &str) -> Result<Self, NotAName> {
        let (zh, en) = (zh.trim(), en.trim());
        let is_line = |name: &str| (1..=LONGEST).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if !is_line(zh) {
            return Err(NotAName::Chinese);
        }
        if !is_line(en) || !en.is_ascii() {
            return Err(NotAName::English);
        }
        Ok(Self { zh: zh.to_owned(), en: en.to_owned() })
    }

    /// From the database, where only what was checked is.
    pub(crate) fn from_columns(zh: String, en: String) -> Self {
        Self { zh, en }
    }

    /// In Chinese.
    pub fn zh(&self) -> &str {
        &self.zh
    }

    /// In English.
    pub fn en(&self) -> &str {
        &self.en
    }

    /// As much of the Chinese name as a QR code has room for.
    pub fn zh_in_a_code(&self) -> String {
        self.zh.chars().take(IN_A_CODE).collect()
    }

    /// As much of the English name as a QR code has room for.
    pub fn en_in_a_code(&self) -> String {
        self.en.chars().take(IN_A_CODE).collect::<String>().trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lines_and_the_english_one_is_ascii() {
        let names = MerchantNames::new(" 晨光文具 ", "Morning Light Stationery").unwrap();
        assert_eq!((names.zh(), names.en()), ("晨光文具", "Morning Light Stationery"));
        assert_eq!(MerchantNames::new("", "A"), Err(NotAName::Chinese));
        assert_eq!(MerchantNames::new("甲\n乙", "A"), Err(NotAName::Chinese));
        assert_eq!(MerchantNames::new("甲", "Café"), Err(NotAName::English));
        assert_eq!(MerchantNames::new("甲", &"x".repeat(71)), Err(NotAName::English));
    }

    #[test]
    fn a_long_name_is_cut_for_a_code() {
        let names = MerchantNames::new(&"甲".repeat(40), "The Very Long Name of Some Shop").unwrap();
        assert_eq!(names.zh_in_a_code().chars().count(), 25);
        assert_eq!(names.en_in_a_code(), "The Very Long Name of Som");
    }
}
