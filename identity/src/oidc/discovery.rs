//! Discovery (OpenID Connect Discovery, section 3; RFC 8414; RFC 9126; RFC 9207). It says what is so and nothing else.

use serde_json::{Value, json};

use super::authorize::Prompt;
use super::claims::Claim;
use super::issuer::{Endpoint, Issuer};
use super::scope::Scope;

/// The document at `/.well-known/openid-configuration`.
pub fn discovery(issuer: &Issuer) -> Value {
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
        "introspection_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA", "PS256"],
        "revocation_endpoint": issuer.endpoint(Endpoint::Revocation),
        "revocation_endpoint_auth_methods_supported":
            ["private_key_jwt", "client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA", "PS256"],
        "end_session_endpoint": issuer.endpoint(Endpoint::EndSession),
        "jwks_uri": issuer.endpoint(Endpoint::Jwks),
        // Per client: those of the fapi2 profile must, the others may.
        "require_pushed_authorization_requests": false,
        "authorization_response_iss_parameter_supported": true,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": Prompt::ALL.map(Prompt::as_str),
        "scopes_supported": Scope::ALL.map(Scope::as_str),
        "claims_supported": claims,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
        "token_endpoint_auth_methods_supported":
            ["private_key_jwt", "client_secret_basic", "client_secret_post", "none"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA", "PS256"],
        "dpop_signing_alg_values_supported": ["ES256", "EdDSA", "PS256"],
        "ui_locales_supported": ["zh-Hant", "en"],
        "claims_locales_supported": ["zh-Hant", "en"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::authorize::Prompts;
    use crate::oidc::client::{Client, ClientId, ClientSecret, secret};
    use crate::oidc::testing::{ISSUER, RelyingParty, issuer};

    fn names(member: &str) -> Vec<String> {
        let listed = discovery(&issuer())[member].as_array().unwrap().clone();
        listed.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn every_url_lies_under_the_issuer() {
        let document = discovery(&issuer());
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
            metadata[member] = value;
            let keys = crate::IdentityKeys::from_master(&[7; 32]);
            let (sealed, _) = secret::seal(&metadata, &fallback, None, ClientSecret::new(&[1; 32]), &keys).unwrap();
            Client::from_metadata(&sealed, &fallback).is_ok()
        };
        assert!(registers("scope", names("scopes_supported").join(" ").into()));
        for (listed, member) in
            [("grant_types_supported", "grant_types"), ("response_types_supported", "response_types")]
        {
            assert!(registers(member, names(listed).into()), "{listed}");
        }
        for (listed, member) in [
            ("token_endpoint_auth_methods_supported", "token_endpoint_auth_method"),
            ("subject_types_supported", "subject_type"),
            ("id_token_signing_alg_values_supported", "id_token_signed_response_alg"),
        ] {
            assert!(names(listed).into_iter().all(|value| registers(member, value.into())), "{listed}");
        }
        let accepted: Vec<_> = crate::jose::ACCEPTED_ALGORITHMS.iter().map(|alg| format!("{alg:?}")).collect();
        assert_eq!(names("token_endpoint_auth_signing_alg_values_supported"), accepted);
        assert_eq!(names("introspection_endpoint_auth_signing_alg_values_supported"), accepted);
        assert_eq!(names("revocation_endpoint_auth_signing_alg_values_supported"), accepted);
        let methods = names("token_endpoint_auth_methods_supported");
        assert_eq!(names("revocation_endpoint_auth_methods_supported"), methods);
        assert_eq!(names("introspection_endpoint_auth_methods_supported"), methods[..3], "not for public clients");
        assert_eq!(names("dpop_signing_alg_values_supported"), accepted);
    }
}
