//! A merchant's day: the owner joins, is paid, sends money back, and the totals agree.

use std::time::Duration;

use anyhow::{Context, ensure};
use payments::merchant::{merchant_of, request_code};
use payments::request_to_pay::RequestId;

use super::browser::{Browser, Page};
use super::payments::Customer;
use super::walk::Walk;
use crate::demo::City;

/// The payer's account at Banyan Bank, as the payments before used it.
pub(super) const PAYER_ACCOUNT: &str = "012-100001-001";
pub(super) const SHOP: &str = "晨光文具";

/// `owner` is signed in at Lionrock. Returns the address of the shop's console.
pub(super) async fn walk(walk: &mut Walk, city: &City, owner: &Browser) -> Option<String> {
    let merchant = Merchant { city, owner };
    let payer = Customer::new(city, 0).ok()?;
    walk.step("a shop's owner joins it with the bank's invitation, once", merchant.join()).await?;
    let shop = walk.step("and opens its console", merchant.console()).await?;
    walk.step("a customer pays the code on the counter, as the console prints it", async {
        payer.sign_in(PAYER_ACCOUNT).await?;
        let payload = payer.scan_picture(merchant.png(&shop).await?).await?;
        payer.pay(&[("payload", payload.as_str()), ("amount", "12.00")], SHOP).await
    })
    .await?;
    let code = walk.step("at a till the owner makes a one-time code", merchant.one_time_code(&shop)).await?;
    let paid = merchant.pay_code(&payer, &code);
    walk.step("a customer pays it, and the till turns green", paid).await?;
    let again = pay_again(&payer, &code.1);
    walk.step("refused: paying the same code once more", again).await?;
    let bill = walk.step("the owner makes a bill for a customer's number, and prints it", merchant.bill(&shop)).await?;
    walk.step("a customer pays it from its link, and the console says so", merchant.pay_bill(&payer, &bill)).await?;
    let receipt = walk.step("the console lists it, with the payer's name masked", merchant.received(&shop)).await?;
    walk.step("refused: sending back more than came in", merchant.too_much(&receipt)).await?;
    walk.step("the owner sends 2.00 back, and their bank returns it", merchant.refund(&receipt)).await?;
    walk.step("the day's totals and files agree", merchant.totals(&shop)).await?;
    Some(shop)
}

/// Scans a code that has been paid: the bank says so, and there is nothing to confirm.
async fn pay_again(payer: &Customer, code: &str) -> anyhow::Result<()> {
    let page = payer.browser.submit(&payer.url("/pay"), &[("payload", code)]).await?;
    page.must_show("這張單已經付了")?;
    ensure!(!page.shows("/confirm"), "it can be paid again");
    Ok(())
}

struct Merchant<'a> {
    city: &'a City,
    owner: &'a Browser,
}

