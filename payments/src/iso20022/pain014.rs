//! pain.014.001.07, the status report on a request to pay: what its debtor's bank answers, and what the switch tells both.

use store::Timestamp;

use super::agent::write_agent;
use super::case::only;
use super::pacs002::read_reason;
use super::value::{date_time, text};
use super::xml::{self, Element, Fields, ISO_20022, Limits, Writer};
use super::{MessageError, Problem, ReasonCode, pain013};
use crate::request_to_pay::{Change, RequestId, RequestRefusal, RequestState, RequestToPay};

/// The message's identifier, as `MsgDefIdr` and the namespace carry it.
pub const IDENTIFIER: &str = "pain.014.001.07";

/// What a debtor's bank says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// `ACCP`: it will be paid.
    Accepted,
    /// `RJCT`, with why.
    Refused(ReasonCode),
}

/// An answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestAnswer {
    /// `OrgnlInstrId`: which request.
    pub request: RequestId,
    /// `TxSts`.
    pub decision: Decision,
}

/// Reads an answer as the debtor's bank sends it.
///
/// # Errors
/// The first element that is not as the schema and this system want it.
pub fn parse(bytes: &[u8]) -> Result<RequestAnswer, MessageError> {
    let document = xml::parse(bytes, Limits::MESSAGE)?;
    if document.name != "Document" || document.namespace.strip_prefix(ISO_20022) != Some(IDENTIFIER) {
        return Err(MessageError::new(Problem::OtherMessage(IDENTIFIER)));
    }
    let mut fields = Fields::of(&document)?;
    let answer = fields.required("CdtrPmtActvtnReqStsRpt", |element| {
        let mut fields = Fields::of(element)?;
        fields.required("GrpHdr", |element| {
            let mut fields = Fields::of(element)?;
            fields.required("MsgId", text(35))?;
            fields.required("CreDtTm", date_time)?;
            fields.skip(&["InitgPty", "DbtrAgt", "CdtrAgt"])?;
            fields.finish()
        })?;
        fields.required("OrgnlGrpInfAndSts", |_| Ok(()))?;
        let payments = fields.repeated("OrgnlPmtInfAndSts", 2, read_payment)?;
        fields.skip_repeated("SplmtryData")?;
        fields.finish()?;
        only(payments, "OrgnlPmtInfAndSts")
    })?;
    fields.finish()?;
    Ok(answer)
}

fn read_payment(element: &Element<'_>) -> Result<RequestAnswer, MessageError> {
    let mut fields = Fields::of(element)?;
    fields.required("OrgnlPmtInfId", text(35))?;
    fields.skip(&["OrgnlNbOfTxs", "OrgnlCtrlSum", "PmtInfSts"])?;
    fields.skip_repeated("StsRsnInf")?;
    fields.skip_repeated("NbOfTxsPerSts")?;
    let transactions = fields.repeated("TxInfAndSts", 2, read_transaction)?;
    fields.finish()?;
    only(transactions, "TxInfAndSts")
}

fn read_transaction(element: &Element<'_>) -> Result<RequestAnswer, MessageError> {
    let mut fields = Fields::of(element)?;
    fields.skip(&["StsId"])?;
    let request = fields.required("OrgnlInstrId", |element| {
        let id = text(35)(element)?.parse();
        id.map_err(|_| {
            MessageError::new(Problem::Form("the id of a request to pay is twenty digits and capital letters"))
        })
    })?;
    fields.skip(&["OrgnlEndToEndId", "OrgnlUETR"])?;
    let is_accepted = fields.required("TxSts", |element| match element.text()? {
        "ACCP" => Ok(true),
        "RJCT" => Ok(false),
        _ => Err(MessageError::new(Problem::NotHere("a request is answered by ACCP or RJCT"))),
    })?;
    let reasons = fields.repeated("StsRsnInf", 8, read_reason)?;
    let decision = if is_accepted {
        Decision::Accepted
    } else {
        let missing = || MessageError::new(Problem::Missing).within("StsRsnInf/Rsn/Cd");
        Decision::Refused(reasons.into_iter().flatten().next().ok_or_else(missing)?)
    };
    Ok(RequestAnswer { request, decision })
}

/// The message in which the switch tells of a change.
pub(crate) fn message_id(change: &Change) -> String {
    format!("LR014-{:019}", change.sequence)
}

/// Writes how `request` came to stand by `change`, as a document of its own.
pub fn write(change: &Change, request: &RequestToPay) -> String {
    let mut out = Writer::document();
    write_document(&mut out, change, request);
    out.finish()
}

/// Writes the element `Document`.
pub(crate) fn write_document(out: &mut Writer, change: &Change, request: &RequestToPay) {
    let Change { state, reason, at, .. } = change;
    let reason = reason.or_else(|| (*state == RequestState::Expired).then(|| RequestRefusal::Expired.reason()));
    write_status(out, &message_id(change), *at, request, (state.status(), reason));
}

