//! Refreshing: new tokens for the client of an authorization.

use std::sync::Arc;

use ::store::{Conn, Timestamp};

use super::issue::{Issue, OfResident};
use super::reuse_record;
use crate::Error;
use crate::audit::Act;
use crate::oidc::access_token::AccessTokenId;
use crate::oidc::client::Client;
use crate::oidc::token::narrowing::Targets;
use crate::oidc::token::refresh_token::{RefreshToken, UNKNOWN, Verdict, judge};
use crate::oidc::{self, CertificateThumbprint, KeyThumbprint, OAuthError, Parameters, Scopes, TokenResponse};
use crate::store::oidc::access_tokens;
use crate::store::oidc::authentication::Caller;
use crate::store::oidc::grants::{self, Grant};
use crate::store::oidc::once::{self, Once};
use crate::store::oidc::refresh_tokens::{self, NewRefreshToken};
use crate::store::{Identity, audit, random};

/// What a refresh needs inside its transaction.
#[derive(Clone)]
struct Attempt {
    client: Arc<Client>,
    key: Option<KeyThumbprint>,
    certificate: Option<CertificateThumbprint>,
    once: Vec<Once>,
    hash: Vec<u8>,
    /// The hash of the token that follows, should one follow.
    successor: Vec<u8>,
    /// The scopes that are asked for, as they came.
    scope: Option<String>,
    /// What is asked for.
    asked: Targets,
    token: AccessTokenId,
    now: Timestamp,
}

/// What a refresh gives.
struct Refreshed {
    grant: Grant,
    scopes: Scopes,
    targets: Targets,
    is_replaced: bool,
}

impl Identity {
    pub(super) fn refresh(
        &self,
        form: &Parameters,
        caller: Caller,
        now: Timestamp,
    ) -> Result<TokenResponse, oidc::Error> {
        let read = RefreshToken::read(form).and_then(|shown| Ok((shown, Targets::read(form, &caller.client.client)?)));
        let (shown, asked) = match read {
            Ok(read) => read,
            Err(error) => return self.refuse_token(caller, error),
        };
        let successor = shown.successor(self.keys());
        let attempt = Attempt {
            client: caller.client.client,
            key: caller.key,
            certificate: caller.certificate,
            once: caller.once,
            hash: shown.keyed_hash(self.keys()),
            successor: successor.keyed_hash(self.keys()),
            scope: form.get("scope").map(str::to_owned),
            asked,
            token: AccessTokenId::new(now, &random()?),
            now,
        };
        let Attempt { client, key, certificate, token, .. } = attempt.clone();
        let Refreshed { grant, scopes, targets, is_replaced } =
            self.db().write(move |conn| refresh(conn, &attempt))??;
        let (scope, signer) = (scopes.to_string(), &self.access_token_signer(now)?);
        let issue = Issue { client: &client, token, key, certificate, scope, targets, signer, now };
        let mut response = self.issue(&issue, Some(&OfResident { grant: &grant, scopes: &scopes, nonce: None }))?;
        let current = if is_replaced { successor } else { shown };
        response.refresh_token = Some(current.expose());
        Ok(response)
    }
}

/// Refreshes in one transaction. A refusal is a result, not an error: what it changed stays changed.
fn refresh(conn: &mut Conn<'_>, attempt: &Attempt) -> Result<Result<Refreshed, OAuthError>, Error> {
    let Attempt { client, key, hash, now, .. } = attempt;
    if let Err(replayed) = once::use_up(conn, &attempt.once)? {
        return Ok(Err(replayed));
    }
    let Some((stored, grant)) = refresh_tokens::find(conn, hash)? else { return Ok(Err(UNKNOWN)) };
    let verdict = judge(&stored, client, key.as_ref(), attempt.certificate.as_ref(), *now);
    match verdict {
        Verdict::Refuse(error) => return Ok(Err(error)),
        Verdict::RefuseAndRevoke => {
            grants::revoke(conn, grant.id)?;
            audit::append(conn, &reuse_record(Act::RefreshTokenReused, &client.id, *now))?;
            return Ok(Err(UNKNOWN));
        }
        Verdict::Keep | Verdict::Replace => {}
    }
    let scopes = match grant.scopes().narrowed(attempt.scope.as_deref()) {
        Ok(scopes) => scopes,
        Err(error) => return Ok(Err(error)),
    };
    let targets = match grant.targets()?.narrowed(&attempt.asked) {
        Ok(targets) => targets,
        Err(error) => return Ok(Err(error)),
    };
    let is_replaced = verdict == Verdict::Replace;
    if is_replaced {
        let (confirmation, ends_at) = (stored.confirmation.clone(), stored.ends_at);
        let successor = NewRefreshToken { hash: attempt.successor.clone(), confirmation, ends_at };
        refresh_tokens::replace(conn, hash, &successor, grant.id, *now)?;
    } else {
        refresh_tokens::keep(conn, hash, &stored, grant.id, *now)?;
    }
    access_tokens::add(conn, attempt.token, grant.id, *now + client.profile.access_token_lifetime())?;
    Ok(Ok(Refreshed { grant, scopes, targets, is_replaced }))
}
