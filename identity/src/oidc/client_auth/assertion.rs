//! Signed assertions by which clients authenticate (`private_key_jwt`: RFC 7523; OpenID Connect Core, section 9).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use store::Timestamp;

use super::AssertionId;
use crate::jose::{self, Audience, NumericDate, TimeRefusal, Times, Tolerance};
use crate::oidc::client::{Client, ClientId, SecurityProfile};
use crate::oidc::error::OAuthError;
use crate::oidc::issuer::{Endpoint, Issuer};
use crate::oidc::lifetimes;

#[derive(Deserialize)]
struct AssertionClaims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    jti: Option<String>,
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
    iat: Option<NumericDate>,
}

/// Under `fapi2` it is the issuer and nothing else, so that an assertion for another server is never good here
/// (FAPI 2.0 Security Profile, section 5.3.2.1); `oidc` takes the issuer or the token endpoint, alone or in a list.
fn is_us(audience: &Audience, issuer: &Issuer, profile: SecurityProfile) -> bool {
    match profile {
        SecurityProfile::Fapi2 => *audience == Audience::One(issuer.as_str().to_owned()),
        SecurityProfile::Oidc => {
            audience.contains(issuer.as_str()) || audience.contains(&issuer.endpoint(Endpoint::Token))
        }
    }
}

pub(super) fn verify(
    assertion: &str,
    client: &Client,
    keys: &[jose::Jwk],
    algorithms: &[jose::Algorithm],
    issuer: &Issuer,
    now: Timestamp,
) -> Result<AssertionId, OAuthError> {
    let refuse = |why| OAuthError::invalid_client(why).of("client_assertion");
    let verified = jose::verify::<AssertionClaims>(assertion, keys, algorithms).map_err(|error| {
        refuse(match error {
            jose::JwsError::Algorithm if algorithms.len() == 1 => "its algorithm is not the registered one",
            jose::JwsError::Algorithm => "its algorithm is not ES256, EdDSA, Ed25519 or PS256",
            jose::JwsError::NoKey | jose::JwsError::Signature => "no registered key made its signature",
            _ => "it is not a signed token of the expected shape",
        })
    })?;
    let claims = verified.claims;
    let is_client = |claim: &Option<String>| claim.as_deref() == Some(client.id.as_str());
    if !is_client(&claims.iss) || !is_client(&claims.sub) {
        return Err(refuse("iss and sub must be the client_id"));
    }
    if !claims.aud.is_some_and(|audience| is_us(&audience, issuer, client.profile)) {
        return Err(refuse(match client.profile {
            SecurityProfile::Fapi2 => "aud must be the issuer, as a single text",
            SecurityProfile::Oidc => "aud must be the issuer or the token endpoint",
        }));
    }
    let tolerance = Tolerance { ahead: lifetimes::CLOCK_AHEAD, lifetime: lifetimes::ASSERTION };
    let times = Times { exp: claims.exp, nbf: claims.nbf, iat: claims.iat };
    times.check(now, &tolerance).map_err(|refused| refuse(time_refusal(refused)))?;
    let jti = claims.jti.filter(|jti| (1..=255).contains(&jti.len())).ok_or(refuse("jti must have 1 to 255 bytes"))?;
    let until = claims.exp.map_or(now, NumericDate::timestamp);
    Ok(AssertionId { jti, until, signed_at: claims.iat.map(NumericDate::timestamp) })
}

fn time_refusal(refused: TimeRefusal) -> &'static str {
    match refused {
        TimeRefusal::ExpiryMissing => "exp is missing",
        TimeRefusal::Expired => "it has expired",
        TimeRefusal::ExpiryTooFar => "exp is more than ten minutes ahead",
        TimeRefusal::NotYetValid => "nbf is in the future",
        TimeRefusal::IssuedInFuture => "iat is in the future",
    }
}

/// The `sub` of a token whose signature nobody has looked at: enough to know whose keys to check it with.
pub(super) fn claimed_subject(assertion: &str) -> Option<ClientId> {
    #[derive(Deserialize)]
    struct Claimed {
        sub: String,
    }
    let payload = URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1)?).ok()?;
    let Claimed { sub } = serde_json::from_slice(&payload).ok()?;
    ClientId::parse(&sub)
}
