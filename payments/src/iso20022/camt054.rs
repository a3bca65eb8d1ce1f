//! camt.054.001.08, the bank to customer debit credit notification: what a merchant received on a business day, and what
//! went back.

use store::Timestamp;

use super::agent::write_agent;
use super::remitted;
use super::xml::{ISO_20022, Writer};
use crate::clearing::BusinessDay;
use crate::merchant::{Merchant, Receipt, Refund};
use crate::money::{Amount, Currency, format_minor};

/// The message's identifier, as `MsgDefIdr` and the namespace carry it.
pub const IDENTIFIER: &str = "camt.054.001.08";
/// Entries in one message at most.
pub const MAX_ENTRIES: usize = 5_000;

/// A movement of the merchant's account.
#[derive(Debug, Clone, Copy)]
pub enum Movement<'a> {
    /// A payment came in.
    Received(&'a Receipt),
    /// Some of one went back.
    Returned(&'a Refund, &'a Receipt),
}

impl Movement<'_> {
    /// How much.
    pub const fn amount(&self) -> Amount {
        match self {
            Self::Received(receipt) => receipt.amount,
            Self::Returned(refund, _) => refund.amount,
        }
    }

    const fn is_credit(&self) -> bool {
        matches!(self, Self::Received(_))
    }
}

/// One page of what a day brought in one currency.
#[derive(Debug, Clone, Copy)]
pub struct Notification<'a> {
    /// Whose.
    pub merchant: &'a Merchant,
    /// Which day.
    pub day: BusinessDay,
    /// Which currency: that of every movement.
    pub currency: Currency,
    /// When the message is made.
    pub created: Timestamp,
    /// Which page, from 1.
    pub page: usize,
    /// Whether it is the last one.
    pub is_last: bool,
    /// At most [`MAX_ENTRIES`].
    pub movements: &'a [Movement<'a>],
}

/// Writes the message.
pub fn render(of: &Notification<'_>) -> String {
    let day = of.day.to_string().replace('-', "");
    let id = format!("LR054-{day}-{}-{:05}", of.currency, of.page);
    let mut out = Writer::document();
    out.element_with("Document", &[("xmlns", &format!("{ISO_20022}{IDENTIFIER}"))], |w| {
        w.element("BkToCstmrDbtCdtNtfctn", |w| {
            w.element("GrpHdr", |w| {
                w.leaf("MsgId", &id);
                w.leaf("CreDtTm", &of.created.to_string());
            });
            w.element("Ntfctn", |w| write_notification(w, of, &id));
        });
    });
    out.finish()
}

fn write_notification(w: &mut Writer, of: &Notification<'_>, id: &str) {
    w.leaf("Id", id);
    w.element("NtfctnPgntn", |w| {
        w.leaf("PgNb", &of.page.to_string());
        w.leaf("LastPgInd", if of.is_last { "true" } else { "false" });
    });
    w.leaf("CreDtTm", &of.created.to_string());
    w.element("Acct", |w| {
        w.element("Id", |w| w.element("Othr", |w| w.leaf("Id", of.merchant.account_token.as_str())));
        w.leaf("Ccy", of.currency.code());
        w.leaf("Nm", of.merchant.names.en());
    });
    write_summary(w, of);
    for movement in of.movements {
        w.element("Ntry", |w| write_entry(w, of.merchant, movement));
    }
}

fn write_summary(w: &mut Writer, of: &Notification<'_>) {
    let total = |is_credit: bool| {
        let of_kind = of.movements.iter().filter(|movement| movement.is_credit() == is_credit);
        of_kind
            .fold((0_usize, 0_i64), |(count, sum), movement| (count + 1, sum.saturating_add(movement.amount().minor())))
    };
    let (credits, debits) = (total(true), total(false));
    let net = credits.1.saturating_sub(debits.1);
    let write = |w: &mut Writer, (count, sum): (usize, i64)| {
        w.leaf("NbOfNtries", &count.to_string());
        w.leaf("Sum", &format_minor(sum, of.currency));
    };
    w.element("TxsSummry", |w| {
        w.element("TtlNtries", |w| {
            write(w, (credits.0 + debits.0, credits.1.saturating_add(debits.1)));
            w.element("TtlNetNtry", |w| {
                w.leaf("Amt", &format_minor(net.saturating_abs(), of.currency));
                w.leaf("CdtDbtInd", direction(net >= 0));
            });
        });
        w.element("TtlCdtNtries", |w| write(w, credits));
        w.element("TtlDbtNtries", |w| write(w, debits));
    });
}

