//! Merged codes can be paid in every scheme of both, and never to somebody else.

use store::Timestamp;

use super::super::{Language, MerchantAccount, MerchantPayload, ObjectId, parse};
use super::{MergeError, merge};

const SAMPLES: &str = include_str!("../../../tests/data/qr_samples.tsv");

fn sample(about: &str) -> MerchantPayload {
    let line = SAMPLES.lines().find(|line| line.contains(about)).unwrap();
    parse(line.split('\t').next().unwrap(), Timestamp::from_seconds(1_795_000_000)).unwrap().payload
}

fn wallet(id: u8, unique_id: &str, account: &str) -> MerchantAccount {
    let parts = vec![(1, account.to_owned())];
    MerchantAccount::Template { id, unique_id: Some(unique_id.to_owned()), parts }
}

fn with(account: MerchantAccount) -> MerchantPayload {
    MerchantPayload { accounts: vec![account], ..sample("HK FPS mobile") }
}

#[test]
fn both_schemes_stand_in_one_code_that_is_read_again() {
    let merged = merge(&sample("HK FPS mobile"), &with(wallet(32, "hk.example.wallet", "7"))).unwrap();
    assert_eq!(merged.accounts.len(), 2);
    let read = parse(&merged.write().unwrap(), Timestamp::from_seconds(1_795_000_000)).unwrap();
    assert_eq!(read.payload, merged);
    assert!(read.hong_kong.is_some());
}

#[test]
fn a_code_merged_with_itself_stays_as_it_is() {
    for about in ["HK FPS mobile", "gov counter", "multi-network", "BR Pix dynamic"] {
        let payload = sample(about);
        assert_eq!(merge(&payload, &payload), Ok(payload), "{about}");
    }
}

#[test]
fn a_template_whose_number_is_taken_moves_within_its_range() {
    let one = with(wallet(32, "hk.example.one", "1"));
    let merged = merge(&one, &with(wallet(32, "hk.example.two", "2"))).unwrap();
    assert_eq!(merged.accounts, [wallet(32, "hk.example.one", "1"), wallet(33, "hk.example.two", "2")]);
    let full: Vec<_> = (32..=51).map(|id| wallet(id, &format!("hk.example.n{id}"), "1")).collect();
    let full = MerchantPayload { accounts: full, ..one };
    let refused = merge(&full, &with(wallet(40, "hk.example.last", "1")));
    assert_eq!(refused, Err(MergeError::Full(ObjectId::root(40))));
    let city = merge(&full, &sample("HK FPS mobile")).unwrap();
    assert_eq!(city.accounts.first().map(MerchantAccount::id), Some(26), "the city's own range is free");
}

#[test]
fn one_scheme_cannot_lead_to_two_accounts() {
    let one = with(wallet(32, "hk.example.one", "1"));
    let refused = merge(&one, &with(wallet(35, "HK.EXAMPLE.ONE", "2")));
    assert_eq!(refused, Err(MergeError::SameScheme(ObjectId::root(35))));
    let card = |number: &str| with(MerchantAccount::Primitive { id: 15, value: number.to_owned() });
    assert_eq!(merge(&card("1"), &card("2")), Err(MergeError::SameScheme(ObjectId::root(15))));
}

#[test]
fn what_is_not_one_payees_is_refused() {
    let one = sample("HK FPS mobile");
    let differs = |other: MerchantPayload| merge(&one, &other).unwrap_err();
    assert_eq!(differs(MerchantPayload { currency: 156, ..one.clone() }), MergeError::Differs(ObjectId::root(53)));
    let country = "MO".to_owned();
    assert_eq!(differs(MerchantPayload { country, ..one.clone() }), MergeError::Differs(ObjectId::root(58)));
    let name = Some("Somebody else".to_owned());
    assert_eq!(differs(MerchantPayload { name, ..one.clone() }), MergeError::Differs(ObjectId::root(59)));
    let chinese = |name: &str| {
        let language = Some(Language { language: "ZH".to_owned(), name: name.to_owned(), city: None });
        MerchantPayload { language, ..one.clone() }
    };
    let refused = merge(&chinese("晨光"), &chinese("夜光"));
    assert_eq!(refused, Err(MergeError::Differs(ObjectId::inside(64, 1))));
}

#[test]
fn the_first_code_is_followed_and_the_second_fills_in() {
    let mut first = sample("HK FPS mobile");
    first.amount = None;
    first.name = Some("NA".to_owned());
    let mut second = first.clone();
    (second.amount, second.name) = (Some("5".to_owned()), Some("Morning Light".to_owned()));
    second.city = Some("Kowloon".to_owned());
    let merged = merge(&first, &second).unwrap();
    assert_eq!(merged.amount.as_deref(), Some("5"));
    assert_eq!(merged.name.as_deref(), Some("Morning Light"), "NA is no name");
    assert_eq!(merged.city, first.city);
}
