//! What may be registered, and that every refusal names its field.

use super::*;
use crate::jose::SigningAlgorithm;
use crate::oidc::scope::Scope;
use crate::oidc::testing::{RelyingParty, registered};

fn shop() -> RelyingParty {
    RelyingParty::new("shop", SigningAlgorithm::Es256)
}

/// The metadata of the shop with one member changed; null takes it out.
fn with(field: &str, value: &Value) -> Value {
    let mut metadata = shop().metadata();
    metadata[field] = value.clone();
    metadata
}

fn refused(metadata: &Value) -> MetadataError {
    Client::from_metadata(metadata, &ClientId::parse("made-up").unwrap()).unwrap_err()
}

#[test]
fn what_was_registered_survives_its_metadata() {
    let mut metadata = shop().metadata();
    metadata["purpose#zh-Hant"] = json!("核實年齡");
    metadata["claims"] = json!(["birthdate"]);
    metadata["resources"] = json!(["https://api.example/"]);
    metadata["authorization_details_types"] = json!(["payment_initiation"]);
    let client = registered(&metadata);
    assert_eq!(registered(&client.to_metadata()), client);
    assert_eq!(client.name.zh_hant, "晨光文具");
    assert_eq!(client.sector, "shop.example");
    assert_eq!(client.purpose.unwrap().en, "核實年齡");
}

#[test]
fn defaults_are_the_least() {
    let metadata = json!({
        "profile": "oidc", "client_name": "App", "redirect_uris": ["http://127.0.0.1/cb"],
        "token_endpoint_auth_method": "none", "logo_uri": "https://app.example/logo.svg", "client_name#ja": "アプリ",
    });
    let client = registered(&metadata);
    assert!(client.is_public() && client.allowed_claims().is_empty());
    assert_eq!((client.id.as_str(), client.scopes.to_string().as_str()), ("made-up", "openid"));
    assert_eq!(client.redirect_uri("http://127.0.0.1:5000/cb").unwrap().as_str(), "http://127.0.0.1:5000/cb");
}

#[test]
fn every_refusal_names_its_field() {
    let table = [
        ("client_id", json!("two words")),
        ("client_id", json!(7)),
        ("client_name", json!("x".repeat(201))),
        ("client_name#zh-Hant", json!("一\n二")),
        ("profile", json!(null)),
        ("profile", json!("fapi1")),
        ("redirect_uris", json!(null)),
        ("redirect_uris", json!([])),
        ("redirect_uris", json!("https://shop.example/cb")),
        ("redirect_uris", json!(["http://shop.example/cb"])),
        ("redirect_uris", json!(["https://shop.example/cb#x"])),
        ("token_endpoint_auth_method", json!("client_secret_jwt")),
        ("jwks", json!(null)),
        ("jwks", json!({"keys": []})),
        ("jwks_uri", json!("https://shop.example/jwks")),
        ("sector_identifier_uri", json!("ftp://shop.example/sector")),
        ("sector_identifier_uri", json!("https://user@shop.example/sector")),
        ("token_endpoint_auth_signing_alg", json!("RS256")),
        ("require_pushed_authorization_requests", json!("yes")),
        ("request_uris", json!(["https://shop.example/request"])),
        ("shoe_size", json!(43)),
        ("scope", json!("openid shoe_size")),
        ("scope", json!("profile")),
        ("claims", json!(["shoe_size"])),
        ("sector", json!("two words")),
        ("grant_types", json!(["authorization_code", "implicit"])),
        ("grant_types", json!(["refresh_token"])),
        ("resources", json!(["api"])),
        ("authorization_details_types", json!(["shoe_size"])),
        ("grant_types", json!("authorization_code")),
        ("scope", json!("openid offline_access")),
        ("redirect_uris", json!([])),
        ("response_types", json!(["code", "token"])),
        ("subject_type", json!("public")),
        ("id_token_signed_response_alg", json!("none")),
        ("dpop_bound_access_tokens", json!("yes")),
        ("dpop_nonce_required", json!(1)),
        ("id_token_signed_response_alg", json!("HS256")),
    ];
    for (field, value) in table {
        let error = refused(&with(field, &value));
        assert_eq!(error.field, field, "{value}");
        let code = if field == "redirect_uris" { "invalid_redirect_uri" } else { "invalid_client_metadata" };
        assert_eq!(error.code(), code);
    }
}

