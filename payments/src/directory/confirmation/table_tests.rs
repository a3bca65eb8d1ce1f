//! Pairs as payers type them.

use proptest::prelude::*;

use super::NameMatch::{self, CloseMatch, Match, NoMatch};
use crate::directory::{Owner, OwnerKind};

fn compare(typed: &str, zh: &str, en: &str) -> NameMatch {
    NameMatch::of(typed, &Owner::new(OwnerKind::Person, Some(zh), Some(en)).unwrap())
}

/// What is typed, the owner's Chinese name, the English one, and the answer.
const PAIRS: [(&str, &str, &str, NameMatch); 84] = [
    // The same name, written as people write.
    ("CHAN Tai Man", "陳大文", "CHAN Tai Man", Match),
    ("chan tai man", "陳大文", "CHAN Tai Man", Match),
    ("Chan Tai-man", "陳大文", "CHAN Tai Man", Match),
    ("ChanTaiMan", "陳大文", "CHAN Tai Man", Match),
    ("Tai Man Chan", "陳大文", "CHAN Tai Man", Match),
    ("Tai-Man CHAN", "陳大文", "CHAN Tai Man", Match),
    ("Chan, Tai Man", "陳大文", "CHAN Tai Man", Match),
    ("Mr. Chan Tai Man", "陳大文", "CHAN Tai Man", Match),
    ("CHAN Tai Man 先生", "陳大文", "CHAN Tai Man", Match),
    ("Dr CHAN Taiman", "陳大文", "CHAN Tai Man", Match),
    ("ＣＨＡＮ Ｔａｉ Ｍａｎ", "陳大文", "CHAN Tai Man", Match),
    ("  CHAN   Tai  Man ", "陳大文", "CHAN Tai Man", Match),
    ("陳大文", "陳大文", "CHAN Tai Man", Match),
    ("陈大文", "陳大文", "CHAN Tai Man", Match),
    ("陳 大 文", "陳大文", "CHAN Tai Man", Match),
    ("陳大文先生", "陳大文", "CHAN Tai Man", Match),
    ("陈大文 Chan Tai Man", "陳大文", "CHAN Tai Man", Match),
    ("張國榮", "张国荣", "CHEUNG Kwok Wing", Match),
    ("鐘麗芳", "鍾麗芳", "CHUNG Lai Fong", Match),
    ("钟丽芳", "鍾麗芳", "CHUNG Lai Fong", Match),
    ("范志明", "范志明", "FAN Chi Ming", Match),
    ("衛嘉欣", "衞嘉欣", "WAI Ka Yan", Match),
    ("葉啟豪", "葉啓豪", "YIP Kai Ho", Match),
    ("欧阳震华", "歐陽震華", "AU YEUNG Chun Wah", Match),
    ("Auyeung Chun Wah", "歐陽震華", "AU YEUNG Chun Wah", Match),
    ("Au-Yeung Chun-Wah", "歐陽震華", "AU YEUNG Chun Wah", Match),
    ("黃女士", "黃", "WONG", Match),
    ("Mary O'Brien", "瑪麗", "Mary O'BRIEN", Match),
    ("Mary O’Brien", "瑪麗", "Mary O'BRIEN", Match),
    ("Mary OBrien", "瑪麗", "Mary O'BRIEN", Match),
    ("Jose Munoz", "荷西", "José MUÑOZ", Match),
    ("Francois Lefevre", "方", "François LEFÈVRE", Match),
    ("Juergen Weiss", "魏", "Juergen WEIß", Match),
    ("Smith John", "史", "John SMITH", Match),
    ("Sir John Smith", "史", "John SMITH", Match),
    ("Prof. WONG Siu Ling", "黃小玲", "WONG Siu Ling", Match),
    ("NGUYEN Van Anh", "阮", "NGUYỄN Vân Anh", Match),
    ("Morning Light Stationery", "晨光文具有限公司", "Morning Light Stationery Limited", Match),
    ("MORNING LIGHT STATIONERY LTD.", "晨光文具有限公司", "Morning Light Stationery Limited", Match),
    ("Morning Light Stationery Co., Ltd", "晨光文具有限公司", "Morning Light Stationery Limited", Match),
    ("晨光文具", "晨光文具有限公司", "Morning Light Stationery Limited", Match),
    ("晨光文具公司", "晨光文具有限公司", "Morning Light Stationery Limited", Match),
    ("Lok & Sons", "樂氏", "Lok and Sons Limited", Match),
    ("7-Eight Store", "七八", "7 Eight Store", Match),
    // Not quite.
    ("T M Chan", "陳大文", "CHAN Tai Man", CloseMatch),
    ("Chan T. M.", "陳大文", "CHAN Tai Man", CloseMatch),
    ("Chan TM", "陳大文", "CHAN Tai Man", CloseMatch),
    ("TM Chan", "陳大文", "CHAN Tai Man", CloseMatch),
    ("Chan T Man", "陳大文", "CHAN Tai Man", CloseMatch),
    ("J Smith", "史", "John SMITH", CloseMatch),
    ("John Smith", "史", "J SMITH", CloseMatch),
    ("Chan Tai Man", "陳大文", "Mary CHAN Tai Man", CloseMatch),
    ("Mary Chan", "陳大文", "Mary CHAN Tai Man", CloseMatch),
    ("Mary Chan Tai Man", "陳大文", "CHAN Tai Man", CloseMatch),
    ("Chan Tai Man Mary", "陳大文", "CHAN Tai Man", CloseMatch),
    ("Chan Tai Men", "陳大文", "CHAN Tai Man", CloseMatch),
    ("Chan Tia Man", "陳大文", "CHAN Tai Man", CloseMatch),
    ("Chann Tai Man", "陳大文", "CHAN Tai Man", CloseMatch),
    ("Cheung Kwok Wng", "張國榮", "CHEUNG Kwok Wing", CloseMatch),
    ("Jonathan Smith", "史", "Jonathon SMITH", CloseMatch),
    ("大文陳", "陳大文", "CHAN Tai Man", CloseMatch),
    ("震華歐陽", "歐陽震華", "AU YEUNG Chun Wah", CloseMatch),
    ("歐陽振華", "歐陽震華", "AU YEUNG Chun Wah", CloseMatch),
    ("晨光文俱", "晨光文具有限公司", "Morning Light Stationery Limited", CloseMatch),
    ("Morning Light Stationary", "晨光文具有限公司", "Morning Light Stationery Limited", CloseMatch),
    ("Morning Stationery", "晨光文具有限公司", "Morning Light Stationery Limited", CloseMatch),
    ("陳大文 Chan T M", "陳大文", "CHAN Tai Man", CloseMatch),
    // Somebody else.
    ("Chan", "陳大文", "CHAN Tai Man", NoMatch),
    ("Tai Man", "陳小敏", "CHAN Tai Wing", NoMatch),
    ("T M C", "陳大文", "CHAN Tai Man", NoMatch),
    ("Chan Tai Wing", "陳大文", "CHAN Tai Man", NoMatch),
    ("Cheung Tai Man", "陳大文", "CHAN Tai Man", NoMatch),
    ("WONG Siu Ming", "陳大文", "CHAN Tai Man", NoMatch),
    ("陳大明", "陳大文", "CHAN Tai Man", NoMatch),
    ("張大文", "陳大文", "CHAN Tai Man", NoMatch),
    ("陳", "陳大文", "CHAN Tai Man", NoMatch),
    ("陳大", "陳大文", "CHAN Tai Man", NoMatch),
    ("李強", "李偉", "LEE Wai", NoMatch),
    ("John Smith", "史", "Jane DOE", NoMatch),
    ("陳大文 Wong Siu Ming", "陳大文", "CHAN Tai Man", NoMatch),
    ("Evening Light Stationery", "晨光文具有限公司", "Morning Light Stationery Limited", NoMatch),
    ("Limited", "晨光文具有限公司", "Morning Light Stationery Limited", NoMatch),
    ("", "陳大文", "CHAN Tai Man", NoMatch),
    ("***", "陳大文", "CHAN Tai Man", NoMatch),
];

