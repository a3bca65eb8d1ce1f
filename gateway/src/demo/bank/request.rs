//! What a customer is asked to pay: read from the switch, judged before a payment is prepared, answered.

use std::sync::Arc;

use payments::money::{Amount, AmountError, Currency};
use payments::participant::ClearingCode;
use payments::request_to_pay::{AmountRule, RequestId, RequestState};
use store::Timestamp;

use super::account::AccountNumber;
use super::payment::{Names, Payee, Payment};
use super::{Bank, BankError, Customer};

/// A request as the switch shows it to the payer's bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its id, which the payment carries.
    pub id: RequestId,
    /// How far it has come.
    pub state: RequestState,
    /// The bank that is to be paid.
    pub bank: ClearingCode,
    /// Its names.
    pub bank_names: Names,
    /// The account that is to be paid, or what stands for it.
    pub account: String,
    /// Who asks.
    pub names: Names,
    /// How much.
    pub amount: Amount,
    /// Whether less may be paid.
    pub amount_rule: AmountRule,
    /// What it is for.
    pub purpose: Option<String>,
    /// The number of the bill.
    pub bill_number: Option<String>,
    /// By when it is wanted.
    pub due: Option<String>,
    /// From when it can no longer be paid.
    pub expires: Timestamp,
    /// Which account it asks: of a customer who is shown it, their own or none.
    pub debtor: Option<String>,
}

/// Why a request is not paid as the customer wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotPay {
    /// It was paid before.
    Paid,
    /// Somebody is paying it at this moment.
    UnderWay,
    /// Whoever asked took it back.
    Cancelled,
    /// It was refused before.
    Refused,
    /// Its time is over.
    Expired,
    /// It asks for another currency than accounts here are in.
    Currency,
    /// The code says something else than the request.
    Tampered,
    /// There is none.
    Unknown,
    /// No amount.
    Amount(AmountError),
    /// Another amount than is asked, or more.
    OtherAmount(Amount, AmountRule),
}

impl Asked {
    /// Whether it can be paid from here at all.
    pub fn payable(&self) -> Result<(), CannotPay> {
        match self.state {
            RequestState::Waiting | RequestState::Accepted if self.amount.currency() != Currency::Hkd => {
                Err(CannotPay::Currency)
            }
            RequestState::Waiting | RequestState::Accepted => Ok(()),
            RequestState::Paying => Err(CannotPay::UnderWay),
            RequestState::Paid => Err(CannotPay::Paid),
            RequestState::Refused => Err(CannotPay::Refused),
            RequestState::Cancelled => Err(CannotPay::Cancelled),
            RequestState::Expired => Err(CannotPay::Expired),
        }
    }

    /// Whether a code that was scanned says the same: `amount` is what it asks for, if it says.
    pub fn agrees_with_code(&self, creditor_agent: Option<ClearingCode>, amount: Option<Amount>) -> bool {
        creditor_agent.is_none_or(|agent| agent == self.bank) && amount.is_none_or(|amount| amount == self.amount)
    }

    /// What is paid when the customer typed `amount`, or nothing.
    pub fn amount(&self, typed: &str) -> Result<Amount, CannotPay> {
        self.payable()?;
        if typed.trim().is_empty() {
            return Ok(self.amount);
        }
        let typed = Amount::parse(&typed.trim().replace(',', ""), Currency::Hkd).map_err(CannotPay::Amount)?;
        let less = self.amount_rule == AmountRule::LessAllowed && typed.minor() < self.amount.minor();
        let right = typed == self.amount || less;
        if right { Ok(typed) } else { Err(CannotPay::OtherAmount(self.amount, self.amount_rule)) }
    }
}

impl Bank {
    /// The request with this id, as this customer may see it. What asks another customer of this bank is to them a bill
    /// that whoever holds it may pay: whom it asks is left out here, and for those of other banks by the switch.
    pub(super) async fn asked(
        self: &Arc<Self>,
        customer: &Customer,
        id: RequestId,
    ) -> Result<Option<Asked>, BankError> {
        let Some(mut asked) = self.switch.request(id).await? else { return Ok(None) };
        if let Some(debtor) = &asked.debtor
            && !self.accounts(customer.account.clone()).await?.contains(debtor)
        {
            asked.debtor = None;
        }
        Ok(Some(asked))
    }

