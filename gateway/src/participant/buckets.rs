//! `GET /buckets`: how much a participant, and one of its payers, may still look up.

use actix_web::{HttpResponse, web};
use payments::directory::{BucketState, OwnerKind};
use serde::{Deserialize, Serialize};

use super::lookups::PayerBody;
use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    /// The payer whose bucket is asked for; left out, that of all whom the bank does not name.
    payer: Option<String>,
    /// What the payer is.
    kind: Option<OwnerKind>,
}

#[derive(Serialize)]
struct BucketBody {
    name: &'static str,
    size: u32,
    refill_per_minute: u32,
    tokens: i64,
}

impl From<BucketState> for BucketBody {
    fn from(state: BucketState) -> Self {
        Self {
            name: state.name,
            size: state.limit.size,
            refill_per_minute: state.limit.refill_per_minute,
            tokens: state.tokens,
        }
    }
}

/// The participant's own buckets; asking costs nothing.
pub(super) async fn read(
    Participant(participant): Participant,
    api: web::Data<Api>,
    query: Result<web::Query<Query>, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let wrong = |_| Problem::bad_request("Ask with `payer` and `kind`: person or organisation.").field("kind");
    let Query { payer, kind } = query.map_err(wrong)?.into_inner();
    let payer = payer.map(|id| PayerBody::new(id, kind.unwrap_or(OwnerKind::Person)));
    let payer = PayerBody::parse(payer.as_ref())?;
    let states = web::block(move || api.directory.buckets(participant, &payer, clock::now())).await??;
    let buckets: Vec<BucketBody> = states.into_iter().map(BucketBody::from).collect();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "buckets": buckets })))
}
