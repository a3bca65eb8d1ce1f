//! A day's receipts and refunds as comma-separated values (RFC 4180), for a spreadsheet.

use super::{Receipt, Refund};
use crate::money::format_minor;

/// The first line.
const HEADER: &str = "settled,business_day,kind,amount,currency,till,bill_number,payer,payer_bank,uetr,transaction_id,\
end_to_end_id,refund_id\r\n";

/// The file: payments as they came, then what went back, as negative amounts.
pub fn day_csv(receipts: &[Receipt], refunds: &[(Refund, Receipt)]) -> String {
    let mut file = HEADER.to_owned();
    for receipt in receipts {
        line(&mut file, receipt, None);
    }
    for (refund, receipt) in refunds {
        line(&mut file, receipt, Some(refund));
    }
    file
}

fn line(file: &mut String, of: &Receipt, refund: Option<&Refund>) {
    let currency = of.amount.currency();
    let (at, day, minor) = match refund {
        Some(refund) => (refund.finished.unwrap_or(refund.instructed), refund.business_day, -refund.amount.minor()),
        None => (of.settled, Some(of.business_day), of.amount.minor()),
    };
    let fields = [
        at.to_string(),
        day.map(|day| day.to_string()).unwrap_or_default(),
        if refund.is_some() { "refund" } else { "payment" }.to_owned(),
        format_minor(minor, currency),
        currency.to_string(),
        of.till.as_ref().map(|till| text(till.as_str())).unwrap_or_default(),
        of.bill_number.as_deref().map(text).unwrap_or_default(),
        text(&of.payer),
        of.debtor_agent.to_string(),
        of.uetr.to_string(),
        text(&of.transaction_id),
        text(&of.end_to_end_id),
        refund.map(|refund| refund.id.to_string()).unwrap_or_default(),
    ];
    file.push_str(&fields.join(","));
    file.push_str("\r\n");
}

/// What others wrote, quoted, and never a formula: spreadsheets calculate what begins with one of these signs.
fn text(value: &str) -> String {
    let guard = if value.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", value.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::tests::receipt;

    #[test]
    fn what_a_payer_wrote_is_neither_a_field_nor_a_formula() {
        for (written, field) in [
            ("ML-7", "\"ML-7\""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=HYPERLINK(1)", "\"'=HYPERLINK(1)\""),
        ] {
            assert_eq!(text(written), field);
        }
        let file = day_csv(&[receipt(1)], &[]);
        let lines: Vec<usize> = file.lines().map(|line| line.split(',').count()).collect();
        assert_eq!(lines, [13, 13]);
    }
}