#[test]
fn the_standards_defaults_are_a_secret_in_the_header_and_rs256() {
    let mut metadata = with("token_endpoint_auth_method", &json!(null));
    metadata["id_token_signed_response_alg"] = json!(null);
    assert_eq!(refused(&metadata).field, "client_secret", "nothing is registered without one");
    metadata["client_secret_digest"] = json!("A".repeat(43));
    let client = registered(&metadata);
    assert!(matches!(client.authentication, ClientAuthenticationMethod::ClientSecretBasic(_)));
    assert_eq!(client.id_token_algorithm, SigningAlgorithm::Rs256);
    assert_eq!(registered(&client.to_stored()), client);
    assert!(client.to_metadata().get("client_secret_digest").is_none(), "the digest is nobody's business");
}

#[test]
fn a_fapi2_client_gets_the_rules_of_its_profile_and_no_others() {
    let mut metadata = with("profile", &json!("fapi2"));
    metadata["id_token_signed_response_alg"] = json!(null);
    let client = registered(&metadata);
    assert!(client.needs_dpop && client.must_push_requests && client.needs_pkce());
    assert_eq!(client.id_token_algorithm, SigningAlgorithm::Es256);
    assert_eq!(registered(&client.to_stored()), client);
    for (field, value) in [
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!("client_secret_post")),
        ("token_endpoint_auth_method", json!("none")),
        ("id_token_signed_response_alg", json!("RS256")),
        ("dpop_bound_access_tokens", json!(false)),
        ("require_pushed_authorization_requests", json!(false)),
    ] {
        let mut metadata = metadata.clone();
        metadata[field] = value.clone();
        metadata["client_secret_digest"] = json!("A".repeat(43));
        if value == "none" {
            metadata["jwks"] = json!(null);
        }
        assert_eq!(refused(&metadata).field, field, "{value}");
    }
}

#[test]
fn keys_are_in_one_place_and_may_be_published() {
    let mut metadata = with("jwks_uri", &json!("https://shop.example/jwks"));
    assert_eq!(refused(&metadata).field, "jwks_uri", "not beside jwks");
    metadata["jwks"] = json!(null);
    let client = registered(&metadata);
    assert_eq!(client.keys, ClientKeys::Published("https://shop.example/jwks".parse().unwrap()));
    assert_eq!(registered(&client.to_stored()), client);
    for bad in ["/jwks", "https://shop.example/jwks#x", "https://a:b@shop.example/jwks", "data:,x"] {
        metadata["jwks_uri"] = json!(bad);
        assert_eq!(refused(&metadata).field, "jwks_uri", "{bad}");
    }
}

#[test]
fn a_published_sector_is_named_after_its_host() {
    let metadata = with("sector_identifier_uri", &json!("https://group.example/sector.json"));
    let client = registered(&metadata);
    assert_eq!(client.sector, "group.example");
    assert_eq!(registered(&client.to_stored()), client);
    let mut contradictory = metadata;
    contradictory["sector"] = json!("shop.example");
    assert_eq!(refused(&contradictory).field, "sector");
}

#[test]
fn an_oidc_client_may_bind_itself_to_pushed_requests() {
    assert!(!registered(&shop().metadata()).must_push_requests);
    let client = registered(&with("require_pushed_authorization_requests", &json!(true)));
    assert!(client.must_push_requests && registered(&client.to_stored()) == client);
}

#[test]
fn a_client_of_certificates_says_which() {
    let mut metadata = with("token_endpoint_auth_method", &json!("tls_client_auth"));
    assert_eq!(refused(&metadata).field, "tls_client_auth_subject_dn");
    metadata["tls_client_auth_subject_dn"] = json!("CN=shop,C=HK");
    metadata["tls_client_certificate_bound_access_tokens"] = json!(true);
    metadata["profile"] = json!("fapi2");
    let client = registered(&metadata);
    assert!(client.is_certificate_bound && !client.needs_dpop, "bound to one of both is enough");
    assert_eq!(registered(&client.to_stored()), client);
    metadata["tls_client_auth_san_dns"] = json!("shop.example");
    assert_eq!(refused(&metadata).field, "tls_client_auth_san_dns", "one name only");

    let mut metadata = with("token_endpoint_auth_method", &json!("self_signed_tls_client_auth"));
    assert_eq!(refused(&metadata).field, "jwks");
    metadata["jwks"]["keys"][0]["x5c"] = json!(["MA=="]);
    let client = registered(&metadata);
    assert_eq!(registered(&client.to_stored()), client);
    metadata["tls_client_auth_san_dns"] = json!("shop.example");
    assert_eq!(refused(&metadata).field, "tls_client_auth_san_dns", "it would have no effect");
}

