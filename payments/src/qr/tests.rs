//! Codes of the real world are read by their verdicts; what is written is read again; what was changed is refused.

use std::time::Duration;

use image::{GenericImage, GrayImage, Luma};
use proptest::prelude::*;
use store::Timestamp;

use super::consumer::ConsumerPayload;
use super::render::{Picture, Purpose, RenderError};
use super::{AdditionalData, Asked, HongKongCode, ObjectId, Parsed, Payee, QrError, Refusal, parse, scan};
use crate::directory::Proxy;
use crate::money::{Amount, Currency};

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
/// Payload, what it is, and whether a reader should `accept` or `refuse` it; `lenient` is to be understood and
/// its deviations named.
const SAMPLES: &str = include_str!("../../tests/data/qr_samples.tsv");

fn sample(about: &str) -> &'static str {
    let line = SAMPLES.lines().find(|line| line.contains(about)).unwrap();
    line.split('\t').next().unwrap()
}

fn shop() -> HongKongCode {
    HongKongCode {
        payee: Payee::Proxy { proxy: Proxy::parse_any("91234567").unwrap(), clearing_code: "027".parse().ok() },
        asked: Asked::Amount(Amount::new(3_850, Currency::Hkd).unwrap()),
        one_time: true,
        may_change_amount: None,
        valid_until: Some(NOW + Duration::from_mins(10)),
        category: 5943,
        name: Some("Morning Light".to_owned()),
        name_zh: Some("晨光文具".to_owned()),
        additional: AdditionalData { bill_number: Some("INV-7".to_owned()), ..AdditionalData::default() },
    }
}

fn refused(payload: &str) -> (Option<String>, Refusal) {
    let error: QrError = parse(payload, NOW).unwrap_err();
    (error.object().map(|object| object.to_string()), error.refusal())
}

/// The payload with its checksum made right again.
fn resealed(payload: &str) -> String {
    let body = &payload[..payload.len() - 4];
    format!("{body}{:04X}", super::crc::crc16(body.as_bytes()))
}

fn changed(from: &str, to: &str) -> String {
    let payload = shop().write().unwrap();
    assert!(payload.contains(from), "{from} in {payload}");
    resealed(&payload.replacen(from, to, 1))
}

