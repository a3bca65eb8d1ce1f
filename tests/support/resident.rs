//! What a resident does at the keyboard.

use url::Url;

use super::{Browser, Gateway};

/// Follows the demo's activation link of the resident with this number, confirms and creates a passkey.
pub(crate) async fn activate(browser: &Browser, gateway: &Gateway, number: usize) {
    follow(browser, &gateway.activation_link(number)).await;
}

/// Follows an activation link, confirms and creates a passkey.
pub(crate) async fn follow(browser: &Browser, link: &str) {
    browser.add_authenticator().await;
    browser.open(link).await;
    browser.click("main button[type=submit]").await;
    browser.click("[data-passkey=create] #passkey").await;
    browser.expect_url(|url| url.path() == "/me").await;
}

/// Enters a resident into the register; gives the activation link.
pub(crate) fn register(gateway: &Gateway) -> String {
    let registration = serde_json::json!({
        "hkid": "A123456(3)", "name_zh": "陳大文", "name_en": "CHAN Tai Man", "birth_date": "1988-04-12",
    });
    let file = gateway.folder().join("resident.json");
    std::fs::write(&file, registration.to_string()).unwrap();
    let printed = gateway.run(&["resident", "add", file.to_str().unwrap(), "--json"]).stdout;
    let issued: serde_json::Value = serde_json::from_slice(&printed).unwrap();
    issued[0]["activation_link"].as_str().unwrap().to_owned()
}

/// Signs in with the passkey on the page that asks for it.
pub(crate) async fn sign_in(browser: &Browser) {
    browser.click("[data-passkey=get] #passkey").await;
}

/// Agrees to what is asked on the consent page.
pub(crate) async fn agree(browser: &Browser) {
    browser.click("button[name=decision][value=agree]").await;
}

/// Follows a relying party's address, signed in or not, agrees, and says where the browser was sent.
pub(crate) async fn sign_in_and_agree(browser: &Browser, address: &str, redirect: &str) -> Url {
    browser.open(address).await;
    browser.find("[data-passkey=get] #passkey, button[name=decision][value=agree]").await;
    if browser.has("[data-passkey=get]").await {
        sign_in(browser).await;
    }
    agree(browser).await;
    browser.expect_url(|url| url.as_str().starts_with(redirect)).await
}
