//! What a customer is told, in both languages: the outcome first, then the reason, then what to do.

use payments::iso20022::ReasonCode;
use payments::money::{Amount, Currency};

use crate::demo::bank::payment::Names;
use crate::pages::money::money_of;

/// The same in Traditional Chinese and in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) zh: String,
    pub(super) en: String,
}

impl Words {
    pub(super) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

/// Why a payment was not made, for the payer. `payee_bank` is the other bank's name.
pub(super) fn rejected(reason: ReasonCode, payee_bank: &Names) -> Words {
    let (zh, en) = (&payee_bank.zh, &payee_bank.en);
    match reason.as_str() {
        _ if is_time_out(reason) => Words::new(
            format!("{zh}沒有回應，款項已退回。稍後再試。"),
            format!("{en} did not answer and your money is back. Try later."),
        ),
        "AC01" | "AC03" | "AC04" | "AC06" | "AC07" => Words::new(
            format!("{zh}說這個戶口不能收款，款項已退回。問對方用哪個號碼。"),
            format!("{en} says this account cannot be paid, and your money is back. Ask which number they use."),
        ),
        "AM04" | "AG10" => Words::new(
            "我們現在未能送出這筆款項，款項已退回。稍後再試。",
            "We cannot send this payment now, and your money is back. Try later.",
        ),
        "AG11" => Words::new(
            format!("{zh}現在未能收款，款項已退回。稍後再試。"),
            format!("{en} cannot receive payments now, and your money is back. Try later."),
        ),
        "BE01" | "BE23" => Words::new(
            "這個號碼的收款戶口剛剛改了，款項已退回。再查一次收款人。",
            "This number now leads to another account, and your money is back. Look the payee up again.",
        ),
        "APAR" | "ALAC" => Words::new(
            "這張單已經有人付了，款項已退回，沒有收兩次。",
            "This has been paid by somebody already. Your money is back, and nobody was charged twice.",
        ),
        "AEXR" => Words::new(
            "這張單已過期，款項已退回。請對方再開一張。",
            "This request has expired and your money is back. Ask for a new one.",
        ),
        "DS02" | "ARFR" | "IRNR" => {
            Words::new("這張單已經取消，款項已退回。", "This request no longer stands, and your money is back.")
        }
        "DS24" | "DT01" => Words::new(
            "確認得太遲，款項已退回。再查一次收款人，然後再付。",
            "This was confirmed too late, and your money is back. Look the payee up again and pay.",
        ),
        code => Words::new(
            format!("款項已退回。對方銀行給的代號是 {code}。"),
            format!("Your money is back. The code given is {code}."),
        ),
    }
}

/// The account does not hold enough.
pub(super) fn insufficient_funds(balance: i64, amount: Amount) -> Words {
    let (has, needs) = (hkd(balance), hkd(amount.minor()));
    Words::new(
        format!("餘額是 {has}，不足夠付 {needs}。"),
        format!("Your balance is {has}. That is not enough to pay {needs}."),
    )
}

/// Nobody registered what the payer typed.
pub(super) fn unknown_payee() -> Words {
    Words::new(
        "這個號碼或電郵未登記收款。核對一次，或問對方用哪個。",
        "This number or address is not registered to be paid. Check it, or ask which one they use.",
    )
}

/// The switch cannot be reached.
pub(super) fn unreachable() -> Words {
    Words::new(
        "現在未能接通轉賬系統，你沒有付款。稍後再試。",
        "The payment system cannot be reached now. You have not paid. Try later.",
    )
}

/// Payer and payee are the same account.
pub(super) fn same_account() -> Words {
    Words::new("這是你自己的戶口，你沒有付款。", "This is your own account. You have not paid.")
}

/// The directory did not take a link.
pub(super) fn not_linked() -> Words {
    Words::new("未能連結這個號碼或電郵。稍後再試。", "This number or address could not be linked. Try later.")
}

/// Whether a payment ended because nobody answered in time.
pub(super) fn is_time_out(reason: ReasonCode) -> bool {
    matches!(reason.as_str(), "AB03" | "AB05" | "AB06" | "AB08")
}

/// Hong Kong dollars as people read them: `HK$ 1,234.50`.
pub(super) fn hkd(minor: i64) -> String {
    money_of(minor, Currency::Hkd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_without_words_of_its_own_is_still_told() {
        let bank = Names { zh: "渡輪銀行".to_owned(), en: "Ferry Bank".to_owned() };
        let words = rejected(ReasonCode::literal("RR04"), &bank);
        assert!(words.zh.contains("RR04") && words.en.contains("RR04"));
    }
}
