//! On an API every error is a problem document with the request's id, the framework's own errors included.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, CONTENT_TYPE};
use actix_web::middleware::Next;

use super::request_id;
use crate::error::Problem;

/// Middleware for API scopes: writes errors as problem details (RFC 9457).
pub async fn problems(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return Ok(response);
    }
    let ours = response.response().error().and_then(|error| error.as_error::<Problem>().cloned());
    let foreign_body = response.headers().get(CONTENT_TYPE).is_some() && response.response().error().is_none();
    let problem = match ours {
        Some(problem) => problem,
        // A handler that wrote its own error body (an OAuth error, an ISO message) meant it.
        None if foreign_body => return Ok(response),
        None => {
            let mut problem = Problem::from_status(status);
            if let Some(error) = response.response().error().filter(|_| status.is_client_error()) {
                problem.detail = error.to_string();
            }
            problem
        }
    };
    let id = request_id(response.request());
    let allow = response.headers().get(ALLOW).cloned();
    let mut answer = problem.response(&id);
    if let Some(allow) = allow {
        answer.headers_mut().insert(ALLOW, allow);
    }
    Ok(response.into_response(answer))
}
