//! Every page, in both languages, keeps the rules that hold for all pages.

use askama::Template;
use store::Timestamp;

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

fn page(lang: Lang) -> Page {
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

/// Every page with something in each of its parts.
fn samples(lang: Lang) -> Vec<(&'static str, String)> {
    let attribute = |claim: &str, value: Option<&str>| consent::Attribute {
        claim: claim.to_owned(),
        value: value.map(str::to_owned),
    };
    let rendered = [
        ("home", home::Home { page: page(lang), signed_in: false }.render()),
        ("home-signed-in", home::Home { page: page(lang), signed_in: true }.render()),
        ("activate", activate::Activate { page: page(lang), refusal: Some("<b>".to_owned()) }.render()),
        (
            "activate-confirm",
            activate_confirm::ActivateConfirm {
                page: page(lang),
                name_zh: Some("陳大文".to_owned()),
                name_en: "CHAN Tai Man".to_owned(),
                hkid: "A123***(*)".to_owned(),
                birth_date: "1988-04-12".to_owned(),
                phone: Some("+85291234567".to_owned()),
            }
            .render(),
        ),
        ("sign-in", sign_in::SignIn { page: page(lang), relying_party: None, interaction: None }.render()),
        (
            "sign-in-for",
            sign_in::SignIn { page: page(lang), relying_party: Some(party()), interaction: Some("7".to_owned()) }
                .render(),
        ),
        (
            "consent",
            consent::Consent {
                page: page(lang),
                relying_party: party(),
                purpose_zh: Some("續領車輛牌照".to_owned()),
                purpose_en: Some("Renewing a vehicle licence".to_owned()),
                required: vec![attribute("name", Some("CHAN Tai Man")), attribute("hkid", Some("A123456(3)"))],
                optional: vec![attribute("phone_number", None)],
                withheld: vec!["birthdate".to_owned(), "email".to_owned()],
                interaction: "7".to_owned(),
            }
            .render(),
        ),
        (
            "me",
            me::Me {
                page: page(lang),
                name_zh: Some("陳大文".to_owned()),
                name_en: "CHAN Tai Man".to_owned(),
                passkeys: ["Phone", "Laptop"]
                    .map(|label| me::Passkey {
                        id: label.to_owned(),
                        label: label.to_owned(),
                        created: NOW,
                        last_used: Some(NOW),
                    })
                    .into(),
                consents: vec![me::Consent {
                    client_id: "transport-department".to_owned(),
                    name_zh: "運輸署".to_owned(),
                    name_en: "Transport Department".to_owned(),
                    claims: vec!["name".to_owned(), "hkid".to_owned()],
                    granted: NOW,
                }],
                sessions: vec![
                    me::Session { id: "1".to_owned(), since: NOW, current: true },
                    me::Session { id: "2".to_owned(), since: NOW, current: false },
                ],
            }
            .render(),
        ),
        (
            "message",
            message::Message {
                page: page(lang),
                headline: "<script>".to_owned(),
                sentences: vec!["\"quoted\" & more".to_owned()],
                link: Some(message::Link { href: "/".to_owned(), label: "Home".to_owned() }),
            }
            .render(),
        ),
        ("eservice-home", eservice_home::EserviceHome { page: page(lang), problem: Some("-".to_owned()) }.render()),
        (
            "eservice-profile",
            eservice_profile::EserviceProfile {
                page: page(lang),
                attributes: vec![eservice_profile::ReceivedAttribute {
                    claim: "name#zh-Hant".to_owned(),
                    value: "陳大文".to_owned(),
                }],
                subject: "pairwise".to_owned(),
                acr: "http://eidas.europa.eu/LoA/substantial".to_owned(),
            }
            .render(),
        ),
    ];
    rendered.into_iter().map(|(name, html)| (name, html.unwrap())).collect()
}

fn every_sample() -> impl Iterator<Item = (&'static str, Lang, String)> {
    [Lang::ZhHant, Lang::En]
        .into_iter()
        .flat_map(|lang| samples(lang).into_iter().map(move |(name, html)| (name, lang, html)))
}

#[test]
fn a_page_is_small_and_says_its_language() {
    for (name, lang, html) in every_sample() {
        assert!(html.len() < 50_000, "{name} has {} bytes", html.len());
        assert!(html.contains(&format!("<html lang=\"{}\"", lang.tag())), "{name}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert_eq!(html.matches("id=\"main\"").count(), 1, "{name}");
    }
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    for (name, _, html) in every_sample() {
        assert!(!html.contains(" style="), "{name}");
        assert!(!html.contains("<style"), "{name}");
        assert!(!html.contains("javascript:"), "{name}");
        for handler in [" onclick=", " onload=", " onerror=", " onsubmit="] {
            assert!(!html.contains(handler), "{name} {handler}");
        }
        let inline = html.match_indices("<script").filter(|(at, _)| !html[*at..].starts_with("<script src=\"/assets/"));
        assert_eq!(inline.count(), 0, "{name}");
        for source in ["src=\"http", "href=\"http", "url("] {
            assert!(!html.contains(source) || source == "url(", "{name} {source}");
        }
    }
}

#[test]
fn what_was_typed_elsewhere_is_shown_as_text() {
    for (name, _, html) in every_sample() {
        assert!(!html.contains("<b>\u{3c}/b>") && !html.contains("<h1><script>"), "{name}");
    }
}

#[test]
fn every_form_that_changes_something_carries_the_form_token_or_an_interaction() {
    for (name, _, html) in every_sample().filter(|(name, ..)| !name.starts_with("eservice") && *name != "activate") {
        for form in html.split("<form").skip(1).filter(|form| form.contains("method=\"post\"")) {
            let form = form.split("</form>").next().unwrap_or_default();
            assert!(form.contains("value=\"form-token\"") || form.contains("name=\"interaction\""), "{name}: {form}");
        }
    }
}

#[test]
fn the_language_switch_keeps_the_page_and_its_query() {
    let html = home::Home { page: page(Lang::En), signed_in: false }.render().unwrap();
    assert!(html.contains("/somewhere?interaction=1&#38;lang=zh-Hant"), "{html}");
}
