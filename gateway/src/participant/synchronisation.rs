//! `/directory/digest` and `/directory/differences`: whether a participant's list of its customers' proxies is the
//! directory's.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::directory::{ContentId, EntryId};
use serde::{Deserialize, Serialize};

use super::proxies::EntryBody;
use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

/// Entries of one comparison at most.
const MOST_AT_ONCE: usize = 1_000;

/// One number for all the participant's entries.
pub(super) async fn digest(
    Participant(participant): Participant,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let all = web::block(move || api.directory.digest(participant)).await??;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "entries": all.entries, "digest": all.digest.to_string() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ComparedBody {
    /// Only entries whose identifiers are greater.
    after: Option<String>,
    /// Only entries whose identifiers are not greater.
    until: Option<String>,
    entries: Vec<HeldBody>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeldBody {
    entry_id: String,
    content_id: String,
}

#[derive(Serialize)]
struct DifferencesBody {
    current: Vec<EntryBody>,
    gone: Vec<String>,
}

/// What the participant lacks or has otherwise, and what it has too much.
pub(super) async fn differences(
    Participant(participant): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body: ComparedBody = body::json(&request, payload).await?;
    if body.entries.len() > MOST_AT_ONCE {
        return Err(Problem::bad_request("At most 1,000 entries are compared at once.").field("entries"));
    }
    let range = (bound(body.after.as_deref(), "after")?, bound(body.until.as_deref(), "until")?);
    let mut held = Vec::with_capacity(body.entries.len());
    for (index, one) in body.entries.iter().enumerate() {
        let wrong =
            || Problem::bad_request("An entry is its entry_id and content_id.").field(format!("entries[{index}]"));
        let id: EntryId = one.entry_id.parse().map_err(|_| wrong())?;
        let content: ContentId = one.content_id.parse().map_err(|_| wrong())?;
        held.push((id, content));
    }
    let differences = web::block(move || api.directory.differences(participant, range, &held, clock::now())).await??;
    Ok(HttpResponse::Ok().json(DifferencesBody {
        current: differences.current.iter().map(EntryBody::from).collect(),
        gone: differences.gone.iter().map(EntryId::to_string).collect(),
    }))
}

fn bound(text: Option<&str>, field: &str) -> Result<Option<EntryId>, Problem> {
    let wrong = |_| Problem::bad_request("A bound is an entry_id.").field(field);
    text.map(str::parse).transpose().map_err(wrong)
}
