//! Codes that payers show are read and written to the byte, and rubbish is refused by its place.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use proptest::prelude::*;

use super::{Application, ConsumerError, ConsumerPayload, DataObject, Tag};

/// The example of EMVCo's specification.
fn example() -> &'static str {
    let samples = include_str!("../../../tests/data/qr_samples.tsv");
    samples.lines().find(|line| line.contains("CPM")).unwrap().split('\t').next().unwrap()
}

fn refused(bytes: &[u8]) -> ConsumerError {
    ConsumerPayload::parse(&BASE64.encode(bytes)).unwrap_err()
}

/// `CPV01`, then these bytes.
fn with(rest: &[u8]) -> Vec<u8> {
    [b"\x85\x05CPV01", rest].concat()
}

#[test]
fn the_specifications_example_is_read_and_written_again() {
    let read = ConsumerPayload::parse(example()).unwrap();
    let labels: Vec<_> = read.applications.iter().map(|application| application.label.as_deref()).collect();
    assert_eq!(labels, [Some("Product1"), Some("Product2")]);
    assert_eq!(read.applications[0].id, hex::decode("A0000000555555").unwrap());
    let holder = read.common.iter().find(|object| object.tag == Tag(0x5f20)).unwrap();
    assert_eq!(holder.value, b"CARDHOLDER/EMV");
    assert_eq!(read.write().unwrap(), example());
}

#[test]
fn what_is_wrong_is_named() {
    assert_eq!(ConsumerPayload::parse("hQVDUFY*"), Err(ConsumerError::Encoding));
    assert_eq!(ConsumerPayload::parse(&"A".repeat(800)), Err(ConsumerError::TooLong));
    assert_eq!(refused(b"\x85\x05CPV02"), ConsumerError::Format);
    assert_eq!(refused(&with(b"")), ConsumerError::Missing(Tag(0x61)));
    assert_eq!(refused(&with(b"\x61\x02\x50\x00")), ConsumerError::Missing(Tag(0x4f)));
    assert_eq!(refused(&with(b"\x61\x09\x4f\x07\xa0\0\0\0\x55\x55")), ConsumerError::Overrun(Tag(0x61)));
    assert_eq!(refused(&with(b"\x61\x05\x4f\x03\xa0\0\0")), ConsumerError::Form(Tag(0x4f), "between 5 and 16 bytes"));
    assert_eq!(refused(&with(b"\x61")), ConsumerError::Malformed(8));
    assert_eq!(refused(&with(b"\x61\x80")), ConsumerError::Malformed(8), "no indefinite lengths");
    assert_eq!(refused(&with(b"\x62\0\x62\0")), ConsumerError::Repeated(Tag(0x62)));
}

#[test]
fn no_value_is_printed() {
    let printed = format!("{:?}", ConsumerPayload::parse(example()).unwrap());
    assert!(!printed.contains("CARDHOLDER") && !printed.contains("67, 65"), "{printed}");
}

fn any_object() -> impl Strategy<Value = DataObject> {
    let tag = prop_oneof![Just(0x57), Just(0x63), Just(0x5f20), Just(0x9f10)];
    (tag, proptest::collection::vec(any::<u8>(), 0..140)).prop_map(|(tag, value)| DataObject { tag: Tag(tag), value })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(
        ids in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 5..=16), 1..3),
        label in proptest::option::of("[ -~]{1,16}"),
        other in proptest::collection::vec(any_object(), 0..2),
    ) {
        let application = |id| Application { id, label: label.clone(), other: other.clone() };
        let applications = ids.into_iter().map(application).collect();
        let payload = ConsumerPayload { applications, common: other.clone(), other: Vec::new() };
        match payload.write() {
            Ok(text) => prop_assert_eq!(ConsumerPayload::parse(&text), Ok(payload)),
            Err(error) => prop_assert_eq!(error, ConsumerError::TooLong),
        }
    }

    #[test]
    fn no_bytes_make_the_reader_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = ConsumerPayload::parse(&BASE64.encode(&bytes));
        let _ = ConsumerPayload::parse(&BASE64.encode(with(&bytes)));
    }
}