const fn direction(is_credit: bool) -> &'static str {
    if is_credit { "CRDT" } else { "DBIT" }
}

fn write_entry(w: &mut Writer, merchant: &Merchant, movement: &Movement<'_>) {
    let amount = movement.amount();
    let (receipt, booked, sub_family) = match movement {
        Movement::Received(receipt) => (receipt, receipt.settled, "DMCT"),
        Movement::Returned(refund, receipt) => (receipt, refund.finished.unwrap_or(refund.instructed), "RRTN"),
    };
    w.leaf("NtryRef", &receipt.sequence.to_string());
    w.element_with("Amt", &[("Ccy", amount.currency().code())], |w| w.text(&amount.to_decimal()));
    w.leaf("CdtDbtInd", direction(movement.is_credit()));
    w.element("Sts", |w| w.leaf("Cd", "BOOK"));
    w.element("BookgDt", |w| w.leaf("DtTm", &booked.to_string()));
    w.element("BkTxCd", |w| {
        w.element("Domn", |w| {
            w.leaf("Cd", "PMNT");
            w.element("Fmly", |w| {
                w.leaf("Cd", "RRCT");
                w.leaf("SubFmlyCd", sub_family);
            });
        });
    });
    w.element("NtryDtls", |w| w.element("TxDtls", |w| write_details(w, merchant, movement, receipt)));
}

fn write_details(w: &mut Writer, merchant: &Merchant, movement: &Movement<'_>, receipt: &Receipt) {
    w.element("Refs", |w| {
        w.leaf("EndToEndId", &receipt.end_to_end_id);
        w.leaf("UETR", &receipt.uetr.to_string());
        w.leaf("TxId", &receipt.transaction_id);
        if let Movement::Returned(refund, _) = movement {
            w.element("Prtry", |w| {
                w.leaf("Tp", "RtrId");
                w.leaf("Ref", &refund.id.return_id());
            });
        }
    });
    if !receipt.payer.is_empty() {
        w.element("RltdPties", |w| w.element("Dbtr", |w| w.element("Pty", |w| w.leaf("Nm", &receipt.payer))));
    }
    w.element("RltdAgts", |w| {
        write_agent(w, "DbtrAgt", receipt.debtor_agent);
        write_agent(w, "CdtrAgt", merchant.participant);
    });
    if receipt.bill_number.is_none() && receipt.till.is_none() {
        return;
    }
    w.element("RmtInf", |w| {
        if let Some(bill) = &receipt.bill_number {
            w.leaf("Ustrd", bill);
        }
        if let Some(till) = &receipt.till {
            remitted::write_till(w, till.as_str());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clearing::tests::support::{NOW, bank, hkd};
    use crate::directory::{AccountToken, Proxy, ProxyKind};
    use crate::iso20022::tests::assert_valid;
    use crate::merchant::tests::receipt;
    use crate::merchant::{MerchantId, MerchantNames, MerchantStatus, RefundId, RefundState};

    fn merchant() -> Merchant {
        Merchant {
            id: MerchantId::new(NOW, &[1; 10]),
            participant: bank("027"),
            names: MerchantNames::new("晨光文具", "Morning Light Stationery").unwrap(),
            category: "5943".parse().unwrap(),
            fps_id: Proxy::parse(ProxyKind::FpsId, "1234567").unwrap(),
            account_token: AccountToken::from_bytes(&[7; 16]),
            status: MerchantStatus::Active,
            tills: Vec::new(),
            created: NOW,
            changed: NOW,
        }
    }

    #[test]
    fn a_day_with_payments_and_a_refund_is_valid_and_adds_up() {
        let (merchant, one, mut other) = (merchant(), receipt(1), receipt(2));
        (other.till, other.bill_number) = (None, None);
        let refund = Refund {
            id: RefundId::new(NOW, &[2; 10]),
            merchant: merchant.id,
            payment: one.payment,
            amount: hkd(2_500),
            state: RefundState::Returned,
            instructed: NOW,
            finished: Some(NOW),
            business_day: Some(BusinessDay::of(NOW)),
        };
        let movements = [Movement::Received(&one), Movement::Received(&other), Movement::Returned(&refund, &one)];
        let of = Notification {
            merchant: &merchant,
            day: BusinessDay::of(NOW),
            currency: Currency::Hkd,
            created: NOW,
            page: 1,
            is_last: true,
            movements: &movements,
        };
        let file = render(&of);
        assert_valid(IDENTIFIER, &file);
        assert!(file.contains("<Amt>175.00</Amt>"), "net: {file}");
        assert_valid(IDENTIFIER, &render(&Notification { movements: &[], ..of }));
    }
}
