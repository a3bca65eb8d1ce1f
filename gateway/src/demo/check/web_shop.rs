//! What a web shop's program does beside asking for a payment: it asks a customer by their number, follows a request by
//! its events, and has the payer come back to its own pages.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::browser::Browser;
use super::merchants::SHOP;
use super::payments::{Customer, RESIDENT_ACCOUNT};
use super::programs::{Program, text_of};
use super::walk::Walk;

/// The number of the resident at Banyan Bank.
const NUMBER: &str = "+852-91234567";
/// Another customer of that bank.
const DAUGHTER_ACCOUNT: &str = "012-100002-001";
/// Where the shop wants its payers back.
const BACK: &str = "https://shop.example/done?lang=zh";

pub(super) async fn walk(
    walk: &mut Walk,
    program: &Program<'_>,
    (owner, shop, client_id): (&Browser, &str, &str),
    token: &str,
) -> Option<()> {
    let asked = walk.step("it asks a customer by their number", by_number(program, token)).await?;
    walk.step("their bank's app shows it, and the program hears of the refusal", refused(program, token, &asked))
        .await?;
    walk.step("a bill to the same number is paid by somebody else, by the printed code, once", by_code(program, token))
        .await?;
    walk.step("a stream of events goes on where the program stopped reading", resumes(program, token, &asked)).await?;
    walk.step("refused: a page to return to that nobody registered (400)", elsewhere(program, token)).await?;
    let back = returns(program, owner, shop, client_id, token);
    walk.step("a payment link leads back to the shop's registered page when it is over", back).await
}

async fn by_number(program: &Program<'_>, token: &str) -> anyhow::Result<Value> {
    // They took it back before.
    let customer = Customer::new(program.city, 0)?;
    customer.sign_in(RESIDENT_ACCOUNT).await?;
    customer.link_number().await?;
    let nobody = json!({ "amount": "31.00", "debtor": { "proxy": { "type": "MBNO", "id": "+852-61112222" } } });
    let (status, _) = program.post(token, "payment-requests", "nobody", &nobody).await?;
    ensure!(status == 404, "a number that nobody registered is answered {status}");
    let wanted = json!({
        "amount": "31.00", "bill_number": "WEB-31", "debtor": { "proxy": { "type": "MBNO", "id": NUMBER } },
    });
    let (status, asked) = program.post(token, "payment-requests", "by-number", &wanted).await?;
    ensure!(status == 201 && asked["payment_link"].is_string() && asked["qr"].is_string(), "{status} {asked}");
    ensure!(asked.get("debtor").is_none(), "it tells where the number leads: {asked}");
    Ok(asked)
}

async fn refused(program: &Program<'_>, token: &str, asked: &Value) -> anyhow::Result<()> {
    let id = text_of(&asked["id"]);
    let mut events = Events::open(program, token, &format!("payment-requests/{id}/events"), None).await?;
    events.until("payment_request.waiting").await?;
    let customer = Customer::new(program.city, 0)?;
    customer.sign_in(RESIDENT_ACCOUNT).await?;
    customer.browser.open(&customer.url("/")).await?.must_show("WEB-31")?;
    customer.browser.submit(&customer.url(&format!("/requests/{id}/refuse")), &[]).await?;
    events.until("payment_request.refused").await
}

/// Whoever holds the bill pays it; the customer whom it asks finds it paid.
async fn by_code(program: &Program<'_>, token: &str) -> anyhow::Result<()> {
    let wanted = json!({
        "amount": "32.00", "bill_number": "WEB-32", "due": "2027-01-31",
        "debtor": { "proxy": { "type": "MBNO", "id": NUMBER } },
    });
    let (_, asked) = program.post(token, "payment-requests", "by-code", &wanted).await?;
    let (link, page) = (text_of(&asked["payment_link"]), format!("/requests/{}", text_of(&asked["id"])));
    let shown = Browser::new()?.open(link).await?;
    for bank in program.city.places.banks.iter().map(|bank| &bank.url) {
        shown.must_show(&format!("href=\"{bank}{page}\""))?;
    }
    let customer = Customer::new(program.city, 0)?;
    customer.sign_in(RESIDENT_ACCOUNT).await?;
    customer.browser.open(&customer.url("/")).await?.must_show("WEB-32")?;
    let daughter = Customer::new(program.city, 0)?;
    daughter.sign_in(DAUGHTER_ACCOUNT).await?;
    daughter.pay(&[("payload", text_of(&asked["qr"]))], SHOP).await?;
    ensure!(!customer.browser.open(&customer.url("/")).await?.shows("WEB-32"), "it still waits");
    customer.browser.open(&customer.url(&page)).await?.must_show("這張單已經付了")
}

