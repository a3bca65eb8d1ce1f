//! Passkeys: discoverable credentials with user verification, checked by webauthn-rs and, where it does not
//! look, here.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, Url, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};
use webauthn_rs_proto::{PublicKeyCredential, RegisterPublicKeyCredential, ResidentKeyRequirement};

use super::Refusal;
use crate::Error;

/// How long a resident may take to answer a challenge.
pub(crate) const CEREMONY_LIFETIME: Duration = Duration::from_mins(5);

/// A resident has at most this many passkeys.
pub(crate) const MOST_PASSKEYS: usize = 20;

/// A credential id is at most this long, in bytes (WebAuthn, section 7.1, step 25).
const LONGEST_CREDENTIAL_ID: usize = 1_023;

/// The longest label, in characters.
const LONGEST_LABEL: usize = 60;

/// What the server remembers of a ceremony: the challenge, and what is expected of the answer.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum CeremonyState {
    /// A passkey is being made for this resident.
    Registration { resident: Uuid, state: PasskeyRegistration },
    /// Somebody is signing in; who they are, their passkey will say.
    Authentication { state: DiscoverableAuthentication },
}

/// A passkey that has answered: what has to be written down.
pub(crate) struct Answered {
    pub(crate) passkey: Passkey,
    pub(crate) backed_up: bool,
}

/// This installation as a WebAuthn relying party: one id, one origin, no subdomains, no other port.
pub(crate) struct RelyingParty(Webauthn);

impl RelyingParty {
    pub(crate) fn new(id: &str, name: &str, issuer: &Url) -> Result<Self, Error> {
        let unusable = |why: &dyn std::fmt::Display| Error::Settings(format!("relying_party_id {id}: {why}"));
        let origin: Url = issuer.origin().ascii_serialization().parse().map_err(|e| unusable(&e))?;
        let builder = WebauthnBuilder::new(id, &origin).map_err(|e| unusable(&e))?;
        builder.rp_name(name).timeout(CEREMONY_LIFETIME).build().map(Self).map_err(|e| unusable(&e))
    }

    /// Options for `navigator.credentials.create()`, without the authenticators that have a passkey already.
    pub(crate) fn start_registration(
        &self,
        resident: Uuid,
        name: &str,
        display_name: &str,
        registered: Vec<CredentialID>,
    ) -> Result<(Value, CeremonyState), Error> {
        let (mut options, state) = self
            .0
            .start_passkey_registration(resident, name, display_name, Some(registered))
            .map_err(|_| Error::Cryptography("beginning a passkey registration"))?;
        // The library asks for no particular storage; signing in without a user name needs a discoverable one.
        if let Some(selection) = options.public_key.authenticator_selection.as_mut() {
            selection.resident_key = Some(ResidentKeyRequirement::Required);
            selection.require_resident_key = true;
        }
        Ok((to_json(&options)?, CeremonyState::Registration { resident, state }))
    }

    /// Checks the answer of `navigator.credentials.create()`.
    pub(crate) fn finish_registration(&self, answer: Value, state: &PasskeyRegistration) -> Result<Passkey, Refusal> {
        let answer: RegisterPublicKeyCredential = serde_json::from_value(answer).map_err(|_| Refusal::Malformed)?;
        not_embedded(&answer.response.client_data_json)?;
        let passkey = self.0.finish_passkey_registration(&answer, state).map_err(|e| unverified(&e))?;
        if passkey.cred_id().len() > LONGEST_CREDENTIAL_ID {
            return Err(Refusal::Malformed);
        }
        Ok(passkey)
    }

    /// Options for `navigator.credentials.get()`, for whoever has a passkey of this installation.
    pub(crate) fn start_authentication(&self) -> Result<(Value, CeremonyState), Error> {
        let (mut options, state) =
            self.0.start_discoverable_authentication().map_err(|_| Error::Cryptography("beginning a sign-in"))?;
        // The library asks for autofill; the page decides whether it shows a button or autofill.
        options.mediation = None;
        Ok((to_json(&options)?, CeremonyState::Authentication { state }))
    }

    /// Reads an answer of `navigator.credentials.get()`: who it says it is, and by which credential.
    pub(crate) fn identify(&self, answer: Value) -> Result<(PublicKeyCredential, Uuid, Vec<u8>), Refusal> {
        let answer: PublicKeyCredential = serde_json::from_value(answer).map_err(|_| Refusal::Malformed)?;
        let (resident, credential) =
            self.0.identify_discoverable_authentication(&answer).map_err(|_| Refusal::Malformed)?;
        let credential = credential.to_vec();
        Ok((answer, resident, credential))
    }

    /// Checks the answer against the passkey that it named, and gives the passkey with its counter moved on.
    pub(crate) fn finish_authentication(
        &self,
        answer: &PublicKeyCredential,
        state: DiscoverableAuthentication,
        mut passkey: Passkey,
    ) -> Result<Answered, Refusal> {
        not_embedded(&answer.response.client_data_json)?;
        let key = DiscoverableKey::from(&passkey);
        let result = self.0.finish_discoverable_authentication_v2(answer, state, &key).map_err(|e| unverified(&e))?;
        if !result.user_verified() {
            return Err(Refusal::Unverified("the owner was not verified".to_owned()));
        }
        let backed_up = result.backup_state();
        passkey.update_credential(&result);
        Ok(Answered { passkey, backed_up })
    }
}

/// Refuses an answer that was made inside a frame of another site (WebAuthn, section 13.4.2).
fn not_embedded(client_data: &[u8]) -> Result<(), Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Embedding {
        #[serde(default)]
        cross_origin: bool,
        top_origin: Option<String>,
    }
    let embedding: Embedding = serde_json::from_slice(client_data).map_err(|_| Refusal::Malformed)?;
    if embedding.cross_origin || embedding.top_origin.is_some() {
        return Err(Refusal::Unverified("the page was embedded in another".to_owned()));
    }
    Ok(())
}

fn unverified(error: &WebauthnError) -> Refusal {
    Refusal::Unverified(error.to_string())
}

fn to_json<T: Serialize>(options: &T) -> Result<Value, Error> {
    serde_json::to_value(options).map_err(|_| Error::Cryptography("writing WebAuthn options"))
}

/// A label as its owner gave it, or a refusal.
pub(crate) fn label(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let fits = (1..=LONGEST_LABEL).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned()).ok_or(Refusal::Label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relying_party_id_belongs_to_the_issuer() {
        let with = |id: &str, issuer: &str| RelyingParty::new(id, "Lionrock", &issuer.parse().unwrap());
        assert!(with("localhost", "http://localhost:8080").is_ok());
        assert!(with("lionrock.example", "https://id.lionrock.example/path").is_ok());
        for (id, issuer) in [
            ("other.example", "https://id.lionrock.example"),
            ("k.example", "https://lionrock.example"),
            ("id.lionrock.example", "https://lionrock.example"),
            ("127.0.0.1", "http://127.0.0.1:8080"),
        ] {
            assert!(matches!(with(id, issuer), Err(Error::Settings(_))), "{id} at {issuer}");
        }
    }

    #[test]
    fn a_label_is_short_and_readable() {
        assert_eq!(label(" 我的電話 ").unwrap(), "我的電話");
        for bad in ["", "  ", "a\u{0}b", &"x".repeat(61)] {
            assert_eq!(label(bad), Err(Refusal::Label));
        }
    }
}
