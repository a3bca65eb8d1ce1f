//! The front page.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::page;
use super::refusal::PageError;
use super::session::MaybeSignedIn;
use crate::pages::home::Home;

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.route("/", web::get().to(show));
}

async fn show(request: HttpRequest, session: MaybeSignedIn) -> Result<HttpResponse, PageError> {
    let signed_in = session.0.is_some();
    page::render(Home { page: page::context(&request, session.0.as_ref()), signed_in }.render())
}
