//! Discovery (OpenID Connect Discovery, section 3; RFC 8414; RFC 9126; RFC 9207). It says what is so and nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::authorization_details::DetailType;
use super::authorize::Prompt;
use super::claims::Claim;
use super::issuer::{Endpoint, Issuer};
use super::locale::ClaimsLocale;
use super::scope::Scope;
use super::token::GrantType;
use crate::authenticator::{Assurance, SignInMethod};
use crate::jose;

/// The document at `/.well-known/openid-configuration`. `mutual_tls` is where the endpoints are for clients that show a
/// certificate, if that is offered; `sign_in_methods` are those of this installation.
pub fn discovery(issuer: &Issuer, mutual_tls: Option<&Issuer>, sign_in_methods: &[SignInMethod]) -> Value {
    let mut document = without_certificates(issuer);
    describe_requests(&mut document);
    describe_pages(&mut document, sign_in_methods);
    if let Some(mutual_tls) = mutual_tls {
        offer_certificates(&mut document, mutual_tls);
    }
    document
}

/// Request objects (RFC 9101) and what can be authorized in detail (RFC 9396).
fn describe_requests(document: &mut Value) {
    document["request_parameter_supported"] = true.into();
    document["request_uri_parameter_supported"] = false.into();
    document["request_object_signing_alg_values_supported"] = json!(jose::ACCEPTED_NAMES);
    document["authorization_details_types_supported"] = json!(DetailType::ALL.map(DetailType::as_str));
}

/// What a client can wish for what the resident sees and does.
fn describe_pages(document: &mut Value, sign_in_methods: &[SignInMethod]) {
    let levels: BTreeSet<_> = sign_in_methods.iter().map(|method| method.assurance()).collect();
    document["acr_values_supported"] = levels.into_iter().map(Assurance::as_str).collect();
    // One page, which fits a window of any size.
    document["display_values_supported"] = json!(["page", "popup", "touch"]);
    document["ui_locales_supported"] = json!(["zh-Hant", "en"]);
    document["claims_locales_supported"] = json!(ClaimsLocale::ALL.map(ClaimsLocale::as_str));
}

/// Authentication and binding by certificates, and where (RFC 8705, sections 2, 3.3 and 5).
fn offer_certificates(document: &mut Value, mutual_tls: &Issuer) {
    let methods = ["token_endpoint", "introspection_endpoint", "revocation_endpoint"];
    for name in methods.map(|endpoint| format!("{endpoint}_auth_methods_supported")) {
        if let Some(methods) = document[name].as_array_mut() {
            methods.extend(["tls_client_auth", "self_signed_tls_client_auth"].map(Value::from));
        }
    }
    document["tls_client_certificate_bound_access_tokens"] = true.into();
    document["mtls_endpoint_aliases"] = json!({
        "pushed_authorization_request_endpoint": mutual_tls.endpoint(Endpoint::PushedAuthorizationRequest),
        "token_endpoint": mutual_tls.endpoint(Endpoint::Token),
        "userinfo_endpoint": mutual_tls.endpoint(Endpoint::Userinfo),
        "introspection_endpoint": mutual_tls.endpoint(Endpoint::Introspection),
        "revocation_endpoint": mutual_tls.endpoint(Endpoint::Revocation),
    });
}

