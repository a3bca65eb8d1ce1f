//! Who you are: residents, authenticators, OpenID provider, consent, signatures.
//!
//! [`Identity`] is the whole provider behind one handle. A resident is registered, handed a code, and takes
//! possession of their identity with a passkey; from then on they sign in by passkey and decide which relying
//! party may know what.
//!
//! **Invariants.** Attributes lie in the database only sealed, each resident's under a key of their own, and
//! are found only by a keyed hash. Whatever somebody outside carries (codes, cookies, tokens) is kept only as
//! a keyed hash. A challenge, a code, an activation is good once, even when two gateways are asked at the same
//! instant. What a resident withdraws ends everything that stood on it in the same transaction. Every
//! privileged act leaves its record in a hash-chained log, in the transaction of the act itself.
//!
//! Rules are plain functions: time comes in as `now`, and only `store/`, `jose/` and the WebAuthn ceremonies
//! draw random bytes. Every method blocks while it works on the database.
//!
//! **What this crate does not know:** HTTP, HTML, payments, participants, the clock. It is handed a database
//! and a master secret, and takes and gives types.
//!
//! ```
//! use identity::audit::{Actor, Verification};
//! use identity::resident::{Profile, Registration};
//! use identity::session::SessionSecret;
//! use identity::{Identity, IdentityKeys, IdentitySettings};
//! use store::{Db, Options, Timestamp};
//! # use webauthn_authenticator_rs::{WebauthnAuthenticator, softpasskey::SoftPasskey};
//! # use webauthn_rs_proto::{AllowCredentials, CreationChallengeResponse, RequestChallengeResponse};
//! # let folder = tempfile::tempdir()?;
//! # let origin: url::Url = "https://id.lionrock.example".parse()?;
//! # // A browser with a software passkey. It cannot store discoverable credentials, so that is done here.
//! # let mut authenticator = SoftPasskey::new(true);
//! # let (mut credential_id, mut user) = (Vec::new(), Vec::new());
//!
//! let db = Db::open(&format!("sqlite:{}", folder.path().join("identity.db").display()), &Options::default())?;
//! db.migrate()?;
//! let settings = IdentitySettings {
//!     issuer: "https://id.lionrock.example".parse()?,
//!     mutual_tls_url: None,
//!     relying_party_id: "id.lionrock.example".to_owned(),
//!     relying_party_name: "Lionrock".to_owned(),
//!     password_sign_in: false,
//! };
//! let master_secret = [7; 32]; // from a key file in earnest
//! let identity = Identity::open(db, IdentityKeys::from_master(&master_secret), settings)?;
//! let now = Timestamp::from_seconds(1_795_000_000);
//!
//! // A clerk enters a resident and hands over a code.
//! let clerk = Actor::Operator("clerk".to_owned());
//! let resident = identity.register_resident(
//!     &Registration {
//!         hkid: "A123456(3)".to_owned(),
//!         name_zh: Some("陳大文".to_owned()),
//!         name_en: "CHAN Tai Man".to_owned(),
//!         birth_date: "1990-02-28".to_owned(),
//!         phone: None,
//!         email: None,
//!         profile: Profile::default(),
//!         unknown: Default::default(),
//!     },
//!     &clerk,
//!     now,
//! )?;
//! let code = identity.issue_activation(resident, &clerk, now)?;
//!
//! // The resident types the code, confirms the data, and makes a passkey in their browser.
//! let activation = identity.begin_activation(&code.expose().parse()?, now)?;
//! assert_eq!(activation.attributes.name_en, "CHAN Tai Man");
//! let ceremony = identity.start_activation_passkey(&activation.secret, now)?;
//! # let mut navigator_create = |options: &serde_json::Value| -> Result<_, Box<dyn std::error::Error>> {
//! #     let mut options: CreationChallengeResponse = serde_json::from_value(options.clone())?;
//! #     options.public_key.authenticator_selection.as_mut().ok_or("selection")?.require_resident_key = false;
//! #     user = options.public_key.user.id.clone();
//! #     let made = authenticator.do_registration(origin.clone(), options).map_err(|e| format!("{e:?}"))?;
//! #     credential_id = made.raw_id.clone();
//! #     Ok(serde_json::to_value(made)?)
//! # };
//! let credential = navigator_create(&ceremony.options)?;
//! identity.finish_activation_passkey(&activation.secret, &ceremony.secret, credential, "My phone", now)?;
//!
//! // From now on they sign in with it.
//! let ceremony = identity.start_sign_in(now)?;
//! # let mut navigator_get = |options: &serde_json::Value| -> Result<_, Box<dyn std::error::Error>> {
//! #     let mut options: RequestChallengeResponse = serde_json::from_value(options.clone())?;
//! #     options.public_key.allow_credentials =
//! #         vec![AllowCredentials { type_: "public-key".to_owned(), id: credential_id.clone(), transports: None }];
//! #     let mut answer = authenticator.do_authentication(origin.clone(), options).map_err(|e| format!("{e:?}"))?;
//! #     answer.response.user_handle = Some(user.clone());
//! #     Ok(serde_json::to_value(answer)?)
//! # };
//! let signed_in = identity.finish_sign_in(&ceremony.secret, navigator_get(&ceremony.options)?, now)?;
//! let cookie = signed_in.secret.expose();
//!
//! // The cookie finds the session again, until it is signed out.
//! let secret = SessionSecret::parse(&cookie).ok_or("not a session cookie")?;
//! let session = identity.session(&secret, now)?.ok_or("not signed in")?;
//! assert_eq!(session.resident, resident);
//! assert_eq!(session.acr.as_str(), "http://eidas.europa.eu/LoA/substantial");
//! identity.sign_out(&session, now)?;
//! assert!(identity.session(&secret, now)?.is_none());
//! assert!(matches!(identity.verify_audit()?, Verification::Whole { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod audit;
pub mod authenticator;
pub mod consent;
mod error;
pub mod jose;
mod keys;
pub mod oidc;
pub mod resident;
mod sealed;
mod secret;
pub mod session;
mod store;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(any(test, feature = "fuzzing"))]
pub mod untrusted;

pub use error::Error;
pub use keys::IdentityKeys;
pub use store::{Identity, IdentitySettings};
