//! The stylesheet's colours can be read: contrast ratios of WCAG 2.2, section 1.4.3 (text) and 1.4.11 (controls).
#![allow(clippy::float_arithmetic)] // colours, not money

use std::collections::BTreeMap;

type Tokens = BTreeMap<String, String>;

const TEXT: f64 = 4.5;
const CONTROL: f64 = 3.0;

/// What stands on what. Token names, without the dashes.
const PAIRS: [(&str, &str, f64); 40] = [
    ("ink", "land", TEXT),
    ("ink", "sky", TEXT),
    ("ink", "dawn", TEXT),
    ("ink", "hill", TEXT),
    ("ink", "hill-2", TEXT),
    ("ink", "well", TEXT),
    ("ink", "ok-bg", TEXT),
    ("ink", "wait-bg", TEXT),
    ("ink", "stop-bg", TEXT),
    ("ink-2", "land", TEXT),
    ("ink-2", "sky", TEXT),
    ("ink-2", "dawn", TEXT),
    ("go", "land", TEXT),
    ("go-2", "land", TEXT),
    ("go", "sky", TEXT),
    ("go", "dawn", TEXT),
    ("go", "wait-bg", TEXT),
    ("on-go", "go", TEXT),
    ("on-go", "go-2", TEXT),
    ("on-paid", "paid", TEXT),
    ("ok", "ok-bg", TEXT),
    ("ok", "land", TEXT),
    ("wait", "wait-bg", TEXT),
    ("wait", "land", TEXT),
    ("stop", "stop-bg", TEXT),
    ("stop", "land", TEXT),
    ("plate-ink", "plate", TEXT),
    ("edge", "land", CONTROL),
    ("edge", "well", CONTROL),
    ("line", "land", CONTROL),
    ("line", "sky", CONTROL),
    ("line", "dawn", CONTROL),
    ("line", "well", CONTROL),
    ("wait", "well", CONTROL),
    ("go", "well", CONTROL),
    ("stop", "well", CONTROL),
    ("lamp", "paid", CONTROL),
    ("lamp", "ink-lamp", CONTROL),
    ("ok", "sky", CONTROL),
    ("wait", "sky", CONTROL),
];

/// The declarations `--name: value` in the first block behind `selector`.
fn tokens(css: &str, selector: &str) -> Tokens {
    let block = css.split_once(selector).and_then(|(_, rest)| rest.split_once('{')).unwrap().1;
    let block = block.split('}').next().unwrap();
    let declarations = block.split(';').filter_map(|one| one.trim().strip_prefix("--")?.split_once(':'));
    declarations.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

fn luminance(colour: &str) -> f64 {
    let hex = colour.strip_prefix('#').filter(|hex| hex.len() == 6).unwrap_or_else(|| panic!("{colour} is no colour"));
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn check(scheme: &str, tokens: &Tokens) {
    // In light the focus ring's dark line carries the contrast; the lamp is measured against it.
    let dark_ink = "#0f211b".to_owned();
    for (over, under, least) in PAIRS {
        let under_colour = if under == "ink-lamp" { &dark_ink } else { &tokens[under] };
        let ratio = contrast(&tokens[over], under_colour);
        assert!(ratio >= least, "{scheme}: {over} on {under} is {ratio:.2}, below {least}");
    }
}

#[test]
fn every_colour_can_be_read_on_what_it_stands_on_by_day_and_by_night() {
    let css = include_str!("../../../assets/lionrock.css");
    let day = tokens(css, ":root");
    let (before_night, night_css) = css.split_once("prefers-color-scheme: dark").unwrap();
    assert!(before_night.contains("--lamp"), "tokens come first");
    let mut night = day.clone();
    night.extend(tokens(night_css, ":root"));
    let night_themes = night_css.split_once("prefers-color-scheme: dark").unwrap().1;
    check("day", &day);
    check("night", &night);
    for theme in [".bank-banyan", ".bank-seawall", ".bank-ferry", ".office"] {
        let (mut by_day, mut by_night) = (day.clone(), night.clone());
        by_day.extend(tokens(css, theme));
        by_night.extend(tokens(css, theme));
        by_night.extend(tokens(night_themes, theme));
        check(&format!("{theme} by day"), &by_day);
        check(&format!("{theme} by night"), &by_night);
    }
}
