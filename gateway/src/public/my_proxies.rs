//! The resident's numbers and addresses at every bank: shown, confirmed, removed.
//!
//! Identity says who the resident is; payments finds what is theirs by a keyed hash of the identity card number, which
//! it does not keep.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use identity::resident::Attributes;
use identity::session::Session;
use payments::directory::{
    AuditRecord, DirectoryError, Entry, EntryId, EntryStatus, Identification, IdentificationKind, OwnerKey, Proxy,
    ProxyKind, Purpose,
};

use super::banks::Banks;
use super::page;
use super::refusal::PageError;
use super::session::{FormToken, StronglySignedIn};
use crate::clock;
use crate::pages::my_proxies::{MyProxies, MyProxy, Read, State};
use crate::server::Gateway;

/// Reads of an entry that are shown.
const READS: usize = 20;

pub(super) fn configure(app: &mut web::ServiceConfig) {
    app.route("/me/proxies", web::get().to(show))
        .route("/me/proxies/{id}/confirm", web::post().to(confirm))
        .route("/me/proxies/{id}/remove", web::post().to(remove));
}

/// The resident as the directory knows them, and what the register attests about them.
pub(super) struct Owner {
    pub(super) key: OwnerKey,
    attested: Vec<Proxy>,
}

pub(super) fn owner(gateway: &Gateway, session: &Session) -> Result<Owner, PageError> {
    let attributes: Attributes = gateway.identity.attributes(session.resident)?;
    let identification = Identification::parse(IdentificationKind::Hkid, attributes.hkid.expose());
    let identification = identification.map_err(|wrong| PageError::Failed(wrong.to_string()))?;
    let phone = attributes.phone.as_deref().and_then(|text| Proxy::parse(ProxyKind::Mobile, text).ok());
    let email = attributes.email.as_deref().and_then(|text| Proxy::parse(ProxyKind::Email, text).ok());
    let key = gateway.directory.keys().owner_key(&identification);
    Ok(Owner { key, attested: phone.into_iter().chain(email).collect() })
}

async fn show(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
) -> Result<HttpResponse, PageError> {
    let page = page::context(&request, Some(&session.0));
    let proxies = web::block(move || gather(&gateway, &session.0)).await??;
    page::render(MyProxies { page, proxies }.render())
}

fn gather(gateway: &Gateway, session: &Session) -> Result<Vec<MyProxy>, PageError> {
    let owner = owner(gateway, session)?;
    let banks = Banks::of(gateway)?;
    let mut proxies = Vec::new();
    for entry in gateway.directory.entries_of_owner(owner.key)? {
        let audit = gateway.directory.audit_of(entry.id)?;
        let read = |record: &AuditRecord| {
            let ((who_zh, who_en), (why_zh, why_en)) = (banks.name(record.participant), why(record.purpose)?);
            Some(Read { who_zh, who_en, why_zh, why_en, at: record.at })
        };
        let (bank_zh, bank_en) = banks.name(entry.participant);
        proxies.push(MyProxy {
            id: entry.id.to_string(),
            proxy_zh: shown(&entry.proxy, "身份證號碼"),
            proxy_en: shown(&entry.proxy, "Your identity card number"),
            bank_zh,
            bank_en,
            default: entry.default,
            state: state(&entry, &owner),
            since: entry.created,
            reads: audit.iter().rev().filter_map(read).take(READS).collect(),
        });
    }
    Ok(proxies)
}

/// The number or address, or these words for an identity card number, which is not kept.
fn shown(proxy: &Proxy, card: &str) -> String {
    if proxy.kind() == ProxyKind::Hkid { card.to_owned() } else { proxy.value().to_owned() }
}

fn state(entry: &Entry, owner: &Owner) -> State {
    match entry.status {
        EntryStatus::Proven => State::Paid,
        EntryStatus::Locked => State::Claimed,
        EntryStatus::Pending if entry.proxy.kind() == ProxyKind::Hkid => State::ToConfirm,
        EntryStatus::Pending if owner.attested.contains(&entry.proxy) => State::ToConfirm,
        EntryStatus::Pending => State::ToProve,
    }
}

/// Why somebody touched an entry, in words. Nothing for what its own bank does to keep it.
const fn why(purpose: Purpose) -> Option<(&'static str, &'static str)> {
    match purpose {
        Purpose::Lookup => Some(("有人準備付款給你", "Somebody was about to pay you")),
        Purpose::BulkLookup => Some(("有機構準備向多人付款", "An institution was preparing payments to many")),
        Purpose::ServiceLookup => Some(("銀行為它的服務核對", "The bank checked it for a service of its own")),
        Purpose::Claim => Some(("另一間銀行的客戶說號碼是他的", "A customer of another bank said that it is theirs")),
        Purpose::DefaultReplaced => Some(("你在另一間銀行設為預設", "You made another bank the default")),
        _ => None,
    }
}

async fn confirm(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    let id: EntryId = id.parse().map_err(|_| PageError::NothingHere)?;
    web::block(move || -> Result<(), PageError> {
        let owner = owner(&gateway, &session.0)?;
        Ok(gateway.directory.confirm_by_owner(owner.key, id, &owner.attested, clock::now())?)
    })
    .await??;
    Ok(page::see_other("/me/proxies"))
}

async fn remove(
    gateway: web::Data<Gateway>,
    StronglySignedIn(session): StronglySignedIn,
    id: web::Path<String>,
    form: web::Form<FormToken>,
) -> Result<HttpResponse, PageError> {
    session.must_have_sent(&form, &gateway)?;
    let id: EntryId = id.parse().map_err(|_| PageError::NothingHere)?;
    web::block(move || -> Result<(), PageError> {
        let owner = owner(&gateway, &session.0)?;
        Ok(gateway.directory.remove_by_owner(owner.key, id, clock::now())?)
    })
    .await??;
    Ok(page::see_other("/me/proxies"))
}

impl From<DirectoryError> for PageError {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::NotFound | DirectoryError::NothingToProve => Self::NothingHere,
            DirectoryError::NotRegistered(_) => Self::ProxyClaimed,
            DirectoryError::Store(store::Error::Unavailable(_)) => Self::Unavailable,
            other => Self::Failed(other.to_string()),
        }
    }
}
