//! camt.053.001.08, the bank to customer statement: a participant's position over one business day, with its
//! entries; and, with totals only, all positions for the institution that settles between them.

use store::Timestamp;

use super::agent::write_agent;
use super::value::write_date;
use super::xml::{ISO_20022, Writer};
use crate::clearing::{ClosedDay, Entry, Statement, Total};
use crate::money::{Currency, format_minor};
use crate::participant::ClearingCode;
use crate::report::{DetailedStatement, StatementEntry};

/// The message's identifier, as `MsgDefIdr` and the namespace carry it.
pub const IDENTIFIER: &str = "camt.053.001.08";
/// Entries in one message at most.
pub const MAX_ENTRIES: usize = 1_000;

/// Writes page `number` (from 1) of a participant's statement. The same page gives the same bytes.
pub fn render(of: &DetailedStatement, number: u32) -> String {
    let DetailedStatement { day, statement, page } = of;
    let id = format!("{}-{}-{number:05}", message_id(day, statement.currency), statement.participant);
    document(&id, day.closed, |w| {
        write_statement(w, day, statement, Some((number, page.next.is_none())), &page.entries);
    })
}

/// Writes the positions of one currency as they stood at the end of `day`, without entries; none when there is no
/// position in that currency.
pub fn render_settlement(day: &ClosedDay, currency: Currency, statements: &[Statement]) -> Option<String> {
    let mut of_it = statements.iter().filter(|of| of.currency == currency).peekable();
    of_it.peek()?;
    Some(document(&message_id(day, currency), day.closed, |w| {
        for statement in of_it {
            write_statement(w, day, statement, None, &[]);
        }
    }))
}

fn message_id(day: &ClosedDay, currency: Currency) -> String {
    format!("LR053-{}-{currency}", day.business_day.to_string().replace('-', ""))
}

fn document(message_id: &str, created: Timestamp, statements: impl FnOnce(&mut Writer)) -> String {
    let mut out = Writer::document();
    out.element_with("Document", &[("xmlns", &format!("{ISO_20022}{IDENTIFIER}"))], |w| {
        w.element("BkToCstmrStmt", |w| {
            w.element("GrpHdr", |w| {
                w.leaf("MsgId", message_id);
                w.leaf("CreDtTm", &created.to_string());
            });
            statements(w);
        });
    });
    out.finish()
}

fn write_statement(
    w: &mut Writer,
    day: &ClosedDay,
    of: &Statement,
    page: Option<(u32, bool)>,
    entries: &[StatementEntry],
) {
    w.element("Stmt", |w| {
        w.leaf("Id", &format!("{}-{}", message_id(day, of.currency), of.participant));
        if let Some((number, is_last)) = page {
            w.element("StmtPgntn", |w| {
                w.leaf("PgNb", &number.to_string());
                w.leaf("LastPgInd", if is_last { "true" } else { "false" });
            });
        }
        w.leaf("ElctrncSeqNb", &day.business_day.number().to_string());
        w.leaf("CreDtTm", &day.closed.to_string());
        w.element("FrToDt", |w| {
            w.leaf("FrDtTm", &day.opened.to_string());
            w.leaf("ToDtTm", &day.closed.to_string());
        });
        write_account(w, of.participant, of.currency);
        let date = write_date(day.business_day.date());
        write_balance(w, "OPBD", of.opening, of.currency, &date);
        write_balance(w, "CLBD", of.closing, of.currency, &date);
        write_balance(w, "CLAV", of.closing.saturating_sub(of.reserved), of.currency, &date);
        write_summary(w, of);
        for entry in entries {
            write_entry(w, of.participant, entry);
        }
    });
}

fn write_account(w: &mut Writer, participant: ClearingCode, currency: Currency) {
    w.element("Acct", |w| {
        w.element("Id", |w| w.element("Othr", |w| w.leaf("Id", &format!("{participant}-{currency}"))));
        w.leaf("Ccy", currency.code());
        w.element("Ownr", |w| {
            w.element("Id", |w| {
                w.element("OrgId", |w| {
                    w.element("Othr", |w| {
                        w.leaf("Id", &participant.to_string());
                        w.element("SchmeNm", |w| w.leaf("Prtry", "HKNCC"));
                    });
                });
            });
        });
    });
}

