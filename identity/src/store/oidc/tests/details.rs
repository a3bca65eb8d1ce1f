//! What a resident authorizes in detail: shown, agreed to this once, and carried to whoever takes the token.

use serde_json::json;

use super::*;

fn payment() -> Value {
    json!([{
        "type": "payment_initiation",
        "instructedAmount": {"currency": "HKD", "amount": "1280.50"},
        "creditorName": "晨光文具",
        "creditorAccount": {"proxy": "+85291234567"},
    }])
}

/// A client that may ask for payments.
fn payer(world: &World) -> RelyingParty {
    let party = RelyingParty::new("shop", crate::jose::SigningAlgorithm::Es256);
    let mut metadata = party.metadata();
    metadata["authorization_details_types"] = json!(["payment_initiation"]);
    metadata["grant_types"] = json!(["authorization_code", "client_credentials"]);
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    party
}

#[test]
fn a_payment_is_shown_agreed_to_and_carried_to_the_token() {
    each(|world| {
        let (shop, ours, asked) = (payer(world), world.session(), payment().to_string());
        let asked = [("authorization_details", asked.as_str())];
        let page = consent_page(world.begin(&shop, &asked, Some(&ours)));
        assert_eq!(json!(page.details), payment());
        let code = code_in(&world.grant(&page.ticket, &ours, &[]));
        let other = payment().to_string().replace("1280.50", "9");
        let beyond = refusal(world.redeem(&shop, &code, &[("authorization_details", &other)], NOW));
        assert_eq!((beyond.code.as_str(), beyond.status()), ("invalid_authorization_details", 400));
        let tokens = world.redeem(&shop, &code, &[], NOW).unwrap();
        assert_eq!(json!(tokens)["authorization_details"], payment());
        assert_eq!(claims_of(&world.identity, &tokens.access_token)["authorization_details"], payment());
        let about = world.request(&shop, &[("token", &tokens.access_token)], NOW);
        assert_eq!(world.identity.introspect(&about, NOW).unwrap()["authorization_details"], payment());
        consent_page(world.begin(&shop, &asked, Some(&ours)));
        let quiet = [asked[0], ("prompt", "none")];
        assert_eq!(answer(&world.begin(&shop, &quiet, Some(&ours)), "error").as_deref(), Some("consent_required"));
        let plain = world.redeem(&shop, &world.code(&shop, &[], &ours), &[], NOW).unwrap();
        assert!(json!(plain).get("authorization_details").is_none());
    });
}

#[test]
fn what_is_unknown_unregistered_or_without_a_resident_is_refused() {
    each(|world| {
        let (shop, plain, asked) = (payer(world), world.relying_party("plain"), payment().to_string());
        let good = ("authorization_details", asked.as_str());
        let unknown = ("authorization_details", r#"[{"type":"shoe_size"}]"#);
        for (party, asked) in [(&plain, good), (&shop, unknown)] {
            let error = answer(&world.begin(party, &[asked], None), "error");
            assert_eq!(error.as_deref(), Some("invalid_authorization_details"));
        }
        let form = [("grant_type", "client_credentials"), good];
        let error = refusal(world.identity.token(&world.request(&shop, &form, NOW), NOW));
        assert_eq!((error.code.as_str(), error.status()), ("invalid_authorization_details", 400));
    });
}
