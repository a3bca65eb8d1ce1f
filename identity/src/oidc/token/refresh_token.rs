//! Refresh tokens (RFC 6749, section 6; OpenID Connect Core, section 12): new tokens without the resident, for as long
//! as what they agreed to stands. Pure.
//!
//! The token of a client that authenticates stays the same: there is nothing to lose. That of a public client is
//! replaced at every use, and using one that was replaced ends them all, because one of the two who showed it is a
//! thief (RFC 9700, section 4.14.2). A lost answer is no theft: for a short time the same token may be shown again, and
//! since its successor is computed from it, the answer is the same, whichever gateway gives it.

use std::time::Duration;

use store::Timestamp;

use super::check_possession;
use crate::IdentityKeys;
use crate::keys::Purpose;
use crate::oidc::access_token::Confirmation;
use crate::oidc::certificate::CertificateThumbprint;
use crate::oidc::client::{Client, ClientId};
use crate::oidc::dpop::KeyThumbprint;
use crate::oidc::error::OAuthError;
use crate::oidc::lifetimes;
use crate::oidc::parameters::Parameters;
use crate::secret::secret;

secret! {
    /// A refresh token.
    pub(crate) struct RefreshToken: Purpose::Token;
}

impl RefreshToken {
    /// Reads the form.
    ///
    /// # Errors
    /// `invalid_request` when there is none, `invalid_grant` when it cannot be one.
    pub(crate) fn read(form: &Parameters) -> Result<Self, OAuthError> {
        let text = form.get("refresh_token").ok_or(OAuthError::invalid_request("it is missing").of("refresh_token"))?;
        Self::parse(text).ok_or(UNKNOWN)
    }

    /// The token that follows this one. Nobody without our keys can tell it from random bytes.
    pub(crate) fn successor(&self, keys: &IdentityKeys) -> Self {
        Self::new(keys.keyed_hash(Purpose::RefreshToken, self.0.as_slice()))
    }
}

/// The refusal of a refresh token that is not good, whatever the reason: whoever shows it need not know.
pub(crate) const UNKNOWN: OAuthError = OAuthError::invalid_grant("unknown, expired or revoked").of("refresh_token");

/// What is known of a refresh token that was handed out.
#[derive(Debug, Clone)]
pub(crate) struct StoredRefreshToken {
    pub(crate) client_id: ClientId,
    pub(crate) confirmation: Option<Confirmation>,
    /// Unless it is used before.
    pub(crate) expires_at: Timestamp,
    /// However much it is used.
    pub(crate) ends_at: Timestamp,
    pub(crate) replaced_at: Option<Timestamp>,
}

impl StoredRefreshToken {
    /// When it expires if it is used now.
    pub(crate) fn expiry(ends_at: Timestamp, now: Timestamp) -> Timestamp {
        ends_at.min(now + lifetimes::REFRESH_TOKEN_IDLE)
    }

    /// Whether this client can use it now, with its key if it is bound to one.
    pub(crate) fn is_good_for(&self, client: &ClientId, now: Timestamp) -> bool {
        self.client_id == *client && self.expires_at > now && self.replaced_at.is_none()
    }

    /// Whether use is worth writing down: not at every turn.
    pub(crate) fn is_use_written(&self, now: Timestamp) -> bool {
        Self::expiry(self.ends_at, now).since(self.expires_at) >= lifetimes::REFRESH_TOKEN_USE
    }
}

/// What a refresh token is bound to. A client that authenticates by its certificate may renew it, which must not lock it
/// out: only that of a public client is bound to the certificate itself (RFC 8705, section 6.3).
pub(crate) fn confirmation(
    client: &Client,
    key: Option<&KeyThumbprint>,
    certificate: Option<&CertificateThumbprint>,
) -> Option<Confirmation> {
    Confirmation::of(key, certificate.filter(|_| client.is_public()))
}

/// What happens to a refresh token that a client shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is good and stays.
    Keep,
    /// It is good, and its successor takes its place.
    Replace,
    /// Refuse.
    Refuse(OAuthError),
    /// Refuse as [`UNKNOWN`], and end everything that came of the authorization.
    RefuseAndRevoke,
}

/// Judges a refresh token.
pub(crate) fn judge(
    stored: &StoredRefreshToken,
    client: &Client,
    key: Option<&KeyThumbprint>,
    certificate: Option<&CertificateThumbprint>,
    now: Timestamp,
) -> Verdict {
    // Another client learns nothing and breaks nothing; nor does who has the token without its key.
    if stored.client_id != client.id || stored.expires_at <= now {
        return Verdict::Refuse(UNKNOWN);
    }
    let bound = stored.confirmation.as_ref();
    if let Err(refused) = check_possession(client, bound.and_then(|bound| bound.jkt.as_ref()), key) {
        return Verdict::Refuse(refused);
    }
    let bound = bound.and_then(|bound| bound.certificate.as_ref());
    if bound.is_some() && bound != certificate {
        return Verdict::Refuse(OAuthError::invalid_grant("it is bound to the certificate that it was given to"));
    }
    match stored.replaced_at {
        Some(replaced) if now.since(replaced) > RETRY => Verdict::RefuseAndRevoke,
        _ if client.is_public() => Verdict::Replace,
        _ => Verdict::Keep,
    }
}

