//! Every page, in both languages, keeps the rules that hold for all pages.

mod colours;
mod samples;
mod samples_demo;
mod samples_merchant;

use std::fs;
use std::path::Path;

use askama::Template;
use payments::qr::render::{Picture, Purpose};

use super::*;

fn samples(lang: Lang) -> Vec<samples::Sample> {
    let of = [
        samples::entrance,
        samples::consent,
        samples::office,
        samples_demo::bank,
        samples_demo::shop,
        samples_demo::operator,
        samples_merchant::console,
    ];
    of.into_iter().flat_map(|pages| pages(lang)).collect()
}

fn every_sample() -> impl Iterator<Item = (&'static str, Lang, String)> {
    let in_language = |lang| samples(lang).into_iter().map(move |(name, html)| (name, lang, html));
    [Lang::ZhHant, Lang::En].into_iter().flat_map(in_language)
}

/// The opening tags of a page, each without its brackets.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|rest| rest.split('>').next())
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
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
        for tag in tags(&html) {
            assert!(attribute(tag, "style").is_none() && !tag.starts_with("style"), "{name}: <{tag}>");
            assert!(
                !tag.split(' ').skip(1).any(|word| word.starts_with("on") && word.contains("=\"")),
                "{name}: <{tag}>"
            );
            if tag.starts_with("script") {
                assert!(attribute(tag, "src").is_some_and(|src| assets::find(src).is_some()), "{name}: <{tag}>");
            }
            // A link may lead elsewhere where that is meant: the payer's bank.
            if tag.starts_with("a ") && attribute(tag, "rel") == Some("external") {
                assert!(attribute(tag, "href").is_some_and(|place| place.starts_with("https://")), "{name}: <{tag}>");
                continue;
            }
            for address in ["src", "href", "action"].into_iter().filter_map(|kind| attribute(tag, kind)) {
                assert!(address.starts_with(['/', '#', '?']) && !address.starts_with("//"), "{name}: {address}");
            }
        }
    }
}

#[test]
fn an_id_is_given_once_and_whatever_points_at_one_finds_it() {
    for (name, _, html) in every_sample() {
        let ids: Vec<_> = tags(&html).filter_map(|tag| attribute(tag, "id")).collect();
        for (index, id) in ids.iter().enumerate() {
            assert!(!ids[..index].contains(id), "{name}: {id} twice");
        }
        for tag in tags(&html) {
            let pointers = ["for", "aria-labelledby", "aria-describedby"];
            for id in pointers.into_iter().filter_map(|kind| attribute(tag, kind)).flat_map(|ids| ids.split(' ')) {
                assert!(ids.contains(&id), "{name}: nothing is called {id}");
            }
            if tag.contains("data-live") {
                assert!(attribute(tag, "id").is_some(), "{name}: <{tag}>");
            }
        }
    }
}

#[test]
fn every_field_has_a_label() {
    for (name, _, html) in every_sample() {
        let labelled: Vec<_> = tags(&html).filter_map(|tag| attribute(tag, "for")).collect();
        for tag in tags(&html).filter(|tag| tag.starts_with("input") || tag.starts_with("textarea")) {
            let inside = matches!(attribute(tag, "type"), Some("hidden" | "checkbox"));
            let by_id = attribute(tag, "id").is_some_and(|id| labelled.contains(&id));
            assert!(inside || by_id, "{name}: <{tag}>");
        }
    }
}

#[test]
fn every_form_that_changes_something_carries_the_form_token_or_an_interaction() {
    for (name, _, html) in every_sample() {
        let forms = html.split("<form").skip(1).filter_map(|form| form.split("</form>").next());
        for form in forms.filter(|form| !form.contains("method=\"get\"")) {
            // An officer's form carries the officer's own credential, which no other site knows.
            let secrets = ["value=\"form-token\"", "name=\"interaction\"", "name=\"token\" type=\"password\""];
            assert!(secrets.iter().any(|secret| form.contains(secret)), "{name}: {form}");
        }
    }
}

#[test]
fn optional_attributes_are_not_ticked_and_both_answers_are_equally_large() {
    for (name, _, html) in every_sample().filter(|(name, ..)| *name == "consent") {
        assert!(!html.contains(" checked"), "{name}");
        let answer = |value: &str| tags(&html).find(|tag| tag.contains(&format!("value=\"{value}\""))).unwrap();
        assert_eq!(attribute(answer("deny"), "class"), Some("btn alt"));
        assert_eq!(attribute(answer("agree"), "class"), Some("btn"));
        assert!(html.find("value=\"deny\"") < html.find("value=\"agree\""), "deny comes first");
    }
}

#[test]
fn what_somebody_typed_is_shown_as_text() {
    let message = message::Message {
        page: samples::page(Lang::En),
        headline: "<script>".to_owned(),
        sentences: vec!["\"quoted\" & <b>more</b>".to_owned()],
        link: None,
    };
    let html = message.render().unwrap();
    assert!(!html.contains("<script>") && !html.contains("<b>more"), "{html}");
}

#[test]
fn the_language_switch_keeps_the_page_and_its_query() {
    let html = home::Home { page: samples::page(Lang::En), signed_in: false }.render().unwrap();
    assert!(html.contains("/somewhere?interaction=1&#38;lang=zh-Hant"), "{html}");
}

/// Leaves every page in `target/pages`, to be served and looked at; each names only assets that are there.
#[test]
fn every_page_can_be_looked_at_with_its_assets() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pages");
    fs::create_dir_all(folder.join("assets")).unwrap();
    for name in ["icon.svg", "lionrock.css", "activate.js", "chime.js", "live.js", "passkey.js", "scan.js"] {
        let asset = assets::find(assets::url(name)).unwrap();
        fs::write(folder.join(assets::url(name).trim_start_matches('/')), asset.bytes).unwrap();
    }
    let code = Picture::of("00020101021226330012hk.com.hkicl", Purpose::Screen).unwrap().svg().unwrap();
    fs::write(folder.join("code.svg"), code).unwrap();
    for (name, lang, html) in every_sample() {
        for asset in html.split("\"/assets/").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(folder.join("assets").join(asset).exists(), "{name} names {asset}");
        }
        fs::write(folder.join(format!("{name}.{}.html", lang.tag())), html).unwrap();
    }
}
