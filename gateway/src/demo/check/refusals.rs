//! What must be refused, asked by a bank with its own certificate.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use payments::clearing::{CreditTransfer, Status, StatusReport};
use payments::directory::{Proxy, ProxyKind};
use payments::iso20022::pacs008::{self, CreditTransferMessage, ParsedTransfer};
use payments::money::{Amount, Currency};
use store::Timestamp;
use time::macros::offset;

use super::walk::Walk;
use crate::demo::bank::ClientCertificate;
use crate::demo::bank::client::SwitchClient;
use crate::demo::bank::payment::Payee;
use crate::demo::{City, people};
use crate::{clock, random};

/// The bank that asks.
const DEBTOR_AGENT: &str = "012";
/// Longer than the switch waits for an answer.
const WAIT: Duration = Duration::from_secs(10);

pub(super) async fn walk(walk: &mut Walk, city: &City, data: &Path) -> Option<()> {
    let client = walk.step("a bank connects over mutual TLS", async { connect(city, data) }).await?;
    walk.step("refused: a number that nobody registered (BE23)", unknown_proxy(&client)).await;
    walk.step("refused: more than the bank's liquidity covers (AM04)", insufficient_liquidity(&client)).await;
    walk.step("refused: the creditor bank rejects (AC04)", rejected(&client)).await;
    walk.step("refused: the creditor bank does not answer in time (AB05)", unanswered(&client)).await;
    walk.step("a payment sent twice is one payment", replayed(&client)).await;
    walk.step("refused: another payment under the same id (AM05)", duplicate(&client)).await;
    walk.step("refused: acting for another participant (403)", for_another(&client)).await;
    walk.step("refused: no certificate, no answer", without_certificate(city)).await
}

fn connect(city: &City, data: &Path) -> anyhow::Result<SwitchClient> {
    let folder = data.join(format!("bank-{DEBTOR_AGENT}"));
    let certificate = ClientCertificate {
        chain: std::fs::read(folder.join("bank.pem"))?,
        key: std::fs::read(folder.join("bank.key"))?.into(),
    };
    let authority = std::fs::read(data.join("keys/participants-ca.pem"))?;
    SwitchClient::new(&city.places.participants.parse()?, &certificate, &authority)
}

async fn payee(client: &SwitchClient, mobile: &str) -> anyhow::Result<Payee> {
    let proxy = Proxy::parse(ProxyKind::Mobile, mobile)?;
    client.look_up(&proxy, None, None).await?.context("nobody is found")
}

/// A payment of `amount` to `payee`, under a fresh id.
fn transfer(payee: &Payee, amount: &str, now: Timestamp) -> anyhow::Result<CreditTransfer> {
    let uetr = uuid::Builder::from_random_bytes(random::bytes()?).into_uuid();
    Ok(CreditTransfer {
        instruction_id: None,
        end_to_end_id: uetr.simple().to_string(),
        transaction_id: uetr.simple().to_string(),
        uetr,
        amount: Amount::parse(amount, Currency::Hkd)?,
        settlement_date: now.to_utc().to_offset(offset!(+8)).date(),
        accepted: now,
        debtor_name: "CHAN Tai Man".to_owned(),
        debtor_account: "012-100001-001".to_owned(),
        debtor_agent: DEBTOR_AGENT.parse()?,
        creditor_agent: payee.bank,
        creditor_name: payee.names.joined(),
        creditor_account: payee.account_token.clone(),
        creditor_proxy: payee.proxy().cloned(),
        lookup_reference: payee.lookup_reference().map(str::to_owned),
        remittance_information: None,
        request_to_pay: None,
    })
}

async fn pay(client: &SwitchClient, transfer: &CreditTransfer) -> anyhow::Result<StatusReport> {
    let message = pacs008::write(&CreditTransferMessage {
        message_id: transfer.transaction_id.clone(),
        created: transfer.accepted,
        instructing_agent: Some(transfer.debtor_agent),
        transfers: vec![ParsedTransfer::new(transfer.clone())],
    });
    client.pay(message, WAIT).await?.pop().context("the switch said nothing of the payment")
}

fn must_be(report: &StatusReport, reason: &str) -> anyhow::Result<()> {
    match report.status {
        Status::Rejected(given) if given.as_str() == reason => Ok(()),
        other => anyhow::bail!("the switch says {other:?}"),
    }
}

async fn unknown_proxy(client: &SwitchClient) -> anyhow::Result<()> {
    let proxy = Proxy::parse(ProxyKind::Mobile, "+852-99999999")?;
    ensure!(client.look_up(&proxy, None, None).await?.is_none(), "somebody was found");
    Ok(())
}

async fn insufficient_liquidity(client: &SwitchClient) -> anyhow::Result<()> {
    let payee = payee(client, people::CLOSED_ACCOUNT.2).await?;
    must_be(&pay(client, &transfer(&payee, "60000.00", clock::now())?).await?, "AM04")
}

async fn rejected(client: &SwitchClient) -> anyhow::Result<()> {
    let payee = payee(client, people::CLOSED_ACCOUNT.2).await?;
    must_be(&pay(client, &transfer(&payee, "10.00", clock::now())?).await?, "AC04")
}

async fn unanswered(client: &SwitchClient) -> anyhow::Result<()> {
    let payee = payee(client, people::SILENT_ACCOUNT.2).await?;
    must_be(&pay(client, &transfer(&payee, "10.00", clock::now())?).await?, "AB05")
}

async fn replayed(client: &SwitchClient) -> anyhow::Result<()> {
    let payee = payee(client, people::CLOSED_ACCOUNT.2).await?;
    let transfer = transfer(&payee, "11.00", clock::now())?;
    let first = pay(client, &transfer).await?;
    let second = pay(client, &transfer).await?;
    ensure!(first == second, "the second answer is {:?} after {:?}", second.status, first.status);
    Ok(())
}

async fn duplicate(client: &SwitchClient) -> anyhow::Result<()> {
    let payee = payee(client, people::CLOSED_ACCOUNT.2).await?;
    let first = transfer(&payee, "12.00", clock::now())?;
    pay(client, &first).await?;
    let other = CreditTransfer { amount: Amount::parse("13.00", Currency::Hkd)?, ..first };
    must_be(&pay(client, &other).await?, "AM05")
}

async fn for_another(client: &SwitchClient) -> anyhow::Result<()> {
    let payee = payee(client, people::CLOSED_ACCOUNT.2).await?;
    let other = CreditTransfer { debtor_agent: "027".parse()?, ..transfer(&payee, "10.00", clock::now())? };
    let refused = pay(client, &other).await.err().context("it was accepted")?;
    ensure!(refused.to_string().contains("403"), "{refused}");
    Ok(())
}

async fn without_certificate(city: &City) -> anyhow::Result<()> {
    let authority = city.authority_certificate.as_bytes();
    let config = crate::http::tls::client(crate::http::tls::roots(authority)?, None)?;
    let client = reqwest::Client::builder().tls_backend_preconfigured(config).build()?;
    let answered = client.get(format!("{}/participant/v1/liquidity", city.places.participants)).send().await;
    ensure!(answered.is_err(), "an HTTP answer was given");
    Ok(())
}
