//! The kind sentence for each refusal about a merchant.

pub(super) mod bills;

use payments::merchant::MerchantRefusal;
use payments::presented_code::NotPresentable;

/// Of a text that is no code of a customer.
pub(super) const NOT_A_CUSTOMERS_CODE: (&str, &str) = (
    "讀不到這個付款碼。請顧客在銀行的應用程式再出示一個。",
    "This is no code that a customer pays with. Ask them to show one in their bank’s app.",
);

/// Why nothing can be asked by the code that a customer shows.
pub(super) const fn not_presentable(why: NotPresentable) -> (&'static str, &'static str) {
    match why {
        NotPresentable::Unknown => NOT_A_CUSTOMERS_CODE,
        NotPresentable::Spent => (
            "這個付款碼已經用過，沒有再收顧客的錢。請顧客再出示一個。",
            "This code was used before; the customer was not charged again. Ask them to show another one.",
        ),
        NotPresentable::Withdrawn => (
            "顧客取消了這個付款碼。請顧客再出示一個。",
            "The customer took this code back. Ask them to show another one.",
        ),
        NotPresentable::Expired => (
            "這個付款碼已過期，每個有效一分鐘。請顧客再出示一個。",
            "This code has expired: each works for a minute. Ask the customer to show another one.",
        ),
        NotPresentable::OtherCurrency(_) => {
            ("這個付款碼付的是另一種貨幣，未有收款。", "This code pays in another currency. Nothing was taken.")
        }
        NotPresentable::AboveLimit => (
            "金額多過顧客同意付的上限。請顧客再出示一個上限較高的付款碼。",
            "This is more than the customer agreed to pay. Ask them for a code with a higher limit.",
        ),
    }
}

/// In Traditional Chinese and in English.
pub(in crate::public) const fn words(refusal: MerchantRefusal) -> (&'static str, &'static str) {
    match refusal {
        MerchantRefusal::Unknown => ("你不在這間商店工作", "You do not work for this shop"),
        MerchantRefusal::NotInThisRole => ("這件事由店主做", "This is for the owner to do"),
        MerchantRefusal::Closed => ("這間商店已停止收款", "This shop is closed"),
        MerchantRefusal::InvitationOver => (
            "這個邀請碼打錯了、已經用過，或者過期了。請對方再開一個。",
            "This invitation is mistyped, was used, or has run out. Ask for a new one.",
        ),
        MerchantRefusal::LastOwner => {
            ("商店要有一位店主，所以最後一位不能離開。", "A shop needs an owner, so the last one cannot leave.")
        }
        MerchantRefusal::UnknownMember => ("這個人已經不在這裏工作。", "They do not work here any more."),
        MerchantRefusal::MoreThanReceived => {
            ("退款不能多過收到而未退的數目。", "No more can go back than came in and is still here.")
        }
        MerchantRefusal::UnknownTill => ("這間商店沒有這部收銀機", "This shop has no such till"),
        MerchantRefusal::UnknownReceipt => ("找不到這筆付款", "There is no such payment"),
        MerchantRefusal::RequestUsed => (
            "這張表格已經用過，沒有再退一次。重新打開這筆付款再試。",
            "This form was used already; nothing went back twice. Open the payment again.",
        ),
        MerchantRefusal::UnknownProgram => ("沒有這個程式，或者已經終止。", "There is no such program, or no longer."),
        MerchantRefusal::TooManyReturnAddresses => {
            ("一個程式最多列出十個返回網頁。", "A program lists at most ten pages to return to.")
        }
        MerchantRefusal::UnknownReturnAddress => {
            ("程式沒有登記這個返回網頁。", "The program has not registered this page to return to.")
        }
        MerchantRefusal::TooManyPrograms => {
            ("程式太多：先終止一個。", "There are as many programs as there can be. End one first.")
        }
        MerchantRefusal::FpsIdUnknown
        | MerchantRefusal::FpsIdTaken
        | MerchantRefusal::UnknownDelivery
        | MerchantRefusal::TooManyTills
        | MerchantRefusal::UnknownRefund
        | MerchantRefusal::RefundOver => ("這個要求不能完成", "This could not be done"),
    }
}
