//! Reading what a client sends, as it came: parameters in order, duplicates and all.

use actix_web::http::{
    self,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use actix_web::{HttpRequest, web};
use identity::oidc::{EndpointRequest, Method, OAuthError, Parameters};

use crate::http::mutual_tls::ShownCertificate;

/// The parameters of a query.
pub(super) fn query(request: &HttpRequest) -> Parameters {
    decode(request.query_string().as_bytes())
}

/// The parameters of a form body.
pub(super) fn decode(bytes: &[u8]) -> Parameters {
    Parameters::new(url::form_urlencoded::parse(bytes).into_owned().collect())
}

/// A form body as a query, decoded and encoded again so that nothing but parameters gets into the address.
pub(super) fn as_query(body: &[u8]) -> String {
    let pairs = url::form_urlencoded::parse(body);
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A call of a client: its headers of authentication and its form.
///
/// # Errors
/// `invalid_request` for a body that is not a form.
pub(in crate::public) fn endpoint(request: &HttpRequest, body: &web::Bytes) -> Result<EndpointRequest, OAuthError> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_form = header(CONTENT_TYPE)
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    if !body.is_empty() && !is_form {
        return Err(OAuthError::invalid_request("the body must be application/x-www-form-urlencoded"));
    }
    // A header that is no text is no proof either; it is refused, not overlooked.
    let dpop = request.headers().get_all("DPoP").map(|value| value.to_str().unwrap_or_default().to_owned()).collect();
    let method = if request.method() == http::Method::GET { Method::Get } else { Method::Post };
    Ok(EndpointRequest {
        method,
        authorization: header(AUTHORIZATION).map(str::to_owned),
        dpop,
        certificate: request.conn_data::<ShownCertificate>().cloned(),
        form: decode(body),
    })
}
