//! A poster for the counter: the shop's name in its languages, the code, and what to do with it, as a PDF of one page.

use super::sheet::{Pen, page};
use super::{Picture, Purpose, RenderError};

pub use super::sheet::Paper;

/// What stands on a poster beside the code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wording {
    /// The shop's name in Chinese.
    pub name_zh: Option<String>,
    /// The shop's name in ASCII.
    pub name: Option<String>,
    /// What is to be paid, such as `HKD 38.50`, when the code says so.
    pub amount: Option<String>,
}

/// A poster of `payload`.
///
/// # Errors
/// [`RenderError::TooLong`] for a text that no code can carry.
pub fn pdf(payload: &str, wording: &Wording, paper: Paper) -> Result<Vec<u8>, RenderError> {
    let picture = Picture::of(payload, Purpose::Print)?;
    Ok(page(paper, |pen| draw(pen, &picture, wording, paper.size().0)))
}

/// The poster, from the top down.
fn draw(pen: &mut Pen, picture: &Picture, wording: &Wording, width: u16) {
    if let Some(name) = &wording.name_zh {
        pen.chinese(name, width / 10);
    }
    if let Some(name) = &wording.name {
        pen.latin(name, width / 14);
    }
    pen.code(picture, pen.room());
    if let Some(amount) = &wording.amount {
        pen.latin(amount, width / 12);
    }
    pen.chinese("掃碼付款", width / 18);
    pen.latin("Scan to pay", width / 22);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poster_is_one_page_whatever_the_name() {
        for name in ["", "A", &"W".repeat(140)] {
            let wording = Wording { name: Some(name.to_owned()), name_zh: Some("晨光文具".into()), amount: None };
            for paper in [Paper::A5, Paper::A6] {
                let pdf = pdf("00020101", &wording, paper).unwrap();
                assert!(pdf.starts_with(b"%PDF-1.7") && pdf.len() < 50_000);
            }
        }
        assert_eq!(pdf(&"x".repeat(4_000), &Wording::default(), Paper::A5), Err(RenderError::TooLong));
    }
}
