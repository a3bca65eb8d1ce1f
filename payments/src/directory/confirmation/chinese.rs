//! Names in Chinese characters.

use unicode_normalization::UnicodeNormalization;

use super::folding::fold_chinese;
use super::{NameMatch, slips};
use crate::directory::masking::is_chinese;

/// Forms of address and legal forms that are no part of a name. The longest first.
const NOT_THE_NAME: [&str; 14] = [
    "股份有限公司",
    "有限公司",
    "公司",
    "先生",
    "小姐",
    "女士",
    "太太",
    "夫人",
    "博士",
    "教授",
    "医生",
    "律师",
    "老师",
    "师傅",
];
/// Family names of two characters.
const COMPOUND: [&str; 14] =
    ["欧阳", "司徒", "上官", "诸葛", "司马", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "端木", "东方", "南宫"];

/// The Chinese characters of a name, each variant as one, without forms of address.
pub(super) fn normal(name: &str) -> Vec<char> {
    let folded: String = name.nfkc().filter(|c| is_chinese(*c)).map(fold_chinese).collect();
    let kept = NOT_THE_NAME.iter().find_map(|suffix| folded.strip_suffix(suffix));
    kept.unwrap_or(&folded).chars().collect()
}

/// Compares two names in their normal form.
pub(super) fn compare(typed: &[char], registered: &[char]) -> NameMatch {
    if typed.is_empty() || registered.is_empty() {
        return NameMatch::NoMatch;
    }
    if typed == registered {
        return NameMatch::Match;
    }
    if is_given_name_first(typed, registered) || is_slip(typed, registered) {
        return NameMatch::CloseMatch;
    }
    NameMatch::NoMatch
}

/// 大文陳 for 陳大文.
fn is_given_name_first(typed: &[char], registered: &[char]) -> bool {
    let start: String = registered.iter().take(2).collect();
    let family = if COMPOUND.contains(&start.as_str()) { 2 } else { 1 };
    let Some((family, given)) = registered.split_at_checked(family) else { return false };
    !given.is_empty() && typed == [given, family].concat()
}

/// One character in four may be another. Of three, one is a third of the name: 陳大文 and 陳大明 are two people.
fn is_slip(typed: &[char], registered: &[char]) -> bool {
    let shorter = typed.len().min(registered.len());
    shorter >= 4 && slips(typed, registered) <= shorter / 4
}
