//! Who is believed and who is not. Every refusal here is `invalid_client`, status 401.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::jose::{self, SigningAlgorithm};
use crate::oidc::client::{ClientKeys, secret};
use crate::oidc::testing::{ISSUER, NOW, RelyingParty, issuer, parameters, registered, request_with};

/// Reads and verifies, as the endpoints do.
fn authenticate(client: &Client, request: &EndpointRequest) -> Result<Proof, OAuthError> {
    let keys = match &client.keys {
        ClientKeys::Registered(set) => set.keys.as_slice(),
        _ => &[],
    };
    ClientCredentials::read(request)?.verify(
        client,
        keys,
        request.certificate.as_deref(),
        &issuer(),
        &IdentityKeys::from_master(&[7; 32]),
        NOW,
    )
}

/// The reason why the shop's assertion with these claims is refused.
fn refused(shop: &RelyingParty, changes: &Value) -> &'static str {
    let assertion = jose::sign(&shop.key, "JWT", &shop.claims("1", changes)).unwrap();
    let error = authenticate(&shop.client(), &request_with(&assertion, &[])).unwrap_err();
    assert_eq!((error.code.as_str(), error.status(), error.www_authenticate()), ("invalid_client", 401, None));
    error.description
}

fn shop() -> RelyingParty {
    RelyingParty::new("shop", SigningAlgorithm::Es256)
}

#[test]
fn an_assertion_by_a_registered_key_is_believed() {
    for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa, SigningAlgorithm::Ps256] {
        let shop = RelyingParty::new("shop", algorithm);
        let proof = authenticate(&shop.client(), &shop.request(NOW, "1", &[("client_id", "shop")])).unwrap();
        let until = Timestamp::from_seconds(NOW.seconds() + 60);
        let signed_at = Some(Timestamp::from_seconds(NOW.seconds()));
        assert_eq!(proof, Proof::Assertion(AssertionId { jti: "1".to_owned(), until, signed_at }));
    }
}

/// Made once with OpenSSL, whose private key is gone.
#[test]
fn an_assertion_by_an_rsa_key_with_pss_is_believed() {
    let mut metadata = shop().metadata();
    metadata["jwks"] = json!({"keys": [{"kty": "RSA", "e": "AQAB", "n": RSA_MODULUS}]});
    let client = registered(&metadata);
    assert!(authenticate(&client, &request_with(PS256_ASSERTION, &[])).is_ok());
    let (_, rest) = PS256_ASSERTION.split_once('.').unwrap();
    let as_rs256 = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#));
    let error = authenticate(&client, &request_with(&as_rs256, &[]));
    assert_eq!(error.unwrap_err().description, "its algorithm is not ES256, EdDSA, Ed25519 or PS256");
}

#[test]
fn issuer_subject_and_id_must_be_right() {
    let shop = shop();
    assert_eq!(refused(&shop, &json!({"iss": null})), "iss and sub must be the client_id");
    assert_eq!(refused(&shop, &json!({"iss": "bank"})), "iss and sub must be the client_id");
    assert_eq!(refused(&shop, &json!({"sub": null})), "it does not say whom it is about");
    assert_eq!(refused(&shop, &json!({"sub": "bank"})), "iss and sub must be the client_id");
    assert_eq!(refused(&shop, &json!({"jti": null})), "jti must have 1 to 255 bytes");
    assert_eq!(refused(&shop, &json!({"jti": "x".repeat(256)})), "jti must have 1 to 255 bytes");
}

#[test]
fn the_audience_is_the_issuer_or_the_token_endpoint() {
    let shop = shop();
    let token_endpoint = format!("{ISSUER}/oauth/token");
    for good in
        [json!(ISSUER), json!(token_endpoint), json!([ISSUER]), json!(["https://other.example", token_endpoint])]
    {
        let assertion = jose::sign(&shop.key, "JWT", &shop.claims("1", &json!({"aud": good}))).unwrap();
        assert!(authenticate(&shop.client(), &request_with(&assertion, &[])).is_ok(), "{good}");
    }
    for bad in [json!(null), json!("https://other.example"), json!([]), json!(format!("{ISSUER}/")), json!("")] {
        assert_eq!(refused(&shop, &json!({"aud": bad})), "aud must be the issuer or the token endpoint", "{bad}");
    }
}

