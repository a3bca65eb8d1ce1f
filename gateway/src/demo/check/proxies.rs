//! The resident's own page: the number that a bank linked for them, who looked at it, and the end of it.

use anyhow::{Context, ensure};

use super::browser::Browser;
use super::walk::Walk;
use crate::demo::City;

/// As the directory writes it.
const NUMBER: &str = "+852-91234567";

pub(super) async fn walk(walk: &mut Walk, city: &City, resident: &Browser) -> Option<()> {
    let page = format!("{}/me/proxies", city.places.lionrock);
    walk.step("the resident sees the number that pays them, and who looked at it", sees(resident, &page)).await?;
    walk.step("refused: removing it by a form that another site made (403)", forged(resident, &page)).await?;
    walk.step("they remove it, and nobody is paid by it any more", removes(resident, &page)).await
}

async fn sees(resident: &Browser, page: &str) -> anyhow::Result<()> {
    let page = resident.open(page).await?;
    for shown in [NUMBER, "榕樹銀行", "海堤銀行", "有人準備付款給你"] {
        page.must_show(shown)?;
    }
    ensure!(!page.shows("012-100001-001"), "the account number is nobody's business here");
    Ok(())
}

/// Where the page's form sends its wish to remove the number.
async fn form(resident: &Browser, page: &str) -> anyhow::Result<(String, String)> {
    let shown = resident.open(page).await?;
    let id = shown.html.split("/me/proxies/").find_map(|rest| rest.split_once("/remove")).context("no form")?.0;
    Ok((format!("{page}/{id}/remove"), shown.field("csrf")?))
}

async fn forged(resident: &Browser, page: &str) -> anyhow::Result<()> {
    let (remove, _) = form(resident, page).await?;
    let refused = resident.submit(&remove, &[("csrf", "guessed")]).await.err().context("it was accepted")?;
    ensure!(refused.to_string().contains("403"), "{refused}");
    resident.open(page).await?.must_show(NUMBER)
}

async fn removes(resident: &Browser, page: &str) -> anyhow::Result<()> {
    let (remove, token) = form(resident, page).await?;
    let after = resident.submit(&remove, &[("csrf", &token)]).await?;
    ensure!(!after.shows(NUMBER), "it is still there");
    Ok(())
}
