//! docs/clearing-rules.md says what the code does.

use std::fmt::Debug;

use crate::clearing::{AnswerRefusal, RecallRefusal, Refusal, ReturnRefusal};
use crate::iso20022::ReasonCode;

const RULES: &str = include_str!("../../../../docs/clearing-rules.md");

/// Rank, name and code in each row of the table under a heading.
fn documented(heading: &str) -> Vec<(String, String, String)> {
    let section = RULES.split(&format!("\n## {heading}\n")).nth(1).unwrap_or_else(|| panic!("no section {heading}"));
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        (cells[1].to_owned(), cells[2].trim_matches('`').to_owned(), cells[3].to_owned())
    })
    .collect()
}

fn in_code<R: Copy + Debug + Ord>(all: &[R], reason: fn(R) -> ReasonCode) -> Vec<(String, String, String)> {
    assert!(all.is_sorted(), "the list is in the order of the enum");
    let row =
        |(index, refusal): (usize, &R)| ((index + 1).to_string(), format!("{refusal:?}"), reason(*refusal).to_string());
    all.iter().enumerate().map(row).collect()
}

#[test]
fn every_refusal_is_documented_in_its_order_of_precedence() {
    assert_eq!(documented("Why a payment is refused"), in_code(&Refusal::ALL, Refusal::reason));
    assert_eq!(documented("Why an answer is not taken"), in_code(&AnswerRefusal::ALL, AnswerRefusal::reason));
    assert_eq!(documented("Why a return is refused"), in_code(&ReturnRefusal::ALL, ReturnRefusal::reason));
    let recalls = documented("Why a recall, or the answer to one, is refused");
    assert_eq!(recalls, in_code(&RecallRefusal::ALL, RecallRefusal::reason));
}
