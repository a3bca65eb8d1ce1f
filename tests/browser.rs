//! The whole journey in a real browser: from an activation link to a settled payment. Every page is kept as a
//! picture in target/screenshots/.

use crate::support::{Browser, Gateway, resident};

const CHAN_TAI_MAN: &str = "012-100001-001";
const SHOP: &str = "027-200001-001";

#[tokio::test]
async fn a_resident_signs_in_and_pays_in_a_browser() {
    let gateway = Gateway::demo().await;
    let browser = Browser::start("zh-HK").await;
    activate(&browser, &gateway).await;
    sign_in_at_the_e_service(&browser, &gateway).await;
    link_a_number(&browser, &gateway).await;
    let till = show_a_code(&browser, &gateway).await;
    pay_the_code(&browser, &gateway, &till).await;
    scan_the_code(&browser, &gateway).await;
    pay_a_number(&browser, &gateway).await;
    pay_a_number_that_nobody_has(&browser, &gateway).await;
    see_who_looked(&browser, &gateway).await;
    watch_the_operator(&browser, &gateway).await;
    withdraw_consent(&browser, &gateway).await;
    gateway.run(&["audit"]);
}

async fn activate(browser: &Browser, gateway: &Gateway) {
    browser.open(&gateway.public("/")).await;
    browser.picture("home").await;
    browser.open(&gateway.public("/?lang=en")).await;
    browser.expect(&["Your identity"]).await;
    browser.picture("home-en").await;
    browser.open(&gateway.public("/?lang=zh-Hant")).await;

    browser.add_authenticator().await;
    browser.open(&gateway.activation_link(0)).await;
    browser.picture("activate").await;
    assert!(browser.url().await.fragment().is_none(), "the code does not stay in the address");
    browser.click("main button[type=submit]").await;
    browser.expect(&["陳大文", "CHAN Tai Man"]).await;
    browser.picture("activate-confirm").await;
    browser.click("[data-passkey=create] #passkey").await;
    browser.expect_url(|url| url.path() == "/me").await;
    browser.expect(&["陳大文"]).await;
    browser.click("form[action='/sign-out'] button").await;
    browser.expect_url(|url| url.path() != "/me").await;
}

async fn sign_in_at_the_e_service(browser: &Browser, gateway: &Gateway) {
    browser.open(&gateway.place("e_service", "/")).await;
    browser.picture("e-service").await;
    browser.click("form[action='/sign-in'] button").await;
    browser.expect(&["運輸署"]).await;
    browser.find("[data-passkey=get]").await;
    browser.picture("sign-in").await;
    resident::sign_in(browser).await;
    browser.expect(&["運輸署", "陳大文", "CHAN Tai Man"]).await;
    browser.picture("consent").await;
    resident::agree(browser).await;
    browser.find("#subject").await;
    browser.expect(&["陳大文", "CHAN Tai Man"]).await;
    browser.picture("e-service-profile").await;
}

async fn link_a_number(browser: &Browser, gateway: &Gateway) {
    sign_in_at_the_bank(browser, gateway, "012", CHAN_TAI_MAN).await;
    browser.picture("bank").await;
    browser.open(&gateway.bank("012", "/link")).await;
    browser.fill("#proxy", "91234567").await;
    browser.click("form[action='/link'] button[type=submit]").await;
    browser.find(".notice.ok").await;
    browser.picture("bank-link").await;
}

async fn sign_in_at_the_bank(browser: &Browser, gateway: &Gateway, bank: &str, account: &str) {
    browser.open(&gateway.bank(bank, "/login")).await;
    browser.picture(&format!("bank-{bank}-login")).await;
    browser.click(&format!("button[name=account][value='{account}']")).await;
    browser.expect_url(|url| url.path() == "/").await;
    browser.find(".balance").await;
}

/// Opens a bill at the till and leaves it open in a tab of its own.
struct Till {
    tab: fantoccini::wd::WindowHandle,
    bank: fantoccini::wd::WindowHandle,
    address: String,
}

async fn show_a_code(browser: &Browser, gateway: &Gateway) -> Till {
    let bank = browser.new_tab().await;
    browser.open(&gateway.place("shop", "/")).await;
    browser.picture("till-static").await;
    browser.fill("input[name=amount]", "88.50").await;
    browser.click("form[action='/bills'] button[type=submit]").await;
    let address = browser.expect_url(|url| url.path().starts_with("/bills/")).await.to_string();
    browser.find(".till.due").await;
    browser.picture("till-due").await;
    Till { tab: browser.tab().await, bank, address }
}

