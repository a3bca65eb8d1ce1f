//! A day at a shop in a real browser: the owner joins, two tills take ten payments, one goes back in part, and the totals
//! are what the shop's bank account grew by, and what the day's statement says. A code that two payers scan is paid once.

use std::process::Command;

use reqwest::Client;

use crate::support::{Browser, Gateway, resident};

/// Who pays, at Banyan Bank, and the shop's account at Seawall Bank.
const PAYERS: [&str; 2] = ["012-100002-001", "012-100003-001"];
const SHOP: &str = "027-200001-001";

#[tokio::test]
async fn ten_payments_at_two_tills_and_a_refund_add_up_to_what_the_bank_says() {
    let gateway = Gateway::demo().await;
    let browser = Browser::start("zh-HK").await;
    resident::activate(&browser, &gateway, 0).await;
    let shop = join(&browser, &gateway).await;
    let before = balance(&gateway).await;
    let payers = [Payer::sign_in(&gateway, PAYERS[0]).await, Payer::sign_in(&gateway, PAYERS[1]).await];
    for number in 0..10_usize {
        let (till, amount) = (format!("T-{}", 1 + number % 2), format!("{}.50", 10 + number));
        let code = ask(&browser, &gateway, &shop, &till, &amount, number == 0).await;
        let (first, second) =
            (payers[number % 2].pay(&gateway, &code).await, payers[1 - number % 2].pay(&gateway, &code).await);
        assert!(first && !second, "a code is paid once, by whoever came first");
        browser.find(".till.flood").await;
        browser.expect(&[amount.as_str()]).await;
        assert!(!browser.has("form[action$='/cancel']").await, "what is paid cannot be taken back");
        if number == 0 {
            browser.picture("merchant-till-paid").await;
        }
    }
    refund(&browser, &shop).await;
    // 10.50 + 11.50 + … + 19.50, less 4.50.
    browser.open(&format!("{shop}/books")).await;
    browser.expect(&["HK$ 150.00", "HK$ 145.50", "T-1", "T-2"]).await;
    browser.picture("merchant-books").await;
    browser.open(&format!("{shop}/staff")).await;
    browser.picture("merchant-staff").await;
    assert_eq!(balance(&gateway).await - before, 14_550, "what the bank says");
    gateway.run(&["audit"]);
    assert_eq!(settled_for_the_shops_bank(&gateway).await, (11, 14_550), "what the bank's statement of the day says");
    gateway.run(&["audit"]);
}

