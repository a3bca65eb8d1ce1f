//! What the messages say, in both languages: the reader's is not known.

use zeroize::Zeroizing;

/// The subject of a mail with a code. It does not hold the code: subjects are shown on locked screens.
pub(super) const SUBJECT: &str = "轉數快連結驗證碼 Your code to link this address";

/// A code that links this number or address at a bank.
pub(super) fn code(code: &str, bank_zh: &str, bank_en: &str) -> Zeroizing<String> {
    Zeroizing::new(format!(
        "{code} 是你在{bank_zh}連結收款號碼的驗證碼，10 分鐘內有效。不要告訴任何人；如非你本人要求，不用理會。\n\
         {code} is your code to be paid at {bank_en} by this number or address. It works for 10 minutes. Tell nobody; \
         if you did not ask for it, do nothing."
    ))
}
