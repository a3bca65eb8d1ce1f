//! Returns are valid, read as they were written, and refused by name.

use super::super::tests::{assert_valid, bank, parts, report, transfer};
use super::*;
use crate::clearing::{ForwardedReturn, Inbox, InboxItem, InboxMessage, StatusReport, Subject};
use crate::iso20022::{ReasonCode, inbox, pacs002};
use crate::money::Currency;

fn request(return_id: &str, minor: i64) -> PaymentReturn {
    PaymentReturn {
        message_id: "RTR-MSG-1".to_owned(),
        return_id: return_id.to_owned(),
        original_message: None,
        original_transaction_id: "TX-1".to_owned(),
        original_uetr: transfer().uetr,
        original_amount: Some(transfer().amount),
        amount: Amount::new(minor, Currency::Hkd).unwrap(),
        settlement_date: transfer().settlement_date,
        reason: ReasonCode::literal("CUST"),
    }
}

fn message(returns: Vec<PaymentReturn>) -> ReturnMessage {
    ReturnMessage {
        message_id: "RTR-MSG-1".to_owned(),
        created: Timestamp::from_seconds(1_795_000_000),
        instructing_agent: Some(bank("027")),
        returns: returns.into_iter().map(ParsedReturn::new).collect(),
    }
}

#[test]
fn a_return_is_valid_and_read_as_it_was_written() {
    let whole = PaymentReturn { original_amount: None, ..request("R-2", 12_345) };
    for returns in [vec![request("R-1", 5_000)], vec![request("R-1", 5_000), whole]] {
        let message = message(returns);
        let text = write(&message);
        assert_valid(IDENTIFIER, &text);
        assert_eq!(parse(text.as_bytes()), Ok(message));
    }
}

#[test]
fn what_is_returned_may_be_named_for_the_group_or_for_each() {
    let text = write(&message(vec![request("R-1", 5_000)]));
    let named = "<OrgnlGrpInf><OrgnlMsgId>M</OrgnlMsgId><OrgnlMsgNmId>pacs.004.001.09</OrgnlMsgNmId></OrgnlGrpInf>";
    for place in ["<TxInf>", "<OrgnlTxId>"] {
        let text = text.replacen(place, &format!("{named}{place}"), 1);
        assert_valid(IDENTIFIER, &text);
        let read = parse(text.as_bytes()).unwrap();
        assert_eq!(read.returns[0].request.original_message.as_deref(), Some("pacs.004.001.09"), "before {place}");
    }
}

#[test]
fn what_is_not_a_return_here_is_refused_by_name() {
    let text = write(&message(vec![request("R-1", 5_000)]));
    let refused = |from: &str, to: &str| parse(text.replacen(from, to, 1).as_bytes()).unwrap_err();
    assert_eq!(refused("<RtrId>R-1</RtrId>", "").path(), "PmtRtr/TxInf[1]/RtrId");
    let unexplained = "<RtrRsnInf><Rsn><Cd>CUST</Cd></Rsn></RtrRsnInf>";
    assert_eq!(refused(unexplained, "").path(), "PmtRtr/TxInf[1]/RtrRsnInf/Rsn/Cd");
    assert_eq!(refused("<NbOfTxs>1<", "<NbOfTxs>2<").reason(), ReasonCode::literal("AM18"));
    assert_eq!(refused("<SttlmInf>", "<GrpRtr>true</GrpRtr><SttlmInf>").path(), "PmtRtr/GrpHdr/GrpRtr");
    assert_eq!(refused(">50.00<", ">0.00<").path(), "PmtRtr/TxInf[1]/RtrdIntrBkSttlmAmt");
    assert_eq!(refused("pacs.004.001.09", "pacs.004.001.08").path(), "");
}

#[test]
fn both_agents_read_of_it_in_their_inboxes() {
    let forwarded = ForwardedReturn {
        original_uetr: transfer().uetr,
        amount: request("R-1", 5_000).amount,
        returner: bank("027"),
        body: ParsedReturn::new(request("R-1", 5_000)).body,
    };
    let about = Subject::Return { message_id: "RTR-MSG-1".to_owned() };
    let settled = StatusReport { subject: about, original_transaction_id: "R-1".to_owned(), ..report() };
    let item = |sequence, message| InboxItem { sequence, recorded: settled.recorded, message };
    let messages = vec![item(42, InboxMessage::Report(settled.clone())), item(43, InboxMessage::Return(forwarded))];
    let text = inbox::render(bank("012"), &Inbox { messages, next: 43 });
    let documents = parts(&text, "Document");
    assert_valid(pacs002::IDENTIFIER, &documents[0]);
    assert_valid(IDENTIFIER, &documents[1]);
    let read = inbox::parse(text.as_bytes()).unwrap();
    assert_eq!(read.messages[0].message, inbox::Message::StatusReports(vec![settled]));
    let inbox::Message::Return(back) = &read.messages[1].message else { panic!("a pacs.004") };
    assert_eq!((back.instructing_agent, back.returns[0].request.return_id.as_str()), (Some(bank("027")), "R-1"));
}
