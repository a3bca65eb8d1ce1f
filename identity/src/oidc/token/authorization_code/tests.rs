//! Which redemptions are good, and what each bad one is told. Every refusal is `invalid_grant`, status 400.

use std::time::Duration;

use super::*;
use crate::jose::SigningAlgorithm;
use crate::oidc::testing::{CHALLENGE, NOW, Prover, RelyingParty, VERIFIER, changed, parameters};

const CODE_TEXT: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
const URI: &str = "https://shop.example/cb";

fn stored() -> StoredCode {
    StoredCode {
        client_id: ClientId::parse("shop").unwrap(),
        redirect_uri: URI.to_owned(),
        challenge: CodeChallenge::parse(CHALLENGE, Some("S256")).ok(),
        key: None,
        expires_at: NOW + Duration::from_mins(1),
        is_used: false,
    }
}

fn redemption(changes: &[(&str, &str)]) -> Redemption {
    let good = [("code", CODE_TEXT), ("redirect_uri", URI), ("code_verifier", VERIFIER)];
    Redemption::read(&parameters(&changed(&good, changes)), None).unwrap()
}

fn client(id: &str) -> Client {
    RelyingParty::new(id, SigningAlgorithm::Es256).client()
}

/// The parameter that is refused, or `None` when nothing is.
fn fault(stored: &StoredCode, client: &Client, redemption: &Redemption, now: Timestamp) -> Option<&'static str> {
    match judge(stored, client, redemption, now) {
        Verdict::Redeem => None,
        Verdict::Refuse(error) => {
            assert_eq!((error.code.as_str(), error.status()), ("invalid_grant", 400));
            error.parameter
        }
        Verdict::RefuseAndRevoke => Some("revoked"),
    }
}

#[test]
fn a_code_is_redeemed_by_its_client_in_time_with_its_verifier() {
    assert_eq!(judge(&stored(), &client("shop"), &redemption(&[]), NOW), Verdict::Redeem);
    let without_challenge = StoredCode { challenge: None, ..stored() };
    let without_verifier = redemption(&[("code_verifier", "")]);
    assert_eq!(judge(&without_challenge, &client("shop"), &without_verifier, NOW), Verdict::Redeem);
}

#[test]
fn everything_else_is_refused() {
    let (good, shop) = (redemption(&[]), client("shop"));
    let late = NOW + Duration::from_secs(62);
    assert_eq!(fault(&stored(), &client("bank"), &good, NOW), Some("code"));
    assert_eq!(fault(&stored(), &shop, &good, late), Some("code"));
    assert_eq!(fault(&stored(), &shop, &good, NOW + Duration::from_mins(1)), Some("code"));
    let other_uri = redemption(&[("redirect_uri", "https://shop.example/other")]);
    assert_eq!(fault(&stored(), &shop, &other_uri, NOW), Some("redirect_uri"));
    for verifier in ["", "short", CHALLENGE] {
        let redemption = redemption(&[("code_verifier", verifier)]);
        assert_eq!(fault(&stored(), &shop, &redemption, NOW), Some("code_verifier"), "{verifier}");
    }
    let without_challenge = StoredCode { challenge: None, ..stored() };
    assert_eq!(fault(&without_challenge, &shop, &good, NOW), Some("code_verifier"));
}

#[test]
fn a_code_that_is_bound_to_a_key_needs_that_key() {
    let (one, other) = (Prover::new(), Prover::new());
    let key = |prover: &Prover| KeyThumbprint::parse(&prover.thumbprint());
    let shown = |key: Option<KeyThumbprint>| Redemption { key, ..redemption(&[]) };
    let bound = StoredCode { key: key(&one), ..stored() };
    let (shop, bearer) = (client("shop"), client("shop"));
    let shop = Client { needs_dpop: true, ..shop };
    for (stored, client, key, good) in [
        (&bound, &shop, key(&one), true),
        (&bound, &shop, key(&other), false),
        (&bound, &shop, None, false),
        (&bound, &bearer, None, false),
        (&stored(), &shop, key(&one), true),
        (&stored(), &shop, None, false),
        (&stored(), &bearer, key(&one), true),
    ] {
        let verdict = judge(stored, client, &shown(key), NOW);
        assert_eq!(verdict == Verdict::Redeem, good);
        if let Verdict::Refuse(error) = verdict {
            assert_eq!((error.code.as_str(), error.status()), ("invalid_grant", 400));
        }
    }
}

#[test]
fn a_used_code_is_revoked_by_its_own_client_only() {
    let used = StoredCode { is_used: true, ..stored() };
    let late = NOW + Duration::from_mins(5);
    assert_eq!(fault(&used, &client("shop"), &redemption(&[]), NOW), Some("revoked"));
    assert_eq!(fault(&used, &client("shop"), &redemption(&[("code_verifier", "")]), late), Some("revoked"));
    assert_eq!(fault(&used, &client("bank"), &redemption(&[]), NOW), Some("code"));
}

#[test]
fn a_form_without_its_parameters_is_no_redemption() {
    let read = |pairs: &[(&str, &str)]| {
        let error = Redemption::read(&parameters(pairs), None).err().unwrap();
        (error.code.as_str(), error.parameter)
    };
    assert_eq!(read(&[("redirect_uri", URI)]), ("invalid_request", Some("code")));
    assert_eq!(read(&[("code", CODE_TEXT)]), ("invalid_request", Some("redirect_uri")));
    assert_eq!(read(&[("code", "not one of ours"), ("redirect_uri", URI)]), ("invalid_grant", Some("code")));
}
