//! The authorization code grant (RFC 6749, section 4.1.3; RFC 7636, section 4.6): a code is redeemed once, soon,
//! by the client it was made for, with the verifier that belongs to it. Pure.

use store::Timestamp;
use uuid::Uuid;

use super::check_possession;
use crate::keys::Purpose;
use crate::oidc::client::{Client, ClientId};
use crate::oidc::dpop::KeyThumbprint;
use crate::oidc::error::OAuthError;
use crate::oidc::parameters::Parameters;
use crate::oidc::pkce::CodeChallenge;
use crate::secret::secret;

secret! {
    /// An authorization code: sixteen bytes that name the authorization, sixteen that nobody can guess.
    pub(crate) struct Code: Purpose::Token;
}

impl Code {
    /// The code of an authorization.
    pub(crate) fn of(authorization: Uuid, random: &[u8; 16]) -> Self {
        let mut code = Self::new([0; 32]);
        code.0[..16].copy_from_slice(authorization.as_bytes());
        code.0[16..].copy_from_slice(random);
        code
    }

    /// The authorization that it names.
    pub(crate) fn authorization(&self) -> Uuid {
        self.0.first_chunk().map_or(Uuid::nil(), |name| Uuid::from_bytes(*name))
    }
}

/// What a client sends to redeem a code.
#[derive(Clone)]
pub(crate) struct Redemption {
    pub(crate) code: Code,
    redirect_uri: String,
    verifier: Option<String>,
    /// The key that the client proved to have.
    pub(crate) key: Option<KeyThumbprint>,
}

impl Redemption {
    /// Reads the form.
    pub(crate) fn read(form: &Parameters, key: Option<KeyThumbprint>) -> Result<Self, OAuthError> {
        let code = form.get("code").ok_or(OAuthError::invalid_request("it is missing").of("code"))?;
        let redirect_uri =
            form.get("redirect_uri").ok_or(OAuthError::invalid_request("it is missing").of("redirect_uri"))?;
        Ok(Self {
            code: Code::parse(code).ok_or(UNKNOWN)?,
            redirect_uri: redirect_uri.to_owned(),
            verifier: form.get("code_verifier").map(str::to_owned),
            key,
        })
    }
}

/// The refusal of a code that cannot be redeemed, whatever the reason: whoever shows it need not know.
pub(crate) const UNKNOWN: OAuthError = OAuthError::invalid_grant("unknown, used or expired").of("code");

/// What is known of a code that was handed out.
#[derive(Debug, Clone)]
pub(crate) struct StoredCode {
    pub(crate) client_id: ClientId,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: Option<CodeChallenge>,
    /// The key that it is bound to.
    pub(crate) key: Option<KeyThumbprint>,
    pub(crate) expires_at: Timestamp,
    pub(crate) is_used: bool,
}

/// What happens to a code that a client shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is good: mark it used and give tokens.
    Redeem,
    /// Refuse.
    Refuse(OAuthError),
    /// Refuse as [`UNKNOWN`], and take back everything that it gave: it was used before, so one of the two who showed it
    /// is a thief (RFC 9700, section 4.5).
    RefuseAndRevoke,
}

/// Judges a redemption.
pub(crate) fn judge(stored: &StoredCode, client: &Client, redemption: &Redemption, now: Timestamp) -> Verdict {
    // Another client learns nothing and breaks nothing: it may have found the code in a log.
    if stored.client_id != client.id {
        return Verdict::Refuse(UNKNOWN);
    }
    if stored.is_used {
        return Verdict::RefuseAndRevoke;
    }
    if stored.expires_at <= now {
        return Verdict::Refuse(UNKNOWN);
    }
    if stored.redirect_uri != redemption.redirect_uri {
        return Verdict::Refuse(OAuthError::invalid_grant("it is not the one of the request").of("redirect_uri"));
    }
    if let Err(refused) = check_possession(client, stored.key.as_ref(), redemption.key.as_ref()) {
        return Verdict::Refuse(refused);
    }
    let refuse = |why| Verdict::Refuse(OAuthError::invalid_grant(why).of("code_verifier"));
    match (&stored.challenge, &redemption.verifier) {
        (None, None) => Verdict::Redeem,
        (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => Verdict::Redeem,
        (Some(_), Some(_)) => refuse("it does not belong to the code_challenge"),
        (Some(_), None) => refuse("it is missing"),
        (None, Some(_)) => refuse("the request had no code_challenge"),
    }
}

#[cfg(test)]
mod tests;
