//! Websites that residents sign in to, and a visitor's browser without JavaScript: everything by HTTP alone.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::Gateway;

/// What `lionrock serve` needs beside the ordinary for these websites: passwords, and calls to this machine.
pub(crate) const SETTINGS: &str = "[sign_in]\npassword = true\n[outbound]\nallow_networks = [\"127.0.0.0/8\"]\n";

pub(crate) const USER_NAME: &str = "taiman";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Registers 陳大文 with a password, and says who they are.
pub(crate) fn resident(gateway: &Gateway) -> String {
    let resident = json!({
        "hkid": "A123456(3)", "name_zh": "陳大文", "name_en": "CHAN Tai Man", "birth_date": "1988-04-12",
        "user_name": USER_NAME, "password": PASSWORD,
    });
    let file = gateway.folder().join("resident.json");
    std::fs::write(&file, resident.to_string()).unwrap();
    let added = gateway.run(&["resident", "add", file.to_str().unwrap(), "--json"]);
    let added: Value = serde_json::from_slice(&added.stdout).unwrap();
    added[0]["resident"].as_str().unwrap().to_owned()
}

/// A browser: it keeps cookies and follows nothing by itself.
pub(crate) struct Visitor(reqwest::Client);

impl Visitor {
    pub(crate) fn new() -> Self {
        Self(reqwest::Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap())
    }

    pub(crate) async fn get(&self, url: &str) -> Answer {
        Answer::of(self.0.get(url)).await
    }

    pub(crate) async fn post(&self, url: &str, form: &[(&str, &str)]) -> Answer {
        Answer::of(self.0.post(url).form(form)).await
    }
}

/// What a browser was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

impl Answer {
    async fn of(request: RequestBuilder) -> Self {
        let answer: Response = request.send().await.unwrap();
        let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        Self { status: answer.status(), location, body: answer.text().await.unwrap() }
    }

    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> String {
        let (_, rest) =
            self.body.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{self:?}"));
        rest.split('"').next().unwrap().to_owned()
    }

    fn query(&self, name: &str) -> String {
        let url = Url::parse(self.location.as_ref().unwrap_or_else(|| panic!("{self:?}"))).unwrap();
        let found = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        found.unwrap_or_else(|| panic!("{name}: {url}"))
    }
}

/// A relying party.
pub(crate) struct Website {
    id: String,
    secret: String,
    origin: String,
    told: Arc<Mutex<Vec<String>>>,
}

impl Website {
    /// Opens a website and registers it.
    pub(crate) async fn open(gateway: &Gateway, id: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let told = Arc::default();
        tokio::spawn(listen(listener, Arc::clone(&told)));
        let site = Self { id: id.to_owned(), secret: format!("secret-of-{id}"), origin, told };
        let file = gateway.folder().join(format!("{id}.json"));
        std::fs::write(&file, site.metadata().to_string()).unwrap();
        gateway.run(&["client", "add", file.to_str().unwrap()]);
        site
    }

    fn metadata(&self) -> Value {
        json!({
            "client_id": self.id, "client_secret": self.secret, "profile": "oidc", "client_name": self.id,
            "redirect_uris": [self.at("/callback")], "token_endpoint_auth_method": "client_secret_post",
            "scope": "openid profile", "sector": self.id, "allowed_sign_in_methods": ["passkey", "password"],
            "id_token_signed_response_alg": "ES256", "post_logout_redirect_uris": [self.at("/bye")],
            "backchannel_logout_uri": self.at("/told"), "backchannel_logout_session_required": true,
        })
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Where it sends a visitor who wants to sign in.
    pub(crate) fn sign_in_url(&self, gateway: &Gateway) -> String {
        let parameters = [
            ("client_id", self.id.as_str()),
            ("redirect_uri", &self.at("/callback")),
            ("response_type", "code"),
            ("scope", "openid profile"),
        ];
        Url::parse_with_params(&gateway.public("/oauth/authorize"), parameters).unwrap().into()
    }

    /// A visitor signs in, by password if they are not signed in yet, and agrees. Gives the tokens.
    pub(crate) async fn sign_in(&self, gateway: &Gateway, visitor: &Visitor) -> Value {
        let mut page = visitor.get(&self.sign_in_url(gateway)).await;
        if page.body.contains("name=\"password\"") {
            let interaction = page.field("interaction");
            let typed = [("interaction", interaction.as_str()), ("user_name", USER_NAME), ("password", PASSWORD)];
            let done = visitor.post(&gateway.public("/oauth/authorize/password"), &typed).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
            page = visitor.get(&gateway.public(&done.location.unwrap())).await;
        }
        let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
        let agreed = [("interaction", interaction.as_str()), ("csrf", &csrf), ("decision", "agree")];
        let answer = visitor.post(&gateway.public("/oauth/authorize/decision"), &agreed).await;
        let tokens = self.redeem(gateway, &answer.query("code")).await;
        assert!(tokens["id_token"].is_string(), "{tokens}");
        tokens
    }

    pub(crate) async fn redeem(&self, gateway: &Gateway, code: &str) -> Value {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.at("/callback")),
            ("client_id", &self.id),
            ("client_secret", &self.secret),
        ];
        serde_json::from_str(&Visitor::new().post(&gateway.public("/oauth/token"), &form).await.body).unwrap()
    }

    /// Whether an access token of its own is good, as the provider says when it is asked.
    pub(crate) async fn is_active(&self, gateway: &Gateway, tokens: &Value) -> bool {
        let token = tokens["access_token"].as_str().unwrap();
        let form = [("token", token), ("client_id", &self.id), ("client_secret", &self.secret)];
        let answer = Visitor::new().post(&gateway.public("/oauth/introspect"), &form).await;
        serde_json::from_str::<Value>(&answer.body).unwrap()["active"] == true
    }

    /// Where it sends a visitor who signs out.
    pub(crate) fn sign_out_url(&self, gateway: &Gateway, tokens: &Value) -> String {
        let parameters = [
            ("id_token_hint", tokens["id_token"].as_str().unwrap()),
            ("post_logout_redirect_uri", &self.at("/bye")),
            ("state", "s1"),
        ];
        Url::parse_with_params(&gateway.public("/oauth/logout"), parameters).unwrap().into()
    }

    /// The claims of the logout tokens that it was sent, when there are `count`.
    pub(crate) async fn told(&self, count: usize) -> Vec<Value> {
        let began = Instant::now();
        while self.told.lock().unwrap().len() < count {
            assert!(began.elapsed() < Duration::from_secs(20), "{} was told {:?}", self.id, self.told.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.told.lock().unwrap().iter().map(|form| claims(form.strip_prefix("logout_token=").unwrap())).collect()
    }
}

/// What a token of ours says. Whether it is signed well is for other tests.
pub(crate) fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// Answers every request with 200 and keeps the bodies of those for `/told`.
async fn listen(listener: TcpListener, told: Arc<Mutex<Vec<String>>>) {
    while let Ok((connection, _)) = listener.accept().await {
        tokio::spawn(answer(connection, Arc::clone(&told)));
    }
}

async fn answer(mut connection: TcpStream, told: Arc<Mutex<Vec<String>>>) {
    let mut request = String::new();
    let mut part = [0; 4096];
    while let Ok(read @ 1..) = connection.read(&mut part).await {
        request.push_str(&String::from_utf8_lossy(&part[..read]));
        let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
        let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            if head.starts_with("POST /told ") {
                told.lock().unwrap().push(body.to_owned());
            }
            let _ = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
            return;
        }
    }
}