impl Merchant<'_> {
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.city.places.lionrock)
    }

    async fn join(&self) -> anyhow::Result<()> {
        let code = &self.city.places.merchants.first().context("no merchant waits for its owner")?.invitation;
        let shops = self.owner.open(&self.url("/merchant")).await?;
        let form = [("csrf", &*shops.field("csrf")?), ("code", code)];
        self.owner.submit(&self.url("/merchant/join"), &form).await?.must_show(SHOP)?;
        self.owner.submit(&self.url("/merchant/join"), &form).await?.must_show("aria-invalid")
    }

    /// The address of the shop's console.
    async fn console(&self) -> anyhow::Result<String> {
        let shops = self.owner.open(&self.url("/merchant")).await?;
        let id = shops.html.split("href=\"/merchant/").nth(1).and_then(|rest| rest.split('"').next());
        let shop = self.url(&format!("/merchant/{}", id.context("no shop is listed")?));
        self.owner.open(&shop).await?.must_show("T-1")?;
        self.owner.open(&format!("{shop}/codes?till=T-1")).await?.must_show("code.svg?till=T-1")?;
        let poster = self.owner.fetch(&format!("{shop}/poster-a5.pdf?till=T-1")).await?.bytes().await?;
        ensure!(poster.starts_with(b"%PDF"), "no poster");
        Ok(shop)
    }

    async fn png(&self, shop: &str) -> anyhow::Result<Vec<u8>> {
        Ok(self.owner.fetch(&format!("{shop}/code.png?till=T-1")).await?.bytes().await?.to_vec())
    }

    /// The address of a till's code for 30.00, and its text.
    async fn one_time_code(&self, shop: &str) -> anyhow::Result<(String, String)> {
        let till = self.owner.open(&format!("{shop}/tills/T-2")).await?;
        let form = [("csrf", &*till.field("csrf")?), ("amount", "30.00"), ("bill", "ML-30")];
        let page = self.owner.submit(&format!("{shop}/tills/T-2"), &form).await?;
        page.must_show("data-events")?;
        let address = page.url.to_string();
        let svg = self.owner.fetch(&format!("{address}.svg")).await?.text().await?;
        ensure!(svg.starts_with("<svg"), "no picture");
        let id = address.rsplit('/').next().unwrap_or_default().parse::<RequestId>()?;
        let (requests, merchants) = (self.city.gateway.requests.clone(), self.city.gateway.merchants.clone());
        let text = actix_web::web::block(move || -> anyhow::Result<String> {
            let request = requests.get(id)?.context("the request is not there")?;
            let merchant = merchant_of(&request).context("it is no merchant's")?;
            Ok(request_code(&merchants.get(merchant)?, &request)?)
        })
        .await??;
        Ok((address, text))
    }

    /// Pays a till's code.
    async fn pay_code(&self, payer: &Customer, (address, text): &(String, String)) -> anyhow::Result<()> {
        payer.pay(&[("payload", text.as_str())], SHOP).await?;
        self.until(address, "data-paid").await.map(drop)
    }

    /// The address of a bill for 7.00.
    async fn bill(&self, shop: &str) -> anyhow::Result<String> {
        let customer = Customer::new(self.city, 0)?;
        customer.sign_in(PAYER_ACCOUNT).await?;
        customer.link_number().await?;
        let page = self.owner.open(&format!("{shop}/bills")).await?;
        let (csrf, reference) = (page.field("csrf")?, page.field("reference")?);
        let form = |debtor| {
            let typed =
                [("amount", "7.00"), ("bill", "ML-B-7"), ("purpose", "筆記簿"), ("due", ""), ("debtor", debtor)];
            [&[("csrf", &*csrf), ("reference", &*reference)][..], &typed].concat()
        };
        self.owner.submit(&format!("{shop}/bills"), &form("6111 2222")).await?.must_show("aria-invalid")?;
        let made = self.owner.submit(&format!("{shop}/bills"), &form("9123 4567")).await?;
        let again = self.owner.submit(&format!("{shop}/bills"), &form("9123 4567")).await?;
        ensure!(made.url == again.url, "the same form makes another bill");
        let printed = self.owner.fetch(&format!("{}/bill.pdf", made.url)).await?.bytes().await?;
        ensure!(printed.starts_with(b"%PDF"), "no bill to print");
        customer.browser.open(&customer.url("/")).await?.must_show("ML-B-7")?;
        Ok(made.url.to_string())
    }

    /// Pays a bill as the payment link at the bank does.
    async fn pay_bill(&self, payer: &Customer, bill: &str) -> anyhow::Result<()> {
        let id = bill.rsplit('/').next().unwrap_or_default();
        let confirm = payer.browser.submit(&payer.url(&format!("/requests/{id}/pay")), &[]).await?;
        let result = payer.browser.submit(&format!("{}/confirm", confirm.url), &[]).await?;
        payer.settled(result).await?;
        self.until(bill, "/receipts/").await?.must_show("class=\"state ok\"")
    }

    /// Waits for the payment, and returns the address of its page.
    async fn received(&self, shop: &str) -> anyhow::Result<String> {
        let page = self.until(shop, "HK$ 12.00").await?;
        page.must_show("陳*文")?;
        ensure!(!page.shows("陳大文"), "the payer is named in full");
        let is_it =
            |rest: &&str| rest.starts_with("/merchant/") && rest.contains("/receipts/") && rest.contains("HK$ 12.00");
        let place = page.html.split("href=\"").find(is_it).context("no receipt")?;
        Ok(self.url(place.split('"').next().unwrap_or_default()))
    }

    async fn send_back(&self, receipt: &str, amount: &str) -> anyhow::Result<Page> {
        let page = self.owner.open(receipt).await?;
        let form = [("csrf", &*page.field("csrf")?), ("refund_id", &*page.field("refund_id")?), ("amount", amount)];
        self.owner.submit(&format!("{receipt}/refund"), &form).await
    }

    async fn too_much(&self, receipt: &str) -> anyhow::Result<()> {
        self.send_back(receipt, "12.01").await?.must_show("aria-invalid")
    }

    async fn refund(&self, receipt: &str) -> anyhow::Result<()> {
        self.send_back(receipt, "2.00").await?;
        self.until(receipt, "class=\"state ok\"").await.map(drop)
    }

    async fn totals(&self, shop: &str) -> anyhow::Result<()> {
        let books = self.until(&format!("{shop}/books"), "HK$ 47.00").await?;
        books.must_show("T-2")?;
        let links: Vec<&str> = books.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let file = |ending: &str| links.iter().find(|link| link.contains("/books/") && link.ends_with(ending));
        let csv = self.url(file(".csv").context("no CSV")?);
        let csv = self.owner.fetch(&csv).await?.text().await?;
        ensure!(csv.contains(",12.00,") && csv.contains(",-2.00,") && csv.contains("ML-30"), "{csv}");
        let counter = csv.lines().find(|line| line.contains(",12.00,")).unwrap_or_default();
        ensure!(counter.contains("T-1"), "the counter's code does not name its till: {counter}");
        let xml = self.url(file(".xml").context("no camt.054")?);
        let xml = self.owner.fetch(&xml).await?.text().await?;
        ensure!(xml.contains("<Amt>47.00</Amt>"), "{xml}");
        Ok(())
    }

    async fn until(&self, url: &str, shown: &str) -> anyhow::Result<Page> {
        for _ in 0..100 {
            let page = self.owner.open(url).await?;
            if page.shows(shown) {
                return Ok(page);
            }
            actix_web::rt::time::sleep(Duration::from_millis(100)).await;
        }
        let page = self.owner.open(url).await?;
        page.must_show(shown).map(|()| page)
    }
}
