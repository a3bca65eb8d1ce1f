//! `GET /directory/inbox`: what the directory tells a participant, read by cursor.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Api, Participant};
use crate::error::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    #[serde(default)]
    after: i64,
}

#[derive(Serialize)]
struct Notices {
    notices: Vec<NoticeBody>,
    /// What to ask for next.
    next: i64,
}

#[derive(Serialize)]
struct NoticeBody {
    seq: i64,
    kind: &'static str,
    /// The claim or the entry that it is about.
    subject: Uuid,
    at: String,
}

/// The notices after `after`, oldest first, a page of them. The server remembers no cursor.
pub(super) async fn read(
    Participant(participant): Participant,
    api: web::Data<Api>,
    query: Result<web::Query<Query>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let bad = |_| Problem::bad_request("`after` is the `next` of an earlier answer.").field("after");
    let after = query.map_err(bad)?.after;
    let notices = web::block(move || api.directory.notices(participant, after)).await??;
    let body = |notice: &payments::directory::Notice| NoticeBody {
        seq: notice.seq,
        kind: notice.kind.code(),
        subject: notice.subject,
        at: notice.at.to_string(),
    };
    let next = notices.last().map_or(after, |last| last.seq);
    Ok(HttpResponse::Ok().json(Notices { notices: notices.iter().map(body).collect(), next }))
}
