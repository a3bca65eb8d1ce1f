//! What a relying party under the FAPI 2.0 profile asks of a provider, the same calls to every server.

use std::sync::Arc;

use anyhow::Context;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::Serializer;

use super::connection::{Answer, Connection};
use super::signer::{Signer, challenge};

/// The one client of the benchmark.
pub(super) const CLIENT_ID: &str = "bench";
/// Nothing listens there: the driver reads the code from the redirect.
pub(super) const REDIRECT_URI: &str = "https://bench.example/callback";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The relying party, registered at one server.
pub(super) struct RelyingParty {
    signer: Arc<Signer>,
    port: u16,
    issuer: String,
    endpoints: Endpoints,
}

struct Endpoints {
    pushed_request: Url,
    authorization: Url,
    token: Url,
    userinfo: Url,
    introspection: Url,
    keys: Url,
}

impl RelyingParty {
    /// Reads the server's discovery document.
    pub(super) async fn discover(signer: Arc<Signer>, port: u16) -> anyhow::Result<Self> {
        let mut connection = Connection::open(port).await?;
        let found = connection.send(Request::get("/.well-known/openid-configuration"), String::new()).await?;
        let found = found.json(StatusCode::OK)?;
        let url = |name: &str| -> anyhow::Result<Url> {
            Ok(found[name].as_str().with_context(|| format!("discovery has no {name}"))?.parse()?)
        };
        let endpoints = Endpoints {
            pushed_request: url("pushed_authorization_request_endpoint")?,
            authorization: url("authorization_endpoint")?,
            token: url("token_endpoint")?,
            userinfo: url("userinfo_endpoint")?,
            introspection: url("introspection_endpoint")?,
            keys: url("jwks_uri")?,
        };
        let issuer = found["issuer"].as_str().context("discovery has no issuer")?.to_owned();
        Ok(Self { signer, port, issuer, endpoints })
    }

    /// A connection of its own.
    pub(super) async fn connect(&self) -> anyhow::Result<Connection> {
        Connection::open(self.port).await
    }

    /// Where the server's own pages are.
    pub(super) fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Discovery, then the keys, as [`RelyingParty::written_published`] wrote the requests.
    pub(super) async fn read_published(
        &self,
        connection: &mut Connection,
        written: &[Vec<u8>; 2],
    ) -> anyhow::Result<()> {
        for request in written {
            connection.send_written(request).await?.expect(StatusCode::OK)?;
        }
        Ok(())
    }

    /// The requests for what is published: the same every time.
    pub(super) fn written_published(&self, connection: &Connection) -> anyhow::Result<[Vec<u8>; 2]> {
        let written = |path: &str| anyhow::Ok(connection.written(&Request::get(path).body(())?, ""));
        Ok([written("/.well-known/openid-configuration")?, written(self.endpoints.keys.path())?])
    }

    /// A token for the client itself (RFC 6749, section 4.4), bound to its key as the profile demands.
    pub(super) async fn client_credentials(&self, connection: &mut Connection) -> anyhow::Result<String> {
        let form = self.authenticated()?.append_pair("grant_type", "client_credentials").finish();
        let proof = self.signer.proof("POST", self.endpoints.token.as_str(), None)?;
        access_token(&self.post(connection, &self.endpoints.token, Some(proof), form).await?)
    }

    /// Pushes an authorization request; gives its address for the browser, and the PKCE verifier.
    pub(super) async fn push(&self, connection: &mut Connection) -> anyhow::Result<(String, String)> {
        let verifier = self.signer.token()?;
        let mut form = self.authenticated()?;
        form.append_pair("response_type", "code")
            .append_pair("scope", "openid profile")
            .append_pair("redirect_uri", REDIRECT_URI)
            .append_pair("state", "state")
            .append_pair("nonce", "nonce")
            .append_pair("code_challenge", &challenge(&verifier))
            .append_pair("code_challenge_method", "S256");
        let pushed = self.post(connection, &self.endpoints.pushed_request, None, form.finish()).await?;
        let pushed = pushed.json(StatusCode::CREATED)?;
        let request_uri = pushed["request_uri"].as_str().context("no request_uri")?;
        let query = Serializer::new(String::new())
            .append_pair("client_id", CLIENT_ID)
            .append_pair("request_uri", request_uri)
            .finish();
        Ok((format!("{}?{query}", self.endpoints.authorization.path()), verifier))
    }

