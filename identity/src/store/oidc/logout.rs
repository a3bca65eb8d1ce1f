//! The end-session endpoint.

use ::store::Timestamp;

use super::subjects;
use crate::Error;
use crate::oidc::client::{Client, ClientId};
use crate::oidc::logout::{Hint, LogoutRequest, LogoutStep, SignedIn, decide};
use crate::oidc::{Subject, id_token};
use crate::session::Session;
use crate::store::Identity;

impl Identity {
    /// Takes a relying party's wish that a resident be signed out. `session` is whoever is signed in at the browser:
    /// it has ended when the answer is not to ask.
    pub fn begin_logout(
        &self,
        request: &LogoutRequest,
        session: Option<&Session>,
        now: Timestamp,
    ) -> Result<LogoutStep, Error> {
        let hint = request.hint.as_deref().map(|hint| self.logout_hint(hint, now)).transpose()?.flatten();
        let subject = match (session, &hint) {
            (Some(session), Some(hint)) => {
                self.db().read(|conn| subjects::find(conn, session.resident, &hint.client.sector))?
            }
            _ => None,
        };
        let signed_in = match session {
            Some(_) => SignedIn::Somebody(subject.as_ref().map(Subject::as_str)),
            None => SignedIn::Nobody,
        };
        let step = decide(request, hint.as_ref(), signed_in);
        if let (Some(session), LogoutStep::Redirect(_) | LogoutStep::SignedOut(_)) = (session, &step) {
            self.sign_out(session, now)?;
        }
        Ok(step)
    }

    /// Whom an id_token of ours is about, expired or not.
    fn logout_hint(&self, hint: &str, now: Timestamp) -> Result<Option<Hint>, Error> {
        let ring = self.key_ring(now)?;
        let Some(claims) = id_token::hinted(hint, &ring.jwks().keys, &self.issuer()) else { return Ok(None) };
        let client = ClientId::parse(&claims.aud).map(|id| self.client(&id)).transpose()?.flatten();
        Ok(client.map(|client| Hint { client: Client::clone(&client), subject: claims.sub }))
    }
}
