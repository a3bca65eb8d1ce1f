//! What can be asked by a code, and that its text carries its secret and nothing else.

use proptest::prelude::*;

use super::*;
use crate::clearing::tests::support::{NOW, bank, hkd};
use crate::qr::consumer::{Application, ConsumerPayload};

fn code(state: PresentedState) -> PresentedCode {
    let consent = PayerConsent { debtor_agent: bank("012"), limit: hkd(50_000), reference: "C-1".to_owned() };
    let id = PresentedCodeId::from_uuid(uuid::Uuid::from_u128(7));
    PresentedCode { id, consent, created: NOW, state }
}

#[test]
fn a_code_works_for_a_minute_up_to_its_limit() {
    let code = code(PresentedState::Waiting);
    let last = NOW + LASTS - Duration::from_micros(1);
    assert_eq!(presentable(Some(&code), hkd(50_000), last), Ok(()));
    assert_eq!(presentable(Some(&code), hkd(1), NOW), Ok(()));
    assert_eq!(presentable(Some(&code), hkd(50_001), NOW), Err(NotPresentable::AboveLimit));
    assert_eq!(presentable(Some(&code), hkd(1), NOW + LASTS), Err(NotPresentable::Expired));
    let yuan = Amount::new(1, Currency::Cny).unwrap();
    assert_eq!(presentable(Some(&code), yuan, NOW), Err(NotPresentable::OtherCurrency(Currency::Hkd)));
    assert_eq!(presentable(None, hkd(1), NOW), Err(NotPresentable::Unknown));
}

#[test]
fn what_ended_a_code_comes_before_its_time_and_limit() {
    let spent = code(PresentedState::Spent(RequestId::from_random(&[1; 13])));
    let withdrawn = code(PresentedState::Withdrawn);
    for now in [NOW, NOW + LASTS] {
        assert_eq!(presentable(Some(&spent), hkd(99_999), now), Err(NotPresentable::Spent));
        assert_eq!(presentable(Some(&withdrawn), hkd(99_999), now), Err(NotPresentable::Withdrawn));
    }
    let late = code(PresentedState::Waiting);
    assert_eq!(presentable(Some(&late), hkd(99_999), NOW + LASTS), Err(NotPresentable::Expired));
    assert_eq!((late.state_name(NOW), late.state_name(NOW + LASTS)), ("waiting", "expired"));
}

#[test]
fn a_consent_has_a_reference_that_fits_a_message() {
    let consent =
        |reference: &str| PayerConsent { reference: reference.to_owned(), ..code(PresentedState::Waiting).consent };
    assert_eq!(consent(&"c".repeat(35)).check(), Ok(()));
    for wrong in ["", " ", &"c".repeat(36), "c\n1"] {
        assert!(consent(wrong).check().is_err(), "{wrong:?}");
    }
}

proptest! {
    #[test]
    fn the_text_of_a_code_carries_its_secret(random: [u8; 16]) {
        let token = PresentedToken::new(random);
        let text = token.payload().unwrap();
        prop_assert!(text.starts_with("hQVDUFY"), "{}", *text);
        prop_assert_eq!(PresentedToken::read(&text).unwrap().digest(), token.digest());
    }
}

#[test]
fn a_wallet_may_offer_other_schemes_beside_ours() {
    let token = PresentedToken::new([3; 16]);
    let mut payload = ConsumerPayload::parse(&token.payload().unwrap()).unwrap();
    let card = Application { id: b"\xa0\0\0\0\x03".to_vec(), label: Some("CARD".to_owned()), other: Vec::new() };
    payload.applications.insert(0, card.clone());
    assert_eq!(PresentedToken::read(&payload.write().unwrap()).unwrap().digest(), token.digest());
    let other = ConsumerPayload { applications: vec![card], common: Vec::new(), other: Vec::new() };
    assert_eq!(PresentedToken::read(&other.write().unwrap()).unwrap_err(), NotOurCode::OtherScheme);
    assert!(matches!(PresentedToken::read("00020101").unwrap_err(), NotOurCode::Unreadable(_)));
}

#[test]
fn a_secret_is_not_printed() {
    assert_eq!(format!("{:?}", PresentedToken::new([3; 16])), "PresentedToken");
}