#[test]
fn names_compare_as_the_table_says() {
    let wrong: Vec<_> = PAIRS
        .iter()
        .filter(|(typed, zh, en, expected)| compare(typed, zh, en) != *expected)
        .map(|(typed, zh, en, expected)| format!("{typed:?} / {zh} / {en}: not {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_masked_name_that_is_typed_back_is_not_the_name() {
    for typed in ["陳*文", "CHAN T*** M***"] {
        assert!(compare(typed, "陳大文", "CHAN Tai Man") < Match, "{typed}");
    }
}

proptest! {
    #[test]
    fn a_name_is_its_own_match(zh in "[\u{4e00}-\u{9fff}]{2,6}", en in "[A-Z]{2,9}( [A-Z][a-z]{1,8}){1,3}") {
        prop_assert_eq!(compare(&zh, &zh, &en), Match);
        prop_assert_eq!(compare(&en, &zh, &en), Match);
        prop_assert_eq!(compare(&en.to_lowercase(), &zh, &en), Match);
    }

    #[test]
    fn no_text_makes_the_comparison_fail(typed in "\\PC{0,200}", name in "\\PC{1,60}") {
        if let Ok(owner) = Owner::new(OwnerKind::Person, None, Some(&name)) {
            NameMatch::of(&typed, &owner);
        }
    }
}
