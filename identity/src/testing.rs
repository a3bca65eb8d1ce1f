//! What this crate's tests share: an installation on each database, a resident, and a phone with a passkey.

use std::collections::BTreeMap;

use serde_json::Value;
use store::Timestamp;
use store::testing::TestDatabase;
use webauthn_authenticator_rs::WebauthnAuthenticator;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;
use webauthn_rs_proto::{AllowCredentials, CreationChallengeResponse, RequestChallengeResponse};

use crate::audit::Actor;
use crate::resident::{Profile, Registration, ResidentId};
use crate::session::SignedIn;
use crate::{Identity, IdentityKeys, IdentitySettings};

pub(crate) const ISSUER: &str = "https://id.lionrock.example";
/// Where clients call with a certificate.
pub(crate) const MUTUAL_TLS: &str = "https://mtls.lionrock.example";

/// When the tests begin.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

/// An installation on one database.
pub(crate) struct World {
    pub(crate) identity: Identity,
    pub(crate) database: TestDatabase,
}

/// One installation on each database that is to be had.
pub(crate) fn worlds() -> Vec<World> {
    let open = |database: TestDatabase| World { identity: open(&database, &[7; 32]), database };
    TestDatabase::each().unwrap().into_iter().map(open).collect()
}

/// Another gateway on the same database.
pub(crate) fn open(database: &TestDatabase, master: &[u8; 32]) -> Identity {
    let settings = IdentitySettings {
        issuer: ISSUER.parse().unwrap(),
        mutual_tls_url: Some(MUTUAL_TLS.parse().unwrap()),
        relying_party_id: "id.lionrock.example".to_owned(),
        relying_party_name: "Lionrock".to_owned(),
        password_sign_in: true,
    };
    Identity::open(database.db(), IdentityKeys::from_master(master), settings).unwrap()
}

pub(crate) fn clerk() -> Actor {
    Actor::Operator("clerk".to_owned())
}

/// 陳大文, whose HKID number begins with A.
pub(crate) fn chan() -> Registration {
    Registration {
        hkid: "A123456(3)".to_owned(),
        name_zh: Some("陳大文".to_owned()),
        name_en: "CHAN Tai Man".to_owned(),
        birth_date: "1990-02-28".to_owned(),
        phone: Some("+852-91234567".to_owned()),
        email: Some("taiman@example.hk".to_owned()),
        profile: Profile::default(),
        unknown: BTreeMap::new(),
    }
}

/// 何美儀, whose HKID number begins with C.
pub(crate) fn ho() -> Registration {
    Registration {
        hkid: "C123456(9)".to_owned(),
        name_zh: Some("何美儀".to_owned()),
        name_en: "HO Mei Yee".to_owned(),
        birth_date: "1985-07-01".to_owned(),
        phone: None,
        email: None,
        profile: Profile::default(),
        unknown: BTreeMap::new(),
    }
}

impl World {
    pub(crate) fn register(&self, registration: &Registration) -> ResidentId {
        self.identity.register_resident(registration, &clerk(), NOW).unwrap()
    }

    /// A resident who has activated their identity, their phone, and the session they are signed in with.
    pub(crate) fn activated(&self, registration: &Registration) -> (ResidentId, Phone, SignedIn) {
        let resident = self.register(registration);
        let mut phone = Phone::new();
        let signed_in = self.activate(resident, &mut phone, NOW);
        (resident, phone, signed_in)
    }

    pub(crate) fn activate(&self, resident: ResidentId, phone: &mut Phone, now: Timestamp) -> SignedIn {
        let identity = &self.identity;
        let code = identity.issue_activation(resident, &clerk(), now).unwrap();
        let begun = identity.begin_activation(&code, now).unwrap();
        let ceremony = identity.start_activation_passkey(&begun.secret, now).unwrap();
        let credential = phone.create(&ceremony.options);
        identity.finish_activation_passkey(&begun.secret, &ceremony.secret, credential, "Phone", now).unwrap()
    }

    pub(crate) fn sign_in(&self, phone: &mut Phone, now: Timestamp) -> Result<SignedIn, crate::Error> {
        let ceremony = self.identity.start_sign_in(now)?;
        self.identity.finish_sign_in(&ceremony.secret, phone.get(&ceremony.options), now)
    }
}

/// A browser and its authenticator in one, with one passkey.
///
/// The software authenticator stores no discoverable credentials and tells no user handle; both are done here.
pub(crate) struct Phone {
    authenticator: SoftPasskey,
    credential: Vec<u8>,
    user: Vec<u8>,
}

impl Phone {
    pub(crate) fn new() -> Self {
        let authenticator = SoftPasskey::new(true);
        Self { authenticator, credential: Vec::new(), user: Vec::new() }
    }

    /// `navigator.credentials.create(options)`.
    pub(crate) fn create(&mut self, options: &Value) -> Value {
        let mut options: CreationChallengeResponse = serde_json::from_value(options.clone()).unwrap();
        options.public_key.authenticator_selection.as_mut().unwrap().require_resident_key = false;
        self.user = options.public_key.user.id.clone();
        let credential = self.authenticator.do_registration(ISSUER.parse().unwrap(), options).unwrap();
        self.credential.clone_from(&credential.raw_id);
        serde_json::to_value(credential).unwrap()
    }

    /// `navigator.credentials.get(options)`.
    pub(crate) fn get(&mut self, options: &Value) -> Value {
        let mut options: RequestChallengeResponse = serde_json::from_value(options.clone()).unwrap();
        let id = self.credential.clone();
        options.public_key.allow_credentials =
            vec![AllowCredentials { type_: "public-key".to_owned(), id, transports: None }];
        let mut credential = self.authenticator.do_authentication(ISSUER.parse().unwrap(), options).unwrap();
        credential.response.user_handle = Some(self.user.clone());
        serde_json::to_value(credential).unwrap()
    }
}
