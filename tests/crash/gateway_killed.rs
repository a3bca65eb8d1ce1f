//! The gateway is killed (SIGKILL) at any moment, and started again.

use super::load::Load;
use super::{SETTINGS, times};
use crate::support::{Gateway, postgres};

#[tokio::test]
async fn a_gateway_on_sqlite_survives_being_killed_during_payments() {
    survive(Gateway::serve_with("sqlite:lionrock.db", SETTINGS, &[]).await).await;
}

#[tokio::test]
async fn a_gateway_on_postgresql_survives_being_killed_during_payments() {
    let database = postgres();
    survive(Gateway::serve_with(&database.url, SETTINGS, &[]).await).await;
}

#[tokio::test]
async fn the_demo_survives_being_killed_during_payments() {
    survive(Gateway::demo().await).await;
}

async fn survive(gateway: Gateway) {
    let load = Load::join(&gateway);
    for _ in 0..times(5, 50) {
        let kill = async {
            load.random.moment(50..900).await;
            gateway.kill();
        };
        load.during(&[&gateway], kill).await;
        gateway.restart().await;
        gateway.run(&["audit"]);
    }
    load.check(&gateway).await;
}