    /// The whole flow: pushed request, the browser's visit with the resident's session, tokens, attributes.
    pub(super) async fn sign_in(&self, connection: &mut Connection, cookies: &str) -> anyhow::Result<String> {
        let (address, verifier) = self.push(connection).await?;
        let visit = connection.send(Request::get(address).header("cookie", cookies), String::new()).await?;
        let code = code(visit.header("location")?)?;
        let token = self.redeem(connection, &code, &verifier).await?;
        self.userinfo(connection, &token).await?;
        Ok(token)
    }

    async fn redeem(&self, connection: &mut Connection, code: &str, verifier: &str) -> anyhow::Result<String> {
        let mut form = self.authenticated()?;
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", REDIRECT_URI)
            .append_pair("code_verifier", verifier);
        let proof = self.signer.proof("POST", self.endpoints.token.as_str(), None)?;
        access_token(&self.post(connection, &self.endpoints.token, Some(proof), form.finish()).await?)
    }

    /// The resident's attributes.
    pub(super) async fn userinfo(&self, connection: &mut Connection, token: &str) -> anyhow::Result<()> {
        let proof = self.signer.proof("GET", self.endpoints.userinfo.as_str(), Some(token))?;
        let call = Request::get(self.endpoints.userinfo.path())
            .header("authorization", format!("DPoP {token}"))
            .header("dpop", proof);
        let claims = connection.send(call, String::new()).await?.json(StatusCode::OK)?;
        anyhow::ensure!(claims["sub"].is_string(), "userinfo without sub");
        Ok(())
    }

    /// Whether a token is good (RFC 7662); it must be.
    pub(super) async fn introspect(&self, connection: &mut Connection, token: &str) -> anyhow::Result<()> {
        let form = self.authenticated()?.append_pair("token", token).finish();
        let said = self.post(connection, &self.endpoints.introspection, None, form).await?.json(StatusCode::OK)?;
        anyhow::ensure!(said["active"] == true, "a good token was called inactive");
        Ok(())
    }

    /// A form that begins with who we are.
    fn authenticated(&self) -> anyhow::Result<Serializer<'static, String>> {
        let assertion = self.signer.assertion(CLIENT_ID, &self.issuer)?;
        let mut form = Serializer::new(String::with_capacity(1_024));
        form.append_pair("client_id", CLIENT_ID)
            .append_pair("client_assertion_type", ASSERTION_TYPE)
            .append_pair("client_assertion", &assertion);
        Ok(form)
    }

    async fn post(
        &self,
        connection: &mut Connection,
        url: &Url,
        proof: Option<String>,
        form: String,
    ) -> anyhow::Result<Answer> {
        let mut call = Request::post(url.path()).header("content-type", "application/x-www-form-urlencoded");
        if let Some(proof) = proof {
            call = call.header("dpop", proof);
        }
        connection.send(call, form).await
    }
}

/// How the client is registered, in the words of RFC 7591 that both servers understand.
pub(super) fn metadata(jwk: &Value) -> Value {
    let mut key = jwk.clone();
    key["kid"] = "bench".into();
    key["use"] = "sig".into();
    key["alg"] = "ES256".into();
    json!({
        "client_id": CLIENT_ID,
        "client_name": "Bench",
        "redirect_uris": [REDIRECT_URI],
        "response_types": ["code"],
        "grant_types": ["authorization_code", "client_credentials"],
        "scope": "openid profile",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "id_token_signed_response_alg": "ES256",
        "dpop_bound_access_tokens": true,
        "require_pushed_authorization_requests": true,
        "jwks": { "keys": [key] },
    })
}

fn access_token(answer: &Answer) -> anyhow::Result<String> {
    let tokens = answer.json(StatusCode::OK)?;
    Ok(tokens["access_token"].as_str().context("no access token")?.to_owned())
}

/// The code in a redirect to the client.
pub(super) fn code(location: &str) -> anyhow::Result<String> {
    let code = location
        .parse::<Url>()
        .ok()
        .and_then(|url| url.query_pairs().find(|(name, _)| name == "code").map(|(_, value)| value.into_owned()));
    code.with_context(|| format!("no code in the redirect to {location}"))
}
