//! PostgreSQL is killed while payments are under way: all of it, or the one process behind a connection, after
//! which the server throws everybody out and recovers.

use super::load::Load;
use super::{SETTINGS, times};
use crate::support::Gateway;
use crate::support::postgres::Cluster;

#[tokio::test]
async fn payments_survive_the_death_of_postgresql() {
    let cluster = Cluster::start();
    let gateway = Gateway::serve_with(&cluster.url(), SETTINGS, &[]).await;
    let load = Load::join(&gateway);
    for round in 0..times(4, 20) {
        let kill = async {
            load.random.moment(100..900).await;
            if round % 2 == 0 {
                cluster.kill();
                load.random.moment(0..800).await;
                cluster.restart().await;
            } else {
                cluster.kill_a_connection();
            }
            load.random.moment(300..900).await;
        };
        load.during(&[&gateway], kill).await;
        gateway.run(&["audit"]);
    }
    load.check(&gateway).await;
}

#[tokio::test]
async fn a_gateway_that_dies_with_its_database_finds_everything_again() {
    let cluster = Cluster::start();
    let gateway = Gateway::serve_with(&cluster.url(), SETTINGS, &[]).await;
    let load = Load::join(&gateway);
    for _ in 0..times(2, 10) {
        let kill = async {
            load.random.moment(200..900).await;
            cluster.kill();
            gateway.kill();
        };
        load.during(&[&gateway], kill).await;
        cluster.restart().await;
        gateway.restart().await;
        gateway.run(&["audit"]);
    }
    load.check(&gateway).await;
}
