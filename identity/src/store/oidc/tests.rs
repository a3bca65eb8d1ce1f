//! What the OpenID provider promises, on SQLite and on PostgreSQL alike.

mod authorization;
mod certificates;
mod clients;
mod codes;
mod details;
mod dpop;
mod encrypted;
mod expiry;
mod fapi2;
mod first_tokens;
mod introspection;
mod logout;
mod machines;
mod memory;
mod passwords;
mod published;
mod pushed_requests;
mod refresh;
mod resources;
mod soak;
mod stop;
mod userinfo;
mod wishes;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ::store::Timestamp;
use ::store::testing::TestDatabase;
use serde_json::Value;
use url::Url;

use crate::Identity;
use crate::audit::Actor;
use crate::authenticator::Assurance;
use crate::oidc::authorize::{AuthorizationStep, ConsentPage, InteractionTicket, PageError, SignInPage};
use crate::oidc::claims::Claim;
use crate::oidc::testing::{CHALLENGE, ISSUER, NOW, RelyingParty, VERIFIER, changed, parameters};
use crate::oidc::{self, EndpointRequest, OAuthError, TokenResponse, UserinfoResponse};
use crate::resident::{Registration, ResidentId};
use crate::session::{Session, SessionId};
use crate::store::{random, residents, sessions};
use crate::testing::{self, chan, clerk, ho, worlds};

const SECOND: Duration = Duration::from_secs(1);

/// A provider on an empty database, with one resident: 陳大文.
struct World {
    database: TestDatabase,
    identity: Identity,
    resident: ResidentId,
    next_jti: AtomicU32,
    /// Whether this one gateway has the database for itself, and keeps in memory what lives shortly.
    is_alone: bool,
}

impl World {
    fn new(testing::World { identity, database }: testing::World, is_alone: bool) -> Self {
        let resident = active(&identity, &chan());
        Self { identity, database, resident, next_jti: AtomicU32::new(0), is_alone }
    }
}

/// Runs a test on each database, and on an embedded one with memory.
fn each(test: impl Fn(&World)) {
    for world in worlds() {
        test(&World::new(world, false));
    }
    test(&alone());
}

/// A gateway that has its embedded database for itself.
fn alone() -> World {
    let database = TestDatabase::sqlite().unwrap();
    let identity = testing::open(&database, &[7; 32]);
    identity.remember_in_memory(Timestamp::from_micros(0));
    World::new(testing::World { identity, database }, true)
}

/// Another gateway on the same database, where there may be one.
fn another(world: &World) -> Identity {
    if world.is_alone { world.identity.clone() } else { testing::open(&world.database, &[7; 32]) }
}

/// A resident who can sign in.
fn active(identity: &Identity, registration: &Registration) -> ResidentId {
    let resident = identity.register_resident(registration, &clerk(), NOW).unwrap();
    identity.db().write(move |conn| residents::activate(conn, resident, NOW)).unwrap();
    resident
}

/// A session that began at `auth_time`, as a passkey gives it.
fn session(resident: ResidentId, auth_time: Timestamp) -> Session {
    Session {
        id: SessionId::new(auth_time, &random().unwrap()),
        resident,
        auth_time,
        amr: vec!["pop".to_owned(), "user".to_owned()],
        acr: Assurance::Substantial,
        last_seen: auth_time,
        expires: auth_time + crate::session::LIFETIME,
    }
}

impl World {
    /// A relying party, registered.
    fn relying_party(&self, id: &str) -> RelyingParty {
        let party = RelyingParty::new(id, crate::jose::SigningAlgorithm::Es256);
        self.identity.add_client(&party.metadata(), &clerk(), NOW).unwrap();
        party
    }

    fn session(&self) -> Session {
        let (begun, secret) = (session(self.resident, NOW - SECOND), random::<32>().unwrap());
        let written = begun.clone();
        self.identity.db().write(move |conn| sessions::insert(conn, &written, &secret)).unwrap();
        begun
    }

    fn jti(&self) -> String {
        self.next_jti.fetch_add(1, Ordering::Relaxed).to_string()
    }

    /// A request by the client itself, with an assertion that was never used.
    fn request(&self, party: &RelyingParty, form: &[(&str, &str)], now: Timestamp) -> EndpointRequest {
        party.request(now, &self.jti(), form)
    }

