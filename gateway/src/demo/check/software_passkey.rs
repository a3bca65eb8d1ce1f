//! A passkey in software, for walking the journey without a browser. It does what a browser and its platform
//! authenticator would do with the same options.

use anyhow::{Context, anyhow};
use serde_json::Value;
use url::Url;
use webauthn_authenticator_rs::WebauthnAuthenticator;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;
use webauthn_rs_proto::{
    AllowCredentials, CreationChallengeResponse, RegisterPublicKeyCredential, RequestChallengeResponse,
};

/// One authenticator with at most one discoverable credential.
pub(super) struct SoftwarePasskey {
    origin: Url,
    authenticator: SoftPasskey,
    credential: Option<Credential>,
}

struct Credential {
    id: Vec<u8>,
    user_handle: Vec<u8>,
}

impl SoftwarePasskey {
    pub(super) fn new(origin: Url) -> Self {
        Self { origin, authenticator: SoftPasskey::new(true), credential: None }
    }

    /// Makes a credential for these options (`navigator.credentials.create`).
    pub(super) fn create(&mut self, options: Value) -> anyhow::Result<Value> {
        let mut options: CreationChallengeResponse = serde_json::from_value(options).context("creation options")?;
        let user_handle = options.public_key.user.id.clone();
        // The software authenticator keeps no resident keys itself: this type does.
        if let Some(selection) = options.public_key.authenticator_selection.as_mut() {
            selection.require_resident_key = false;
        }
        let made: RegisterPublicKeyCredential = self
            .authenticator
            .do_registration(self.origin.clone(), options)
            .map_err(|e| anyhow!("the software passkey refused: {e:?}"))?;
        self.credential = Some(Credential { id: made.raw_id.clone(), user_handle });
        Ok(serde_json::to_value(made)?)
    }

    /// Signs these options' challenge (`navigator.credentials.get`).
    pub(super) fn get(&mut self, options: Value) -> anyhow::Result<Value> {
        let mut options: RequestChallengeResponse = serde_json::from_value(options).context("request options")?;
        let credential = self.credential.as_ref().context("there is no passkey yet")?;
        options.public_key.allow_credentials.push(AllowCredentials {
            type_: "public-key".to_owned(),
            id: credential.id.clone(),
            transports: None,
        });
        let mut signed = self
            .authenticator
            .do_authentication(self.origin.clone(), options)
            .map_err(|e| anyhow!("the software passkey refused: {e:?}"))?;
        signed.response.user_handle = Some(credential.user_handle.clone());
        Ok(serde_json::to_value(signed)?)
    }
}
