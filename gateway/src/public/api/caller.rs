//! Who calls: the merchant that the token's client is bound to.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use identity::oidc::client::ClientId;
use identity::oidc::{EndpointRequest, Error};
use payments::merchant::{Actor, Merchant, MerchantError, MerchantRefusal};

use crate::clock;
use crate::error::Problem;
use crate::public::merchant::program_of;
use crate::public::oauth;
use crate::public::waiting;
use crate::server::Gateway;

/// What a token must be for.
const SCOPE: &str = "merchant.payments";

/// A merchant's program.
pub(super) struct Caller {
    /// The merchant that it acts for.
    pub(super) merchant: Merchant,
    /// As whom it is written down.
    pub(super) actor: Actor,
    /// Its OAuth client.
    pub(super) client: ClientId,
    /// The token as it was shown, for [`still_stands`].
    pub(super) shown: EndpointRequest,
}

/// # Errors
/// 401 without a good token, or without the proof that a bound token needs; 403 for another scope or a client that acts
/// for no merchant.
pub(super) async fn caller(request: &HttpRequest, gateway: &web::Data<Gateway>) -> Result<Caller, Problem> {
    // What a body says is the handler's: a token is shown in the header.
    let call = oauth::endpoint(request, &web::Bytes::new()).map_err(|refusal| refused(&refusal))?;
    let (shown, path) = (call.clone(), request.path().to_owned());
    let asked =
        waiting::ask(gateway, move |identity| identity.client_of_token(&call, &path, SCOPE, clock::now())).await;
    let client = match asked {
        Ok(Ok(client)) => client,
        Ok(Err(Error::Refused(refusal))) => return Err(refused(&refusal)),
        Ok(Err(Error::Failed(failed))) => return Err(failed.into()),
        Err(_) => return Err(Problem::unavailable("The service is stopping.", 5)),
    };
    let nobody = || Problem::forbidden("This client acts for no merchant, or no longer.");
    let actor = program_of(client.as_str()).map(Actor::Program).ok_or_else(nobody)?;
    let (gateway, id) = (gateway.clone(), client.to_string());
    let found = web::block(move || gateway.merchants.of_program(&id)).await?;
    let merchant = found.map_err(|error| match error {
        MerchantError::Refused(MerchantRefusal::Unknown) => nobody(),
        other => other.into(),
    })?;
    Ok(Caller { merchant, actor, client, shown })
}

/// Whether the token that began a stream is still good, and its client still acts for a merchant.
pub(super) async fn still_stands(gateway: &web::Data<Gateway>, shown: &EndpointRequest) -> bool {
    let shown = shown.clone();
    let asked = waiting::ask(gateway, move |identity| identity.client_still_stands(&shown, SCOPE, clock::now())).await;
    let Ok(Ok(client)) = asked else { return false };
    let gateway = gateway.clone();
    matches!(web::block(move || gateway.merchants.of_program(client.as_str())).await, Ok(Ok(_)))
}

/// A refusal of the provider as a problem, with the challenge that says what would do.
fn refused(refusal: &identity::oidc::OAuthError) -> Problem {
    let forbidden = refusal.status() == StatusCode::FORBIDDEN.as_u16();
    let mut problem = if forbidden {
        Problem::forbidden(format!("The token is not for {SCOPE}."))
    } else {
        let mut problem = Problem::from_status(StatusCode::UNAUTHORIZED);
        "A good access token is needed.".clone_into(&mut problem.detail);
        problem
    };
    problem.challenge = refusal.www_authenticate().map(String::into_boxed_str);
    problem
}

#[cfg(test)]
mod tests {
    use identity::oidc::{ErrorCode, OAuthError};

    use super::*;

    #[test]
    fn who_is_not_known_is_asked_who_they_are_and_who_may_not_is_told_so() {
        for (code, status, kind) in [
            (ErrorCode::InvalidToken, StatusCode::UNAUTHORIZED, "unauthorized"),
            (ErrorCode::MissingToken, StatusCode::UNAUTHORIZED, "unauthorized"),
            (ErrorCode::InsufficientScope, StatusCode::FORBIDDEN, "forbidden"),
        ] {
            let problem = refused(&OAuthError::new(code, ""));
            assert_eq!((problem.status, problem.kind), (status, kind));
            assert!(problem.challenge.is_some(), "{kind}");
        }
    }
}
