//! `demo --check`: the whole journey without a browser, by the same HTTP and mutual-TLS endpoints.

mod browser;
mod identity;
mod merchants;
mod payments;
mod programs;
mod proxies;
mod refusals;
mod requests;
mod software_passkey;
mod walk;
mod web_shop;
mod webhooks;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::ensure;

use self::walk::Walk;
use super::{City, Options};

/// Short, so that the bank that never answers does not hold the check up.
const ANSWER_TIMEOUT_SECONDS: u64 = 2;

/// Walks the journey in a temporary folder and on free ports.
pub async fn run() -> anyhow::Result<ExitCode> {
    let folder = super::scratch::Folder::new()?;
    let options =
        Options { data: folder.path().to_owned(), free_ports: true, answer_timeout_seconds: ANSWER_TIMEOUT_SECONDS };
    println!("Lionrock: the whole journey, from digital identity to settled payment\n");
    let mut walk = Walk::begin();
    let city = walk
        .step("everything starts in under a second", async {
            let started = Instant::now();
            let city = super::start(options).await?;
            ensure!(started.elapsed().as_millis() < 1_000, "it took {} ms", started.elapsed().as_millis());
            Ok(city)
        })
        .await;
    if let Some(city) = city {
        // Each part goes as far as it can; what it could not reach is counted by the step that failed.
        let resident = identity::walk(&mut walk, &city, folder.path()).await;
        let _ = payments::walk(&mut walk, &city).await;
        let _ = requests::walk(&mut walk, &city).await;
        let _ = refusals::walk(&mut walk, &city, folder.path()).await;
        if let Some(resident) = resident {
            let _ = requests::on_the_residents_page(&mut walk, &city, &resident).await;
            let _ = proxies::walk(&mut walk, &city, &resident).await;
            if let Some(shop) = merchants::walk(&mut walk, &city, &resident).await {
                let _ = programs::walk(&mut walk, &city, &resident, &shop).await;
            }
        }
        check_books(&mut walk, &city).await;
        city.stop().await;
    }
    Ok(walk.end())
}

async fn check_books(walk: &mut Walk, city: &City) {
    walk.step("the switch's books are exact", async {
        let db = city.gateway.db.clone();
        let report = actix_web::web::block(move || ::payments::audit::verify(&db)).await??;
        ensure!(report.is_exact(), "differences: {:?}", report.differences);
        Ok(())
    })
    .await;
    walk.step("every bank's books are exact", async {
        for bank in &city.banks {
            bank.verify_books().await?;
        }
        Ok(())
    })
    .await;
    walk.step("the audit records of identity are whole", async {
        let identity = city.gateway.identity.clone();
        let verified = actix_web::web::block(move || identity.verify_audit()).await??;
        ensure!(matches!(verified, ::identity::audit::Verification::Whole { .. }), "{verified:?}");
        Ok(())
    })
    .await;
}