fn write_status(
    out: &mut Writer,
    message_id: &str,
    created: Timestamp,
    request: &RequestToPay,
    (status, reason): (&str, Option<ReasonCode>),
) {
    let namespace = format!("{ISO_20022}{IDENTIFIER}");
    out.element_with("Document", &[("xmlns", &namespace)], |w| {
        w.element("CdtrPmtActvtnReqStsRpt", |w| {
            w.element("GrpHdr", |w| {
                w.leaf("MsgId", message_id);
                w.leaf("CreDtTm", &created.to_string());
                w.element("InitgPty", |w| w.leaf("Nm", "Lionrock"));
                if let Some(debtor) = &request.asked.debtor {
                    write_agent(w, "DbtrAgt", debtor.agent);
                }
                write_agent(w, "CdtrAgt", request.asked.creditor.agent);
            });
            w.element("OrgnlGrpInfAndSts", |w| {
                w.leaf("OrgnlMsgId", &pain013::message_id(request));
                w.leaf("OrgnlMsgNmId", pain013::IDENTIFIER);
            });
            w.element("OrgnlPmtInfAndSts", |w| {
                w.leaf("OrgnlPmtInfId", request.id.as_str());
                w.element("TxInfAndSts", |w| {
                    w.leaf("OrgnlInstrId", request.id.as_str());
                    w.leaf("OrgnlEndToEndId", &request.asked.reference);
                    w.leaf("TxSts", status);
                    if let Some(reason) = reason {
                        w.element("StsRsnInf", |w| w.element("Rsn", |w| w.leaf("Cd", reason.as_str())));
                    }
                });
            });
        });
    });
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::clearing::tests::support::{NOW, bank, transfer};
    use crate::iso20022::pain013::AskedDebtor;
    use crate::iso20022::tests::assert_valid;
    use crate::request_to_pay::tests::request_for;
    use crate::request_to_pay::{AmountRule, Debtor};

    fn bill() -> RequestToPay {
        let mut bill = request_for(&transfer(1, NOW), NOW);
        bill.asked.debtor = Some(Debtor { agent: bank("012"), account: "012-100001-001".to_owned() });
        bill.asked.amount_rule = AmountRule::LessAllowed;
        bill.asked.due = Some(date!(2026 - 11 - 30));
        bill.asked.purpose = Some("水費 <& rates>".to_owned());
        bill.asked.bill_number = Some("2026-000123".to_owned());
        bill
    }

    #[test]
    fn a_request_is_valid_and_read_as_it_was_written() {
        let plain = request_for(&transfer(1, NOW), NOW);
        for mut request in [bill(), plain] {
            let text = pain013::write(&request);
            assert_valid(pain013::IDENTIFIER, &text);
            let read = pain013::parse(text.as_bytes(), &request.asked.created_by).unwrap();
            let wanted = request.asked.debtor.clone().map_or(AskedDebtor::Anybody, AskedDebtor::Account);
            assert_eq!(read.debtor, wanted);
            // One element holds both names, and none the till.
            request.asked.creditor.name_zh = Some("晨光文具 Morning Light Stationery".to_owned());
            (request.asked.creditor.name_en, request.asked.creditor.till) = (None, None);
            assert_eq!(read.asked, request.asked);
        }
    }

    #[test]
    fn what_became_of_a_request_is_valid_and_what_its_debtor_says_is_read() {
        let request = bill();
        for state in RequestState::ALL {
            let reason = (state == RequestState::Refused).then(|| ReasonCode::literal("CUST"));
            let change = Change { sequence: 2, request: request.id, state, reason, at: NOW, payment: None };
            let text = write(&change, &request);
            assert_valid(IDENTIFIER, &text);
            let decision = match state {
                RequestState::Accepted => Decision::Accepted,
                RequestState::Refused => Decision::Refused(ReasonCode::literal("CUST")),
                RequestState::Expired => Decision::Refused(ReasonCode::literal("AEXR")),
                _ => {
                    assert!(parse(text.as_bytes()).is_err(), "{state:?} is nothing that a debtor says");
                    continue;
                }
            };
            assert_eq!(parse(text.as_bytes()), Ok(RequestAnswer { request: request.id, decision }));
        }
    }

    #[test]
    fn a_request_that_is_wrong_is_refused_by_its_element() {
        let text = pain013::write(&bill());
        for (from, to, path) in [
            ("<PmtMtd>TRF", "<PmtMtd>CHK", "PmtInf[1]/PmtMtd"),
            ("<AmtModAllwd>true", "<AmtModAllwd>yes", "PmtInf[1]/PmtCond/AmtModAllwd"),
            ("\"HKD\"", "\"USD\"", "PmtInf[1]/CdtTrfTx[1]/Amt/InstdAmt"),
        ] {
            let wrong = pain013::parse(text.replace(from, to).as_bytes(), "x").unwrap_err();
            assert_eq!(wrong.path(), format!("CdtrPmtActvtnReq/{path}"));
        }
    }
}