const RETRY: Duration = lifetimes::REFRESH_RETRY;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::client::ClientAuthenticationMethod;
    use crate::oidc::testing::{NOW, Prover, RelyingParty};

    fn stored() -> StoredRefreshToken {
        StoredRefreshToken {
            client_id: ClientId::parse("shop").unwrap(),
            confirmation: None,
            expires_at: NOW + lifetimes::REFRESH_TOKEN_IDLE,
            ends_at: NOW + lifetimes::REFRESH_TOKEN,
            replaced_at: None,
        }
    }

    fn client(id: &str) -> Client {
        RelyingParty::new(id, SigningAlgorithm::Es256).client()
    }

    fn public() -> Client {
        Client { authentication: ClientAuthenticationMethod::None, ..client("shop") }
    }

    #[test]
    fn a_token_stays_with_who_authenticates_and_moves_on_with_who_does_not() {
        assert_eq!(judge(&stored(), &client("shop"), None, None, NOW), Verdict::Keep);
        assert_eq!(judge(&stored(), &public(), None, None, NOW), Verdict::Replace);
    }

    #[test]
    fn others_and_latecomers_are_refused_and_break_nothing() {
        assert_eq!(judge(&stored(), &client("bank"), None, None, NOW), Verdict::Refuse(UNKNOWN));
        let late = stored().expires_at;
        assert_eq!(judge(&stored(), &client("shop"), None, None, late), Verdict::Refuse(UNKNOWN));
    }

    #[test]
    fn a_token_that_was_replaced_can_be_retried_for_a_minute_and_then_ends_everything() {
        let replaced = StoredRefreshToken { replaced_at: Some(NOW), ..stored() };
        assert_eq!(judge(&replaced, &public(), None, None, NOW + lifetimes::REFRESH_RETRY), Verdict::Replace);
        let late = NOW + lifetimes::REFRESH_RETRY + Duration::from_micros(1);
        assert_eq!(judge(&replaced, &public(), None, None, late), Verdict::RefuseAndRevoke);
        assert_eq!(judge(&replaced, &client("bank"), None, None, late), Verdict::Refuse(UNKNOWN));
    }

    #[test]
    fn a_bound_token_needs_its_key() {
        let key = |prover: &Prover| KeyThumbprint::parse(&prover.thumbprint()).unwrap();
        let (ours, other) = (key(&Prover::new()), key(&Prover::new()));
        let bound = StoredRefreshToken { confirmation: Confirmation::of(Some(&ours), None), ..stored() };
        let shop = client("shop");
        assert_eq!(judge(&bound, &shop, Some(&ours), None, NOW), Verdict::Keep);
        for shown in [None, Some(&other)] {
            let Verdict::Refuse(error) = judge(&bound, &shop, shown, None, NOW) else { panic!("{shown:?}") };
            assert_eq!((error.code.as_str(), error.status()), ("invalid_grant", 400));
        }
    }

    #[test]
    fn a_public_clients_token_needs_its_certificate_and_others_may_renew_theirs() {
        let [one, other] = [b"one", b"two"].map(|der| CertificateThumbprint::of(der));
        let bound = |client| StoredRefreshToken { confirmation: confirmation(client, None, Some(&one)), ..stored() };
        let (shop, app) = (client("shop"), public());
        assert_eq!(judge(&bound(&shop), &shop, None, Some(&other), NOW), Verdict::Keep);
        assert_eq!(judge(&bound(&app), &app, None, Some(&one), NOW), Verdict::Replace);
        for shown in [None, Some(&other)] {
            assert!(matches!(judge(&bound(&app), &app, None, shown, NOW), Verdict::Refuse(_)));
        }
    }

    #[test]
    fn a_successor_is_always_the_same_and_nobody_elses() {
        let (keys, others) = (IdentityKeys::from_master(&[7; 32]), IdentityKeys::from_master(&[8; 32]));
        let token = RefreshToken::new([9; 32]);
        assert_eq!(token.successor(&keys).expose(), token.successor(&keys).expose());
        assert_ne!(token.successor(&keys).expose(), token.successor(&others).expose());
        assert_ne!(token.successor(&keys).expose(), token.expose());
    }

    #[test]
    fn use_moves_the_end_on_but_never_past_a_year_and_is_written_once_an_hour() {
        let token = stored();
        assert!(!token.is_use_written(NOW + Duration::from_mins(59)));
        assert!(token.is_use_written(NOW + Duration::from_hours(1)));
        let late = token.ends_at - Duration::from_hours(1);
        assert_eq!(StoredRefreshToken::expiry(token.ends_at, late), token.ends_at);
    }
}
