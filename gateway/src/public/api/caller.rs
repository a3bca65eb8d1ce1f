//! Who calls: the merchant that the token's client is bound to.

use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, web};
use identity::oidc::{EndpointRequest, Error, Method, Parameters};
use payments::merchant::{Actor, Merchant, MerchantError, MerchantRefusal};

use crate::clock;
use crate::error::Problem;
use crate::public::merchant::program_of;
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
}

/// # Errors
/// 401 without a good token, 403 for another scope or a client that acts for no merchant.
pub(super) async fn caller(request: &HttpRequest, gateway: &web::Data<Gateway>) -> Result<Caller, Problem> {
    let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let call = EndpointRequest {
        method: Method::Get,
        authorization,
        dpop: Vec::new(),
        certificate: None,
        form: Parameters::new(Vec::new()),
    };
    let asked = waiting::ask(gateway, move |identity| identity.client_of_token(&call, SCOPE, clock::now())).await;
    let client = match asked {
        Ok(Ok(client)) => client,
        Ok(Err(Error::Refused(refusal))) if refusal.status() == StatusCode::FORBIDDEN.as_u16() => {
            return Err(Problem::forbidden(format!("The token is not for {SCOPE}.")));
        }
        Ok(Err(Error::Refused(_))) => {
            let mut problem = Problem::from_status(StatusCode::UNAUTHORIZED);
            "A good access token is needed.".clone_into(&mut problem.detail);
            return Err(problem);
        }
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
    Ok(Caller { merchant, actor })
}
