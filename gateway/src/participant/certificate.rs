//! Who is speaking: from the client certificate to the participant.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use payments::participant::{ClearingCode, Thumbprint};

use super::Api;
use crate::error::Problem;
use crate::http::tls::PeerCertificate;

/// The participant whose certificate opened this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Participant(pub ClearingCode);

impl FromRequest for Participant {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let api = request.app_data::<web::Data<Api>>().cloned();
        let thumbprint = request.conn_data::<PeerCertificate>().map(|peer| Thumbprint::new(peer.0.0));
        Box::pin(async move {
            let api = api.ok_or_else(|| Problem::internal(&"the participants' API is not configured"))?;
            let thumbprint = thumbprint.ok_or_else(unknown_certificate)?;
            identify(&api, thumbprint).await.map(Self)
        })
    }
}

/// The participant behind a certificate's SHA-256 thumbprint.
///
/// # Errors
/// 403 when no participant has it, or has it no more.
pub(super) async fn identify(api: &web::Data<Api>, thumbprint: Thumbprint) -> Result<ClearingCode, Problem> {
    if let Some(known) = api.thumbprints.get(&thumbprint) {
        return Ok(known);
    }
    let switch = api.switch.clone();
    let found = web::block(move || switch.participant_of_certificate(&thumbprint)).await??;
    let participant = found.ok_or_else(unknown_certificate)?;
    api.thumbprints.insert(thumbprint, participant);
    Ok(participant)
}

fn unknown_certificate() -> Problem {
    Problem::forbidden("This certificate belongs to no participant, or has been revoked.")
}

/// Certificates that were looked up a moment ago.
///
/// A revocation is made in the database, often by another process (the command line), so nothing here is
/// believed for longer than [`Thumbprints::BELIEVED`]. Unknown certificates are not kept at all.
#[derive(Default)]
pub(super) struct Thumbprints(Mutex<HashMap<Thumbprint, (ClearingCode, Instant)>>);

impl Thumbprints {
    /// How long after a revocation a certificate may still be taken.
    const BELIEVED: Duration = Duration::from_secs(1);
    /// More certificates than a city has participants: beyond it we start over.
    const MOST: usize = 4_096;

    fn get(&self, thumbprint: &Thumbprint) -> Option<ClearingCode> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(thumbprint).filter(|(_, since)| since.elapsed() < Self::BELIEVED).map(|(participant, _)| *participant)
    }

    fn insert(&self, thumbprint: Thumbprint, participant: ClearingCode) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(thumbprint, (participant, Instant::now()));
    }
}
