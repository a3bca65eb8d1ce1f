//! Lionrock's own pages with something in each part.

use askama::Template;
use store::Timestamp;

use super::super::*;

/// A page's name and its HTML.
pub(super) type Sample = (&'static str, String);

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

pub(super) fn page(lang: Lang) -> Page {
    Page {
        lang,
        large_text: false,
        path: "/somewhere?interaction=1".to_owned(),
        request_id: "0123456789abcdef".to_owned(),
        csrf: Some("form-token".to_owned()),
    }
}

fn party() -> sign_in::RelyingParty {
    sign_in::RelyingParty {
        name_zh: "運輸署".to_owned(),
        name_en: "Transport Department".to_owned(),
        host: "localhost:8091".to_owned(),
    }
}

pub(super) fn entrance(lang: Lang) -> Vec<Sample> {
    let activate = |refusal: Option<&str>| activate::Activate { page: page(lang), refusal: refusal.map(str::to_owned) };
    let refused =
        page(lang).say("啟用碼有一個字不對或漏了。", "A character of the code is wrong or missing.").to_owned();
    let confirm = activate_confirm::ActivateConfirm {
        page: page(lang),
        name_zh: Some("陳大文".to_owned()),
        name_en: "CHAN Tai Man".to_owned(),
        hkid: "A123***(*)".to_owned(),
        birth_date: "1988-04-12".to_owned(),
        phone: Some("+85291234567".to_owned()),
    };
    let sign_in = |relying_party: Option<sign_in::RelyingParty>| sign_in::SignIn {
        page: page(lang),
        interaction: relying_party.as_ref().map(|_| "7".to_owned()),
        password: None,
        relying_party,
    };
    let wrong = page(lang).say("用戶名稱或密碼不對。", "The user name or the password is wrong.").to_owned();
    let by_password = sign_in::SignIn {
        password: Some(sign_in::PasswordForm { user_name: "taiman".to_owned(), refusal: Some(wrong) }),
        ..sign_in(Some(party()))
    };
    let message = message::Message {
        page: page(lang),
        headline: page(lang).say("這裏沒有頁面", "There is no page here").to_owned(),
        sentences: vec![page(lang).say("網址可能打錯了。", "The address may be mistyped.").to_owned()],
        link: Some(message::Link { href: "/".to_owned(), label: "返回主頁 Home".to_owned() }),
    };
    let objection = page(lang).say("該服務給的網址未登記。", "The address is not registered.").to_owned();
    vec![
        ("home", home::Home { page: page(lang), signed_in: false }.render().unwrap()),
        ("home-signed-in", home::Home { page: page(lang), signed_in: true }.render().unwrap()),
        ("activate", activate(None).render().unwrap()),
        ("activate-refused", activate(Some(&refused)).render().unwrap()),
        ("activate-confirm", confirm.render().unwrap()),
        ("sign-in", sign_in(None).render().unwrap()),
        ("sign-in-for", sign_in(Some(party())).render().unwrap()),
        ("sign-in-password", by_password.render().unwrap()),
        ("message", message.render().unwrap()),
        ("sign-out", sign_out::SignOut { page: page(lang), objection: None }.render().unwrap()),
        ("sign-out-objection", sign_out::SignOut { page: page(lang), objection: Some(objection) }.render().unwrap()),
    ]
}

pub(super) fn consent(lang: Lang) -> Vec<Sample> {
    let attribute = |(claim, value): (&str, Option<&str>)| consent::Attribute {
        claim: claim.to_owned(),
        value: value.map(str::to_owned),
    };
    let asked = |required: &[(&str, Option<&str>)], optional: &[(&str, Option<&str>)]| consent::Consent {
        page: page(lang),
        relying_party: party(),
        purpose_zh: Some("續領車輛牌照".to_owned()),
        purpose_en: Some("Renewing a vehicle licence".to_owned()),
        required: required.iter().copied().map(attribute).collect(),
        optional: optional.iter().copied().map(attribute).collect(),
        withheld: vec!["birthdate".to_owned()],
        payments: vec![consent::Payment {
            payee: "晨光文具".to_owned(),
            account: "+85291234567".to_owned(),
            currency: "HKD".to_owned(),
            amount: "1280.50".to_owned(),
            reference: Some("Order 7".to_owned()),
        }],
        is_offline: true,
        interaction: "7".to_owned(),
    };
    let required = [("name#zh-Hant", Some("陳大文")), ("name", Some("CHAN Tai Man")), ("hkid", Some("A123456(3)"))];
    let optional = [("phone_number", Some("+85291234567")), ("email", None)];
    vec![
        ("consent", asked(&required, &optional).render().unwrap()),
        ("consent-nothing", asked(&[], &[]).render().unwrap()),
        ("me", me(lang, 2).render().unwrap()),
        ("my-proxies", my_proxies(lang).render().unwrap()),
        ("my-bills", my_bills(lang).render().unwrap()),
        ("me-new", me(lang, 1).render().unwrap()),
        ("me-stale", me(lang, 3).render().unwrap()),
    ]
}

fn me(lang: Lang, passkeys: usize) -> me::Me {
    let passkey =
        |label: &str| me::Passkey { id: label.to_owned(), label: label.to_owned(), created: NOW, last_used: Some(NOW) };
    let consent = me::Consent {
        client_id: "transport-department".to_owned(),
        name_zh: "運輸署".to_owned(),
        name_en: "Transport Department".to_owned(),
        claims: ["name#zh-Hant", "name", "hkid"].map(str::to_owned).into(),
        granted: NOW,
    };
    let service = me::Service { name_zh: "運輸署".to_owned(), name_en: "Transport Department".to_owned() };
    let session =
        |current: bool| me::Session { id: "1".to_owned(), since: NOW, current, services: vec![service.clone(); 2] };
    me::Me {
        page: page(lang),
        name_zh: Some("陳大文".to_owned()),
        name_en: "CHAN Tai Man".to_owned(),
        passkeys: ["Phone", "Laptop", "Tablet"].map(passkey).into_iter().take(passkeys).collect(),
        fresh: passkeys != 3,
        consents: vec![consent; passkeys - 1],
        sessions: vec![session(true), session(false)],
    }
}

fn my_bills(lang: Lang) -> my_bills::MyBills {
    use payments::request_to_pay::RequestState;
    let bill = |state: RequestState| my_bills::MyBill {
        id: state.name().to_owned(),
        payee_zh: "水務處".to_owned(),
        payee_en: "Water Supplies Department".to_owned(),
        bank_zh: "榕樹銀行".to_owned(),
        bank_en: "Banyan Bank".to_owned(),
        link: (state == RequestState::Waiting).then(|| "https://bank.example/requests/1".to_owned()),
        amount: "HKD 312.60".to_owned(),
        purpose: Some("水費 7–10/2026".to_owned()),
        bill_number: Some("2026-000123".to_owned()),
        due: (state == RequestState::Waiting).then(|| "2026-12-01".to_owned()),
        expires: NOW,
        created: NOW,
        state,
    };
    my_bills::MyBills { page: page(lang), bills: RequestState::ALL.into_iter().map(bill).collect() }
}

fn my_proxies(lang: Lang) -> my_proxies::MyProxies {
    use my_proxies::{MyProxy, Read, State};
    let read = Read {
        who_zh: "海堤銀行".to_owned(),
        who_en: "Seawall Bank".to_owned(),
        why_zh: "有人準備付款給你",
        why_en: "Somebody was about to pay you",
        at: NOW,
    };
    let proxy = |proxy: &str, state, reads| MyProxy {
        id: proxy.to_owned(),
        proxy_zh: proxy.to_owned(),
        proxy_en: proxy.to_owned(),
        bank_zh: "榕樹銀行".to_owned(),
        bank_en: "Banyan Bank".to_owned(),
        default: true,
        state,
        since: NOW,
        reads,
    };
    let proxies = vec![
        proxy("+852-91234567", State::Paid, vec![read; 3]),
        proxy("+852-61234567", State::ToConfirm, Vec::new()),
        proxy("chan@example.hk", State::ToProve, Vec::new()),
        proxy("1000009", State::Claimed, Vec::new()),
    ];
    my_proxies::MyProxies { page: page(lang), proxies }
}

pub(super) fn office(lang: Lang) -> Vec<Sample> {
    let problem = page(lang).say("沒有登入。你沒有交出資料。", "You are not signed in. Nothing was shared.").to_owned();
    let received = |(claim, value): (&str, &str)| eservice_profile::ReceivedAttribute {
        claim: claim.to_owned(),
        value: value.to_owned(),
    };
    let attributes = [("name#zh-Hant", "陳大文"), ("name", "CHAN Tai Man"), ("hkid", "A123456(3)")];
    let profile = eservice_profile::EserviceProfile {
        page: page(lang),
        attributes: attributes.map(received).into(),
        subject: "OYJ4mZ0Kq6m2cVQpH3l7nY1d8ZbXfW5sR9tUeG0aLkE".to_owned(),
        acr: "urn:lionrock:aal2".to_owned(),
    };
    vec![
        ("eservice-home", eservice_home::EserviceHome { page: page(lang), problem: None }.render().unwrap()),
        (
            "eservice-refused",
            eservice_home::EserviceHome { page: page(lang), problem: Some(problem) }.render().unwrap(),
        ),
        ("eservice-profile", profile.render().unwrap()),
    ]
}