/// Ends the business day. Returns how many payments and returns its camt.053 has for the shop's bank, and their sum in
/// cents, from which funding is left out.
async fn settled_for_the_shops_bank(gateway: &Gateway) -> (usize, i64) {
    let days = || String::from_utf8(gateway.run(&["day", "list"]).stdout).unwrap();
    let day = days().split_once("Today is ").unwrap().1[..10].to_owned();
    gateway.restart_tomorrow().await;
    for _ in 0..100 {
        if days().contains(&format!("{day}  ended")) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let folder = gateway.folder().join("statements");
    gateway.run(&["day", "statement", &day, "--clearing-code", "027", "--out", folder.to_str().unwrap()]);
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let statement = std::fs::read_to_string(file).unwrap();
    let entries = statement.split("<Ntry>").skip(1).filter(|entry| !entry.contains("<Fmly><Cd>ACCB</Cd>"));
    let cents = entries.map(|entry| {
        let amount = entry.split_once("<Amt Ccy=\"HKD\">").unwrap().1.split_once('<').unwrap().0;
        let amount: i64 = amount.replace('.', "").parse().unwrap();
        if entry.contains("<CdtDbtInd>CRDT</CdtDbtInd>") { amount } else { -amount }
    });
    cents.fold((0, 0), |(count, sum), entry| (count + 1, sum + entry))
}

#[tokio::test]
async fn a_code_that_a_customer_shows_is_scanned_at_the_till_and_paid_once() {
    let gateway = Gateway::demo().await;
    let browser = Browser::start("zh-HK").await;
    resident::activate(&browser, &gateway, 0).await;
    let shop = join(&browser, &gateway).await;
    let before = balance(&gateway).await;
    browser.open(&gateway.bank("012", "/login")).await;
    browser.click(&format!("button[value='{}']", PAYERS[0])).await;
    browser.click("a[href='/show']").await;
    browser.fill("#limit", "100").await;
    browser.click("form[action='/show'] button").await;
    browser.find("img.qr").await;
    let page = browser.url().await;
    let seen = browser.picture("bank-show-code").await;
    let code = scan(&seen);

    browser.open(&format!("{shop}/tills/T-1")).await;
    browser.fill("#amount", "99999999999.00").await;
    browser.click("main form button[type=submit]").await;
    browser.expect(&["二維碼放不下"]).await;
    for (amount, expected) in [("100.01", "上限"), ("42.00", "")] {
        browser.open(&format!("{shop}/tills/T-1")).await;
        browser.fill("#amount", amount).await;
        browser.fill("#code", &code).await;
        browser.click("main form button[type=submit]").await;
        if !expected.is_empty() {
            browser.expect(&[expected]).await;
            browser.picture("merchant-till-refused").await;
        }
    }
    browser.find(".till.flood").await;
    browser.open(page.as_str()).await;
    browser.expect(&["已付款", "42.00", "晨光文具"]).await;
    browser.picture("bank-show-paid").await;
    browser.open(&format!("{shop}/tills/T-1")).await;
    browser.fill("#amount", "42.00").await;
    browser.fill("#code", &code).await;
    browser.click("main form button[type=submit]").await;
    browser.expect(&["已經用過"]).await;
    assert_eq!(balance(&gateway).await - before, 4_200, "once");
    gateway.run(&["audit"]);
}

#[tokio::test]
async fn a_bill_is_read_from_its_paper_and_paid_once() {
    let gateway = Gateway::demo().await;
    let browser = Browser::start("zh-HK").await;
    resident::activate(&browser, &gateway, 0).await;
    let shop = join(&browser, &gateway).await;
    browser.open(&format!("{shop}/bills")).await;
    browser.fill("#amount", "1234.50").await;
    browser.fill("#bill", "WSD-2026-11-000123").await;
    browser.fill("#purpose", &"二零二六年九月至十一月水費、排污費".repeat(8)).await;
    browser.click("form[action$='/bills'] button[type=submit]").await;
    let bills = format!("{}/", url::Url::parse(&shop).unwrap().path().to_owned() + "/bills");
    let bill = browser.expect_url(|url| url.path().starts_with(&bills)).await;
    browser.picture("merchant-bill").await;
    let (code, words) = printed(&browser.download(&format!("{bill}/bill.pdf")).await);
    for expected in ["晨光文具", "1,234.50", "WSD-2026-11-000123", "排污費"] {
        assert!(words.contains(expected), "no {expected} on the paper: {words}");
    }
    let [first, second] = [PAYERS[0], PAYERS[1]].map(|account| Payer::sign_in(&gateway, account));
    let (first, second) = (first.await, second.await);
    assert!(first.pay(&gateway, &code).await && !second.pay(&gateway, &code).await, "once");
    browser.find(".state.ok").await;
    gateway.run(&["audit"]);
}

/// What a scanner reads from a printed page, and what a person does.
fn printed(pdf: &[u8]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("page.pdf"), pdf).unwrap();
    let run = |program: &str, args: &[&str]| {
        let done = Command::new(program).current_dir(folder.path()).args(args).output().unwrap();
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    };
    run("pdftoppm", &["-png", "-r", "150", "-singlefile", "page.pdf", "page"]);
    (run("zbarimg", &["--quiet", "--raw", "page.png"]), run("pdftotext", &["page.pdf", "-"]))
}

/// What a till's scanner reads from a screen.
fn scan(screen: &[u8]) -> String {
    let mut picture = rqrr::PreparedImage::prepare(image::load_from_memory(screen).unwrap().into_luma8());
    picture.detect_grids().first().expect("a code on the screen").decode().unwrap().1
}

/// The owner takes up the invitation of the shop's bank. Returns the address of the console.
async fn join(browser: &Browser, gateway: &Gateway) -> String {
    browser.open(&gateway.public("/merchant")).await;
    browser.picture("merchant-shops").await;
    browser.fill("#code", &gateway.invitation(0)).await;
    browser.click("form[action='/merchant/join'] button").await;
    let shop = browser.expect_url(|url| url.path().starts_with("/merchant/") && !url.path().ends_with("/join")).await;
    browser.expect(&["晨光文具", "T-1", "T-2"]).await;
    let shop = shop.to_string();
    browser.open(&format!("{shop}/codes?till=T-1")).await;
    browser.picture("merchant-codes").await;
    shop
}

