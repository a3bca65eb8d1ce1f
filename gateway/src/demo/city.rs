//! Building the city: register the residents, admit the banks, open the doors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use futures_util::future::{join_all, join3};
use identity::Identity;
use identity::audit::Actor;
use identity::resident::{Hkid, Profile, Registration, ResidentState};
use payments::app_link::AppLink;
use payments::clearing::{Operation, Particulars};
use payments::merchant::MerchantId;
use payments::money::{Amount, Currency};
use payments::operator::{OperatorName, Role};
use payments::participant::{ClearingCode, Thumbprint};
use payments::{OperatorError, Operators};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use zeroize::Zeroizing;

use super::bank::{self, BankConfig, ClientCertificate, RunningBank};
use super::e_service::{self, ClientKey};
use super::participants;
use super::people::{self, BANKS, RESIDENTS};
use super::places::{BankPlace, Directions, MerchantPlace, ResidentPlace, Sockets, url};
use super::shop::{self, RunningShop};
use crate::cli::{ConfigPath, Installation};
use crate::clock;
use crate::http::tls;
use crate::keys::write_private;
use crate::server::{self, Gateway, Running};

/// Who acts when the demo sets itself up.
const BUILDER: &str = "demo";

/// The two officers of the demo, as the log names them, and the files of their tokens in its data folder.
const OFFICERS: [(&str, &str); 2] = [("operator cheung", "cheung.token"), ("operator leung", "leung.token")];

/// How the demo is started.
pub struct Options {
    /// Where it keeps its data.
    pub data: PathBuf,
    /// Take free ports, the same ones at every start on the same data.
    pub free_ports: bool,
    /// Seconds that a creditor agent has to answer.
    pub answer_timeout_seconds: u64,
}

/// The demo at work.
pub struct City {
    /// Where everything is.
    pub places: Directions,
    /// What the participants' listener is certified by, PEM.
    pub(super) authority_certificate: String,
    pub(super) gateway: Arc<Gateway>,
    lionrock: Running,
    pub(super) banks: Vec<RunningBank>,
    shop: RunningShop,
    e_service: ServerHandle,
}

/// Starts everything and returns when it can be used. Call it on the actix runtime.
pub async fn start(options: Options) -> anyhow::Result<City> {
    let sockets = Sockets::bind(&options.data, options.free_ports)?;
    let path = sockets.write_configuration(&options.data, options.answer_timeout_seconds)?;
    let installation = Installation::open_unmigrated(&ConfigPath { path: path.clone() })?;
    server::log(&installation.config.log);
    installation.db.migrate()?;
    let gateway = Gateway::open(&installation)?;

    let residents = register_residents(&gateway.identity)?;
    let client_key = ClientKey::open_or_create(&options.data.join("e-service.key"))?;
    register_e_service(&gateway.identity, &client_key, &url(&sockets.e_service)?)?;
    register_officers(&gateway, &options.data)?;
    let pages: Vec<String> = sockets.banks.iter().map(url).collect::<Result<_, _>>()?;
    admit_banks(&gateway, &installation, &options.data, &pages).await?;

    let mut places = Directions {
        lionrock: url(&sockets.public)?,
        participants: url(&sockets.participants)?.replace("http:", "https:"),
        console: url(&sockets.operations)?,
        e_service: url(&sockets.e_service)?,
        shop: url(&sockets.shop)?,
        banks: Vec::new(),
        merchants: Vec::new(),
        residents,
        configuration: path.display().to_string(),
    };
    let listeners = server::Sockets::new(sockets.public, Some(sockets.participants), Some(sockets.operations));
    let lionrock = server::start(Arc::clone(&gateway), listeners, &installation)?;
    let e_service = e_service::start(sockets.e_service, &places.lionrock, client_key)?;

    let till_key = people::till_key(&options.data)?;
    let mut banks = Vec::new();
    for (who, socket) in BANKS.iter().zip(sockets.banks) {
        let config = bank_config(who, &options.data, &places.participants, &installation, &till_key)?;
        let running = bank::start(config, socket).await?;
        let name = format!("{} {}", who.name_zh, who.name_en);
        let url = running.url.to_string().trim_end_matches('/').to_owned();
        places.banks.push(BankPlace { clearing_code: who.clearing_code.to_owned(), name, url });
        banks.push(running);
    }
    for bank in &banks {
        bank.ready().await?;
    }
    for bank in &banks {
        invite_owners(&gateway, bank, &mut places.merchants).await?;
    }
    let shop_bank = banks.iter().zip(&BANKS).find(|(_, who)| who.clearing_code == people::SHOP_BANK);
    let shop_bank = shop_bank.map(|(bank, _)| &bank.url).ok_or_else(|| anyhow::anyhow!("the shop has no bank"))?;
    let shop = shop::start(people::shop(shop_bank, &till_key)?, sockets.shop)?;
    let authority_certificate = installation.keys.authority_certificate()?;
    Ok(City { places, authority_certificate, gateway, lionrock, banks, shop, e_service })
}

impl City {
    /// Runs until the program is told to stop.
    pub async fn until_stopped(self) -> anyhow::Result<()> {
        server::stop_signal().await?;
        self.stop().await;
        Ok(())
    }

    /// Closes the doors in order: first those who ask, then those who answer.
    pub async fn stop(self) {
        let banks = join_all(self.banks.into_iter().map(RunningBank::stop));
        let _ = join3(self.e_service.stop(false), self.shop.stop(), banks).await;
        self.lionrock.stop().await;
    }
}

