//! Names in Latin letters.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::folding::fold_latin;
use super::{NameMatch, slips};
use crate::directory::masking::is_chinese;

/// Forms of address, which are no part of a name.
const ADDRESS: [&str; 13] =
    ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "madam", "mdm", "rev", "hon"];
/// Legal forms, which nobody types.
const LEGAL: [&str; 12] =
    ["limited", "ltd", "company", "co", "corporation", "corp", "inc", "incorporated", "llc", "llp", "plc", "hk"];

/// The words of a name in small letters without accents, forms of address and legal forms.
pub(super) fn normal(name: &str) -> Vec<String> {
    let mut folded = String::with_capacity(name.len());
    // Compatibility decomposition (Unicode Standard Annex 15): wide letters become narrow, accents stand apart.
    for c in name.nfkd().flat_map(char::to_lowercase) {
        match c {
            // O'Brien is one word.
            '\'' | '’' | '‘' | '`' => {}
            '&' => folded.push_str(" and "),
            c if is_combining_mark(c) => {}
            c if is_chinese(c) => folded.push(' '),
            c => match fold_latin(c) {
                Some(plain) => folded.push_str(plain),
                None if c.is_alphanumeric() => folded.push(c),
                None => folded.push(' '),
            },
        }
    }
    let all: Vec<&str> = folded.split_whitespace().collect();
    let meant = |word: &&&str| !ADDRESS.contains(word) && !LEGAL.contains(word);
    let kept: Vec<String> = all.iter().filter(meant).map(|word| (*word).to_owned()).collect();
    // "Co" may be all that there is.
    if kept.is_empty() { all.into_iter().map(str::to_owned).collect() } else { kept }
}

/// Compares two names in their normal form.
pub(super) fn compare(typed: &[String], registered: &[String]) -> NameMatch {
    if typed.is_empty() || registered.is_empty() {
        return NameMatch::NoMatch;
    }
    if is_same(typed, registered) {
        return NameMatch::Match;
    }
    // A family name alone says too little.
    let enough = typed.len() >= 2 || registered.len() == 1 || joined(typed).len() >= 8;
    if enough && (has_initials(typed, registered) || leaves_out(typed, registered) || is_slip(typed, registered)) {
        return NameMatch::CloseMatch;
    }
    NameMatch::NoMatch
}

/// The same words, in the same order or with the family name at the other end, however they are joined.
fn is_same(typed: &[String], registered: &[String]) -> bool {
    let letters = joined(typed);
    turns(registered).any(|turned| joined(&turned) == letters)
        || turns(typed).any(|turned| joined(&turned) == joined(registered))
}

/// The words with any number of them moved from the front to the end: `CHAN Tai Man`, `Tai Man CHAN`.
fn turns(words: &[String]) -> impl Iterator<Item = Vec<String>> {
    (0..words.len()).map(move |at| [&words[at..], &words[..at]].concat())
}

fn joined(words: &[String]) -> String {
    words.concat()
}

/// Each word is one of the other's in the same turn, or its initial; at least one is whole, and one is not.
fn has_initials(typed: &[String], registered: &[String]) -> bool {
    let spelt = initials_apart(typed);
    let fits = |turned: Vec<String>| {
        let same = |(one, other): (&String, &String)| one == other || is_initial(one, other) || is_initial(other, one);
        let whole = spelt.iter().zip(&turned).any(|(one, other)| one == other && one.len() > 1);
        spelt.len() == turned.len() && whole && spelt.iter().zip(&turned).all(same)
    };
    turns(registered).any(fits)
}

fn is_initial(one: &str, other: &str) -> bool {
    one.chars().count() == 1 && other.starts_with(one)
}

/// `TM` beside a longer word is `T M`.
fn initials_apart(words: &[String]) -> Vec<String> {
    let has_name = words.iter().any(|word| word.len() > 2);
    let vowel = |word: &str| word.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    let apart = |word: &String| -> Vec<String> {
        if has_name && word.chars().count() == 2 && !vowel(word) {
            word.chars().map(String::from).collect()
        } else {
            vec![word.clone()]
        }
    };
    words.iter().flat_map(apart).collect()
}

/// All words of the shorter name are in the longer one, in their order, and they are at least two: an English given
/// name is left out or added.
fn leaves_out(typed: &[String], registered: &[String]) -> bool {
    let (shorter, longer) = if typed.len() < registered.len() { (typed, registered) } else { (registered, typed) };
    let within = |turned: Vec<String>| {
        let mut rest = longer.iter();
        turned.iter().all(|word| rest.any(|other| other == word))
    };
    shorter.len() >= 2 && shorter.len() < longer.len() && turns(shorter).any(within)
}

/// A letter of seven may be wrong, two at most.
fn is_slip(typed: &[String], registered: &[String]) -> bool {
    let letters = |words: &[String]| joined(words).chars().collect::<Vec<char>>();
    let written = letters(typed);
    let few = |turned: Vec<String>| {
        let other = letters(&turned);
        let shorter = written.len().min(other.len());
        slips(&written, &other) <= (shorter / 7).min(2)
    };
    turns(registered).any(few)
}