async fn resumes(program: &Program<'_>, token: &str, asked: &Value) -> anyhow::Result<()> {
    let path = format!("payment-requests/{}/events", text_of(&asked["id"]));
    let mut first = Events::open(program, token, &path, None).await?;
    first.until("payment_request.waiting").await?;
    let seen = first.read.split_once("id: ").and_then(|(_, rest)| rest.split_once('\n')).context("no id")?.0;
    let mut later = Events::open(program, token, &path, Some(seen)).await?;
    later.until("payment_request.refused").await?;
    ensure!(!later.read.contains("payment_request.waiting"), "what was seen is told again");
    let all = Events::open(program, token, "payment-requests/events", Some(seen)).await;
    all?.until("payment_request.refused").await
}

async fn elsewhere(program: &Program<'_>, token: &str) -> anyhow::Result<()> {
    let wanted = json!({ "amount": "5.00", "return_url": "https://elsewhere.example/" });
    let (status, problem) = program.post(token, "payment-requests", "elsewhere", &wanted).await?;
    ensure!(status == 400 && problem["field"] == "return_url", "{status} {problem}");
    Ok(())
}

async fn returns(
    program: &Program<'_>,
    owner: &Browser,
    shop: &str,
    client_id: &str,
    token: &str,
) -> anyhow::Result<()> {
    let form = format!("{shop}/programs/{client_id}/returns");
    let page = owner.open(&format!("{shop}/programs")).await?;
    let kept = owner.submit(&form, &[("csrf", &*page.field("csrf")?), ("returns", BACK)]).await?;
    kept.must_show("https://shop.example/done")?;
    let wanted = json!({ "amount": "5.00", "return_url": BACK });
    let (status, asked) = program.post(token, "payment-requests", "returning", &wanted).await?;
    ensure!(status == 201 && asked["return_url"] == BACK, "{status} {asked}");
    let (id, link) = (text_of(&asked["id"]), text_of(&asked["payment_link"]));
    program.http.open(link).await?.must_show("code.svg")?;
    let (status, _) = program.post(token, &format!("payment-requests/{id}/cancel"), "cancel", &json!({})).await?;
    ensure!(status == 200, "answered {status}");
    let place = program.http.redirect_of(link).await?;
    ensure!(place.as_str() == format!("{BACK}&payment_request_id={id}&state=cancelled"), "it leads to {place}");
    Ok(())
}

/// A stream of server-sent events.
struct Events {
    answer: reqwest::Response,
    read: String,
}

impl Events {
    async fn open(program: &Program<'_>, token: &str, path: &str, seen: Option<&str>) -> anyhow::Result<Self> {
        let call = program.http.client().get(program.url(&format!("/api/v1/{path}"))).bearer_auth(token);
        let call = seen.iter().fold(call, |call, seen| call.header("Last-Event-ID", *seen));
        Ok(Self { answer: call.send().await?.error_for_status()?, read: String::new() })
    }

    /// Reads until an event of this type has come.
    async fn until(&mut self, kind: &str) -> anyhow::Result<()> {
        let event = format!("event: {kind}\n");
        while !self.read.contains(&event) {
            let chunk = self.answer.chunk().await?.with_context(|| format!("it ends before {kind}: {}", self.read))?;
            self.read.push_str(std::str::from_utf8(&chunk)?);
        }
        Ok(())
    }
}