#[test]
fn encryption_is_asked_for_whole_and_to_a_key_that_is_there() {
    let key = json!({"keys": [shop().key.jwk(), {"kty": "EC", "crv": "P-256", "use": "enc", "kid": "e",
        "x": json!(shop().key.jwk())["x"], "y": json!(shop().key.jwk())["y"]}]});
    let mut metadata = with("jwks", &key);
    for what in ["id_token", "userinfo"] {
        metadata[format!("{what}_encrypted_response_alg")] = json!("ECDH-ES+A256KW");
        metadata[format!("{what}_encrypted_response_enc")] = json!("A256GCM");
    }
    metadata["userinfo_signed_response_alg"] = json!("PS256");
    let client = registered(&metadata);
    assert_eq!(registered(&client.to_stored()), client);
    for (field, value, named) in [
        ("id_token_encrypted_response_alg", json!("RSA-OAEP"), "id_token_encrypted_response_alg"),
        ("id_token_encrypted_response_alg", json!(null), "id_token_encrypted_response_alg"),
        ("id_token_encrypted_response_enc", json!("A128GCM"), "id_token_encrypted_response_enc"),
        ("userinfo_encrypted_response_enc", json!(null), "userinfo_encrypted_response_enc"),
        ("userinfo_signed_response_alg", json!(null), "userinfo_signed_response_alg"),
        ("userinfo_signed_response_alg", json!("none"), "userinfo_signed_response_alg"),
        ("jwks", json!({"keys": [shop().key.jwk()]}), "jwks"),
    ] {
        let mut wrong = metadata.clone();
        wrong[field] = value;
        assert_eq!(refused(&wrong).field, named);
    }
}

#[test]
fn each_grant_brings_what_it_needs_and_nothing_else() {
    let client = registered(&with("grant_types", &json!(["refresh_token", "authorization_code"])));
    assert!(client.scopes.contains(Scope::OfflineAccess), "whoever may refresh may ask for it");
    assert_eq!(registered(&client.to_metadata()), client);
    let mut machine = with("grant_types", &json!(["client_credentials"]));
    machine["scope"] = json!("readings:read");
    assert_eq!(refused(&machine).field, "redirect_uris");
    machine["redirect_uris"] = json!(null);
    let client = registered(&machine);
    assert_eq!((client.sector.as_str(), client.scopes.to_string()), ("shop", String::new()));
    assert_eq!(client.to_metadata()["scope"], "readings:read");
    assert_eq!(registered(&client.to_metadata()), client);
    machine["scope"] = json!("openid");
    assert_eq!(refused(&machine).field, "scope");
    machine["scope"] = json!("say \"hello\"");
    assert_eq!(refused(&machine).field, "scope");
    let mut public = with("grant_types", &json!(["authorization_code", "client_credentials"]));
    public["token_endpoint_auth_method"] = json!("none");
    public["jwks"] = json!(null);
    assert_eq!(refused(&public).field, "grant_types");
}

#[test]
fn residents_always_see_who_asks() {
    let mut metadata = with("client_name", &json!(null));
    assert_eq!(registered(&metadata).name.en, "晨光文具", "one language is enough");
    metadata["client_name#zh-Hant"] = json!("");
    assert_eq!(refused(&metadata).field, "client_name");
}

#[test]
fn several_hosts_need_a_sector() {
    let uris = json!(["https://shop.example/cb", "https://shop.test/cb"]);
    assert_eq!(refused(&with("redirect_uris", &uris)).field, "sector");
    let mut metadata = with("redirect_uris", &uris);
    metadata["sector"] = json!("shop");
    assert_eq!(registered(&metadata).sector, "shop");
}

#[test]
fn only_public_keys_that_can_sign_are_registered() {
    let good = json!(shop().key.jwk());
    let altered = |member: &str, value: Value| {
        let mut key = good.clone();
        key[member] = value;
        json!({"keys": [key]})
    };
    let small = json!({"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]});
    let symmetric = json!({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]});
    let twice = json!({"keys": [good, good]});
    for keys in [
        altered("d", json!("AQAB")),
        altered("crv", json!("P-384")),
        altered("x", json!("AQAB")),
        small,
        symmetric,
        twice,
    ] {
        assert_eq!(refused(&with("jwks", &keys)).field, "jwks", "{keys}");
    }
    assert_eq!(
        refused(&{
            let mut metadata = shop().metadata();
            metadata["token_endpoint_auth_method"] = json!("none");
            metadata
        })
        .field,
        "jwks"
    );
}
