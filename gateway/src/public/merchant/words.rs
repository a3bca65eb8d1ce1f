//! The kind sentence for each refusal about a merchant.

use payments::merchant::MerchantRefusal;

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