/// Registers who is not registered yet; whoever has not activated their identity gets a fresh link.
fn register_residents(identity: &Identity) -> anyhow::Result<Vec<ResidentPlace>> {
    let by = Actor::Operator(BUILDER.to_owned());
    let mut waiting = Vec::new();
    for person in &RESIDENTS {
        let hkid: Hkid = person.hkid.parse()?;
        let id = if let Some(known) = identity.find_resident(&hkid)? {
            known
        } else {
            identity.register_resident(&registration(person), &by, clock::now())?
        };
        if identity.resident(id)?.state == ResidentState::Registered {
            let code = identity.issue_activation(id, &by, clock::now())?;
            waiting.push(ResidentPlace {
                name: format!("{} {}", person.name_zh, person.name_en),
                activation_link: format!("{}activate#{}", identity.settings().issuer, code.expose()),
            });
        }
    }
    Ok(waiting)
}

fn registration(person: &people::Person) -> Registration {
    Registration {
        hkid: person.hkid.to_owned(),
        name_zh: Some(person.name_zh.to_owned()),
        name_en: person.name_en.to_owned(),
        birth_date: person.birth_date.to_owned(),
        phone: Some(person.mobile.to_owned()),
        email: None,
        profile: Profile::default(),
        unknown: BTreeMap::new(),
    }
}

/// Registers the e-service as any relying party is registered: with its metadata and its public key.
fn register_e_service(identity: &Identity, key: &ClientKey, base_url: &str) -> anyhow::Result<()> {
    let metadata = json!({
        "client_id": e_service::CLIENT_ID,
        "client_name": "Transport Department",
        "client_name#zh-Hant": "運輸署",
        "purpose": "Renewing a vehicle licence",
        "purpose#zh-Hant": "續領車輛牌照",
        "redirect_uris": [format!("{base_url}/callback")],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": key.jwks(),
        "profile": "oidc",
        // Everything of the demo is on one host; a real client's sector is its own host.
        "sector": e_service::CLIENT_ID,
        "scope": "openid phone hkid",
        "claims": ["name", "name#zh-Hant"],
        "id_token_signed_response_alg": "ES256",
    });
    identity.add_client(&metadata, &Actor::Operator(BUILDER.to_owned()), clock::now())?;
    Ok(())
}

/// Registers two officers, so that money is moved by two also here. Their tokens are for the operator's commands.
fn register_officers(gateway: &Gateway, data: &Path) -> anyhow::Result<()> {
    let operators = Operators::new(gateway.db.clone());
    for (actor, file) in OFFICERS {
        let name: OperatorName = actor.trim_start_matches("operator ").parse()?;
        match operators.add(None, BUILDER, &name, Role::Officer, clock::now()) {
            Ok(token) => write_private(&data.join(file), token.expose().as_bytes())?,
            Err(OperatorError::NameTaken | OperatorError::NotAllowed) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Admits the banks with their certificates and with where their `pages` open a request to pay, and funds those that have
/// nothing yet.
async fn admit_banks(
    gateway: &Gateway,
    installation: &Installation,
    data: &Path,
    pages: &[String],
) -> anyhow::Result<()> {
    let funded = gateway.switch.positions()?;
    for (who, pages) in BANKS.iter().zip(pages) {
        let code: ClearingCode = who.clearing_code.parse()?;
        let particulars = Particulars {
            bic: Some(who.bic.to_owned()),
            name_zh: who.name_zh.to_owned(),
            name_en: who.name_en.to_owned(),
        };
        gateway.switch.add_participant(BUILDER, code, particulars).await?;
        let certified = participants::certified_key(&folder(data, who), who.clearing_code, &installation.keys)?;
        let certificate = CertificateDer::from_pem_slice(certified.certificate.as_bytes())?;
        let thumbprint = Thumbprint::new(tls::Thumbprint::of(&certificate).0);
        gateway.switch.add_certificate(BUILDER, code, thumbprint).await?;
        let link: AppLink = format!("{pages}/requests/{{request_id}}").parse()?;
        gateway.switch.operate(BUILDER, code, Operation::SetAppLink(Some(link))).await?;
        if !funded.iter().any(|(participant, ..)| *participant == code) {
            gateway
                .switch
                .fund(OFFICERS.map(|(actor, _)| actor), code, Amount::parse(who.funds, Currency::Hkd)?)
                .await?;
        }
    }
    Ok(())
}

/// Has a bank take its merchants on, and notes an invitation for each that has nobody yet.
async fn invite_owners(gateway: &Gateway, bank: &RunningBank, waiting: &mut Vec<MerchantPlace>) -> anyhow::Result<()> {
    for id in bank.take_merchants_on().await? {
        let merchant = MerchantId::from_uuid(id);
        if gateway.merchants.members(merchant)?.is_empty() {
            let names = gateway.merchants.get(merchant)?.names;
            let invitation = bank.invite_owner(id).await?;
            waiting.push(MerchantPlace { name: format!("{} {}", names.zh(), names.en()), invitation });
        }
    }
    Ok(())
}

fn bank_config(
    who: &people::Bank,
    data: &Path,
    switch_url: &str,
    installation: &Installation,
    till_key: &bank::ApiKey,
) -> anyhow::Result<BankConfig> {
    let folder = folder(data, who);
    let certified = participants::certified_key(&folder, who.clearing_code, &installation.keys)?;
    Ok(BankConfig {
        clearing_code: who.clearing_code.parse()?,
        names: people::names(who.name_zh, who.name_en),
        theme: who.theme.to_owned(),
        data_dir: folder,
        switch_url: switch_url.parse()?,
        certificate: ClientCertificate {
            chain: certified.certificate.into_bytes(),
            key: Zeroizing::new(certified.key.as_bytes().to_vec()),
        },
        ca: installation.keys.authority_certificate()?.into_bytes(),
        customers: people::customers(who.clearing_code, till_key)?,
    })
}

fn folder(data: &Path, who: &people::Bank) -> PathBuf {
    data.join(format!("bank-{}", who.clearing_code))
}