    /// What waits for this customer to pay, the most urgent first.
    pub(super) async fn waiting(self: &Arc<Self>, customer: &Customer) -> Result<Vec<Asked>, BankError> {
        let mut waiting = Vec::new();
        for account in self.accounts(customer.account.clone()).await? {
            waiting.extend(self.switch.requests_that_ask(&account).await?);
        }
        waiting.retain(|asked| matches!(asked.state, RequestState::Waiting | RequestState::Accepted));
        waiting.sort_by_key(|asked| asked.expires);
        Ok(waiting)
    }

    /// By what others know the account: its number, and the tokens of its proxies.
    async fn accounts(self: &Arc<Self>, account: AccountNumber) -> Result<Vec<String>, BankError> {
        self.books(move |books| {
            let mut known = books.tokens(&account)?;
            known.push(account.to_string());
            Ok(known)
        })
        .await
    }

    /// Keeps the payment that answers a request, for the customer to confirm. No money moves.
    pub(super) async fn prepare_answer(
        self: &Arc<Self>,
        customer: &Customer,
        asked: Asked,
        amount: Amount,
    ) -> Result<Payment, BankError> {
        self.keep(Self::answer(customer, asked, amount)?).await
    }

    /// The payment that answers a request.
    pub(super) fn answer(customer: &Customer, asked: Asked, amount: Amount) -> Result<Payment, BankError> {
        let payee = Payee {
            bank: asked.bank,
            bank_names: asked.bank_names,
            account_token: asked.account,
            names: asked.names,
            look_up: None,
        };
        Self::draft(customer, payee, amount, asked.bill_number.or(asked.purpose), Some(asked.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(state: RequestState, amount_rule: AmountRule) -> Asked {
        Asked {
            id: RequestId::from_random(&[1; 13]),
            state,
            bank: "027".parse().unwrap(),
            bank_names: Names { zh: "海堤銀行".to_owned(), en: "Seawall Bank".to_owned() },
            account: "027-200001-001".to_owned(),
            names: Names { zh: "晨光文具".to_owned(), en: "Morning Light Stationery".to_owned() },
            amount: hkd(4_800),
            amount_rule,
            purpose: None,
            bill_number: None,
            due: None,
            expires: Timestamp::from_seconds(1_795_000_000),
            debtor: None,
        }
    }

    fn hkd(minor: i64) -> Amount {
        Amount::new(minor, Currency::Hkd).unwrap()
    }

    #[test]
    fn a_request_is_paid_as_asked_or_less_where_that_is_allowed() {
        let exact = asked(RequestState::Waiting, AmountRule::Exact);
        let less = asked(RequestState::Accepted, AmountRule::LessAllowed);
        assert_eq!((exact.amount(""), exact.amount("48")), (Ok(hkd(4_800)), Ok(hkd(4_800))));
        assert_eq!(exact.amount("47"), Err(CannotPay::OtherAmount(hkd(4_800), AmountRule::Exact)));
        assert_eq!(less.amount("20.50"), Ok(hkd(2_050)));
        assert_eq!(less.amount("48.01"), Err(CannotPay::OtherAmount(hkd(4_800), AmountRule::LessAllowed)));
        assert!(matches!(less.amount("much"), Err(CannotPay::Amount(_))));
    }

    #[test]
    fn what_cannot_be_paid_says_why() {
        for (state, why) in [
            (RequestState::Paid, CannotPay::Paid),
            (RequestState::Paying, CannotPay::UnderWay),
            (RequestState::Cancelled, CannotPay::Cancelled),
            (RequestState::Refused, CannotPay::Refused),
            (RequestState::Expired, CannotPay::Expired),
        ] {
            assert_eq!(asked(state, AmountRule::Exact).amount(""), Err(why));
        }
        let mut yuan = asked(RequestState::Waiting, AmountRule::Exact);
        yuan.amount = Amount::new(4_800, Currency::Cny).unwrap();
        assert_eq!(yuan.payable(), Err(CannotPay::Currency));
    }

    #[test]
    fn a_code_that_was_altered_does_not_agree() {
        let request = asked(RequestState::Waiting, AmountRule::Exact);
        assert!(request.agrees_with_code(None, None));
        assert!(request.agrees_with_code(Some(request.bank), Some(hkd(4_800))));
        assert!(!request.agrees_with_code(None, Some(hkd(4_700))));
        assert!(!request.agrees_with_code("038".parse().ok(), None));
    }
}