fn write_balance(w: &mut Writer, code: &str, minor: i64, currency: Currency, date: &str) {
    w.element("Bal", |w| {
        w.element("Tp", |w| w.element("CdOrPrtry", |w| w.leaf("Cd", code)));
        write_amount(w, minor, currency);
        w.leaf("CdtDbtInd", direction(minor >= 0));
        w.element("Dt", |w| w.leaf("Dt", date));
    });
}

/// The size of a sum: whether it is a credit or a debit stands beside it.
fn write_amount(w: &mut Writer, minor: i64, currency: Currency) {
    w.element_with("Amt", &[("Ccy", currency.code())], |w| w.text(&magnitude(minor, currency)));
}

fn magnitude(minor: i64, currency: Currency) -> String {
    format_minor(minor.saturating_abs(), currency)
}

const fn direction(is_credit: bool) -> &'static str {
    if is_credit { "CRDT" } else { "DBIT" }
}

fn write_summary(w: &mut Writer, of: &Statement) {
    let (credits, debits) = (of.turnover.credits(), of.turnover.debits());
    let net = credits.sum.saturating_sub(debits.sum);
    let totals = |w: &mut Writer, total: Total| {
        w.leaf("NbOfNtries", &total.count.to_string());
        w.leaf("Sum", &format_minor(total.sum, of.currency));
    };
    w.element("TxsSummry", |w| {
        w.element("TtlNtries", |w| {
            let sum = credits.sum.saturating_add(debits.sum);
            totals(w, Total { count: credits.count.saturating_add(debits.count), sum });
            w.element("TtlNetNtry", |w| {
                w.leaf("Amt", &magnitude(net, of.currency));
                w.leaf("CdtDbtInd", direction(net >= 0));
            });
        });
        w.element("TtlCdtNtries", |w| totals(w, credits));
        w.element("TtlDbtNtries", |w| totals(w, debits));
    });
}

fn write_entry(w: &mut Writer, participant: ClearingCode, of: &StatementEntry) {
    w.element("Ntry", |w| {
        w.leaf("NtryRef", &of.sequence.to_string());
        write_amount(w, of.amount.minor(), of.amount.currency());
        w.leaf("CdtDbtInd", direction(of.entry.is_credit()));
        w.element("Sts", |w| w.leaf("Cd", "BOOK"));
        w.element("BookgDt", |w| w.leaf("DtTm", &of.recorded.to_string()));
        write_kind(w, of.entry);
        if of.references.is_some() || of.counterparty.is_some() {
            w.element("NtryDtls", |w| w.element("TxDtls", |w| write_details(w, participant, of)));
        }
    });
}

/// `BkTxCd`, of the ISO external code set: a real-time credit transfer issued or received, its return, or money
/// that the settlement institution moved.
fn write_kind(w: &mut Writer, entry: Entry) {
    let (domain, family, sub_family) = match entry {
        Entry::PaymentOut => ("PMNT", "IRCT", "DMCT"),
        Entry::PaymentIn => ("PMNT", "RRCT", "DMCT"),
        Entry::ReturnOut => ("PMNT", "RRCT", "RRTN"),
        Entry::ReturnIn => ("PMNT", "IRCT", "RRTN"),
        Entry::Funding | Entry::Withdrawal => ("CAMT", "ACCB", "OTHR"),
    };
    w.element("BkTxCd", |w| {
        w.element("Domn", |w| {
            w.leaf("Cd", domain);
            w.element("Fmly", |w| {
                w.leaf("Cd", family);
                w.leaf("SubFmlyCd", sub_family);
            });
        });
    });
}

