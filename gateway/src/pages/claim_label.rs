//! What each claim is called on a page.

use super::Lang;

/// The name of a claim (OpenID Connect Core, section 5.1) for residents; the claim itself when it has none.
pub(super) fn claim_label(claim: &str, lang: Lang) -> &str {
    let (zh, en) = match claim {
        "name" => ("英文姓名", "Name in English"),
        "name#zh-Hant" => ("中文姓名", "Name in Chinese"),
        "birthdate" => ("出生日期", "Date of birth"),
        "hkid" => ("香港身份證號碼", "HKID number"),
        "email" => ("電郵地址", "E-mail address"),
        "phone_number" => ("流動電話", "Mobile phone"),
        other => (other, other),
    };
    match lang {
        Lang::ZhHant => zh,
        Lang::En => en,
    }
}

/// Several claims in one sentence.
pub(super) fn claim_list<'a>(claims: impl IntoIterator<Item = &'a str>, lang: Lang) -> String {
    let labels: Vec<&str> = claims.into_iter().map(|claim| claim_label(claim, lang)).collect();
    labels.join(if lang.is_chinese() { "、" } else { ", " })
}