/// Makes a code at a till, which stays on the screen. Returns its text, as the payment link gives it to anybody.
async fn ask(browser: &Browser, gateway: &Gateway, shop: &str, till: &str, amount: &str, look: bool) -> String {
    browser.open(&format!("{shop}/tills/{till}")).await;
    if look {
        browser.picture("merchant-till").await;
    }
    browser.fill("#amount", amount).await;
    browser.click("main form button[type=submit]").await;
    let tills = format!("/tills/{till}/");
    let address = browser.expect_url(|url| url.path().contains(&tills)).await;
    browser.find(".till.due .qr").await;
    if look {
        browser.picture("merchant-till-due").await;
    }
    let request = address.path().rsplit('/').next().unwrap().to_owned();
    let link = gateway.public(&format!("/pay/{request}"));
    if look {
        open_at_the_bank(browser, &link).await;
        browser.open(address.as_str()).await;
    }
    let page = reqwest::get(&link).await.unwrap().error_for_status().unwrap().text().await.unwrap();
    let code = page.split_once("<textarea").and_then(|(_, rest)| rest.split_once('>')).unwrap().1;
    code.split_once("</textarea>").unwrap().0.to_owned()
}

/// Follows the payment link to a bank, where the payer signs in and is shown what is asked.
async fn open_at_the_bank(browser: &Browser, link: &str) {
    browser.open(link).await;
    browser.picture("payment-link").await;
    browser.click("a[rel=external]").await;
    browser.click(&format!("button[value='{}']", PAYERS[0])).await;
    browser.expect_url(|url| url.path().starts_with("/requests/")).await;
    browser.expect(&["晨光文具", "10.50"]).await;
    browser.picture("bank-request").await;
}

/// Sends 4.50 of the newest payment back, and waits until the bank has done so.
async fn refund(browser: &Browser, shop: &str) {
    browser.open(shop).await;
    browser.expect(&["HK$ 19.50"]).await;
    browser.picture("merchant-counter").await;
    browser.click("#today a[href*='/receipts/']").await;
    browser.find("#amount").await;
    browser.fill("#amount", "4.50").await;
    browser.click("form[action$='/refund'] button").await;
    let receipt = browser.expect_url(|url| url.path().contains("/receipts/") && !url.path().ends_with("/refund")).await;
    for _ in 0..60 {
        browser.open(receipt.as_str()).await;
        if browser.has(".state.ok").await {
            browser.picture("merchant-receipt").await;
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    panic!("the bank does not send it back");
}

/// What is in the shop's account, in cents, as its bank's page says.
async fn balance(gateway: &Gateway) -> i64 {
    let client = Client::builder().cookie_store(true).build().unwrap();
    client.post(gateway.bank("027", "/login")).form(&[("account", SHOP)]).send().await.unwrap();
    let page = client.get(gateway.bank("027", "/")).send().await.unwrap().text().await.unwrap();
    let sum = page.split_once("class=\"balance\"").and_then(|(_, rest)| rest.split_once("</h1>")).unwrap().0;
    sum.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// A customer of a bank, at its pages.
struct Payer(Client);

impl Payer {
    async fn sign_in(gateway: &Gateway, account: &str) -> Self {
        let client = Client::builder().cookie_store(true).build().unwrap();
        client.post(gateway.bank("012", "/login")).form(&[("account", account)]).send().await.unwrap();
        Self(client)
    }

    /// Pays a code. False when it was refused.
    async fn pay(&self, gateway: &Gateway, code: &str) -> bool {
        let confirm = self.0.post(gateway.bank("012", "/pay")).form(&[("payload", code)]).send().await.unwrap();
        let payment = confirm.url().clone();
        if !payment.path().starts_with("/payments/") {
            return false;
        }
        self.0.post(format!("{payment}/confirm")).send().await.unwrap();
        for _ in 0..100 {
            let page = self.0.get(payment.clone()).send().await.unwrap().text().await.unwrap();
            if page.contains("data-state=\"settled\"") {
                return true;
            }
            if page.contains("data-state=\"rejected\"") {
                return false;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the payment has no end");
    }
}
