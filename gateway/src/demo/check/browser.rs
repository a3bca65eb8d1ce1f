//! A browser as far as the journey needs one: cookies, forms, redirects one at a time.

use anyhow::{Context, bail, ensure};
use reqwest::header::LOCATION;
use reqwest::{Client, Response};
use serde_json::Value;
use url::Url;

use crate::http::tls;

/// One person's browser.
pub(super) struct Browser(Client);

/// A page that was shown.
pub(super) struct Page {
    /// Where it is.
    pub(super) url: Url,
    /// Its HTML.
    pub(super) html: String,
}

impl Browser {
    pub(super) fn new() -> anyhow::Result<Self> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls::client(rustls::RootCertStore::empty(), None)?)
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(30))
            .build()?;
        Ok(Self(client))
    }

    /// For calls that no page makes.
    pub(super) fn client(&self) -> &Client {
        &self.0
    }

    /// Opens a page, following redirects.
    pub(super) async fn open(&self, url: &str) -> anyhow::Result<Page> {
        let url: Url = url.parse()?;
        let response = self.0.get(url).send().await?;
        self.follow(response).await
    }

    /// Sends a form and shows the page that answers it.
    pub(super) async fn submit(&self, url: &str, form: &[(&str, &str)]) -> anyhow::Result<Page> {
        let response = self.0.post(url).form(form).send().await?;
        self.follow(response).await
    }

    /// Sends JSON as a page's script would, and reads JSON.
    pub(super) async fn call(&self, url: &str, body: &Value) -> anyhow::Result<Value> {
        let response = self.0.post(url).json(body).send().await?;
        let (status, text) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "{url} answered {status}: {text}");
        serde_json::from_str(&text).with_context(|| format!("{url} answered no JSON"))
    }

    /// Sends bytes, such as a picture, and reads JSON.
    pub(super) async fn upload(&self, url: &str, content_type: &str, body: Vec<u8>) -> anyhow::Result<Value> {
        let response = self.0.post(url).header("content-type", content_type).body(body).send().await?;
        let (status, text) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "{url} answered {status}: {text}");
        serde_json::from_str(&text).with_context(|| format!("{url} answered no JSON"))
    }

    /// Fetches something that is no page.
    pub(super) async fn fetch(&self, url: &str) -> anyhow::Result<Response> {
        Ok(self.0.get(url).send().await?.error_for_status()?)
    }

    /// The place to which a page leads on, without going there.
    pub(super) async fn redirect_of(&self, url: &str) -> anyhow::Result<Url> {
        next(&self.0.get(url).send().await?)?.context("a redirect was expected")
    }

    async fn follow(&self, mut response: Response) -> anyhow::Result<Page> {
        for _ in 0..10 {
            let Some(location) = next(&response)? else {
                let (url, status) = (response.url().clone(), response.status());
                let html = response.text().await?;
                ensure!(status.is_success(), "{} answered {status}: {}", url.path(), headline(&html));
                return Ok(Page { url, html });
            };
            response = self.0.get(location).send().await?;
        }
        bail!("too many redirects")
    }
}

fn next(response: &Response) -> anyhow::Result<Option<Url>> {
    if !response.status().is_redirection() {
        return Ok(None);
    }
    let location = response.headers().get(LOCATION).context("a redirect without a place")?.to_str()?;
    Ok(Some(response.url().join(location)?))
}

/// The headline of a page, to say in a failure what was shown instead.
fn headline(html: &str) -> &str {
    html.split_once("<h1")
        .and_then(|(_, rest)| rest.split_once('>'))
        .and_then(|(_, rest)| rest.split_once("</h1>"))
        .map_or("(no headline)", |(text, _)| text.trim())
}

impl Page {
    /// Whether the page says this.
    pub(super) fn shows(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    /// Fails unless the page says this.
    pub(super) fn must_show(&self, text: &str) -> anyhow::Result<()> {
        ensure!(self.shows(text), "{} shows “{}” and not {text}", self.url.path(), headline(&self.html));
        Ok(())
    }

    /// The value of a form's field.
    pub(super) fn field(&self, name: &str) -> anyhow::Result<String> {
        let marker = format!("name=\"{name}\"");
        let tag = self.html.split('<').find(|tag| tag.starts_with("input") && tag.contains(&marker));
        let tag = tag.with_context(|| format!("{} has no field {name}", self.url.path()))?;
        let value = tag.split_once("value=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(v, _)| v);
        Ok(value.replace("&amp;", "&").replace("&#38;", "&"))
    }
}
