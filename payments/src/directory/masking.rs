//! What a payer sees of a payee's name: enough to notice a mistake, not enough to learn a stranger's name.
//!
//! The rules, for a person:
//! - **A name with Chinese characters**: the first and the last character stay, each one between becomes `*`:
//!   陳大文 is 陳\*文, 歐陽大文 is 歐\*\*文. Of two characters the first stays: 李強 is 李\*. Of one, none.
//! - **Any other name**: the family name stays and of every other word the first letter, followed by three
//!   stars however long it is: `CHAN Tai Man` is `CHAN T*** M***`. The family name is the one word in capitals,
//!   as Hong Kong writes it, otherwise the first word. Of a name of one word only the first letter stays.
//!
//! An organisation's name is public and stays whole.

use serde::Serialize;

use super::{Owner, OwnerKind};

/// An owner's names as payers see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MaskedName {
    /// In Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
    /// In English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl MaskedName {
    /// Masks an owner's names.
    pub fn of(owner: &Owner) -> Self {
        let mask = |name: &str| match owner.kind() {
            OwnerKind::Organisation => name.to_owned(),
            OwnerKind::Person => mask_person(name),
        };
        Self { zh: owner.name_zh().map(mask), en: owner.name_en().map(mask) }
    }
}

pub(crate) fn mask_person(name: &str) -> String {
    if name.chars().any(is_chinese) { mask_chinese(name) } else { mask_words(name) }
}

fn mask_chinese(name: &str) -> String {
    let characters = || name.chars().filter(|c| !c.is_whitespace());
    let many = characters().count();
    let stays = |at| many > 1 && (at == 0 || at == many - 1 && many > 2);
    characters().enumerate().map(|(at, c)| if stays(at) { c } else { '*' }).collect()
}

fn mask_words(name: &str) -> String {
    let words = || name.split_whitespace();
    let mut in_capitals = words().enumerate().filter(|(_, word)| is_in_capitals(word)).map(|(at, _)| at);
    let family = match (words().nth(1), in_capitals.next(), in_capitals.next()) {
        (None, ..) => None,
        (_, Some(only), None) => Some(only),
        _ => Some(0),
    };
    let mut masked = String::with_capacity(name.len() + 8);
    for (at, word) in words().enumerate() {
        if at > 0 {
            masked.push(' ');
        }
        if Some(at) == family {
            masked.push_str(word);
        } else {
            masked.extend(word.chars().take(1));
            masked.push_str("***");
        }
    }
    masked
}

/// At least two letters, none of them small: an initial is no family name.
fn is_in_capitals(word: &str) -> bool {
    word.chars().filter(|c| c.is_uppercase()).count() >= 2 && !word.chars().any(char::is_lowercase)
}

/// Unified ideographs with their extensions A to H, and compatibility ideographs.
pub(super) fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_masked_by_the_rules() {
        for (name, masked) in [
            ("陳大文", "陳*文"),
            ("李強", "李*"),
            ("歐陽大文", "歐**文"),
            ("陳", "*"),
            ("CHAN Tai Man", "CHAN T*** M***"),
            ("Mary CHAN Tai Man", "M*** CHAN T*** M***"),
            ("John Smith", "John S***"),
            ("JOHN SMITH", "JOHN S***"),
            ("J SMITH", "J*** SMITH"),
            ("Cher", "C***"),
            ("CHER", "C***"),
            ("O'BRIEN Seán", "O'BRIEN S***"),
        ] {
            assert_eq!(mask_person(name), masked, "{name}");
        }
    }

    #[test]
    fn an_organisation_keeps_its_name() {
        let shop = Owner::new(OwnerKind::Organisation, Some("晨光文具"), Some("Morning Light Stationery")).unwrap();
        let masked = MaskedName::of(&shop);
        assert_eq!(masked.zh.as_deref(), Some("晨光文具"));
        assert_eq!(masked.en.as_deref(), Some("Morning Light Stationery"));
    }

    proptest! {
        #[test]
        fn a_chinese_name_shows_two_characters_at_most(name in "[\u{4e00}-\u{9fff}]{1,12}") {
            let masked = mask_person(&name);
            let shown = masked.chars().filter(|c| *c != '*').count();
            prop_assert!(shown <= 2 && shown < name.chars().count().max(1));
            prop_assert!(masked.contains('*'));
        }

        #[test]
        fn beside_the_family_name_each_word_shows_one_letter(name in "[A-Za-z]{2,12}( [A-Za-z]{2,12}){1,4}") {
            let masked = mask_person(&name);
            let whole = masked.split(' ').filter(|word| !word.ends_with("***")).count();
            prop_assert_eq!(whole, 1);
            for (word, shown) in name.split(' ').zip(masked.split(' ')) {
                let first = word.chars().next().map(|c| format!("{c}***"));
                prop_assert!(shown == word || Some(shown.to_owned()) == first);
            }
        }

        #[test]
        fn a_person_is_never_shown_whole(name in "\\PC{1,40}") {
            if let Ok(owner) = Owner::new(OwnerKind::Person, None, Some(&name)) {
                let masked = MaskedName::of(&owner).en.unwrap();
                prop_assert!(masked.contains('*'), "{}", masked);
            }
        }
    }
}
