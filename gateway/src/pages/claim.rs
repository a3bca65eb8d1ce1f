//! What the attributes of a resident are called on pages.

use super::Page;

struct Label {
    /// The claim (OpenID Connect Core, section 5.1).
    claim: &'static str,
    zh: &'static str,
    en: &'static str,
    /// Within an English sentence.
    en_inside: &'static str,
}

const fn named(claim: &'static str, zh: &'static str, en: &'static str, en_inside: &'static str) -> Label {
    Label { claim, zh, en, en_inside }
}

const LABELS: [Label; 19] = [
    named("name#zh-Hant", "中文姓名", "Name in Chinese", "name in Chinese"),
    named("name", "英文姓名", "Name in English", "name in English"),
    named("birthdate", "出生日期", "Date of birth", "date of birth"),
    named("hkid", "香港身份證號碼", "Hong Kong identity card number", "Hong Kong identity card number"),
    named("phone_number", "流動電話", "Mobile number", "mobile number"),
    named("email", "電郵", "Email address", "email address"),
    named("address", "地址", "Address", "address"),
    named("given_name", "名字", "Given names", "given names"),
    named("family_name", "姓氏", "Surname", "surname"),
    named("middle_name", "中間名", "Middle names", "middle names"),
    named("nickname", "別名", "Nickname", "nickname"),
    named("preferred_username", "用戶名稱", "Preferred user name", "preferred user name"),
    named("gender", "性別", "Gender", "gender"),
    named("profile", "個人網頁", "Profile page", "profile page"),
    named("picture", "相片", "Picture", "picture"),
    named("website", "網站", "Website", "website"),
    named("zoneinfo", "時區", "Time zone", "time zone"),
    named("locale", "語言", "Language", "language"),
    named("updated_at", "紀錄更新日期", "Date of the latest change", "date of the latest change"),
];

/// The claim's name for people; a claim without one is shown as it is.
pub(super) fn label<'a>(page: &Page, claim: &'a str) -> &'a str {
    LABELS.iter().find(|label| label.claim == claim).map_or(claim, |label| page.say(label.zh, label.en))
}

/// The names of several claims, within a sentence.
pub(super) fn list(page: &Page, claims: &[String]) -> String {
    let inside = |claim: &String| {
        let label = LABELS.iter().find(|label| label.claim == claim.as_str());
        label.map_or_else(|| claim.clone(), |label| page.say(label.zh, label.en_inside).to_owned())
    };
    claims.iter().map(inside).collect::<Vec<_>>().join(page.say("、", ", "))
}
