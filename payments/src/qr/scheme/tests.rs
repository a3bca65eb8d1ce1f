//! Each scheme of the region is called by its name.

use store::Timestamp;

use super::super::{MerchantAccount, MerchantPayload, parse};
use super::Scheme;

const SAMPLES: &str = include_str!("../../../tests/data/qr_samples.tsv");

fn schemes(about: &str) -> Vec<Option<Scheme>> {
    let line = SAMPLES.lines().find(|line| line.contains(about)).unwrap();
    let payload = parse(line.split('\t').next().unwrap(), Timestamp::from_seconds(1_795_000_000)).unwrap().payload;
    payload.accounts.iter().map(|account| Scheme::of(account, &payload)).collect()
}

#[test]
fn codes_of_the_world_are_called_by_their_scheme() {
    for (about, scheme) in [
        ("SG PayNow", Scheme::PayNow),
        ("TH PromptPay AnyID", Scheme::PromptPay),
        ("BR Pix static", Scheme::Pix),
        ("ID QRIS", Scheme::Qris),
        ("HK FPS mobile", Scheme::Fps),
    ] {
        assert_eq!(schemes(about), [Some(scheme)], "{about}");
    }
    assert_eq!(schemes("gov counter"), [Some(Scheme::UnionPay), Some(Scheme::Fps)]);
}

#[test]
fn ids_that_no_sample_has_are_known_too() {
    let line = SAMPLES.lines().find(|line| line.contains("HK FPS mobile")).unwrap();
    let payload = parse(line.split('\t').next().unwrap(), Timestamp::from_seconds(1_795_000_000)).unwrap().payload;
    let of = |unique_id: &str, country: &str| {
        let account = MerchantAccount::Template { id: 30, unique_id: Some(unique_id.to_owned()), parts: Vec::new() };
        Scheme::of(&account, &MerchantPayload { country: country.to_owned(), ..payload.clone() })
    };
    assert_eq!(of("A000000727", "VN"), Some(Scheme::VietQr));
    assert_eq!(of("A0000006150001", "MY"), Some(Scheme::DuitNow));
    assert_eq!(of("PH.PPMI.P2M", "PH"), Some(Scheme::QrPh));
    assert_eq!(of("somebody@bank", "KH"), Some(Scheme::Khqr));
    assert_eq!(of("somebody@bank", "HK"), None, "only Bakong puts an account there");
    assert_eq!(of("A0000007271", "VN"), None, "a longer id is another");
}
