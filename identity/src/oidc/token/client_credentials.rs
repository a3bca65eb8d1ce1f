//! The client credentials grant (RFC 6749, section 4.4): a machine asks for a token of its own. Nobody signed in, so
//! there is no id_token, nothing about any resident, and nothing to refresh. Pure.

use std::collections::BTreeSet;

use crate::oidc::client::Client;
use crate::oidc::dpop::KeyThumbprint;
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::parameters::Parameters;

/// The scopes that a client asks for by itself: those of `scope`, or all that it is registered for.
///
/// # Errors
/// `invalid_scope` for one that it has not, `invalid_request` for a client that must show a key and shows none.
pub(crate) fn read(form: &Parameters, client: &Client, key: Option<&KeyThumbprint>) -> Result<String, OAuthError> {
    if client.needs_dpop && key.is_none() {
        return Err(OAuthError::invalid_request("tokens of this client are bound to a key: send a DPoP proof"));
    }
    let asked: BTreeSet<&str> = match form.get("scope") {
        Some(text) => text.split(' ').filter(|name| !name.is_empty()).collect(),
        None => client.machine_scopes.iter().map(String::as_str).collect(),
    };
    if asked.iter().any(|name| !client.machine_scopes.contains(*name)) {
        let why = "the client is not registered for all of these by itself";
        return Err(OAuthError::new(ErrorCode::InvalidScope, why).of("scope"));
    }
    Ok(asked.into_iter().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::testing::{Prover, RelyingParty, parameters, registered};

    fn machine() -> Client {
        let mut metadata = RelyingParty::new("meter", SigningAlgorithm::Es256).metadata();
        metadata["grant_types"] = json!(["client_credentials"]);
        metadata["redirect_uris"] = json!(null);
        metadata["scope"] = json!("readings:write readings:read");
        registered(&metadata)
    }

    #[test]
    fn a_machine_gets_what_it_is_registered_for_or_less() {
        let read = |scope: &str| super::read(&parameters(&[("scope", scope)]), &machine(), None);
        assert_eq!(read("").unwrap(), "readings:read readings:write");
        assert_eq!(read("readings:write").unwrap(), "readings:write");
        for wrong in ["openid", "readings:write offline_access", "other"] {
            let error = read(wrong).unwrap_err();
            assert_eq!((error.code.as_str(), error.status(), error.parameter), ("invalid_scope", 400, Some("scope")));
        }
    }

    #[test]
    fn a_machine_that_must_show_a_key_gets_nothing_without() {
        let machine = Client { needs_dpop: true, ..machine() };
        let form = parameters(&[]);
        assert_eq!(read(&form, &machine, None).unwrap_err().code.as_str(), "invalid_request");
        let key = KeyThumbprint::parse(&Prover::new().thumbprint());
        assert!(read(&form, &machine, key.as_ref()).is_ok());
    }
}
