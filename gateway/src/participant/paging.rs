//! Lists are read a page at a time: `?cursor=` is the `next` of the page before.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use payments::directory::Page;
use serde::{Deserialize, Serialize};

use crate::error::Problem;

/// The cursor of a request; without one, the list from its beginning.
pub(super) struct Cursor<T>(pub(super) Option<T>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    cursor: Option<String>,
}

impl<T: FromStr> FromRequest for Cursor<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let wrong = || Problem::bad_request("A cursor is the `next` of an earlier page.").field("cursor");
        let query = web::Query::<Query>::from_query(request.query_string()).map_err(|_| wrong());
        let cursor = query.and_then(|query| query.cursor.as_deref().map(str::parse).transpose().map_err(|_| wrong()));
        ready(cursor.map(Self))
    }
}

/// A page as JSON, its items under the name of the list.
pub(super) fn page<'a, B: Serialize + From<&'a T>, T, I: ToString>(
    list: &'static str,
    page: &'a Page<T, I>,
) -> HttpResponse {
    let items: Vec<B> = page.items.iter().map(B::from).collect();
    let next = page.next.as_ref().map(ToString::to_string);
    HttpResponse::Ok().json(serde_json::json!({ (list): items, "next": next }))
}
