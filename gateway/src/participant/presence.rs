//! `/presence`: whether payments to this participant are of any use now.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::participant::ClearingCode;
use serde::{Deserialize, Serialize};

use super::{Api, Participant};
use crate::error::Problem;
use crate::http::body;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Presence {
    online: bool,
}

/// Whether the switch takes it to be there.
pub(super) async fn read(Participant(participant): Participant, api: web::Data<Api>) -> HttpResponse {
    let online = api.switch.known_participant(participant).is_some_and(|known| !known.is_offline);
    HttpResponse::Ok().json(Presence { online })
}

/// Says so. Offline, payments to it are refused at once (AB08) until it says otherwise or reads its inbox.
pub(super) async fn declare(
    Participant(participant): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let presence: Presence = body::json(&request, payload).await?;
    api.may_act(participant)?;
    api.switch.declare_presence(participant, presence.online).await?;
    Ok(HttpResponse::Ok().json(presence))
}

impl Api {
    /// Whether a participant may change anything here: not when it is blocked.
    pub(super) fn may_act(&self, participant: ClearingCode) -> Result<(), Problem> {
        if self.switch.may_only_read(participant) {
            return Err(Problem::forbidden("This participant is blocked: it may only read.").reason("AG10"));
        }
        Ok(())
    }
}
