//! What a payee finds again with the money: the account that was credited, who paid, and what for.
//!
//! The bill's number and the till are creditor references of their own kinds (`RmtInf/Strd/CdtrRefInf`, whose
//! `Tp/CdOrPrtry/Prtry` is `BILL` or `TILL`); a payment without the first has the bill's number in its first line of
//! text (`Ustrd`), as payers' banks copy it from a code. Everything else of the transaction is passed over.

use super::xml::{self, Element, Limits, Writer};

/// The parts of a `CdtTrfTxInf` that a payee wants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remitted {
    /// `CdtrAcct/Id/Othr/Id`.
    pub creditor_account: String,
    /// `Dbtr/Nm`.
    pub debtor_name: String,
    /// The reference of kind `BILL`, or else the first `Ustrd`.
    pub bill_number: Option<String>,
    /// The reference of kind `TILL`.
    pub till: Option<String>,
}

/// Reads a transaction's body as the log keeps it. `None` when it names no account to credit: whatever was stored there
/// before there was a form for it.
pub fn read(body: &[u8]) -> Option<Remitted> {
    let transaction = xml::parse(body, Limits::MESSAGE).ok()?;
    let creditor_account = text_at(&transaction, &["CdtrAcct", "Id", "Othr", "Id"])?;
    let remittance = child(&transaction, "RmtInf");
    let reference = |kind: &str| remittance.and_then(|remittance| reference(remittance, kind));
    let line = || remittance.and_then(|remittance| text_at(remittance, &["Ustrd"]));
    Some(Remitted {
        creditor_account,
        debtor_name: text_at(&transaction, &["Dbtr", "Nm"]).unwrap_or_default(),
        bill_number: reference("BILL").or_else(line),
        till: reference("TILL"),
    })
}

/// Writes the reference of kind `TILL`.
pub(super) fn write_till(out: &mut Writer, till: &str) {
    out.element("Strd", |w| {
        w.element("CdtrRefInf", |w| {
            w.element("Tp", |w| w.element("CdOrPrtry", |w| w.leaf("Prtry", "TILL")));
            w.leaf("Ref", till);
        });
    });
}

/// The creditor reference of this kind.
fn reference(remittance: &Element<'_>, kind: &str) -> Option<String> {
    let of_kind =
        |reference: &&Element<'_>| text_at(reference, &["Tp", "CdOrPrtry", "Prtry"]).is_some_and(|text| text == kind);
    let structured = remittance.elements().filter(|element| element.name == "Strd");
    let mut references = structured.filter_map(|structured| child(structured, "CdtrRefInf"));
    text_at(references.find(of_kind)?, &["Ref"])
}

fn child<'e, 't>(element: &'e Element<'t>, name: &str) -> Option<&'e Element<'t>> {
    element.elements().find(|child| child.name == name)
}

fn text_at(element: &Element<'_>, path: &[&str]) -> Option<String> {
    let [name, rest @ ..] = path else { return element.text().ok().map(str::to_owned) };
    text_at(child(element, name)?, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clearing::tests::support::{NOW, transfer};
    use crate::iso20022::pacs008::{self, CreditTransferMessage, ParsedTransfer};
    use crate::iso20022::tests::assert_valid;

    #[test]
    fn a_payee_finds_the_bill_in_the_text_that_a_payer_s_bank_copied() {
        let mut sent = transfer(1, NOW);
        sent.remittance_information = Some("ML-7".to_owned());
        let read = read(&ParsedTransfer::new(sent.clone()).body).unwrap();
        assert_eq!(read.creditor_account, sent.creditor_account);
        assert_eq!(read.debtor_name, sent.debtor_name);
        assert_eq!((read.bill_number.as_deref(), read.till), (Some("ML-7"), None));
    }

    #[test]
    fn a_till_travels_with_a_payment_and_the_schema_has_room_for_it() {
        for line in [Some("ML-7".to_owned()), None] {
            let mut sent = transfer(1, NOW);
            sent.remittance_information = line;
            let sent = ParsedTransfer::at_till(sent, Some("T-2"));
            assert_eq!(read(&sent.body).unwrap().till.as_deref(), Some("T-2"));
            let message = CreditTransferMessage {
                message_id: "M-1".to_owned(),
                created: NOW,
                instructing_agent: None,
                transfers: vec![sent.clone()],
            };
            let written = pacs008::write(&message);
            assert_valid(pacs008::IDENTIFIER, &written);
            assert_eq!(pacs008::parse(written.as_bytes()).unwrap().transfers, [sent]);
        }
    }

    #[test]
    fn references_of_their_own_kind_come_before_the_text() {
        let reference = |kind: &str, value: &str| {
            format!(
                "<Strd><CdtrRefInf><Tp><CdOrPrtry><Prtry>{kind}</Prtry></CdOrPrtry></Tp><Ref>{value}</Ref></CdtrRefInf></Strd>"
            )
        };
        let body = format!(
            "<CdtTrfTxInf><Dbtr><Nm>CHAN Tai Man</Nm></Dbtr><CdtrAcct><Id><Othr><Id>token</Id></Othr></Id></CdtrAcct>\
             <RmtInf><Ustrd>thanks</Ustrd>{}{}</RmtInf></CdtTrfTxInf>",
            reference("TILL", "T-2"),
            reference("BILL", "ML-8")
        );
        let read = read(body.as_bytes()).unwrap();
        assert_eq!((read.bill_number.as_deref(), read.till.as_deref()), (Some("ML-8"), Some("T-2")));
    }

    #[test]
    fn what_names_no_account_is_nobody_s() {
        assert_eq!(read(b"<CdtTrfTxInf>T-1</CdtTrfTxInf>"), None);
        assert_eq!(read(b"not XML"), None);
    }
}
