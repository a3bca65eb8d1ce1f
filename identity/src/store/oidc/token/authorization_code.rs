//! Redeeming an authorization code.

use ::store::{Conn, Timestamp};

use super::issue::Issue;
use crate::Error;
use crate::audit::{Act, Actor, Record};
use crate::oidc::access_token::AccessTokenId;
use crate::oidc::client::Client;
use crate::oidc::token::authorization_code::{Redemption, UNKNOWN, Verdict, judge};
use crate::oidc::{self, OAuthError, Parameters, TokenResponse};
use crate::store::oidc::authentication::Caller;
use crate::store::oidc::grants::{self, Grant};
use crate::store::oidc::once::{self, Once};
use crate::store::{Identity, audit, random};

/// What a redemption needs inside its transaction.
#[derive(Clone)]
struct Attempt {
    client: Client,
    once: Vec<Once>,
    redemption: Redemption,
    code_hash: Vec<u8>,
    token: AccessTokenId,
    now: Timestamp,
}

impl Identity {
    pub(super) fn redeem_code(
        &self,
        form: &Parameters,
        caller: Caller,
        now: Timestamp,
    ) -> Result<TokenResponse, oidc::Error> {
        let redemption = match Redemption::read(form, caller.key.clone()) {
            Ok(redemption) => redemption,
            Err(error) => return self.refuse_token(caller, error),
        };
        let certificate = caller.certificate;
        let attempt = Attempt {
            code_hash: redemption.code.keyed_hash(self.keys()),
            token: AccessTokenId::new(now, &random()?),
            client: caller.client,
            once: caller.once,
            redemption,
            now,
        };
        let redeemed = attempt.clone();
        let grant = self.db().write(move |conn| redeem(conn, &attempt))??;
        let Attempt { client, token, redemption, .. } = redeemed;
        self.issue(&Issue { client: &client, grant: &grant, token, key: redemption.key, certificate, now })
    }
}

/// Redeems a code in one transaction. A refusal is a result, not an error: what it changed stays changed.
fn redeem(conn: &mut Conn<'_>, attempt: &Attempt) -> Result<Result<Grant, OAuthError>, Error> {
    if let Err(replayed) = once::use_up(conn, &attempt.once)? {
        return Ok(Err(replayed));
    }
    let Some(grant) = grants::of_code(conn, &attempt.code_hash)? else { return Ok(Err(UNKNOWN)) };
    match judge(&grant.code(), &attempt.client, &attempt.redemption, attempt.now) {
        Verdict::Redeem if grants::use_code(conn, grant.id)? => {
            let expires_at = attempt.now + attempt.client.profile.access_token_lifetime();
            grants::add_token(conn, attempt.token, grant.id, expires_at)?;
            Ok(Ok(grant))
        }
        Verdict::Refuse(error) => Ok(Err(error)),
        // Used before, or by another gateway in this very moment.
        Verdict::Redeem | Verdict::RefuseAndRevoke => {
            grants::revoke(conn, grant.id)?;
            audit::append(conn, &reuse_record(attempt))?;
            Ok(Err(UNKNOWN))
        }
    }
}

fn reuse_record(attempt: &Attempt) -> Record {
    let subject = format!("client:{}", attempt.client.id);
    let actor = Actor::Client(attempt.client.id.to_string());
    Record { at: attempt.now, actor, act: Act::CodeReused, subject, detail: String::new() }
}
