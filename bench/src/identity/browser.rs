//! As much of a browser as it takes to sign in once: cookies, redirects, and forms that are filled in and sent.

use std::collections::BTreeMap;

use anyhow::Context;
use hyper::{Request, StatusCode};
use url::form_urlencoded::Serializer;

use super::connection::Answer;
use super::relying_party::{REDIRECT_URI, RelyingParty};

/// Pages and redirects until the code, at most.
const STEPS: usize = 20;

/// Who signs in.
pub(super) struct Account {
    pub(super) name: String,
    pub(super) password: String,
}

/// Signs in and agrees by the pages' forms; gives the cookies of a browser to which a client is then sent back at once.
pub(super) async fn sign_in(relying_party: &RelyingParty, account: &Account) -> anyhow::Result<String> {
    let mut cookies = BTreeMap::new();
    let (mut address, _) = relying_party.push(&mut relying_party.connect().await?).await?;
    let mut form = None;
    for _ in 0..STEPS {
        let call = match form {
            Some(_) => Request::post(&address).header("content-type", "application/x-www-form-urlencoded"),
            None => Request::get(&address),
        };
        let call = call.header("cookie", header(&cookies)).header("origin", relying_party.origin());
        // A connection each time: a server may close one after a form.
        let answer = relying_party.connect().await?.send(call, form.take().unwrap_or_default()).await?;
        remember(&answer, &mut cookies);
        if answer.status.is_redirection() {
            let location = answer.header("location")?;
            if location.starts_with(REDIRECT_URI) {
                super::relying_party::code(location)?;
                return Ok(header(&cookies));
            }
            address = path(location);
            continue;
        }
        answer.expect(StatusCode::OK)?;
        let page = String::from_utf8_lossy(&answer.body).into_owned();
        let next = Form::to_go_on(&page).context("a page without a form to go on")?;
        form = Some(next.filled(account));
        address = path(&next.action);
    }
    anyhow::bail!("signing in takes more than {STEPS} steps")
}

fn header(cookies: &BTreeMap<String, String>) -> String {
    cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

fn remember(answer: &Answer, cookies: &mut BTreeMap<String, String>) {
    for cookie in answer.headers("set-cookie") {
        let pair = cookie.split(';').next().unwrap_or_default();
        match pair.split_once('=') {
            Some((name, "")) => drop(cookies.remove(name)),
            Some((name, value)) => drop(cookies.insert(name.to_owned(), value.to_owned())),
            None => {}
        }
    }
}

fn path(location: &str) -> String {
    match location.parse::<url::Url>() {
        Ok(url) => url[url::Position::BeforePath..].to_owned(),
        Err(_) => location.to_owned(),
    }
}

/// A form of a page.
struct Form {
    action: String,
    /// Its inputs and buttons: type, name, value.
    fields: Vec<(String, String, String)>,
}

impl Form {
    /// The form to go on with: that which asks for a password, or by which one agrees.
    fn to_go_on(page: &str) -> Option<Self> {
        let forms: Vec<Self> = page
            .split("<form")
            .skip(1)
            .filter_map(|rest| rest.split("</form>").next())
            .filter(|form| form.split('>').next().is_some_and(|tag| tag.to_ascii_lowercase().contains("post")))
            .map(Self::read)
            .collect();
        let wanted = |form: &&Self| {
            form.fields.iter().any(|(kind, name, _)| kind == "password" || name == "decision" || name == "prompt")
        };
        let asks = |form: &&Self| form.fields.iter().any(|(kind, ..)| kind == "password");
        let chosen = forms.iter().position(|form| asks(&form)).or_else(|| forms.iter().position(|form| wanted(&form)));
        chosen.and_then(|index| forms.into_iter().nth(index))
    }

    fn read(html: &str) -> Self {
        let fields = html.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("button"));
        Self {
            action: attribute(html.split('>').next().unwrap_or_default(), "action").unwrap_or_default(),
            fields: fields
                .map(|tag| tag.split('>').next().unwrap_or_default())
                .filter_map(|tag| {
                    let kind = attribute(tag, "type").unwrap_or_default();
                    Some((kind, attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
                })
                .collect(),
        }
    }

    fn filled(&self, account: &Account) -> String {
        let mut filled = Serializer::new(String::new());
        for (kind, name, value) in &self.fields {
            let value = match kind.as_str() {
                "password" => &account.password,
                "text" | "email" => &account.name,
                // An input that does not say what it is, is a text.
                "" if value.is_empty() => &account.name,
                "checkbox" => continue,
                _ if name == "decision" && value != "agree" => continue,
                _ => value,
            };
            filled.append_pair(name, value);
        }
        filled.finish()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value.replace("&amp;", "&"))
}
