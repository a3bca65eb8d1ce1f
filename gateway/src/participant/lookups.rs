//! `POST /lookups` and `/lookups/bulk`: who is behind a number or an address, as much of it as a payer may see.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use payments::directory::{
    DirectoryError, FraudCounters, Lookup, LookupPurpose, LookupRequest, NameMatch, OwnerKind, Payer, Suspicion,
    TypedName, Warning,
};
use payments::money::Currency;
use payments::participant::{ClearingCode, Participant as Member};
use serde::{Deserialize, Serialize};

use super::members::member;
use super::proxies::ProxyBody;
use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

/// Proxies of one list at most.
const MOST_AT_ONCE: usize = 1_000;
/// Bytes of an answer, as most are.
const ANSWER: usize = 1_024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LookupBody {
    proxy: ProxyBody,
    /// Ask for the account at this participant instead of the default one.
    creditor_agent: Option<ClearingCode>,
    /// Who pays. Payers whom a bank does not name share one bucket.
    payer: Option<PayerBody>,
    #[serde(default)]
    purpose: PurposeBody,
    /// The name that the payer typed, to be confirmed.
    name: Option<String>,
}

/// A bank's customer, as the bank calls it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PayerBody {
    id: String,
    kind: OwnerKind,
}

impl PayerBody {
    pub(super) fn parse(body: Option<&Self>) -> Result<Payer, Problem> {
        let Some(body) = body else { return Ok(Payer::unnamed()) };
        let wrong = |wrong: payments::directory::NotAPayer| Problem::bad_request(wrong.to_string()).field("payer.id");
        Payer::named(&body.id, body.kind).map_err(wrong)
    }

    pub(super) const fn new(id: String, kind: OwnerKind) -> Self {
        Self { id, kind }
    }
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PurposeBody {
    #[default]
    Payment,
    Service,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListBody {
    /// The institution. It is told apart from others only for identity card numbers, which nobody else may ask for.
    payer: Option<PayerBody>,
    proxies: Vec<ProxyBody>,
}

#[derive(Serialize)]
struct FoundBody<'a> {
    participant: ParticipantBody<'a>,
    account_token: &'a str,
    masked_name: MaskedNameBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_match: Option<NameMatch>,
    owner_kind: OwnerKind,
    currencies: Vec<Currency>,
    /// What is suspected of the payee, the gravest of each subject first.
    warnings: &'a [Warning],
    frauds: FraudsBody,
    lookup_reference: &'a str,
    expires: String,
}

/// Frauds that banks agreed on, rounded down.
#[derive(Serialize)]
struct FraudsBody {
    proxy: FraudCounters,
    owner: FraudCounters,
    account: FraudCounters,
}

impl From<&Suspicion> for FraudsBody {
    fn from(suspicion: &Suspicion) -> Self {
        Self { proxy: suspicion.proxy, owner: suspicion.owner, account: suspicion.account }
    }
}

#[derive(Serialize)]
struct ParticipantBody<'a> {
    clearing_code: ClearingCode,
    name_zh: &'a str,
    name_en: &'a str,
}

#[derive(Serialize)]
struct MaskedNameBody<'a> {
    zh: Option<&'a str>,
    en: Option<&'a str>,
}

impl<'a> FoundBody<'a> {
    fn new(found: &'a Lookup, participant: &'a Member) -> Self {
        Self {
            participant: ParticipantBody {
                clearing_code: participant.clearing_code,
                name_zh: &participant.name_zh,
                name_en: &participant.name_en,
            },
            account_token: found.account_token.as_str(),
            masked_name: MaskedNameBody { zh: found.masked_name.zh.as_deref(), en: found.masked_name.en.as_deref() },
            name_match: found.name_match,
            owner_kind: found.owner_kind,
            currencies: found.currencies.iter().collect(),
            frauds: FraudsBody::from(&found.suspicion),
            warnings: &found.suspicion.warnings,
            lookup_reference: found.reference.as_str(),
            expires: found.expires.to_string(),
        }
    }
}

/// Looks a proxy up. The reference that comes back goes into the payment and proves what the payer was shown.
pub(super) async fn look_up(
    Participant(payer_agent): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body: LookupBody = body::json(&request, payload).await?;
    let request = LookupRequest {
        payer_agent,
        payer: PayerBody::parse(body.payer.as_ref())?,
        purpose: match body.purpose {
            PurposeBody::Payment => LookupPurpose::Payment,
            PurposeBody::Service => LookupPurpose::Service,
        },
        proxy: body.proxy.parse()?,
        creditor_agent: body.creditor_agent,
        name: body.name.map(TypedName::new),
    };
    let found = api.directory.lookup(request, clock::now()).await?;
    let participant = member(&api, found.participant).await?;
    body::json_answer(&FoundBody::new(&found, &participant), ANSWER)
}

#[derive(Serialize)]
struct ListedBody<'a> {
    /// Nothing when nobody can be paid by the proxy.
    found: Option<FoundBody<'a>>,
}

impl<'a> ListedBody<'a> {
    fn new(found: Option<&'a (Lookup, Arc<Member>)>) -> Self {
        Self { found: found.map(|(found, participant)| FoundBody::new(found, participant)) }
    }
}

/// Looks up a list for an institution, under a bucket of its own. Nothing is answered when it holds too little for
/// all.
pub(super) async fn look_up_many(
    Participant(payer_agent): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body: ListBody = body::json(&request, payload).await?;
    if body.proxies.is_empty() || body.proxies.len() > MOST_AT_ONCE {
        return Err(Problem::bad_request("A list has 1 to 1,000 proxies.").field("proxies"));
    }
    let mut asked = Vec::with_capacity(body.proxies.len());
    for (index, proxy) in body.proxies.iter().enumerate() {
        let proxy = proxy.parse().map_err(|problem| problem.field(format!("proxies[{index}].id")))?;
        let (purpose, payer) = (LookupPurpose::Bulk, PayerBody::parse(body.payer.as_ref())?);
        asked.push(LookupRequest { purpose, payer, ..LookupRequest::for_payment(payer_agent, proxy) });
    }
    let now = clock::now();
    let lookups = asked.into_iter().map(|request| api.directory.lookup(request, now));
    let mut listed = Vec::with_capacity(body.proxies.len());
    for found in futures_util::future::join_all(lookups).await {
        let found = match found {
            Ok(found) => {
                let participant = member(&api, found.participant).await?;
                Some((found, participant))
            }
            Err(DirectoryError::Unknown) => None,
            Err(failed) => return Err(failed.into()),
        };
        listed.push(found);
    }
    let listed: Vec<ListedBody<'_>> = listed.iter().map(|found| ListedBody::new(found.as_ref())).collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "lookups": listed })))
}
