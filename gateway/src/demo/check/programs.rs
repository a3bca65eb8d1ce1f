//! A program of a shop: it gets a token by OAuth, asks for a payment, and takes it back.

use anyhow::{Context, ensure};
use payments::qr::scan;
use serde_json::{Value, json};

use super::browser::{Browser, Page};
use super::merchants::{PAYER_ACCOUNT, SHOP};
use super::payments::Customer;
use super::walk::Walk;
use super::web_shop;
use super::webhooks::ShopServer;
use crate::demo::City;

/// What the owner put into the program.
struct Credentials {
    client_id: String,
    client_secret: String,
}

/// `owner` runs the shop whose console is at `shop`.
pub(super) async fn walk(walk: &mut Walk, city: &City, owner: &Browser, shop: &str) -> Option<()> {
    let made = walk.step("the owner lets a program act for the shop", credentials(owner, shop)).await?;
    let program = Program { city, http: Browser::new().ok()? };
    let token = walk.step("the program gets a token in its own name", program.token(&made)).await?;
    walk.step("refused: asking without a token (401)", program.without_a_token()).await?;
    let asked = walk.step("it asks for a payment, once for one key", program.asks(&token)).await?;
    walk.step("the payment link shows payee, amount and code to anybody", program.link(&asked)).await?;
    walk.step("the link leads to the payer's bank, which shows what is asked", program.at_the_bank(&asked)).await?;
    walk.step("it takes the request back, and the link says so", program.takes_back(&token, &asked)).await?;
    let told = program.sells(owner, shop, &token);
    walk.step("a customer pays a basket, and the shop's server is told, signed by a published key", told).await?;
    let scanned = program.scans(&token);
    walk.step("it asks by a code that a customer shows, once, and within what they agreed to", scanned).await?;
    let _ = web_shop::walk(walk, &program, (owner, shop, &made.client_id), &token).await;
    let ended = program.is_ended(owner, shop, &token, &made);
    walk.step("the owner ends the program, and its token opens nothing", ended).await
}

async fn credentials(owner: &Browser, shop: &str) -> anyhow::Result<Credentials> {
    let page = owner.open(&format!("{shop}/programs")).await?;
    let made = owner.submit(&format!("{shop}/programs"), &[("csrf", &*page.field("csrf")?)]).await?;
    Ok(Credentials { client_id: text(&made, "client-id")?, client_secret: text(&made, "client-secret")? })
}

pub(super) fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What stands in the element with this id.
fn text(page: &Page, id: &str) -> anyhow::Result<String> {
    let found = page.html.split_once(&format!("id=\"{id}\">")).and_then(|(_, rest)| rest.split_once('<'));
    found.map(|(text, _)| text.to_owned()).with_context(|| format!("the page shows no {id}"))
}

/// The program, as it calls.
pub(super) struct Program<'a> {
    pub(super) city: &'a City,
    pub(super) http: Browser,
}