    /// Comes to the authorization endpoint with a good request, so changed.
    fn begin(&self, party: &RelyingParty, changes: &[(&str, &str)], who: Option<&Session>) -> AuthorizationStep {
        let uri = party.redirect_uri();
        let pairs = changed(&good(party, &uri), changes);
        self.identity.begin_authorization(&parameters(&pairs), None, who, NOW).unwrap()
    }

    /// Agrees to everything that is required, and to these.
    fn grant(&self, ticket: &InteractionTicket, who: &Session, chosen: &[Claim]) -> AuthorizationStep {
        let chosen: BTreeSet<_> = chosen.iter().copied().collect();
        self.identity.grant_authorization(ticket, who, &chosen, NOW).unwrap()
    }

    /// The code that a resident's sign-in gives, whether they must be asked or not.
    fn code(&self, party: &RelyingParty, changes: &[(&str, &str)], who: &Session) -> String {
        match self.begin(party, changes, Some(who)) {
            AuthorizationStep::Consent(page) => code_in(&self.grant(&page.ticket, who, &[])),
            step => code_in(&step),
        }
    }

    /// Redeems a code as it should be, so changed.
    fn redeem(
        &self,
        party: &RelyingParty,
        code: &str,
        changes: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<TokenResponse, oidc::Error> {
        let uri = party.redirect_uri();
        let form = changed(&redemption(code, &uri), changes);
        self.identity.token(&self.request(party, &form, now), now)
    }

    fn userinfo(&self, access_token: &str, now: Timestamp) -> Result<Value, oidc::Error> {
        let authorization = Some(format!("Bearer {access_token}"));
        let request = EndpointRequest { authorization, ..EndpointRequest::default() };
        self.identity.userinfo(&request, now).map(told)
    }
}

/// What a client is told that registered no other form.
fn told(response: UserinfoResponse) -> Value {
    match response {
        UserinfoResponse::Claims(claims) => Value::Object(claims),
        UserinfoResponse::Token(_) => panic!("in a form that it did not register"),
    }
}

/// A good authorization request.
fn good<'a>(party: &'a RelyingParty, redirect_uri: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("client_id", &party.id),
        ("redirect_uri", redirect_uri),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "st"),
        ("nonce", "n0nce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

/// A good token request.
fn redemption<'a>(code: &'a str, redirect_uri: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", VERIFIER),
    ]
}

fn sign_in_page(step: AuthorizationStep) -> SignInPage {
    match step {
        AuthorizationStep::SignIn(page) => *page,
        other => panic!("{other:?}"),
    }
}

fn consent_page(step: AuthorizationStep) -> ConsentPage {
    match step {
        AuthorizationStep::Consent(page) => *page,
        other => panic!("{other:?}"),
    }
}

fn error_page(step: AuthorizationStep) -> PageError {
    match step {
        AuthorizationStep::ErrorPage(error) => error,
        other => panic!("{other:?}"),
    }
}

/// A parameter of the answer that the browser carries to the client.
fn answer(step: &AuthorizationStep, name: &str) -> Option<String> {
    let AuthorizationStep::Redirect(location) = step else { panic!("{step:?}") };
    let url = Url::parse(location.as_str()).unwrap();
    url.query_pairs().find(|(given, _)| given == name).map(|(_, value)| value.into_owned())
}

fn code_in(step: &AuthorizationStep) -> String {
    answer(step, "code").unwrap_or_else(|| panic!("{:?}", answer(step, "error")))
}

fn refusal<T>(result: Result<T, oidc::Error>) -> OAuthError {
    match result.map(drop).unwrap_err() {
        oidc::Error::Refused(error) => error,
        oidc::Error::Failed(error) => panic!("{error:?}"),
    }
}

fn id_token(tokens: &TokenResponse) -> &str {
    tokens.id_token.as_deref().unwrap()
}

/// The claims of a signed token, checked against the published keys.
fn claims_of(identity: &Identity, token: &str) -> Value {
    let keys = identity.jwks(NOW).unwrap().keys;
    crate::jose::verify::<Value>(token, &keys, &[crate::jose::Algorithm::ES256]).unwrap().claims
}