#[test]
fn under_fapi2_the_audience_is_the_issuer_as_a_single_text() {
    let shop = shop();
    let mut metadata = shop.metadata();
    metadata["profile"] = json!("fapi2");
    let client = registered(&metadata);
    let ask = |aud: &Value| {
        let assertion = jose::sign(&shop.key, "JWT", &shop.claims("1", &json!({"aud": aud}))).unwrap();
        authenticate(&client, &request_with(&assertion, &[]))
    };
    assert!(ask(&json!(ISSUER)).is_ok());
    for wrong in [
        json!([ISSUER]),
        json!([ISSUER, "https://other.example"]),
        json!(format!("{ISSUER}/oauth/token")),
        json!(format!("{ISSUER}/oauth/par")),
        json!(format!("{ISSUER}/")),
        json!(null),
    ] {
        let error = ask(&wrong).unwrap_err();
        assert_eq!((error.code.as_str(), error.status()), ("invalid_client", 401), "{wrong}");
        assert_eq!(error.description, "aud must be the issuer, as a single text");
    }
}

#[test]
fn times_are_held_to_their_bounds() {
    let shop = shop();
    let at = |offset: i64| json!(NOW.seconds() + offset);
    for good in [json!({"iat": at(10)}), json!({"nbf": at(8)}), json!({"exp": at(600)}), json!({"iat": null})] {
        let assertion = jose::sign(&shop.key, "JWT", &shop.claims("1", &good)).unwrap();
        assert!(authenticate(&shop.client(), &request_with(&assertion, &[])).is_ok(), "{good}");
    }
    assert_eq!(refused(&shop, &json!({"exp": null})), "exp is missing");
    assert_eq!(refused(&shop, &json!({"exp": at(-300)})), "it has expired");
    assert_eq!(refused(&shop, &json!({"exp": at(3600)})), "exp is more than ten minutes ahead");
    assert_eq!(refused(&shop, &json!({"nbf": at(61)})), "nbf is in the future");
    assert_eq!(refused(&shop, &json!({"iat": at(61)})), "iat is in the future");
}

