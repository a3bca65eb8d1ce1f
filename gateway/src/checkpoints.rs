//! Signs each business day that has ended, in the background, and keeps the checkpoint where the configuration
//! says, besides the database.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use anyhow::Context;
use payments::clearing::CheckpointKey;

use crate::keys::write_private;
use crate::server::Gateway;

/// How often it is looked whether a day has ended.
const EVERY: Duration = Duration::from_secs(2);
/// So many of the latest days are written to the folder if they are not there.
const KEPT_DAYS: u16 = 31;

/// Signs for as long as the program runs. Days that ended while no gateway ran are signed first.
pub(crate) fn keep(gateway: &Arc<Gateway>, key: CheckpointKey, folder: Option<PathBuf>) {
    let gateway = Arc::downgrade(gateway);
    let signer = Arc::new((key, folder));
    actix_web::rt::spawn(async move {
        loop {
            let Some(gateway) = gateway.upgrade() else { return };
            let signer = Arc::clone(&signer);
            let done = web::block(move || sign(&gateway, &signer.0, signer.1.as_deref())).await;
            if let Ok(Err(failed)) = done {
                tracing::warn!(error = %failed, "a checkpoint could not be made; it will be tried again");
            }
            actix_web::rt::time::sleep(EVERY).await;
        }
    });
}

fn sign(gateway: &Gateway, key: &CheckpointKey, folder: Option<&Path>) -> anyhow::Result<()> {
    let signed = gateway.switch.sign_closed_days(key)?.len();
    if signed > 0 {
        tracing::info!(days = signed, "business days were signed");
    }
    let Some(folder) = folder else { return Ok(()) };
    for day in gateway.switch.closed_days(None, KEPT_DAYS)? {
        let path = folder.join(format!("checkpoint-{}.jws", day.business_day));
        if !path.exists()
            && let Some(signed) = gateway.switch.checkpoint_of(day.business_day)?
        {
            std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
            write_private(&path, signed.as_bytes())?;
        }
    }
    Ok(())
}