#[test]
fn codes_of_the_world_are_read_by_their_verdicts() {
    for line in SAMPLES.lines().skip(1) {
        let [payload, what, verdict] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let read = parse(payload, NOW);
        match verdict {
            _ if what.contains("CPM") => {
                assert_eq!(read.unwrap_err().refusal(), Refusal::ConsumerPresented);
                assert!(ConsumerPayload::parse(payload).is_ok(), "{what}");
            }
            "accept" => assert_eq!(read.unwrap().deviations, [], "{what}"),
            "lenient" => assert_ne!(read.unwrap().deviations, [], "{what}"),
            "refuse" => assert!(read.is_err(), "{what}"),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn hong_kongs_samples_say_who_is_paid_and_how_much() {
    let read = |about| parse(sample(about), NOW).unwrap().hong_kong.unwrap();
    let mobile = read("HK FPS mobile");
    assert_eq!(mobile.payee, Payee::Proxy { proxy: Proxy::parse_any("67891234").unwrap(), clearing_code: None });
    assert_eq!(mobile.asked.amount(), Some(Amount::new(10_050, Currency::Hkd).unwrap()));
    assert!(mobile.one_time && !mobile.amount_may_change());
    let static_id = read("HK FPS static FPS-ID");
    assert_eq!(static_id.payee, Payee::FpsId("123456".to_owned()));
    assert_eq!(static_id.asked, Asked::Any(Currency::Hkd));
    assert!(static_id.amount_may_change(), "reusable");
    assert_eq!(static_id.additional.bill_number.as_deref(), Some("987654"));
    let once = read("FPS-ID 9999999");
    assert!(once.one_time && !once.amount_may_change());
    let counter = read("gov counter");
    let end_of_2029 = Timestamp::parse_rfc3339("2029-12-31T23:59:59+08:00").unwrap();
    assert_eq!(counter.valid_until, Some(end_of_2029));
    let late = parse(sample("gov counter"), end_of_2029 + Duration::from_secs(1)).unwrap_err();
    assert_eq!((late.object(), late.refusal()), (Some(ObjectId::inside(26, 5)), Refusal::Expired));
    assert!(parse(sample("gov counter"), end_of_2029).is_ok(), "good through its last second");
}

#[test]
fn what_cannot_be_paid_in_hong_kong_is_not_made_up() {
    let Parsed { hong_kong, deviations, .. } = parse(sample("upper-case GUID"), NOW).unwrap();
    assert_eq!(hong_kong, None);
    let objects: Vec<String> = deviations.iter().map(|deviation| deviation.object.to_string()).collect();
    assert_eq!(objects, ["26-00", "26-01", "26-02"]);
    assert_eq!(parse(sample("SG PayNow"), NOW).unwrap().hong_kong, None, "another country's scheme");
}

#[test]
fn a_capital_unique_id_alone_is_understood() {
    let read = parse(&changed("hk.com.hkicl", "HK.COM.HKICL"), NOW).unwrap();
    assert_eq!(read.hong_kong, Some(shop()));
    assert_eq!(read.deviations.len(), 1);
}

#[test]
fn what_must_not_be_acted_on_is_refused_by_object() {
    let named = |object: &str| Some(object.to_owned());
    assert_eq!(refused(""), (None, Refusal::Empty));
    assert_eq!(refused("https://example.hk"), (None, Refusal::NotPayment));
    assert_eq!(refused("upi://pay?pa=shop@bank&pn=Shop&am=1"), (None, Refusal::UpiLink));
    assert_eq!(refused(&"0".repeat(5_000)), (None, Refusal::TooLong));
    let payload = shop().write().unwrap();
    assert_eq!(refused(&payload[..payload.len() - 8]), (named("63"), Refusal::CrcMissing));
    assert_eq!(refused(&format!("{payload}0000")), (named("63"), Refusal::CrcMissing), "something behind it");
    assert_eq!(refused(&payload.to_lowercase()).1, Refusal::CrcMismatch);
    for (from, to, object) in [
        ("540538.50", "540500.00", "54"),
        ("540538.50", "540538,50", "54"),
        ("540538.50", "54053.8.5", "54"),
        ("5303344", "5303abc", "53"),
        ("5802HK", "58021K", "58"),
        ("010212", "010213", "01"),
    ] {
        assert_eq!(refused(&changed(from, to)).0, named(object), "{to}");
    }
    for (gone, object) in [("5303344", "53"), ("5802HK", "58")] {
        assert_eq!(refused(&changed(gone, "")), (named(object), Refusal::Missing));
    }
    assert_eq!(refused(&changed("5802HK", "5802HK5802HK")), (named("58"), Refusal::Repeated));
    assert_eq!(refused(&changed("5913Morning", "5999Morning")), (named("59"), Refusal::Overrun));
    assert_eq!(refused(&changed("5802HK", "58x2HK")), (named("58"), Refusal::NotDigits));
    assert_eq!(parse(&shop().write().unwrap(), NOW + Duration::from_hours(1)).unwrap_err().refusal(), Refusal::Expired);
    let nobody =
        resealed("00020126160012hk.com.hkicl52040000530334458 02HK5902NA6002HK63040000".replace(' ', "").as_str());
    assert_eq!(refused(&nobody), (named("26"), Refusal::NoAccount));
}

#[test]
fn a_code_that_breaks_the_standard_is_not_written() {
    let refuse = |code: HongKongCode| code.write().unwrap_err().object().unwrap().to_string();
    assert_eq!(refuse(HongKongCode { payee: Payee::FpsId("12a".to_owned()), ..shop() }), "26-02");
    assert_eq!(refuse(HongKongCode { name: Some("a".repeat(26)), ..shop() }), "59");
    assert_eq!(refuse(HongKongCode { name: Some("晨光".to_owned()), ..shop() }), "59");
    assert_eq!(refuse(HongKongCode { name_zh: Some(String::new()), ..shop() }), "64-01");
    assert_eq!(refuse(HongKongCode { category: 10_000, ..shop() }), "52");
    let additional = AdditionalData { bill_number: Some("1".repeat(26)), ..AdditionalData::default() };
    assert_eq!(refuse(HongKongCode { additional, ..shop() }), "62-01");
    let huge = Amount::new(Amount::MAX_MINOR, Currency::Hkd).unwrap();
    assert_eq!(refuse(HongKongCode { asked: Asked::Amount(huge), ..shop() }), "54");
}

fn png(text: &str) -> Vec<u8> {
    Picture::of(text, Purpose::Screen).unwrap().png().unwrap()
}

#[test]
fn a_picture_is_read_back_whatever_it_is_for() {
    for length in (1..600).step_by(37) {
        let text = "0123456789".repeat(60)[..length].to_owned();
        for purpose in [Purpose::Screen, Purpose::Print, Purpose::Marked] {
            let picture = Picture::of(&text, purpose).unwrap();
            assert_eq!(scan::read(&picture.png().unwrap()), Ok(vec![text.clone()]), "{length} characters, {purpose:?}");
            assert_eq!(picture.svg().unwrap().contains("<polygon"), purpose == Purpose::Marked);
        }
    }
}

#[test]
fn a_picture_of_a_code_is_read_back() {
    let payload = shop().write().unwrap();
    let png = png(&payload);
    assert_eq!(scan::read(&png), Ok(vec![payload.clone()]));
    let picture = image::load_from_memory(&png).unwrap().into_luma8();
    let quiet = picture.enumerate_pixels().take_while(|(_, _, pixel)| pixel.0 == [255]).last().unwrap();
    assert_eq!((quiet.0, quiet.1), (4 * 8 - 1, 4 * 8), "four white modules around, then black");
    let svg = Picture::of(&payload, Purpose::Screen).unwrap().svg().unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
    assert_eq!(Picture::of(&"x".repeat(5_000), Purpose::Screen).err(), Some(RenderError::TooLong));
}

#[test]
fn a_code_in_a_large_photograph_is_found() {
    let payload = shop().write().unwrap();
    let code = image::load_from_memory(&png(&payload)).unwrap().into_luma8();
    let mut photograph = GrayImage::from_pixel(2_400, 1_800, Luma([200]));
    photograph.copy_from(&code, 900, 700).unwrap();
    let mut jpeg = std::io::Cursor::new(Vec::new());
    photograph.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    assert_eq!(scan::read(jpeg.get_ref()), Ok(vec![payload]));
}

#[test]
fn what_is_no_picture_of_a_code_is_refused_before_it_costs_anything() {
    assert_eq!(scan::read(b""), Err(scan::ScanError::NotAPicture));
    assert_eq!(scan::read(b"GIF89a..............."), Err(scan::ScanError::NotAPicture));
    assert_eq!(scan::read(&vec![0; 13 * 1024 * 1024]), Err(scan::ScanError::TooLarge));
    let blank = |width, height| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        GrayImage::from_pixel(width, height, Luma([255])).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    assert_eq!(scan::read(&blank(64, 64)), Err(scan::ScanError::NoCode));
    assert_eq!(scan::read(&blank(9_000, 1)), Err(scan::ScanError::TooLarge));
    let damaged = png("hello");
    assert_eq!(scan::read(&damaged[..damaged.len() / 2]), Err(scan::ScanError::NotAPicture));
}

fn any_payee() -> impl Strategy<Value = Payee> {
    let proxy = "[4-9][0-9]{7}|[a-z]{1,12}@[a-z]{1,8}\\.hk";
    prop_oneof![
        "[0-9]{1,9}".prop_map(Payee::FpsId),
        (proxy, proptest::option::of("[0-9]{3}")).prop_map(|(text, code)| Payee::Proxy {
            proxy: Proxy::parse_any(&text).unwrap(),
            clearing_code: code.map(|code| code.parse().unwrap()),
        }),
    ]
}

fn any_asked() -> impl Strategy<Value = Asked> {
    let currency = prop_oneof![Just(Currency::Hkd), Just(Currency::Cny)];
    (currency, proptest::option::of(1..1_000_000_000_i64)).prop_map(|(currency, minor)| match minor {
        Some(minor) => Asked::Amount(Amount::new(minor, currency).unwrap()),
        None => Asked::Any(currency),
    })
}

prop_compose! {
    fn any_code()(
        payee in any_payee(),
        asked in any_asked(),
        flags in (any::<bool>(), any::<Option<bool>>()),
        seconds in proptest::option::of(1_795_000_000..4_000_000_000_i64),
        category in 0..10_000_u16,
        name in proptest::option::of("[A-Z][ -~]{2,20}"),
        name_zh in proptest::option::of("[\u{4e00}-\u{9fff}]{1,25}"),
        labels in (proptest::option::of("[!-~]{1,25}"), proptest::option::of("[\u{4e00}-\u{9fff}]{1,25}")),
    ) -> HongKongCode {
        HongKongCode {
            payee,
            asked,
            one_time: flags.0,
            may_change_amount: flags.1,
            valid_until: seconds.map(Timestamp::from_seconds),
            category,
            name,
            name_zh,
            additional: AdditionalData {
                bill_number: labels.0,
                reference_label: labels.1,
                ..AdditionalData::default()
            },
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(code in any_code()) {
        let payload = code.write().unwrap();
        let read = parse(&payload, NOW).unwrap();
        prop_assert_eq!(read.payload.write().unwrap(), payload);
        prop_assert_eq!(read.deviations, []);
        prop_assert_eq!(read.hong_kong, Some(code));
    }

    #[test]
    fn no_text_makes_the_reader_fail(text in "\\PC{0,120}|000201[0-9]{0,80}|000201[ -~]{0,80}") {
        let _ = parse(&text, NOW);
        let _ = parse(&resealed(&format!("{text}63040000")), NOW);
    }

    #[test]
    fn no_bytes_make_the_scanner_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0..400_usize) {
        let _ = scan::read(&bytes);
        let mut picture = png("hello");
        let at = at % picture.len();
        picture[at] ^= bytes.first().copied().unwrap_or(1);
        let _ = scan::read(&picture);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn every_change_of_one_ascii_character_is_refused(code in any_code()) {
        let payload = code.write().unwrap();
        for (at, old) in payload.char_indices().filter(|(_, c)| c.is_ascii()) {
            for new in (b' '..=b'~').map(char::from).filter(|new| *new != old) {
                let mut changed = payload.clone();
                changed.replace_range(at..=at, new.encode_utf8(&mut [0; 4]));
                prop_assert!(parse(&changed, NOW).is_err(), "{} at {}", new, at);
            }
        }
    }
}