#[test]
fn a_forged_assertion_is_refused() {
    let (shop, thief) = (shop(), shop());
    let stolen_name = jose::sign(&thief.key, "JWT", &shop.claims("1", &json!({}))).unwrap();
    let good = jose::sign(&shop.key, "JWT", &shop.claims("1", &json!({}))).unwrap();
    let payload = good.split('.').nth(1).unwrap();
    let none = format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
    let hs256 = format!("{}.{payload}.AAAA", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#));
    let cut = &good[..good.len() - 4];
    for forged in [stolen_name.as_str(), none.as_str(), hs256.as_str(), cut, "rubbish", "a.b.c"] {
        let error = authenticate(&shop.client(), &request_with(forged, &[])).unwrap_err();
        assert_eq!((error.code.as_str(), error.status()), ("invalid_client", 401), "{forged}");
    }
}

#[test]
fn a_client_that_binds_itself_to_one_algorithm_is_held_to_it() {
    let shop = shop();
    let mut metadata = shop.metadata();
    metadata["token_endpoint_auth_signing_alg"] = json!("PS256");
    let error = authenticate(&registered(&metadata), &shop.request(NOW, "1", &[])).unwrap_err();
    assert_eq!(error.description, "its algorithm is not the registered one");
    metadata["token_endpoint_auth_signing_alg"] = json!("ES256");
    assert!(authenticate(&registered(&metadata), &shop.request(NOW, "1", &[])).is_ok());
}

#[test]
fn the_client_id_beside_an_assertion_must_be_its_own() {
    let shop = shop();
    let error = authenticate(&shop.client(), &shop.request(NOW, "1", &[("client_id", "bank")])).unwrap_err();
    assert_eq!((error.code.as_str(), error.parameter), ("invalid_client", Some("client_id")));
}

#[test]
fn who_shows_nothing_or_a_secret_is_refused() {
    let shop = shop();
    for form in [
        vec![],
        vec![("client_id", "shop")],
        vec![("client_id", "shop"), ("client_secret", "s")],
        vec![("client_assertion", "a.b.c")],
        vec![("client_assertion_type", "urn:other"), ("client_assertion", "a.b.c")],
        vec![("client_assertion_type", JWT_BEARER)],
    ] {
        let request = EndpointRequest { form: parameters(&form), ..EndpointRequest::default() };
        let error = authenticate(&shop.client(), &request).unwrap_err();
        assert_eq!((error.code.as_str(), error.status()), ("invalid_client", 401), "{form:?}");
    }
    let basic = EndpointRequest {
        authorization: Some("Basic c2hvcDpz".to_owned()),
        form: parameters(&[]),
        ..EndpointRequest::default()
    };
    let error = authenticate(&shop.client(), &basic).unwrap_err();
    assert_eq!(error.www_authenticate().as_deref(), Some(r#"Basic realm="lionrock""#));
}

/// The shop, with a secret that it shows in this way.
fn shop_with_secret(method: &str) -> Client {
    let mut metadata = shop().metadata();
    metadata["token_endpoint_auth_method"] = json!(method);
    metadata["client_secret"] = json!("correct-horse");
    let (id, keys) = (ClientId::parse("shop").unwrap(), IdentityKeys::from_master(&[7; 32]));
    registered(&secret::seal(&metadata, &id, None, ClientSecret::new(&[1; 32]), &keys).unwrap().0)
}

fn in_header(joined: &str, form: &[(&str, &str)]) -> EndpointRequest {
    EndpointRequest {
        authorization: Some(format!("Basic {}", STANDARD.encode(joined))),
        form: parameters(form),
        ..EndpointRequest::default()
    }
}

fn in_body(form: &[(&str, &str)]) -> EndpointRequest {
    EndpointRequest { form: parameters(form), ..EndpointRequest::default() }
}

#[test]
fn a_secret_is_believed_where_it_was_registered_to_be_shown() {
    let header = in_header("shop:correct-horse", &[]);
    let header_and_name = in_header("shop:correct-horse", &[("client_id", "shop")]);
    let body = in_body(&[("client_id", "shop"), ("client_secret", "correct-horse")]);
    let (basic, post) = (shop_with_secret("client_secret_basic"), shop_with_secret("client_secret_post"));
    assert_eq!(authenticate(&basic, &header), Ok(Proof::Secret));
    assert_eq!(authenticate(&basic, &header_and_name), Ok(Proof::Secret));
    assert_eq!(authenticate(&post, &body), Ok(Proof::Secret));
    for (client, request) in [(&basic, &body), (&post, &header), (&shop().client(), &header), (&shop().client(), &body)]
    {
        let error = authenticate(client, request).unwrap_err();
        let challenge = request.authorization.is_some().then_some(r#"Basic realm="lionrock""#);
        assert_eq!((error.status(), error.www_authenticate().as_deref()), (401, challenge));
    }
}

#[test]
fn a_wrong_secret_another_name_and_two_ways_at_once_are_refused() {
    let client = shop_with_secret("client_secret_basic");
    for wrong in [
        in_header("shop:correct-horsf", &[]),
        in_header("shop:", &[]),
        in_header("shop", &[]),
        in_header("shop:correct-horse", &[("client_id", "bank")]),
        in_body(&[("client_id", "shop")]),
        EndpointRequest {
            authorization: Some("Bearer abc".to_owned()),
            form: parameters(&[]),
            ..EndpointRequest::default()
        },
    ] {
        let error = authenticate(&client, &wrong).unwrap_err();
        assert_eq!((error.code.as_str(), error.status()), ("invalid_client", 401));
        assert_eq!(error.www_authenticate().is_some(), wrong.authorization.is_some());
    }
    let nameless = in_body(&[("client_secret", "correct-horse")]);
    let error = authenticate(&shop_with_secret("client_secret_post"), &nameless).unwrap_err();
    assert_eq!((error.code.as_str(), error.parameter), ("invalid_client", Some("client_id")));
    for twice in [
        in_header("shop:correct-horse", &[("client_secret", "correct-horse")]),
        in_header("shop:correct-horse", &[("client_assertion", "a.b.c")]),
        in_body(&[("client_secret", "correct-horse"), ("client_assertion", "a.b.c")]),
    ] {
        assert_eq!(authenticate(&client, &twice).unwrap_err().code.as_str(), "invalid_request");
    }
}

#[test]
fn a_public_client_only_names_itself() {
    let mut metadata = shop().metadata();
    metadata["token_endpoint_auth_method"] = json!("none");
    metadata["jwks"] = json!(null);
    let client = registered(&metadata);
    let named = EndpointRequest { form: parameters(&[("client_id", "shop")]), ..EndpointRequest::default() };
    assert_eq!(authenticate(&client, &named), Ok(Proof::Public));
    let error = authenticate(&client, &shop().request(NOW, "1", &[])).unwrap_err();
    assert_eq!(error.code.as_str(), "invalid_client");
}

/// A call with this certificate, which an authority vouches for or not.
fn by_certificate(der: &[u8], is_vouched_for: bool) -> EndpointRequest {
    let certificate = Some(Arc::new(ClientCertificate::new(der.to_vec(), is_vouched_for)));
    EndpointRequest { certificate, form: parameters(&[("client_id", "shop")]), ..EndpointRequest::default() }
}

#[test]
fn a_self_signed_certificate_is_believed_when_it_is_among_the_keys() {
    let mut metadata = shop().metadata();
    metadata["token_endpoint_auth_method"] = json!("self_signed_tls_client_auth");
    metadata["jwks"]["keys"][0]["x5c"] = json!([STANDARD.encode(b"the shop's own")]);
    let client = registered(&metadata);
    assert_eq!(authenticate(&client, &by_certificate(b"the shop's own", false)), Ok(Proof::Certificate));
    let other = authenticate(&client, &by_certificate(b"another", true)).unwrap_err();
    assert_eq!(other.description, "the certificate is not among the client's keys (x5c)");
    for without in [in_body(&[("client_id", "shop")]), shop().request(NOW, "1", &[])] {
        assert_eq!(authenticate(&client, &without).unwrap_err().code.as_str(), "invalid_client");
    }
}

#[test]
fn a_named_certificate_is_believed_when_an_authority_vouches_for_it() {
    let certificate = rcgen::generate_simple_self_signed(vec!["shop.example".to_owned()]).unwrap().cert;
    let client = |name: &str| {
        let mut metadata = shop().metadata();
        metadata["token_endpoint_auth_method"] = json!("tls_client_auth");
        metadata["tls_client_auth_san_dns"] = json!(name);
        registered(&metadata)
    };
    let ask = |name, vouched| authenticate(&client(name), &by_certificate(certificate.der(), vouched));
    assert_eq!(ask("shop.example", true), Ok(Proof::Certificate));
    let why = |asked: Result<Proof, OAuthError>| asked.unwrap_err().description;
    assert_eq!(why(ask("shop.example", false)), "no trusted authority issued this certificate");
    assert_eq!(why(ask("bank.example", true)), "the certificate does not bear the registered name");
    let secret = in_body(&[("client_id", "shop"), ("client_secret", "correct-horse")]);
    assert_eq!(authenticate(&client("shop.example"), &secret).unwrap_err().code.as_str(), "invalid_client");
}

proptest! {
    #[test]
    fn whatever_is_shown_is_read_or_refused(assertion in r"[A-Za-z0-9_.-]{0,120}", payload in r#"[{}":a-z,0-9\[\]]{0,60}"#) {
        let with_payload = format!("e30.{}.e30", URL_SAFE_NO_PAD.encode(payload));
        for shown in [assertion, with_payload] {
            if let Err(error) = ClientCredentials::read(&request_with(&shown, &[])) {
                prop_assert_eq!(error.code.as_str(), "invalid_client");
            }
        }
    }
}

const RSA_MODULUS: &str = "xDFfjPW_ur8KV-pEEhx_C-JYbjS4H8omdCY2L8wrlx5JyicT93tHgvAYEeNQlfK8SlpYFOCEb36VA4qKclOIzUQK1u0AxzYalHxHGmNidjhxoNtkpj-I48VtYHVqN50MTCtV-6VIcsJK1PmZMBYahe99-dnW38iVapDN7HIGl5dKFU2U9U1QfPfipWNkcfiSn-ccsygvC2YkvFlQPmSmG5OpCc93AaweWT7ZybeLXjpY-JEw8a2wWLj0Bl3FDuddjDQknUWV0SHW2yPMbsJ08XctNl5k1GHQGHLc8SJ1DO94gRXcthsKBJ3b0i5pPSU_ZZ0LaBb_h-Vkql4nfFNQ5w";
const PS256_ASSERTION: &str = "eyJhbGciOiJQUzI1NiJ9.eyJpc3MiOiJzaG9wIiwic3ViIjoic2hvcCIsImF1ZCI6Imh0dHBzOi8vaWQubGlvbnJvY2suZXhhbXBsZSIsImV4cCI6MTc5NTAwMDMwMCwianRpIjoicHMyNTYifQ.RE1PqliEputzpXXKoF0HX6L-jSzlmYSRTF0V1VVIgsdQYNtiWUJYaC3oWFJqsAwM_95tY34NtHAoy5oFIf_C6-LscwfcOSzfyuxC3MnDcXkNhnsPPCzgxlf9RTus66jIFe9XZcSeuyFJwWAnlzBP3ofWcGye1dsCyWAhf7191RwJLXbNG7qhGh-_jy64c9Z7q1YmwPwrpHyGTa8ntJJq-4XgBKGB0baD4i60J3UwtyyTCbVNbJpeAZT05vhDs8WkUPoSlUgYCHFB3feg3Jr55uWGIrXFf2BTSExmhqM1JEXuiij7rxsuJkfmLA_jprn2EjlcZ0FSMmQWT0VTOddiWQ";
