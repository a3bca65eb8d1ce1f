//! A bill that reaches the customer's bank, is paid there once, and is not paid again.

use std::time::Duration;

use anyhow::ensure;
use payments::directory::{LookupRequest, Proxy, ProxyKind};
use payments::money::{Amount, Currency};
use payments::request_to_pay::{AmountRule, Creditor, Debtor, NewRequest, RequestId, RequestState};

use super::browser::Browser;
use super::payments::{Customer, RESIDENT_ACCOUNT, SHOP_ACCOUNT};
use super::walk::Walk;
use crate::clock;
use crate::demo::City;

const BILL: &str = "ML-2026-000123";

pub(super) async fn walk(walk: &mut Walk, city: &City) -> Option<()> {
    let resident = Customer::new(city, 0).ok()?;
    resident.sign_in(RESIDENT_ACCOUNT).await.ok()?;
    let debtor = Debtor { agent: "012".parse().ok()?, account: RESIDENT_ACCOUNT.to_owned() };
    let id = walk.step("the shop sends a bill to the customer, by its bank", ask(city, BILL, debtor)).await?;
    walk.step("it waits in the customer's app; they pay it, and it is settled", pays(&resident, id)).await?;
    walk.step("the shop sees it paid, and paying it again is refused", paid_once(&resident, city, id)).await
}

/// A bill to the resident's number: on their own page, where they refuse it.
pub(super) async fn on_the_residents_page(walk: &mut Walk, city: &City, resident: &Browser) -> Option<()> {
    let page = format!("{}/me/bills", city.places.lionrock);
    walk.step("a bill to the resident's number is on their own page, and they refuse it", async {
        let debtor = number(city).await?;
        let id = ask(city, "ML-2026-000124", debtor).await?;
        let shown = resident.open(&page).await?;
        shown.must_show("ML-2026-000124")?;
        let token = shown.field("csrf")?;
        let after = resident.submit(&format!("{page}/{id}/refuse"), &[("csrf", &token)]).await?;
        after.must_show("你拒絕了")
    })
    .await
}

/// Where the resident's number leads.
async fn number(city: &City) -> anyhow::Result<Debtor> {
    let number = Proxy::parse(ProxyKind::Mobile, "+852-91234567")?;
    let lookup = LookupRequest::for_payment("027".parse()?, number);
    let found = city.gateway.directory.lookup(lookup, clock::now()).await?;
    Ok(Debtor { agent: found.participant, account: found.account_token.as_str().to_owned() })
}

async fn ask(city: &City, number: &str, debtor: Debtor) -> anyhow::Result<RequestId> {
    let asked = NewRequest {
        creditor: Creditor {
            agent: "027".parse()?,
            account: SHOP_ACCOUNT.to_owned(),
            name_zh: Some("晨光文具".to_owned()),
            name_en: Some("Morning Light Stationery".to_owned()),
            merchant: None,
            till: None,
        },
        amount: Amount::parse("31.20", Currency::Hkd)?,
        amount_rule: AmountRule::Exact,
        purpose: None,
        bill_number: Some(number.to_owned()),
        due: None,
        expires: clock::now() + Duration::from_hours(24),
        debtor: Some(debtor),
        reference: number.to_owned(),
        created_by: "participant 027".to_owned(),
    };
    let requests = city.gateway.switch.requests_to_pay();
    Ok(actix_web::web::block(move || requests.create(&asked, clock::now())).await??.id)
}

async fn pays(resident: &Customer, id: RequestId) -> anyhow::Result<()> {
    let home = resident.browser.open(&resident.url("/")).await?;
    home.must_show(BILL)?;
    let confirm = resident.browser.submit(&resident.url(&format!("/requests/{id}/pay")), &[]).await?;
    confirm.must_show("晨光文具")?;
    let result = resident.browser.submit(&format!("{}/confirm", confirm.url), &[]).await?;
    resident.settled(result).await
}

async fn paid_once(resident: &Customer, city: &City, id: RequestId) -> anyhow::Result<()> {
    let requests = city.gateway.switch.requests_to_pay();
    let known = actix_web::web::block(move || requests.get(id)).await??;
    ensure!(known.is_some_and(|request| request.state == RequestState::Paid), "the shop does not see it paid");
    let page = resident.browser.open(&resident.url(&format!("/requests/{id}"))).await?;
    page.must_show("這張單已經付了")?;
    ensure!(!page.shows("核對後付款"), "it can still be paid");
    Ok(())
}
