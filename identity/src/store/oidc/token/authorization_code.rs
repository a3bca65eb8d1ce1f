//! Redeeming an authorization code.

use ::store::{Conn, Effect, Timestamp};

use super::issue::{Issue, OfResident};
use super::reuse_record;
use crate::Error;
use crate::audit::Act;
use crate::oidc::token::authorization_code::{Redemption, UNKNOWN, Verdict, judge};
use crate::oidc::token::narrowing::Targets;
use crate::oidc::token::refresh_token::{RefreshToken, confirmation};
use crate::oidc::{self, GrantType, OAuthError, Parameters, Scope, TokenResponse, lifetimes};
use crate::store::oidc::access_tokens;
use crate::store::oidc::authentication::Caller;
use crate::store::oidc::clients::RegisteredClient;
use crate::store::oidc::codes::GivenCode;
use crate::store::oidc::grants::{self, Grant, GrantId};
use crate::store::oidc::once::{self, Once};
use crate::store::oidc::refresh_tokens::{self, NewRefreshToken};
use crate::store::{Identity, audit, random};

/// What a redemption needs inside its transaction.
#[derive(Clone)]
struct Attempt {
    identity: Identity,
    client: RegisteredClient,
    once: Vec<Once>,
    redemption: Redemption,
    /// What is asked for.
    asked: Targets,
    code_hash: Vec<u8>,
    /// The refresh token to write, should the resident have agreed to one.
    refresh_token: NewRefreshToken,
    now: Timestamp,
}

impl Attempt {
    /// What the code stands for, if only memory knows. The embedded database has one writer, in whose transaction this is
    /// asked: so of two who show one code, the second one finds what the first has written.
    fn given_in_memory(&self) -> Option<GivenCode> {
        let memory = self.identity.memory()?;
        let given = memory.codes.with(&self.code_hash, self.now, |mut entry| entry.get().cloned())?;
        Some(given).filter(|given| self.client.keeps_what_is_of(given.grant.code_given_at))
    }

    /// Uses the code up. False when it was used before.
    fn use_code(&self, conn: &mut Conn<'_>, id: GrantId, given: Option<&GivenCode>) -> Result<bool, Error> {
        let (Some(given), Some(memory)) = (given, self.identity.memory()) else { return grants::use_code(conn, id) };
        let is_first = memory.codes.take(&self.code_hash, self.now).is_some();
        if is_first {
            let noted = self.identity.has_noted(given.grant.session, &given.grant.client_id);
            given.write(conn, noted, self.now)?;
        }
        Ok(is_first)
    }

    fn may_refresh(&self, grant: &Grant) -> bool {
        grant.scopes().contains(Scope::OfflineAccess) && self.client.client.grants.contains(&GrantType::RefreshToken)
    }
}

impl Identity {
    pub(super) async fn redeem_code(
        &self,
        form: &Parameters,
        caller: Caller,
        now: Timestamp,
    ) -> Result<TokenResponse, oidc::Error> {
        let read = Redemption::read(form, caller.key.clone())
            .and_then(|redemption| Ok((redemption, Targets::read(form, &caller.client.client)?)));
        let (redemption, asked) = match read {
            Ok(read) => read,
            Err(error) => return self.refuse_token(caller, error),
        };
        let refresh_token = RefreshToken::new(random()?);
        let (state, certificate) = (caller.state, caller.certificate);
        let attempt = Attempt {
            refresh_token: NewRefreshToken {
                hash: refresh_token.keyed_hash(self.keys()),
                confirmation: confirmation(&caller.client.client, redemption.key.as_ref(), certificate.as_ref()),
                ends_at: now + lifetimes::REFRESH_TOKEN,
            },
            code_hash: redemption.code.keyed_hash(self.keys()),
            identity: self.clone(),
            client: caller.client,
            once: caller.once,
            redemption,
            asked,
            now,
        };
        let redeemed = attempt.clone();
        let written = self.db().write_soon(move |conn| redeem(conn, &attempt), effect);
        let (grant, targets) = written.await??;
        let Attempt { client, redemption, .. } = &redeemed;
        if let Some(session) = grant.session_id {
            self.note(session, &client.client.id);
        }
        let (token, key, scopes) = (access_tokens::first_of(grant.id), redemption.key.clone(), grant.scopes());
        let (scope, signer) = (scopes.to_string(), &self.access_token_signer(now)?);
        let issue = Issue { client: &client.client, token, key, certificate, scope, targets, signer, now };
        let of_resident = OfResident { grant: &grant, scopes: &scopes, nonce: grant.nonce.clone() };
        let mut response = self.issue(&issue, Some(&of_resident))?;
        response.refresh_token = redeemed.may_refresh(&grant).then(|| refresh_token.expose());
        self.remember_standing(state, token, signer.kid(), grant)?;
        Ok(response)
    }
}

/// An authorization, and what its first token is for.
type Redeemed = (Grant, Targets);

/// What a redemption did to what was there: one that gives tokens uses up a code, which nobody kept, and adds the rest.
fn effect(redeemed: &Result<Redeemed, OAuthError>) -> Effect {
    if redeemed.is_ok() { Effect::Added } else { Effect::Changed }
}

/// Redeems a code in one transaction. A refusal is a result, not an error: what it changed stays changed.
fn redeem(conn: &mut Conn<'_>, attempt: &Attempt) -> Result<Result<Redeemed, OAuthError>, Error> {
    if let Err(replayed) = once::use_up(conn, &attempt.once)? {
        return Ok(Err(replayed));
    }
    let client = &*attempt.client.client;
    let (given, grant) = match attempt.given_in_memory() {
        Some(given) => (given.standing(conn)?, Some(given)),
        None => (grants::of_code(conn, &attempt.redemption.code, &attempt.code_hash)?, None),
    };
    let (Some(grant), given) = (given, grant) else { return Ok(Err(UNKNOWN)) };
    let verdict = judge(&grant.code(), client, &attempt.redemption, attempt.now);
    let targets = match grant.targets()?.narrowed(&attempt.asked) {
        Err(error) if verdict == Verdict::Redeem => return Ok(Err(error)),
        narrowed => narrowed.unwrap_or_default(),
    };
    match verdict {
        Verdict::Redeem if attempt.use_code(conn, grant.id, given.as_ref())? => {
            if attempt.may_refresh(&grant) {
                refresh_tokens::add(conn, &attempt.refresh_token, grant.id, attempt.now)?;
            }
            Ok(Ok((grant, targets)))
        }
        Verdict::Refuse(error) => Ok(Err(error)),
        // Used before, or by another gateway in this very moment.
        Verdict::Redeem | Verdict::RefuseAndRevoke => {
            grants::revoke(conn, grant.id)?;
            audit::append(conn, &reuse_record(Act::CodeReused, &client.id, attempt.now))?;
            Ok(Err(UNKNOWN))
        }
    }
}
