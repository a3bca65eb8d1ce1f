//! What a customer is told when something does not work.

use std::fmt;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;
use payments::request_to_pay::RequestId;

use crate::demo::bank::{BankError, store};
use crate::demo::page;
use crate::pages::message::{Link, Message};

/// Why a page is not shown.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nobody is signed in: the bank's sign-in page comes first.
    NotSignedIn {
        /// What they came for.
        request: Option<RequestId>,
    },
    /// Nothing of this customer is there.
    NotFound,
    /// Something of ours failed; the log says what.
    Internal,
}

impl Failure {
    /// Logs the cause; the customer is not shown it.
    pub(super) fn internal(cause: &dyn fmt::Display) -> Self {
        tracing::error!(%cause, "a bank's page failed");
        Self::Internal
    }
}

impl From<BankError> for Failure {
    fn from(error: BankError) -> Self {
        match error {
            BankError::Books(store::Error::UnknownPayment | store::Error::UnknownAccount) => Self::NotFound,
            other => Self::internal(&other),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSignedIn { .. } => "not signed in",
            Self::NotFound => "not found",
            Self::Internal => "failed",
        })
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotSignedIn { .. } => StatusCode::SEE_OTHER,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The words are put in by the middleware [`kind_errors`], which knows the reader's language.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::NotSignedIn { request: None } => _ = response.insert_header((LOCATION, "/login")),
            Self::NotSignedIn { request: Some(id) } => {
                response.insert_header((LOCATION, format!("/login?request={id}")));
            }
            Self::NotFound | Self::Internal => {}
        }
        response.finish()
    }
}

/// For every address that leads nowhere.
pub(super) async fn nothing_here() -> Result<HttpResponse, Failure> {
    Err(Failure::NotFound)
}

/// Middleware: words every error kindly.
pub(super) async fn kind_errors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    if response.response().error().is_none() || status.is_redirection() {
        return Ok(response);
    }
    let page = page::context(response.request());
    let (headline, sentence) = match status {
        StatusCode::NOT_FOUND => (
            page.say("這裏沒有頁面", "There is no page here"),
            page.say("網址可能打錯了，或者不是你的交易。", "The address may be mistyped, or the payment is not yours."),
        ),
        status if status.is_client_error() => (
            page.say("我們看不懂這個要求", "We could not understand that request"),
            page.say("你沒有付款。返回上一頁再試。", "You have not paid. Go back and try again."),
        ),
        _ => (
            page.say("我們這邊出了問題", "Something went wrong on our side"),
            page.say("先看看交易紀錄，再決定要不要再付。", "Look at your history before you pay again."),
        ),
    };
    let html = Message {
        headline: headline.to_owned(),
        sentences: vec![sentence.to_owned()],
        link: Some(Link { href: "/".to_owned(), label: page.say("返回主頁", "Back to the start").to_owned() }),
        page,
    }
    .render();
    Ok(response.into_response(page::render(status, html)))
}
