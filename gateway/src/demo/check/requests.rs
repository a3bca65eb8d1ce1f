//! A bill to the resident's number, on the resident's own page.

use std::time::Duration;

use payments::directory::{LookupRequest, Proxy, ProxyKind};
use payments::money::{Amount, Currency};
use payments::request_to_pay::{AmountRule, Creditor, Debtor, NewRequest, RequestId};

use super::browser::Browser;
use super::walk::Walk;
use crate::clock;
use crate::demo::City;

/// A bill to the resident's number: on their own page, where they refuse it.
pub(super) async fn walk(walk: &mut Walk, city: &City, resident: &Browser) -> Option<()> {
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
            account: "027-200001-001".to_owned(),
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
