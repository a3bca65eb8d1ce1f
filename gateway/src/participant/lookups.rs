//! `POST /lookups`: who is behind a number or an address, as much of it as a payer may see.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::directory::OwnerKind;
use payments::money::Currency;
use payments::participant::ClearingCode;
use serde::{Deserialize, Serialize};

use super::proxies::ProxyBody;
use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LookupBody {
    proxy: ProxyBody,
    /// Ask for the account at this participant instead of the default one.
    creditor_agent: Option<ClearingCode>,
}

#[derive(Serialize)]
struct FoundBody {
    participant: ParticipantBody,
    account_token: String,
    masked_name: MaskedNameBody,
    owner_kind: OwnerKind,
    currencies: Vec<Currency>,
    lookup_reference: String,
    expires: String,
}

#[derive(Serialize)]
struct ParticipantBody {
    clearing_code: ClearingCode,
    name_zh: String,
    name_en: String,
}

#[derive(Serialize)]
struct MaskedNameBody {
    zh: Option<String>,
    en: Option<String>,
}

/// Looks a proxy up. The reference that comes back goes into the payment and proves what the payer was shown.
pub(super) async fn look_up(
    Participant(payer_agent): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body: LookupBody = body::json(&request, payload).await?;
    let proxy = body.proxy.parse()?;
    let found = web::block(move || -> Result<FoundBody, Problem> {
        let found = api.directory.lookup(payer_agent, &proxy, body.creditor_agent, clock::now())?;
        let participant =
            api.switch.participants()?.into_iter().find(|one| one.clearing_code == found.participant).ok_or_else(
                || Problem::internal(&"a directory entry names a participant that the switch does not know"),
            )?;
        Ok(FoundBody {
            participant: ParticipantBody {
                clearing_code: participant.clearing_code,
                name_zh: participant.name_zh,
                name_en: participant.name_en,
            },
            account_token: found.account_token.to_string(),
            masked_name: MaskedNameBody { zh: found.masked_name.zh, en: found.masked_name.en },
            owner_kind: found.owner_kind,
            currencies: found.currencies.iter().collect(),
            lookup_reference: found.reference.to_string(),
            expires: found.expires.to_string(),
        })
    })
    .await??;
    Ok(HttpResponse::Ok().json(found))
}
