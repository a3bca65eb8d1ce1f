//! Access tokens: signed JWTs (RFC 9068) whose id is also recorded.
//!
//! Signed, so that resource servers can check them by themselves and without asking; recorded, so that at our
//! own endpoints a token ends the moment its grant does: consent withdrawn, code used twice, operator's stop.

use serde::{Deserialize, Serialize};
use store::Timestamp;

use super::authorization_details::AuthorizationDetails;
use super::certificate::CertificateThumbprint;
use super::dpop::KeyThumbprint;
use super::error::{ErrorCode, OAuthError};
use super::issuer::Issuer;
use super::scope::Scopes;
use crate::jose::{self, Audience, NumericDate, SigningKey};

store::identifier! {
    /// One access token (`jti`).
    pub struct AccessTokenId;
}

/// `typ` of an access token (RFC 9068, section 2.1).
const TYP: &str = "at+jwt";

/// The claims of an access token (RFC 9068, section 2.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccessTokenClaims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: Audience,
    pub(crate) client_id: String,
    pub(crate) exp: NumericDate,
    pub(crate) iat: NumericDate,
    pub(crate) jti: String,
    pub(crate) scope: String,
    /// When, how surely and how the resident signed in; none of it where nobody did (section 2.2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) auth_time: Option<NumericDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) acr: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) amr: Vec<String>,
    /// What was authorized in detail (RFC 9396, section 9.1).
    #[serde(default, skip_serializing_if = "AuthorizationDetails::is_empty")]
    pub(crate) authorization_details: AuthorizationDetails,
    /// The key that it is bound to (RFC 7800).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cnf: Option<Confirmation>,
}

/// What its holder must have to use a token: a key (RFC 9449, section 6.1), a certificate (RFC 8705, section 3.1), or
/// both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Confirmation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) jkt: Option<KeyThumbprint>,
    #[serde(default, rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    pub(crate) certificate: Option<CertificateThumbprint>,
}

impl Confirmation {
    /// What a token is bound to; `None` when to nothing.
    pub(crate) fn of(key: Option<&KeyThumbprint>, certificate: Option<&CertificateThumbprint>) -> Option<Self> {
        let bound = key.is_some() || certificate.is_some();
        bound.then(|| Self { jkt: key.cloned(), certificate: certificate.cloned() })
    }
}

/// An access token of ours that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessToken {
    pub(crate) id: AccessTokenId,
    /// The key that signed it.
    pub(crate) kid: String,
    pub(crate) claims: AccessTokenClaims,
}

impl AccessToken {
    /// The key that it is bound to.
    pub(crate) fn key(&self) -> Option<&KeyThumbprint> {
        self.claims.cnf.as_ref()?.jkt.as_ref()
    }

    /// Whether a resident's authorization stands behind it, or only the client itself.
    pub(crate) fn is_of_resident(&self) -> bool {
        self.claims.auth_time.is_some()
    }

    /// Whether it has not expired.
    pub(crate) fn is_in_time(&self, now: Timestamp) -> bool {
        self.claims.exp.timestamp() > now
    }

    /// The scopes about residents that it reaches.
    pub(crate) fn scopes(&self) -> Scopes {
        Scopes::from(self.claims.scope.clone())
    }
}

impl AccessTokenClaims {
    pub(crate) fn sign(&self, key: &SigningKey) -> Result<String, crate::Error> {
        jose::sign(key, TYP, self)
    }
}

/// Reads an access token of ours: signature, type, issuer and time hold. Whether it was revoked is for the database to
/// say; whom it is for, `aud` says.
///
/// # Errors
/// `invalid_token`.
pub(crate) fn read(
    token: &str,
    keys: &[jose::Jwk],
    issuer: &Issuer,
    now: Timestamp,
) -> Result<AccessToken, OAuthError> {
    let ours = jose::verify::<AccessTokenClaims>(token, keys, &[jose::Algorithm::ES256]).map_err(|_| invalid())?;
    let claims = ours.claims;
    let holds = jose::has_typ(&ours.header, TYP) && claims.iss == issuer.as_str() && claims.exp.timestamp() > now;
    let id = claims.jti.parse().ok().filter(|_| holds).ok_or(invalid())?;
    let kid = ours.header.kid.unwrap_or_default();
    Ok(AccessToken { id, kid, claims })
}

/// The one answer to every token that does not hold: which part failed is nobody's business.
pub(crate) const fn invalid() -> OAuthError {
    OAuthError::new(ErrorCode::InvalidToken, "unknown, expired or revoked")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::testing::{ISSUER, NOW, RelyingParty, issuer};

    fn claims() -> AccessTokenClaims {
        AccessTokenClaims {
            iss: ISSUER.to_owned(),
            sub: "s".to_owned(),
            aud: Audience::One(ISSUER.to_owned()),
            client_id: "shop".to_owned(),
            exp: NumericDate(NOW.seconds() + 1),
            iat: NumericDate(NOW.seconds()),
            jti: AccessTokenId::new(NOW, &[1; 10]).to_string(),
            scope: "openid".to_owned(),
            auth_time: Some(NumericDate(NOW.seconds())),
            acr: Some("a".to_owned()),
            amr: vec!["pop".to_owned()],
            authorization_details: AuthorizationDetails::default(),
            cnf: None,
        }
    }

    #[test]
    fn an_access_token_is_ours_in_time_and_of_its_type() {
        let (key, stranger) = (signer(), signer());
        let keys = [key.jwk().clone()];
        let read = |token: &str| super::read(token, &keys, &issuer(), NOW);
        let id = AccessTokenId::new(NOW, &[1; 10]);
        let kid = key.kid().to_owned();
        assert_eq!(read(&claims().sign(&key).unwrap()), Ok(AccessToken { id, kid, claims: claims() }));
        let jkt = KeyThumbprint::parse(key.kid()).unwrap();
        let bound = AccessTokenClaims { cnf: Confirmation::of(Some(&jkt), None), ..claims() };
        assert_eq!(read(&bound.sign(&key).unwrap()).unwrap().key(), Some(&jkt));
        let other = || "https://other.example".to_owned();
        for wrong in [
            AccessTokenClaims { iss: other(), ..claims() },
            AccessTokenClaims { exp: NumericDate(NOW.seconds()), ..claims() },
            AccessTokenClaims { jti: "1".to_owned(), ..claims() },
        ] {
            assert_eq!(read(&wrong.sign(&key).unwrap()), Err(invalid()), "{wrong:?}");
        }
        assert_eq!(read(&claims().sign(&stranger).unwrap()), Err(invalid()));
        assert_eq!(read(&jose::sign(&key, "JWT", &claims()).unwrap()), Err(invalid()));
    }

    fn signer() -> SigningKey {
        RelyingParty::new("any", SigningAlgorithm::Es256).key
    }
}
