//! Confirmation of payee: whether the name that a payer typed is the owner's. The answer is one word and never the name.
//!
//! **Match**: the same name. Case, accents, punctuation, honorifics, a company's legal form, simplified or traditional
//! characters, spaces, and whether the family name stands first or last make no difference.
//!
//! **Close match**: most likely the same owner, and the payer should look again: initials for given names, an English
//! given name left out or added, a slip of a letter or two, Chinese given name before the family name.
//!
//! **No match**: anything else, also a family name alone, which thousands share, and a script in which the owner has
//! registered no name.

mod chinese;
mod folding;
#[cfg(test)]
mod table_tests;
mod words;

use serde::Serialize;

use super::Owner;

/// Letters of a typed name that are looked at: names that are registered are no longer either.
const LONGEST: usize = 140;

/// How a typed name compares with the owner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NameMatch {
    /// Another name.
    NoMatch,
    /// Not quite the name.
    CloseMatch,
    /// The owner's name.
    Match,
}

impl NameMatch {
    /// Compares what a payer typed with the owner's names. What is typed in both scripts must fit in both.
    pub fn of(typed: &str, owner: &Owner) -> Self {
        if typed.chars().count() > LONGEST {
            return Self::NoMatch;
        }
        let registered = [owner.name_zh(), owner.name_en()];
        let (chinese, words) = split(typed);
        let in_chinese =
            (!chinese.is_empty()).then(|| best(registered, |name| chinese::compare(&chinese, &split(name).0)));
        let in_words = (!words.is_empty()).then(|| best(registered, |name| words::compare(&words, &split(name).1)));
        // Nothing but punctuation is nobody's name.
        in_chinese.into_iter().chain(in_words).min().unwrap_or(Self::NoMatch)
    }
}

fn best(registered: [Option<&str>; 2], compare: impl Fn(&str) -> NameMatch) -> NameMatch {
    registered.into_iter().flatten().map(compare).max().unwrap_or(NameMatch::NoMatch)
}

/// A name's Chinese characters and its words, each in the form in which they are compared.
fn split(name: &str) -> (Vec<char>, Vec<String>) {
    (chinese::normal(name), words::normal(name))
}

/// How many letters must be put in, left out, changed or swapped with their neighbour to make one of the other
/// (optimal string alignment).
fn slips(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut best = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}
