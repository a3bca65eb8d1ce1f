//! Activating an identity, signing in at the e-service, agreeing, and taking the agreement back.

use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use url::Url;

use super::browser::{Browser, Page};
use super::software_passkey::SoftwarePasskey;
use super::walk::Walk;
use crate::demo::City;
use crate::demo::e_service::ClientKey;
use crate::demo::e_service::openid_client::{Callback, OpenIdClient};

/// A resident with a browser and a passkey.
struct Resident<'a> {
    city: &'a City,
    browser: Browser,
    passkey: SoftwarePasskey,
}

/// Returns the resident's browser, in which they are signed in.
pub(super) async fn walk(walk: &mut Walk, city: &City, data: &Path) -> Option<Browser> {
    let mut resident = Resident {
        city,
        browser: Browser::new().ok()?,
        passkey: SoftwarePasskey::new(city.places.lionrock.parse().ok()?),
    };
    walk.step("a resident opens the activation link, confirms their data and makes a passkey", resident.activate())
        .await?;
    walk.step("the activation code works once", resident.code_is_used_up()).await?;
    let consent =
        walk.step("at the e-service they press “Sign in with Lionrock” and use it", resident.sign_in()).await?;
    walk.step("the consent page shows exactly what is asked for", async { shows_what_is_asked(&consent) }).await?;
    let subject = walk
        .step("they agree, and the e-service knows them by name and a pairwise subject", resident.agree(&consent))
        .await?;
    walk.step("the next sign-in asks nothing again, and the subject is the same", resident.comes_again(&subject))
        .await?;
    walk.step("refused: a wrong PKCE verifier (invalid_grant)", resident.wrong_verifier(data)).await?;
    walk.step("refused: a form that another site made (403)", resident.forged_form()).await?;
    walk.step("they withdraw their consent, and are asked again", resident.withdraws()).await?;
    Some(resident.browser)
}

impl Resident<'_> {
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.city.places.lionrock)
    }

    fn code(&self) -> anyhow::Result<&str> {
        let link = &self.city.places.residents.first().context("no resident waits for activation")?.activation_link;
        Ok(link.split_once('#').context("the link has no code")?.1)
    }

    async fn activate(&mut self) -> anyhow::Result<()> {
        let form = self.browser.open(&self.url("/activate?lang=en")).await?;
        form.must_show("name=\"code\"")?;
        let confirm = self.browser.submit(&self.url("/activate"), &[("code", self.code()?)]).await?;
        confirm.must_show("CHAN Tai Man")?;
        confirm.must_show("陳大文")?;
        ensure!(!confirm.shows("A123456"), "the HKID number is shown in full");
        let options = self.browser.call(&self.url("/activate/passkey/options"), &json!({})).await?;
        let credential = self.passkey.create(options)?;
        let answer = json!({ "credential": credential, "label": "software passkey" });
        let done = self.browser.call(&self.url("/activate/passkey"), &answer).await?;
        ensure!(done["location"] == "/me", "sent to {}", done["location"]);
        self.browser.open(&self.url("/me")).await?.must_show("CHAN Tai Man")
    }

    async fn code_is_used_up(&self) -> anyhow::Result<()> {
        let again = Browser::new()?.submit(&self.url("/activate"), &[("code", self.code()?)]).await?;
        again.must_show("name=\"code\"")
    }

    /// Presses the button at the e-service and signs in; returns the consent page.
    async fn sign_in(&mut self) -> anyhow::Result<Page> {
        // A browser in which nobody is signed in at Lionrock.
        self.browser = Browser::new()?;
        let sign_in = self.press_the_button().await?;
        sign_in.must_show("id=\"passkey\"")?;
        let interaction = sign_in.field("interaction")?;
        let options = self.browser.call(&self.url("/sign-in/passkey/options"), &json!({})).await?;
        let answer = json!({ "credential": self.passkey.get(options)?, "interaction": interaction });
        let done: Value = self.browser.call(&self.url("/sign-in/passkey"), &answer).await?;
        let location = done["location"].as_str().context("no place to go on")?;
        self.browser.open(&self.url(location)).await
    }

    async fn press_the_button(&self) -> anyhow::Result<Page> {
        self.browser.submit(&format!("{}/sign-in", self.city.places.e_service), &[]).await
    }

    /// Agrees and returns the subject that the e-service shows.
    async fn agree(&self, consent: &Page) -> anyhow::Result<String> {
        let form = [
            ("interaction", &*consent.field("interaction")?),
            ("csrf", &*consent.field("csrf")?),
            ("decision", "agree"),
        ];
        let profile = self.browser.submit(&self.url("/oauth/authorize/decision"), &form).await?;
        for shown in ["CHAN Tai Man", "陳大文", "A123456(3)", "+85291234567"] {
            profile.must_show(shown)?;
        }
        subject(&profile)
    }

    async fn comes_again(&self, subject_before: &str) -> anyhow::Result<()> {
        let profile = self.press_the_button().await?;
        ensure!(subject(&profile)? == subject_before, "the subject changed");
        Ok(())
    }

    /// Another copy of the e-service's client gets a code, and then shows another verifier than it pushed.
    async fn wrong_verifier(&self, data: &Path) -> anyhow::Result<()> {
        let key = ClientKey::open_or_create(&data.join("e-service.key"))?;
        let client = OpenIdClient::new(&self.city.places.lionrock, &self.city.places.e_service, key)?;
        let (mut pending, location) = client.begin().await?;
        let callback = self.browser.redirect_of(location.as_str()).await?;
        pending.verifier = crate::random::token()?;
        let refused = client.complete(&pending, &read(&callback)).await.err().context("it was accepted")?;
        ensure!(refused.to_string().contains("invalid_grant"), "{refused}");
        Ok(())
    }

    /// The browser is signed in and sends its cookie, but whoever made the form did not know its token.
    async fn forged_form(&self) -> anyhow::Result<()> {
        let revoke = self.url("/me/consents/transport-department/revoke");
        let refused = self.browser.submit(&revoke, &[("csrf", "guessed")]).await.err().context("it was accepted")?;
        ensure!(refused.to_string().contains("403"), "{refused}");
        self.browser.open(&self.url("/me")).await?.must_show("/me/consents/transport-department/revoke")
    }

    async fn withdraws(&self) -> anyhow::Result<()> {
        let me = self.browser.open(&self.url("/me")).await?;
        let revoke = self.url("/me/consents/transport-department/revoke");
        self.browser.submit(&revoke, &[("csrf", &me.field("csrf")?)]).await?;
        self.press_the_button().await?.must_show("value=\"agree\"")
    }
}

fn shows_what_is_asked(consent: &Page) -> anyhow::Result<()> {
    for shown in ["運輸署", "CHAN Tai Man", "陳大文", "A123456(3)", "+85291234567"] {
        consent.must_show(shown)?;
    }
    ensure!(!consent.shows("1988-04-12"), "the date of birth was not asked for");
    Ok(())
}

/// The subject on the e-service's page.
fn subject(profile: &Page) -> anyhow::Result<String> {
    let rest = profile.html.split_once("id=\"subject\">").map(|(_, rest)| rest);
    let subject = rest.and_then(|rest| rest.split_once('<')).map(|(subject, _)| subject.to_owned());
    subject.filter(|subject| subject.len() >= 16).with_context(|| format!("{} shows no subject", profile.url.path()))
}

fn read(callback: &Url) -> Callback {
    let value = |key: &str| callback.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value.into_owned());
    Callback { code: value("code"), state: value("state"), iss: value("iss"), error: value("error") }
}
