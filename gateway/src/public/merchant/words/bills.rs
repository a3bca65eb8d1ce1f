//! What is said beside the fields of a bill, in Traditional Chinese and in English.

/// In both languages.
pub(in crate::public::merchant) type Words = (&'static str, &'static str);

/// No amount.
pub(in crate::public::merchant) const AMOUNT: Words =
    ("金額寫成 250 或 250.50。", "Write the amount as 250 or 250.50.");
/// More than a code has room for.
pub(in crate::public::merchant) const AMOUNT_TOO_LARGE: Words =
    ("金額太大，二維碼放不下。", "This amount is too large for a code.");
/// No number, or one that a code has no room for.
pub(in crate::public::merchant) const NUMBER: Words = (
    "單號最多二十五個英文字母、數字和符號。",
    "A bill number is at most 25 letters, digits and signs, without Chinese.",
);
/// Too long, or in several lines.
pub(in crate::public::merchant) const PURPOSE: Words =
    ("用途最多一百四十個字，寫成一行。", "At most 140 characters in one line.");
/// No day, or one too far away.
pub(in crate::public::merchant) const DUE: Words = ("選一個十個月以內的日子。", "Choose a day within ten months.");
/// Neither number nor address.
pub(in crate::public::merchant) const DEBTOR: Words = (
    "號碼寫成 9123 4567，電郵寫成 name@example.hk，或轉數快識別碼。",
    "Write a number as 9123 4567, an address as name@example.hk, or an FPS ID.",
);
/// Nobody has registered it.
pub(in crate::public::merchant) const NOBODY: Words = (
    "沒有人登記這個號碼或電郵。留空，把賬單印出來或送出連結。",
    "Nobody has registered this number or address. Leave it empty, and print the bill or send its link.",
);
/// Looked up too often.
pub(in crate::public::merchant) const TOO_MANY: Words = (
    "查了太多號碼。等一會再試，或留空，把賬單印出來。",
    "Too many numbers were looked up. Try again later, or leave it empty and print the bill.",
);
