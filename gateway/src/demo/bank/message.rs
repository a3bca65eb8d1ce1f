//! The ISO 20022 messages that a bank sends, made from what its books keep. The same books give the same
//! message, so that sending it again is a replay and never a second payment.

use payments::clearing::{Answer, CreditTransfer, Verdict};
use payments::iso20022::pacs002::{self, AnswerMessage};
use payments::iso20022::pacs008::{self, CreditTransferMessage, ParsedTransfer};
use payments::participant::ClearingCode;
use store::Timestamp;
use time::UtcOffset;
use time::macros::offset;

use super::ledger::IncomingState;
use super::payment::{Payment, ReceivedPayment};

const HONG_KONG: UtcOffset = offset!(+8);

/// pacs.008 for a payment that its payer confirmed.
pub fn credit_transfer(payment: &Payment, debtor_agent: ClearingCode) -> String {
    let accepted = payment.accepted.unwrap_or(payment.created);
    let id = payment.uetr.transaction_id();
    let transfer = CreditTransfer {
        instruction_id: None,
        end_to_end_id: id.clone(),
        transaction_id: id.clone(),
        uetr: *payment.uetr.as_uuid(),
        amount: payment.transfer.amount,
        settlement_date: accepted.to_utc().to_offset(HONG_KONG).date(),
        accepted,
        debtor_name: payment.debtor_name.clone(),
        debtor_account: payment.transfer.debtor.to_string(),
        debtor_agent,
        creditor_agent: payment.payee.bank,
        creditor_name: payment.payee.names.joined(),
        creditor_account: payment.payee.account_token.clone(),
        creditor_proxy: payment.payee.proxy().cloned(),
        lookup_reference: payment.payee.lookup_reference().map(str::to_owned),
        remittance_information: payment.remittance_information.clone(),
        request_to_pay: payment.request_to_pay,
    };
    pacs008::write(&CreditTransferMessage {
        message_id: id,
        created: accepted,
        instructing_agent: Some(debtor_agent),
        transfers: vec![ParsedTransfer::at_till(transfer, payment.till.as_deref())],
    })
}

/// pacs.002 with the bank's answers to payments it was sent. `None` when there is nothing to answer.
pub fn answers(payments: &[ReceivedPayment], creditor_agent: ClearingCode, now: Timestamp) -> Option<String> {
    let answer = |payment: &ReceivedPayment| {
        let verdict = match payment.transfer.state {
            IncomingState::Accepted => Verdict::Accepted,
            IncomingState::Refused(reason) => Verdict::Rejected(reason),
            IncomingState::Silent | IncomingState::Credited | IncomingState::Rejected(_) => return None,
        };
        Some(Answer {
            original_uetr: *payment.uetr.as_uuid(),
            original_transaction_id: payment.transaction_id.clone(),
            verdict,
        })
    };
    let answers: Vec<Answer> = payments.iter().filter_map(answer).collect();
    let message_id = answers.first()?.original_uetr.simple().to_string();
    let message = AnswerMessage { message_id, created: now, instructing_agent: Some(creditor_agent), answers };
    Some(pacs002::write_answer(&message))
}

#[cfg(test)]
mod tests {
    use payments::directory::{Proxy, ProxyKind};
    use payments::iso20022::ReasonCode;
    use payments::money::{Amount, Currency};
    use payments::request_to_pay::RequestId;

    use super::*;
    use crate::demo::bank::ledger::{Incoming, Outgoing, OutgoingState};
    use crate::demo::bank::payment::{LookUp, Names, Payee, Uetr};

    fn payment() -> Payment {
        Payment {
            uetr: Uetr::random([7; 16]),
            transfer: Outgoing {
                debtor: "012-100001-001".parse().unwrap(),
                amount: Amount::new(4_800, Currency::Hkd).unwrap(),
                state: OutgoingState::Held,
            },
            debtor_name: "陳大文 CHAN Tai Man".to_owned(),
            payee: Payee {
                bank: "027".parse().unwrap(),
                bank_names: Names { zh: "海堤銀行".to_owned(), en: "Seawall Bank".to_owned() },
                account_token: "token-1".to_owned(),
                names: Names { zh: "晨光文具".to_owned(), en: "Morning Light Stationery".to_owned() },
                look_up: Some(LookUp {
                    proxy: Proxy::parse(ProxyKind::Email, "shop@morninglight.example").unwrap(),
                    reference: "reference".to_owned(),
                }),
            },
            remittance_information: Some("bill 7".to_owned()),
            request_to_pay: Some(RequestId::from_random(&[7; 13])),
            till: None,
            created: Timestamp::from_seconds(1_795_000_000),
            accepted: Timestamp::parse_rfc3339("2026-11-22T18:30:00Z"),
            finished: None,
        }
    }

    #[test]
    fn a_payment_sent_again_is_the_same_message() {
        let ours: ClearingCode = "012".parse().unwrap();
        let first = credit_transfer(&payment(), ours);
        assert_eq!(first, credit_transfer(&payment(), ours));
        let read = pacs008::parse(first.as_bytes()).unwrap();
        let transfer = &read.transfers[0].transfer;
        assert_eq!(read.instructing_agent, Some(ours));
        assert_eq!(transfer.request_to_pay, payment().request_to_pay);
        assert_eq!(transfer.creditor_account, "token-1");
        assert_eq!(transfer.creditor_proxy, payment().payee.proxy().cloned());
        assert_eq!(transfer.settlement_date.to_string(), "2026-11-23", "the business day is Hong Kong's");
    }

    #[test]
    fn only_what_has_an_answer_is_answered() {
        let closed = ReasonCode::literal("AC04");
        let received = |n: u8, state| ReceivedPayment {
            uetr: Uetr::random([n; 16]),
            transaction_id: format!("tx{n}"),
            transfer: Incoming { creditor: None, amount: payment().transfer.amount, state },
            debtor_name: String::new(),
            remittance_information: None,
            received: payment().created,
        };
        let ours = "027".parse().unwrap();
        let silent = received(3, IncomingState::Silent);
        assert_eq!(answers(std::slice::from_ref(&silent), ours, payment().created), None);
        let open = [received(1, IncomingState::Accepted), received(2, IncomingState::Refused(closed)), silent];
        let read = pacs002::parse(answers(&open, ours, payment().created).unwrap().as_bytes()).unwrap();
        let verdicts: Vec<Verdict> = read.answers.iter().map(|answer| answer.verdict).collect();
        assert_eq!(verdicts, [Verdict::Accepted, Verdict::Rejected(closed)]);
    }
}
