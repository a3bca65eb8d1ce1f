//! `/proxies`: the numbers and addresses that a participant links to its customers' accounts.

use actix_web::{HttpRequest, HttpResponse, web};
use payments::directory::{
    AccountNumber, Currencies, Directory, Entry, EntryId, EntryStatus, Identification, IdentificationKind,
    NotAnIdentification, Owner, OwnerKey, OwnerKind, Proxy, ProxyKind, Registration,
};
use payments::money::Currency;
use serde::{Deserialize, Serialize};

use super::paging::{Cursor, page};
use super::{Api, Participant};
use crate::clock;
use crate::error::Problem;
use crate::http::body;

/// A proxy as JSON writes it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProxyBody {
    #[serde(rename = "type")]
    kind: ProxyKind,
    id: String,
}

impl ProxyBody {
    /// Reads it into its normal form.
    pub(super) fn parse(&self) -> Result<Proxy, Problem> {
        Proxy::parse(self.kind, &self.id).map_err(|wrong| Problem::bad_request(wrong.to_string()).field("proxy.id"))
    }
}

impl From<&Proxy> for ProxyBody {
    fn from(proxy: &Proxy) -> Self {
        Self { kind: proxy.kind(), id: proxy.value().to_owned() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationBody {
    proxy: ProxyBody,
    account: String,
    owner: OwnerBody,
    /// All, when left out.
    currencies: Option<Vec<Currency>>,
    #[serde(default)]
    default: bool,
}

/// Whose account it is, as JSON writes it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnerBody {
    kind: OwnerKind,
    name_zh: Option<String>,
    name_en: Option<String>,
    /// By what the owner is known at every bank.
    #[serde(skip_serializing)]
    identification: Option<IdentificationBody>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentificationBody {
    #[serde(rename = "type")]
    kind: IdentificationKind,
    id: String,
}

impl OwnerBody {
    /// Reads it.
    pub(super) fn parse(&self) -> Result<Owner, Problem> {
        Owner::new(self.kind, self.name_zh.as_deref(), self.name_en.as_deref())
            .map_err(|wrong| Problem::bad_request(wrong.to_string()).field("owner"))
    }

    /// By what the directory knows the owner.
    pub(super) fn key(&self, directory: &Directory) -> Result<Option<OwnerKey>, Problem> {
        let wrong =
            |wrong: NotAnIdentification| Problem::bad_request(wrong.to_string()).field("owner.identification.id");
        let identification = self.identification.as_ref().map(|given| Identification::parse(given.kind, &given.id));
        let identification = identification.transpose().map_err(wrong)?;
        Ok(identification.map(|identification| directory.keys().owner_key(&identification)))
    }
}

/// Reads an account number.
pub(super) fn parse_account(text: &str) -> Result<AccountNumber, Problem> {
    AccountNumber::parse(text).map_err(|wrong| Problem::bad_request(wrong.to_string()).field("account"))
}

impl From<&Owner> for OwnerBody {
    fn from(owner: &Owner) -> Self {
        Self {
            kind: owner.kind(),
            name_zh: owner.name_zh().map(str::to_owned),
            name_en: owner.name_en().map(str::to_owned),
            identification: None,
        }
    }
}

impl RegistrationBody {
    /// Reads it.
    pub(super) fn parse(&self, directory: &Directory) -> Result<Registration, Problem> {
        let currencies =
            self.currencies.as_ref().map_or(Some(Currencies::ALL), |of| Currencies::of(of.iter().copied()));
        let no_currency = || Problem::bad_request("An account takes at least one currency.").field("currencies");
        Ok(Registration {
            proxy: self.proxy.parse()?,
            account: parse_account(&self.account)?,
            owner: self.owner.parse()?,
            owner_key: self.owner.key(directory)?,
            currencies: currencies.ok_or_else(no_currency)?,
            default: self.default,
        })
    }
}

/// An entry, as its own participant reads it.
#[derive(Serialize)]
pub(super) struct EntryBody {
    entry_id: String,
    account_token: String,
    proxy: ProxyBody,
    account: String,
    owner: OwnerBody,
    currencies: Vec<Currency>,
    status: EntryStatus,
    default: bool,
    version: i64,
    created: String,
}

impl From<&Entry> for EntryBody {
    fn from(entry: &Entry) -> Self {
        Self {
            entry_id: entry.id.to_string(),
            account_token: entry.account_token.to_string(),
            proxy: ProxyBody::from(&entry.proxy),
            account: entry.account.as_str().to_owned(),
            owner: OwnerBody::from(&entry.owner),
            currencies: entry.currencies.iter().collect(),
            status: entry.status,
            default: entry.default,
            version: entry.version.number(),
            created: entry.created.to_string(),
        }
    }
}

/// Links a proxy to an account: 201, or 200 when it is linked so already.
pub(super) async fn register(
    Participant(participant): Participant,
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body: RegistrationBody = body::json(&request, payload).await?;
    api.may_act(participant)?;
    let registration = body.parse(&api.directory)?;
    let registered = web::block(move || api.directory.register(participant, registration, clock::now())).await??;
    let entry = EntryBody::from(&registered.entry);
    Ok(if registered.is_new { HttpResponse::Created().json(entry) } else { HttpResponse::Ok().json(entry) })
}

/// The participant's own entries, a page at a time.
pub(super) async fn list(
    Participant(participant): Participant,
    api: web::Data<Api>,
    Cursor(cursor): Cursor<EntryId>,
) -> Result<HttpResponse, Problem> {
    let found = web::block(move || api.directory.list(participant, cursor, clock::now())).await??;
    Ok(page::<EntryBody, _, _>("entries", &found))
}

/// Removes an entry: 204. Another participant's entry does not exist here.
pub(super) async fn remove(
    Participant(participant): Participant,
    api: web::Data<Api>,
    entry: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::not_found("You have no such entry.");
    api.may_act(participant)?;
    let entry: EntryId = entry.parse().map_err(|_| unknown())?;
    web::block(move || api.directory.remove(participant, entry, clock::now())).await??;
    Ok(HttpResponse::NoContent().finish())
}
