//! What banks do after settlement: they send money back, ask for it, and answer that, rightly and wrongly.

use std::time::Duration;

use super::City;
use crate::clearing::tests::support::{back, bank};
use crate::clearing::{Command, PaymentReturn, RecallAnswer, RecallDecision, RecallRequest};
use crate::iso20022::ReasonCode;
use crate::money::Amount;

impl City {
    /// Some of a payment goes back, mostly from who got it, under an id that may have been used.
    pub(super) fn give_back(&mut self) {
        let Some(number) = self.any_payment() else { return };
        let payment = self.payments[&number].clone();
        let most = u64::try_from(payment.amount.minor()).unwrap() + 50;
        let minor = 1 + i64::try_from(self.dice.number(most)).unwrap();
        let currency = if self.dice.one_in(20) { crate::money::Currency::Cny } else { payment.amount.currency() };
        let id = format!("R-{}", self.dice.below(40));
        let sender = if self.dice.one_in(8) { payment.debtor_agent } else { payment.creditor_agent };
        let request = PaymentReturn {
            original_uetr: payment.uetr,
            amount: Amount::new(minor, currency).unwrap(),
            settlement_date: (self.now + Duration::from_hours(8)).to_utc().date(),
            ..back(&id, number, 1)
        };
        self.send(Command::Return { sender, request: Box::new(request), body: "<TxInf/>".into(), arrived: self.now });
    }

    /// Somebody wants money back, or says what it thinks of that.
    pub(super) fn recall(&mut self) {
        let Some(number) = self.any_payment() else { return };
        let payment = self.payments[&number].clone();
        let (cancellation_id, reason) = (format!("C-{}", self.dice.below(3)), ReasonCode::literal("FRAD"));
        let (original_transaction_id, original_uetr) = (payment.transaction_id.clone(), payment.uetr);
        let stranger = self.dice.one_in(12).then(|| bank(self.bank()));
        if self.dice.one_in(2) {
            let sender = stranger.unwrap_or(payment.debtor_agent);
            let original_amount = Some(payment.amount);
            let request =
                RecallRequest { cancellation_id, original_transaction_id, original_uetr, original_amount, reason };
            return self.send(Command::Recall { sender, request: Box::new(request), body: "<Undrlyg/>".into() });
        }
        let sender = stranger.unwrap_or(payment.creditor_agent);
        let accepts = self.dice.one_in(2);
        let decision = if accepts { RecallDecision::Accepted } else { RecallDecision::Rejected(reason) };
        let answer = RecallAnswer { cancellation_id, original_transaction_id, original_uetr, decision };
        self.send(Command::AnswerRecall { sender, answer: Box::new(answer), body: "<CxlDtls/>".into() });
    }
}
