//! A token for a client itself.

use ::store::Timestamp;

use super::issue::Issue;
use crate::oidc::access_token::AccessTokenId;
use crate::oidc::token::client_credentials;
use crate::oidc::token::narrowing::Targets;
use crate::oidc::{self, Parameters, TokenResponse, authorization_details};
use crate::store::oidc::authentication::Caller;
use crate::store::{Identity, random};

impl Identity {
    /// Nothing of the token is written down: it is good unless it is ended.
    pub(super) fn client_credentials(
        &self,
        form: &Parameters,
        caller: Caller,
        now: Timestamp,
    ) -> Result<TokenResponse, oidc::Error> {
        let asked = client_credentials::read(form, &caller.client.client, caller.key.as_ref())
            .and_then(|scope| Ok((scope, Targets::read(form, &caller.client.client)?)))
            .and_then(|asked| authorization_details::need_a_resident(form).map(|()| asked));
        let (scope, targets) = match asked {
            Ok(asked) => asked,
            Err(error) => return self.refuse_token(caller, error),
        };
        let Caller { client, key, certificate, once, .. } = caller;
        self.use_up_alone(once)??;
        let token = AccessTokenId::new(now, &random()?);
        let (client, signer) = (&client.client, &self.access_token_signer(now)?);
        self.issue(&Issue { client, token, key, certificate, scope, targets, signer, now }, None)
    }
}
