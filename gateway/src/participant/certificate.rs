//! Who is speaking: from the client certificate to the participant.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, rt, web};
use futures_util::future::Either;
use payments::participant::{ClearingCode, Thumbprint};

use super::Api;
use super::remembered::{Recalled, Remembered};
use crate::error::Problem;
use crate::http::tls::PeerCertificate;

/// The participant whose certificate opened this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Participant(pub ClearingCode);

impl FromRequest for Participant {
    type Error = Problem;
    type Future = Either<Ready<Result<Self, Problem>>, Pin<Box<dyn Future<Output = Result<Self, Problem>>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let now = |done| Either::Left(ready(done));
        let Some(api) = request.app_data::<web::Data<Api>>() else {
            return now(Err(Problem::internal(&"the participants' API is not configured")));
        };
        let Some(peer) = request.conn_data::<PeerCertificate>() else { return now(Err(unknown_certificate())) };
        let thumbprint = Thumbprint::new(peer.0.0);
        if let Some(participant) = known(api, thumbprint) {
            return now(Ok(Self(participant)));
        }
        let api = web::Data::clone(api);
        Either::Right(Box::pin(async move { look_up(&api, thumbprint).await.map(Self) }))
    }
}

/// The participant behind a certificate's SHA-256 thumbprint, if that was looked up a moment ago.
fn known(api: &web::Data<Api>, thumbprint: Thumbprint) -> Option<ClearingCode> {
    match api.thumbprints.0.recall(&thumbprint, Instant::now()) {
        Recalled::Known(participant) => Some(participant),
        Recalled::Ageing(participant) => {
            let api = web::Data::clone(api);
            rt::spawn(async move { look_up(&api, thumbprint).await });
            Some(participant)
        }
        Recalled::Unknown => None,
    }
}

/// The participant behind a certificate's SHA-256 thumbprint.
///
/// # Errors
/// 403 when no participant has it, or has it no more.
async fn look_up(api: &web::Data<Api>, thumbprint: Thumbprint) -> Result<ClearingCode, Problem> {
    let (switch, since) = (api.switch.clone(), Instant::now());
    let found = web::block(move || switch.participant_of_certificate(&thumbprint)).await??;
    let Some(participant) = found else {
        api.thumbprints.0.forget(&thumbprint);
        return Err(unknown_certificate());
    };
    api.thumbprints.0.remember(thumbprint, participant, since);
    Ok(participant)
}

fn unknown_certificate() -> Problem {
    Problem::forbidden("This certificate belongs to no participant, or has been revoked.")
}

/// How long after a revocation a certificate may still be taken: revocations are made in the database, often by another
/// process (the command line).
const BELIEVED: Duration = Duration::from_secs(1);

/// Certificates that were looked up a moment ago. Unknown ones are not kept at all.
pub(super) struct Thumbprints(Remembered<Thumbprint, ClearingCode>);

impl Default for Thumbprints {
    fn default() -> Self {
        Self(Remembered::new(BELIEVED))
    }
}
