//! `POST /fps-ids`: a new FPS ID for a customer's account.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::directory::{Directory, FpsIdLength, FpsIdRequest, FpsIdRequestId, OwnerKind};
use serde::Deserialize;
use uuid::Uuid;

use super::proxies::{EntryBody, OwnerBody, parse_account};
use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestBody {
    /// The participant's own: the same request again gives the same number.
    request_id: Uuid,
    account: String,
    owner: OwnerBody,
    /// 7 or 9; left out, an organisation's is short and a person's is long.
    digits: Option<u8>,
}

impl RequestBody {
    fn parse(&self, directory: &Directory) -> Result<FpsIdRequest, Problem> {
        let owner = self.owner.parse()?;
        let length = match (self.digits, owner.kind()) {
            (Some(7), _) | (None, OwnerKind::Organisation) => FpsIdLength::Seven,
            (Some(9), _) | (None, OwnerKind::Person) => FpsIdLength::Nine,
            _ => return Err(Problem::bad_request("An FPS ID has 7 or 9 digits.").field("digits")),
        };
        let id = FpsIdRequestId::from_uuid(self.request_id);
        let owner_key = self.owner.key(directory)?;
        Ok(FpsIdRequest { id, length, account: parse_account(&self.account)?, owner, owner_key })
    }
}

/// Issues a number and links it to the account: 201, or 200 when this request was carried out before.
pub(super) async fn issue(
    Participant(participant): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body: RequestBody = body::json(&request, payload).await?;
    api.may_act(participant)?;
    let wanted = body.parse(&api.directory)?;
    let issued = web::block(move || api.directory.issue_fps_id(participant, &wanted, clock::now())).await??;
    let entry = EntryBody::from(&issued.entry);
    Ok(if issued.is_new { HttpResponse::Created().json(entry) } else { HttpResponse::Ok().json(entry) })
}