async fn pay_the_code(browser: &Browser, gateway: &Gateway, till: &Till) {
    let picture = gateway.folder().join("code.png");
    let png = reqwest::get(format!("{}/code.png", till.address)).await.unwrap().bytes().await.unwrap();
    std::fs::write(&picture, png).unwrap();

    browser.go_to_tab(till.bank.clone()).await;
    browser.open(&gateway.bank("012", "/pay")).await;
    browser.picture("bank-pay").await;
    browser.choose_file("#picture", &picture).await;
    browser.click("form[action='/pay/picture'] button[type=submit]").await;
    browser.expect(&["讀到付款碼"]).await;
    browser.click("form#pay > button[type=submit]").await;
    browser.find(".payee .plate").await;
    browser.expect(&["88.50"]).await;
    browser.picture("bank-confirm").await;
    browser.click("main form button[type=submit]").await;
    browser.find("#outcome .flood").await;
    browser.expect(&["88.50"]).await;
    browser.picture("bank-result").await;

    // The till, untouched since, has turned green by itself.
    browser.go_to_tab(till.tab.clone()).await;
    browser.find(".till.flood").await;
    browser.expect(&["88.50"]).await;
    browser.picture("till-paid").await;
    browser.go_to_tab(till.bank.clone()).await;
}

/// The code on the counter has no amount: the camera reads it, and the page asks.
async fn scan_the_code(browser: &Browser, gateway: &Gateway) {
    let picture = gateway.folder().join("counter.png");
    let png = reqwest::get(gateway.place("shop", "/code.png")).await.unwrap().bytes().await.unwrap();
    std::fs::write(&picture, png).unwrap();
    browser.hold_before_camera(&picture);
    browser.open(&gateway.bank("012", "/pay")).await;
    browser.click("[data-camera-start]").await;
    browser.expect(&["讀到付款碼"]).await;
    browser.fill("#amount", "12.30").await;
    browser.click("form#pay > button[type=submit]").await;
    browser.find(".payee .plate").await;
    browser.expect(&["12.30"]).await;
}

async fn pay_a_number(browser: &Browser, gateway: &Gateway) {
    sign_in_at_the_bank(browser, gateway, "027", SHOP).await;
    browser.open(&gateway.bank("027", "/pay")).await;
    browser.fill("#payee", "91234567").await;
    browser.fill("#amount", "20").await;
    browser.click("form#pay > button[type=submit]").await;
    browser.expect(&["陳*文", "20.00"]).await;
    browser.picture("bank-027-confirm").await;
    browser.click("main form button[type=submit]").await;
    browser.find("#outcome .flood").await;
    browser.open(&gateway.bank("012", "/")).await;
    browser.expect(&["20.00"]).await;
}

async fn pay_a_number_that_nobody_has(browser: &Browser, gateway: &Gateway) {
    browser.open(&gateway.bank("012", "/pay")).await;
    browser.fill("#payee", "60000000").await;
    browser.fill("#amount", "1").await;
    browser.click("form#pay > button[type=submit]").await;
    browser.find("[aria-invalid=true]#payee").await;
    browser.picture("bank-unknown-payee").await;
}

async fn see_who_looked(browser: &Browser, gateway: &Gateway) {
    browser.open(&gateway.public("/me/proxies")).await;
    browser.expect(&["+852-91234567", "有人準備付款給你"]).await;
    browser.picture("my-proxies").await;
    browser.open(&gateway.public("/me/proxies?lang=en")).await;
    browser.expect(&["+852-91234567", "Somebody was about to pay you"]).await;
    browser.picture("my-proxies-en").await;
    browser.open(&gateway.public("/me/proxies?lang=zh-Hant")).await;
}

async fn watch_the_operator(browser: &Browser, gateway: &Gateway) {
    browser.open(&gateway.place("console", "/")).await;
    browser.expect(&["012", "027", "88.50"]).await;
    browser.picture("console").await;
}

async fn withdraw_consent(browser: &Browser, gateway: &Gateway) {
    browser.open(&gateway.public("/me")).await;
    browser.expect(&["運輸署"]).await;
    browser.picture("me").await;
    browser.click("form[action$='/revoke'] button").await;
    browser.expect_url(|url| url.path().starts_with("/me")).await;
    browser.open(&gateway.public("/me")).await;
    assert!(!browser.has("form[action^='/me/consents/']").await, "the consent is gone");
}