fn write_details(w: &mut Writer, participant: ClearingCode, of: &StatementEntry) {
    if let Some(references) = &of.references {
        w.element("Refs", |w| {
            w.leaf("EndToEndId", &references.end_to_end_id);
            w.leaf("UETR", &references.uetr.to_string());
            w.leaf("TxId", &references.transaction_id);
            if let Some(id) = &references.return_id {
                w.element("Prtry", |w| {
                    w.leaf("Tp", "RtrId");
                    w.leaf("Ref", id);
                });
            }
        });
    }
    if let Some(counterparty) = of.counterparty {
        // As in the payment itself: a return goes from its creditor agent back to its debtor agent.
        let pays = matches!(of.entry, Entry::PaymentOut | Entry::ReturnIn);
        let (debtor, creditor) = if pays { (participant, counterparty) } else { (counterparty, participant) };
        w.element("RltdAgts", |w| {
            write_agent(w, "DbtrAgt", debtor);
            write_agent(w, "CdtrAgt", creditor);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clearing::{BusinessDay, Turnover};
    use crate::iso20022::tests::{assert_valid, bank, transfer};
    use crate::money::Amount;
    use crate::report::{EntryPage, References};

    /// The elements `name`, which have no attributes.
    fn parts<'a>(document: &'a str, name: &str) -> Vec<&'a str> {
        let (start, end) = (format!("<{name}>"), format!("</{name}>"));
        document.split(&start).skip(1).map(|rest| rest.split(&end).next().unwrap()).collect()
    }

    const DAY: Timestamp = Timestamp::from_seconds(1_795_320_000);

    fn day() -> ClosedDay {
        let business_day = BusinessDay::of(DAY);
        let next_day = BusinessDay::of(DAY + std::time::Duration::from_hours(24));
        ClosedDay { business_day, next_day, first: 1, last: 40, opened: DAY, closed: DAY }
    }

    fn statement(code: &str, opening: i64) -> Statement {
        let turnover = Turnover {
            payments_out: Total { count: 2, sum: 30_000 },
            payments_in: Total { count: 1, sum: 10_000 },
            ..Turnover::default()
        };
        Statement {
            participant: bank(code),
            currency: Currency::Hkd,
            opening,
            turnover,
            closing: opening - 20_000,
            reserved: 5_000,
            net_debit_cap: 100_000,
        }
    }

    fn entry(entry: Entry) -> StatementEntry {
        let counterparty = !matches!(entry, Entry::Funding | Entry::Withdrawal);
        let payment = transfer();
        let references = References {
            end_to_end_id: payment.end_to_end_id,
            uetr: payment.uetr,
            transaction_id: payment.transaction_id,
            return_id: matches!(entry, Entry::ReturnIn | Entry::ReturnOut).then(|| "R-1".to_owned()),
        };
        StatementEntry {
            sequence: 7,
            recorded: DAY,
            entry,
            amount: Amount::new(10_000, Currency::Hkd).unwrap(),
            counterparty: counterparty.then(|| bank("027")),
            references: counterparty.then_some(references),
        }
    }

    #[test]
    fn a_statement_with_entries_of_every_kind_is_valid() {
        let kinds =
            [Entry::PaymentOut, Entry::PaymentIn, Entry::ReturnOut, Entry::ReturnIn, Entry::Funding, Entry::Withdrawal];
        let page = EntryPage { entries: kinds.map(entry).to_vec(), next: None };
        let whole = render(&DetailedStatement { day: day(), statement: statement("012", 15_000), page }, 1);
        assert_valid(IDENTIFIER, &whole);
        let indicators = parts(&whole, "LastPgInd");
        assert!(indicators[0].contains("true"), "{indicators:?}");
        let balances = parts(&whole, "Bal");
        assert!(balances[0].contains("OPBD") && balances[0].contains("150.00") && balances[0].contains("CRDT"));
        assert!(balances[1].contains("CLBD") && balances[1].contains("50.00") && balances[1].contains("DBIT"));
        assert!(balances[2].contains("CLAV") && balances[2].contains("100.00") && balances[2].contains("DBIT"));
    }

    #[test]
    fn a_settlement_file_has_a_statement_for_every_position_of_the_currency() {
        let statements = [statement("012", 100_000), statement("027", 0)];
        let file = render_settlement(&day(), Currency::Hkd, &statements).unwrap();
        assert_valid(IDENTIFIER, &file);
        assert_eq!(parts(&file, "Stmt").len(), 2);
        assert_eq!(render_settlement(&day(), Currency::Cny, &statements), None);
    }

    #[test]
    fn the_lines_of_the_csv_have_the_fields_of_its_header() {
        let file = crate::report::settlement_csv(&day(), Currency::Hkd, &[statement("012", 100_000)]);
        let lines: Vec<Vec<&str>> = file.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!(lines[0].len(), lines[1].len());
        let field = |name| lines[1][lines[0].iter().position(|of| *of == name).unwrap()];
        assert_eq!((field("clearing_code"), field("net_cleared")), ("012", "-200.00"));
        assert_eq!((field("opening_balance"), field("closing_balance")), ("1000.00", "800.00"));
    }
}