impl Program<'_> {
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.city.places.lionrock)
    }

    async fn token(&self, of: &Credentials) -> anyhow::Result<String> {
        let call = self.http.client().post(self.url("/oauth/token")).basic_auth(&of.client_id, Some(&of.client_secret));
        let form = [("grant_type", "client_credentials"), ("scope", "merchant.payments")];
        let told: Value = call.form(&form).send().await?.error_for_status()?.json().await?;
        Ok(told["access_token"].as_str().context("no token")?.to_owned())
    }

    async fn without_a_token(&self) -> anyhow::Result<()> {
        let wanted = json!({ "amount": "1.00" });
        let refused = self.http.client().post(self.url("/api/v1/payment-requests")).json(&wanted).send().await?;
        ensure!(refused.status() == 401, "answered {}", refused.status());
        Ok(())
    }

    /// Sends JSON, and reads JSON.
    pub(super) async fn post(
        &self,
        token: &str,
        path: &str,
        key: &str,
        body: &Value,
    ) -> anyhow::Result<(reqwest::StatusCode, Value)> {
        let call = self.http.client().post(self.url(&format!("/api/v1/{path}"))).bearer_auth(token);
        let answer = call.header("Idempotency-Key", key).json(body).send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        Ok((status, serde_json::from_str(&text).with_context(|| format!("answered {status}: {text}"))?))
    }

    async fn ask(&self, token: &str, key: &str) -> anyhow::Result<Value> {
        let wanted = json!({ "amount": "25.00", "bill_number": "WEB-1", "purpose": "Notebooks" });
        let (status, asked) = self.post(token, "payment-requests", key, &wanted).await?;
        ensure!(status == 201, "answered {status}: {asked}");
        Ok(asked)
    }

    /// The owner says where the shop's server is; a customer pays the code of a basket; the server is told.
    async fn sells(&self, owner: &Browser, shop: &str, token: &str) -> anyhow::Result<()> {
        let server = ShopServer::start()?;
        let page = owner.open(&format!("{shop}/programs")).await?;
        let form = [("csrf", &*page.field("csrf")?), ("url", &*server.url)];
        owner.submit(&format!("{shop}/programs/server"), &form).await?.must_show(&server.url)?;
        let basket = self.ask(token, "basket-2").await?;
        let payer = Customer::new(self.city, 0)?;
        payer.sign_in(PAYER_ACCOUNT).await?;
        payer.pay(&[("payload", basket["qr"].as_str().context("no code")?)], SHOP).await?;
        let event = server.expect(self.city, "payment_request.paid", &basket["id"]).await?;
        server.stop().await;
        let paid = &event["payment_request"];
        ensure!(paid["id"] == basket["id"] && paid["paid_amount"] == "25.00", "{event}");
        let call = self.http.client().get(self.url(&format!("/api/v1/payment-requests/{}", text_of(&basket["id"]))));
        let stands: Value = call.bearer_auth(token).send().await?.error_for_status()?.json().await?;
        ensure!(stands["state"] == "paid", "{stands}");
        Ok(())
    }

    /// A customer agrees to a limit and shows a code; the program asks by it, and the customer's bank pays.
    async fn scans(&self, token: &str) -> anyhow::Result<()> {
        let payer = Customer::new(self.city, 0)?;
        payer.sign_in(PAYER_ACCOUNT).await?;
        let shown = payer.browser.submit(&payer.url("/show"), &[("limit", "20")]).await?;
        let png = payer.browser.fetch(&format!("{}/code.png", shown.url)).await?.bytes().await?;
        let code = scan::read(&png)?.pop().context("no code in the picture")?;
        let ask = async |key: &str, amount: &str| -> anyhow::Result<(u16, Value)> {
            let call = self.http.client().post(self.url("/api/v1/payment-requests")).bearer_auth(token);
            let wanted = json!({ "amount": amount, "presented_code": code });
            let answer = call.header("Idempotency-Key", key).json(&wanted).send().await?;
            Ok((answer.status().as_u16(), answer.json().await?))
        };
        let (status, refused) = ask("scan-1", "20.01").await?;
        ensure!(status == 409 && refused["field"] == "presented_code", "{status}: {refused}");
        let both = json!({
            "amount": "1.00", "presented_code": code,
            "debtor": { "proxy": { "type": "EMAL", "id": "nobody@example.hk" } },
        });
        let call = self.http.client().post(self.url("/api/v1/payment-requests")).bearer_auth(token).json(&both);
        let refused: Value = call.header("Idempotency-Key", "scan-both").send().await?.json().await?;
        ensure!(refused["field"] == "debtor", "whoever shows a code is who is asked: {refused}");
        let (status, made) = ask("scan-2", "20.00").await?;
        ensure!(status == 201, "{status}: {made}");
        ensure!(ask("scan-2", "20.00").await?.1["id"] == made["id"], "the same key is another request");
        let (status, again) = ask("scan-3", "1.00").await?;
        ensure!(status == 409, "a code is used twice: {status}: {again}");
        payer.settled(shown).await
    }

    async fn asks(&self, token: &str) -> anyhow::Result<Value> {
        let (first, second) = (self.ask(token, "basket-1").await?, self.ask(token, "basket-1").await?);
        ensure!(first["id"] == second["id"] && first["state"] == "waiting", "{first} {second}");
        Ok(first)
    }

    async fn link(&self, asked: &Value) -> anyhow::Result<()> {
        let link = asked["payment_link"].as_str().context("no link")?;
        let page = Browser::new()?.open(link).await?;
        for shown in ["晨光文具", "HK$ 25.00", "WEB-1", "code.svg"] {
            page.must_show(shown)?;
        }
        let svg = asked["qr_svg"].as_str().context("no picture")?;
        ensure!(self.http.fetch(svg).await?.text().await?.starts_with("<svg"), "no picture");
        Ok(())
    }

    /// Follows the link to Banyan Bank, where the payer signs in and is shown the request.
    async fn at_the_bank(&self, asked: &Value) -> anyhow::Result<()> {
        let (link, id) = (text_of(&asked["payment_link"]), text_of(&asked["id"]));
        let payer = Customer::new(self.city, 0)?;
        let there = payer.url(&format!("/requests/{id}"));
        let page = payer.browser.open(link).await?;
        page.must_show(&format!("href=\"{there}\""))?;
        let sign_in = payer.browser.open(&there).await?;
        let form = [("account", PAYER_ACCOUNT), ("request", &*sign_in.field("request")?)];
        let shown = payer.browser.submit(&payer.url("/login"), &form).await?;
        shown.must_show("晨光文具")?;
        shown.must_show("25.00")
    }

    async fn takes_back(&self, token: &str, asked: &Value) -> anyhow::Result<()> {
        let id = asked["id"].as_str().context("no id")?;
        let call = self.http.client().post(self.url(&format!("/api/v1/payment-requests/{id}/cancel")));
        let after: Value = call.bearer_auth(token).send().await?.error_for_status()?.json().await?;
        ensure!(after["state"] == "cancelled", "{after}");
        let link = asked["payment_link"].as_str().context("no link")?;
        Browser::new()?.open(link).await?.must_show("notice stop")
    }

    async fn is_ended(&self, owner: &Browser, shop: &str, token: &str, of: &Credentials) -> anyhow::Result<()> {
        let page = owner.open(&format!("{shop}/programs")).await?;
        let remove = format!("{shop}/programs/{}/remove", of.client_id);
        owner.submit(&remove, &[("csrf", &*page.field("csrf")?)]).await?;
        let call = self.http.client().get(self.url("/api/v1/payment-requests/0123456789ABCDEFGHJK"));
        let refused = call.bearer_auth(token).send().await?;
        ensure!([401, 403].contains(&refused.status().as_u16()), "answered {}", refused.status());
        Ok(())
    }
}
