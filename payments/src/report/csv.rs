//! The settlement file as comma-separated values (RFC 4180), a line a position. Amounts are decimal; nothing in it
//! needs quotes.

use crate::clearing::{ClosedDay, Statement, Total};
use crate::money::{Currency, format_minor};

/// The first line.
const HEADER: &str = "business_day,currency,clearing_code,opening_balance,payments_in_count,payments_in,\
payments_out_count,payments_out,returns_in_count,returns_in,returns_out_count,returns_out,funding,withdrawals,\
net_cleared,closing_balance,reserved\r\n";

/// Every position of one currency as it stood when `day` ended. `net_cleared` is what clearing moved: positive
/// when the others owe it to the participant; over all participants it adds up to zero.
pub fn settlement(day: &ClosedDay, currency: Currency, statements: &[Statement]) -> String {
    let mut file = HEADER.to_owned();
    for of in statements.iter().filter(|of| of.currency == currency) {
        let decimal = |minor| format_minor(minor, currency);
        let both = |total: Total| [total.count.to_string(), decimal(total.sum)];
        let moved = of.turnover;
        let mut fields = vec![day.business_day.to_string(), currency.to_string(), of.participant.to_string()];
        fields.push(decimal(of.opening));
        for total in [moved.payments_in, moved.payments_out, moved.returns_in, moved.returns_out] {
            fields.extend(both(total));
        }
        let rest = [moved.funding.sum, moved.withdrawals.sum, moved.net_cleared(), of.closing, of.reserved];
        fields.extend(rest.map(decimal));
        file.push_str(&fields.join(","));
        file.push_str("\r\n");
    }
    file
}
