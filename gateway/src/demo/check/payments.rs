//! Linking a number, scanning a shop's code, paying, and seeing the money arrive.

use anyhow::{Context, ensure};
use payments::qr;

use super::browser::{Browser, Page};
use super::walk::Walk;
use crate::clock;
use crate::demo::City;

/// The resident's account at Banyan Bank, and the shop's at Seawall Bank.
pub(super) const RESIDENT_ACCOUNT: &str = "012-100001-001";
pub(super) const SHOP_ACCOUNT: &str = "027-200001-001";
/// What payers see of their names.
const MASKED_RESIDENT: &str = "陳*文";
const MASKED_SHOP: &str = "晨光文具";
const RESIDENT_MOBILE: &str = "9123 4567";

pub(super) async fn walk(walk: &mut Walk, city: &City) -> Option<()> {
    let resident = Customer::new(city, 0).ok()?;
    let shop_owner = Customer::new(city, 1).ok()?;
    let till = Browser::new().ok()?;
    walk.step("a customer signs in at Banyan Bank", resident.sign_in(RESIDENT_ACCOUNT)).await?;
    walk.step("the bank links their mobile number to their account", resident.link_number()).await?;
    walk.step("the shop shows its code, without an amount", static_code(city, &till)).await?;
    let bill = walk.step("the shop opens a bill and shows its code, as SVG and PNG", open_bill(city, &till)).await?;
    let payload = walk.step("the bank reads the code from a picture", resident.scan(&bill)).await?;
    let form = [("payload", payload.as_str())];
    let paid = resident.pay(&form, MASKED_SHOP);
    walk.step("the customer sees the payee's masked name, confirms, and it is settled", paid).await?;
    walk.step("the shop's page shows it arriving, live", arrives(&bill, &till)).await?;
    walk.step("another customer signs in at Seawall Bank", shop_owner.sign_in(SHOP_ACCOUNT)).await?;
    let form = [("payee", RESIDENT_MOBILE), ("amount", "8.50")];
    let refund = shop_owner.pay(&form, MASKED_RESIDENT);
    walk.step("and pays a mobile number: masked name, confirmed, settled", refund).await?;
    walk.step("the operator's page shows positions and payments", operator_sees_it(city)).await
}

/// A bill at the till.
struct Bill {
    page: String,
    png: Vec<u8>,
}

async fn static_code(city: &City, till: &Browser) -> anyhow::Result<()> {
    till.open(&format!("{}/", city.places.shop)).await?.must_show("晨光文具")?;
    let svg = till.fetch(&format!("{}/code.svg", city.places.shop)).await?.text().await?;
    ensure!(svg.contains("<svg"), "no SVG");
    let png = till.fetch(&format!("{}/code.png", city.places.shop)).await?.bytes().await?;
    let text = qr::scan::read(&png)?.pop().context("no code in the picture")?;
    let code = qr::parse(&text, clock::now())?.hong_kong.context("not a Hong Kong code")?;
    ensure!(matches!(code.asked, qr::Asked::Any(_)), "the static code has an amount");
    Ok(())
}

async fn open_bill(city: &City, till: &Browser) -> anyhow::Result<Bill> {
    let page = till.submit(&format!("{}/bills", city.places.shop), &[("amount", "48.00")]).await?;
    let page = page.url.to_string();
    let svg = till.fetch(&format!("{page}/code.svg")).await?.text().await?;
    ensure!(svg.contains("<svg"), "no SVG");
    let png = till.fetch(&format!("{page}/code.png")).await?.bytes().await?.to_vec();
    Ok(Bill { page, png })
}

async fn arrives(bill: &Bill, till: &Browser) -> anyhow::Result<()> {
    for _ in 0..40 {
        if till.open(&bill.page).await?.shows("class=\"paid\"") {
            return Ok(());
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    anyhow::bail!("the till still waits")
}

async fn operator_sees_it(city: &City) -> anyhow::Result<()> {
    let page = Browser::new()?.open(&format!("{}/", city.places.console)).await?;
    for shown in ["榕樹銀行", "海堤銀行", "渡輪銀行", "48.00"] {
        page.must_show(shown)?;
    }
    Ok(())
}

/// A customer in front of their bank's page.
pub(super) struct Customer {
    pub(super) browser: Browser,
    bank: String,
}

impl Customer {
    pub(super) fn new(city: &City, bank: usize) -> anyhow::Result<Self> {
        let bank = city.places.banks.get(bank).context("there are three banks")?.url.clone();
        Ok(Self { browser: Browser::new()?, bank })
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.bank)
    }

    pub(super) async fn sign_in(&self, account: &str) -> anyhow::Result<()> {
        self.browser.open(&self.url("/login")).await?.must_show(account)?;
        self.browser.submit(&self.url("/login"), &[("account", account)]).await.map(drop)
    }

    pub(super) async fn link_number(&self) -> anyhow::Result<()> {
        self.browser.submit(&self.url("/link"), &[("proxy", RESIDENT_MOBILE)]).await?.must_show("91234567")
    }

    /// Sends a picture as the camera would and returns the code in it.
    async fn scan(&self, bill: &Bill) -> anyhow::Result<String> {
        self.scan_picture(bill.png.clone()).await
    }

    pub(super) async fn scan_picture(&self, png: Vec<u8>) -> anyhow::Result<String> {
        let read = self.browser.upload(&self.url("/pay/scan"), "image/png", png).await?;
        Ok(read["payload"].as_str().context("nothing was read")?.to_owned())
    }

    /// Fills the form in, sees whom it is for, confirms, and waits for the end.
    pub(super) async fn pay(&self, form: &[(&str, &str)], masked_name: &str) -> anyhow::Result<()> {
        let confirm = self.browser.submit(&self.url("/pay"), form).await?;
        confirm.must_show(masked_name)?;
        let result = self.browser.submit(&format!("{}/confirm", confirm.url), &[]).await?;
        self.settled(result).await
    }

    pub(super) async fn settled(&self, mut result: Page) -> anyhow::Result<()> {
        for _ in 0..40 {
            if result.shows("已付款") {
                return Ok(());
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
            result = self.browser.open(result.url.as_str()).await?;
        }
        result.must_show("已付款")
    }
}