fn without_certificates(issuer: &Issuer) -> Value {
    let mut claims = vec!["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "at_hash", "sid"];
    claims.extend(Claim::ALL.map(Claim::as_str));
    claims.extend(["email_verified", "phone_number_verified"]);
    json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.endpoint(Endpoint::Authorization),
        "pushed_authorization_request_endpoint": issuer.endpoint(Endpoint::PushedAuthorizationRequest),
        "token_endpoint": issuer.endpoint(Endpoint::Token),
        "userinfo_endpoint": issuer.endpoint(Endpoint::Userinfo),
        "introspection_endpoint": issuer.endpoint(Endpoint::Introspection),
        "introspection_endpoint_auth_methods_supported":
            ["private_key_jwt", "client_secret_basic", "client_secret_post"],
        "introspection_endpoint_auth_signing_alg_values_supported": jose::ACCEPTED_NAMES,
        "revocation_endpoint": issuer.endpoint(Endpoint::Revocation),
        "revocation_endpoint_auth_methods_supported":
            ["private_key_jwt", "client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": jose::ACCEPTED_NAMES,
        "end_session_endpoint": issuer.endpoint(Endpoint::EndSession),
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "jwks_uri": issuer.endpoint(Endpoint::Jwks),
        // Per client: those of the fapi2 profile must, the others may.
        "require_pushed_authorization_requests": false,
        "authorization_response_iss_parameter_supported": true,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GrantType::ALL.map(GrantType::as_str),
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": Prompt::ALL.map(Prompt::as_str),
        "scopes_supported": Scope::ALL.map(Scope::as_str),
        "claims_supported": claims,
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": true,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
        "id_token_encryption_alg_values_supported": [jose::KEY_MANAGEMENT],
        "id_token_encryption_enc_values_supported": jose::ContentEncryption::ALL.map(jose::ContentEncryption::as_str),
        "userinfo_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
        "userinfo_encryption_alg_values_supported": [jose::KEY_MANAGEMENT],
        "userinfo_encryption_enc_values_supported": jose::ContentEncryption::ALL.map(jose::ContentEncryption::as_str),
        "token_endpoint_auth_methods_supported":
            ["private_key_jwt", "client_secret_basic", "client_secret_post", "none"],
        "token_endpoint_auth_signing_alg_values_supported": jose::ACCEPTED_NAMES,
        "dpop_signing_alg_values_supported": jose::ACCEPTED_NAMES,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::authorize::Prompts;
    use crate::oidc::client::{Client, ClientId, ClientSecret, secret};
    use crate::oidc::testing::{ISSUER, RelyingParty, issuer};
    use crate::testing::MUTUAL_TLS;

    fn mutual_tls() -> Issuer {
        Issuer::new(&MUTUAL_TLS.parse().unwrap())
    }

    fn names(member: &str) -> Vec<String> {
        let listed = discovery(&issuer(), Some(&mutual_tls()), &SignInMethod::ALL)[member].as_array().unwrap().clone();
        listed.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn every_url_lies_under_the_issuer() {
        let document = discovery(&issuer(), None, &[SignInMethod::Passkey]);
        assert_eq!(document["acr_values_supported"], json!(["http://eidas.europa.eu/LoA/substantial"]));
        assert!(document.get("mtls_endpoint_aliases").is_none());
        assert_eq!(document["issuer"], ISSUER);
        let urls: Vec<_> = document
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| name.ends_with("_endpoint") || name.ends_with("_uri"))
            .collect();
        assert_eq!(urls.len(), 8);
        assert!(urls.iter().all(|(_, url)| url.as_str().unwrap().starts_with("https://id.lionrock.example/oauth/")));
    }

    #[test]
    fn endpoints_for_certificates_are_aliases_of_the_others() {
        let document = discovery(&issuer(), Some(&mutual_tls()), &SignInMethod::ALL);
        assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
        for (name, url) in document["mtls_endpoint_aliases"].as_object().unwrap() {
            let alias = document[name].as_str().unwrap().replace(ISSUER, MUTUAL_TLS);
            assert_eq!(url.as_str(), Some(alias.as_str()));
        }
    }

    #[test]
    fn what_is_listed_is_accepted_and_no_algorithm_is_none() {
        for prompt in names("prompt_values_supported") {
            assert!(Prompts::parse(Some(&prompt)).is_ok(), "{prompt}");
        }
        let fallback = ClientId::parse("made-up").unwrap();
        let registers = |member: &str, value: Value| {
            let mut metadata = RelyingParty::new("shop", SigningAlgorithm::Es256).metadata();
            if value == "none" {
                metadata["jwks"] = Value::Null;
            }
            if value == "self_signed_tls_client_auth" {
                metadata["jwks"]["keys"][0]["x5c"] = json!(["MA=="]);
            }
            if value == "tls_client_auth" {
                metadata["tls_client_auth_san_dns"] = json!("shop.example");
            }
            metadata["grant_types"] = serde_json::json!(["authorization_code", "refresh_token"]);
            metadata[member] = value;
            let keys = crate::IdentityKeys::from_master(&[7; 32]);
            let (sealed, _) = secret::seal(&metadata, &fallback, None, ClientSecret::new(&[1; 32]), &keys).unwrap();
            Client::from_metadata(&sealed, &fallback).is_ok()
        };
        assert!(registers("scope", names("scopes_supported").join(" ").into()));
        for (listed, member) in [
            ("grant_types_supported", "grant_types"),
            ("response_types_supported", "response_types"),
            ("authorization_details_types_supported", "authorization_details_types"),
        ] {
            assert!(registers(member, names(listed).into()), "{listed}");
        }
        for (listed, member) in [
            ("token_endpoint_auth_methods_supported", "token_endpoint_auth_method"),
            ("subject_types_supported", "subject_type"),
            ("id_token_signing_alg_values_supported", "id_token_signed_response_alg"),
            ("userinfo_signing_alg_values_supported", "userinfo_signed_response_alg"),
        ] {
            assert!(names(listed).into_iter().all(|value| registers(member, value.into())), "{listed}");
        }
        let accepted = crate::jose::ACCEPTED_NAMES;
        let known: std::collections::BTreeSet<_> =
            accepted.iter().map(|name| format!("{:?}", jose::algorithm(name).unwrap())).collect();
        assert_eq!(known, jose::ACCEPTED_ALGORITHMS.iter().map(|algorithm| format!("{algorithm:?}")).collect());
        assert_eq!(names("token_endpoint_auth_signing_alg_values_supported"), accepted);
        assert_eq!(names("introspection_endpoint_auth_signing_alg_values_supported"), accepted);
        assert_eq!(names("revocation_endpoint_auth_signing_alg_values_supported"), accepted);
        let methods = names("token_endpoint_auth_methods_supported");
        assert_eq!(names("revocation_endpoint_auth_methods_supported"), methods);
        let proving: Vec<_> = methods.into_iter().filter(|method| method != "none").collect();
        assert_eq!(names("introspection_endpoint_auth_methods_supported"), proving, "not for public clients");
        assert_eq!(names("dpop_signing_alg_values_supported"), accepted);
        assert_eq!(names("request_object_signing_alg_values_supported"), accepted);
    }
}
