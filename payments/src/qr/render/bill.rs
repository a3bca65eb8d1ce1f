//! A bill to print: who asks, for what, how much, by when, and the code that pays it once, as a PDF of one page (A5).

use super::sheet::{Paper, page};
use super::{Picture, Purpose, RenderError};

/// What stands on a bill beside the code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bill {
    /// The payee's name in Chinese.
    pub name_zh: String,
    /// The payee's name in ASCII.
    pub name_en: String,
    /// What is to be paid, such as `HK$ 48.00`.
    pub amount: String,
    /// Its number.
    pub number: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// By when the payee would like to have it, such as `2026-11-30`.
    pub due: Option<String>,
    /// Until when it can be paid.
    pub expires: String,
    /// The link that pays it, too.
    pub link: String,
}

/// Lines that a purpose may take: its 140 characters in Chinese.
const PURPOSE_LINES: usize = 6;

/// The bill whose code's text is `payload`.
///
/// # Errors
/// [`RenderError::TooLong`] for a text that no code can carry.
pub fn pdf(payload: &str, bill: &Bill) -> Result<Vec<u8>, RenderError> {
    let picture = Picture::of(payload, Purpose::Print)?;
    Ok(page(Paper::A5, |pen| {
        let room = pen.room();
        let (text, small) = (room / 26, room / 34);
        pen.chinese(&bill.name_zh, room / 12);
        pen.latin(&bill.name_en, room / 18);
        pen.skip(text);
        pen.latin(&bill.amount, room / 11);
        pen.skip(small);
        if let Some(number) = &bill.number {
            pen.chinese(&format!("單號 Bill number: {number}"), text);
        }
        if let Some(due) = &bill.due {
            pen.chinese(&format!("請在這天前付 Please pay by: {due}"), text);
        }
        pen.chinese(&format!("可付至 Can be paid until: {}", bill.expires), text);
        if let Some(purpose) = &bill.purpose {
            pen.paragraph(&format!("用途 For: {purpose}"), text, PURPOSE_LINES);
        }
        let below = 8 * small;
        pen.code(&picture, (room / 3 * 2).min(pen.rest().saturating_sub(below)));
        pen.chinese("用任何銀行或電子錢包掃描付款，誰都可以付，只會付一次。", text);
        pen.chinese("Scan with any bank or wallet app. Anybody may pay it; it is paid once.", text);
        pen.chinese(&bill.link, small);
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_is_one_page_however_much_stands_on_it() {
        let most = Bill {
            name_zh: "水".repeat(70),
            name_en: "W".repeat(70),
            amount: "HK$ 9,999,999,999.99".to_owned(),
            number: Some("9".repeat(25)),
            purpose: Some("費".repeat(140)),
            due: Some("2026-11-30".to_owned()),
            expires: "2026-12-30 23:59".to_owned(),
            link: format!("https://pay.lionrock.example/pay/{}", "A".repeat(20)),
        };
        for bill in [most, Bill::default()] {
            let pdf = pdf("00020101", &bill).unwrap();
            assert!(pdf.starts_with(b"%PDF-1.7") && pdf.len() < 50_000);
        }
        assert_eq!(pdf(&"x".repeat(4_000), &Bill::default()), Err(RenderError::TooLong));
    }
}
