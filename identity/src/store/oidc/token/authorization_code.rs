//! Redeeming an authorization code.

use ::store::{Conn, Timestamp};

use super::issue::{Issue, OfResident};
use super::reuse_record;
use crate::Error;
use crate::audit::Act;
use crate::oidc::access_token::AccessTokenId;
use crate::oidc::client::Client;
use crate::oidc::token::authorization_code::{Redemption, UNKNOWN, Verdict, judge};
use crate::oidc::token::narrowing::Targets;
use crate::oidc::token::refresh_token::{RefreshToken, confirmation};
use crate::oidc::{self, GrantType, OAuthError, Parameters, Scope, TokenResponse, lifetimes};
use crate::store::oidc::access_tokens;
use crate::store::oidc::authentication::Caller;
use crate::store::oidc::grants::{self, Grant};
use crate::store::oidc::once::{self, Once};
use crate::store::oidc::refresh_tokens::{self, NewRefreshToken};
use crate::store::{Identity, audit, random};

/// What a redemption needs inside its transaction.
#[derive(Clone)]
struct Attempt {
    client: Client,
    once: Vec<Once>,
    redemption: Redemption,
    /// What is asked for.
    asked: Targets,
    code_hash: Vec<u8>,
    token: AccessTokenId,
    /// The refresh token to write, should the resident have agreed to one.
    refresh_token: NewRefreshToken,
    now: Timestamp,
}

impl Attempt {
    fn may_refresh(&self, grant: &Grant) -> bool {
        grant.scopes().contains(Scope::OfflineAccess) && self.client.grants.contains(&GrantType::RefreshToken)
    }
}

impl Identity {
    pub(super) fn redeem_code(
        &self,
        form: &Parameters,
        caller: Caller,
        now: Timestamp,
    ) -> Result<TokenResponse, oidc::Error> {
        let read = Redemption::read(form, caller.key.clone())
            .and_then(|redemption| Ok((redemption, Targets::read(form, &caller.client)?)));
        let (redemption, asked) = match read {
            Ok(read) => read,
            Err(error) => return self.refuse_token(caller, error),
        };
        let refresh_token = RefreshToken::new(random()?);
        let certificate = caller.certificate;
        let attempt = Attempt {
            refresh_token: NewRefreshToken {
                hash: refresh_token.keyed_hash(self.keys()),
                confirmation: confirmation(&caller.client, redemption.key.as_ref(), certificate.as_ref()),
                ends_at: now + lifetimes::REFRESH_TOKEN,
            },
            code_hash: redemption.code.keyed_hash(self.keys()),
            token: AccessTokenId::new(now, &random()?),
            client: caller.client,
            once: caller.once,
            redemption,
            asked,
            now,
        };
        let redeemed = attempt.clone();
        let (grant, targets) = self.db().write(move |conn| redeem(conn, &attempt))??;
        let Attempt { client, token, redemption, .. } = &redeemed;
        let (key, scopes) = (redemption.key.clone(), grant.scopes());
        let issue = Issue { client, token: *token, key, certificate, scope: scopes.to_string(), targets, now };
        let of_resident = OfResident { grant: &grant, scopes: &scopes, nonce: grant.nonce.clone() };
        let mut response = self.issue(&issue, Some(&of_resident))?;
        response.refresh_token = redeemed.may_refresh(&grant).then(|| refresh_token.expose());
        Ok(response)
    }
}

/// An authorization, and what its first token is for.
type Redeemed = (Grant, Targets);

/// Redeems a code in one transaction. A refusal is a result, not an error: what it changed stays changed.
fn redeem(conn: &mut Conn<'_>, attempt: &Attempt) -> Result<Result<Redeemed, OAuthError>, Error> {
    if let Err(replayed) = once::use_up(conn, &attempt.once)? {
        return Ok(Err(replayed));
    }
    let Some(grant) = grants::of_code(conn, &attempt.code_hash)? else { return Ok(Err(UNKNOWN)) };
    let verdict = judge(&grant.code(), &attempt.client, &attempt.redemption, attempt.now);
    let targets = match grant.targets()?.narrowed(&attempt.asked) {
        Err(error) if verdict == Verdict::Redeem => return Ok(Err(error)),
        narrowed => narrowed.unwrap_or_default(),
    };
    match verdict {
        Verdict::Redeem if grants::use_code(conn, grant.id)? => {
            let expires_at = attempt.now + attempt.client.profile.access_token_lifetime();
            access_tokens::add(conn, attempt.token, grant.id, expires_at)?;
            if attempt.may_refresh(&grant) {
                refresh_tokens::add(conn, &attempt.refresh_token, grant.id, attempt.now)?;
            }
            Ok(Ok((grant, targets)))
        }
        Verdict::Refuse(error) => Ok(Err(error)),
        // Used before, or by another gateway in this very moment.
        Verdict::Redeem | Verdict::RefuseAndRevoke => {
            grants::revoke(conn, grant.id)?;
            audit::append(conn, &reuse_record(Act::CodeReused, &attempt.client.id, attempt.now))?;
            Ok(Err(UNKNOWN))
        }
    }
}
