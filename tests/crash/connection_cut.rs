//! Connections between the gateway and PostgreSQL are cut: anywhere, just before a commit reaches the server, and
//! just after the server has committed and before the gateway hears of it.

use super::load::Load;
use super::proxy::{Cut, Proxy};
use super::{SETTINGS, times};
use crate::support::Gateway;
use crate::support::postgres::Cluster;

// On threads of its own: the proxy works while the test waits for a command.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_survive_cut_connections_and_commits_of_unknown_outcome() {
    let cluster = Cluster::start();
    let proxy = Proxy::start(cluster.socket()).await;
    let gateway = Gateway::serve_with(&proxy.url(), SETTINGS, &[]).await;
    let load = Load::join(&gateway);
    let rounds = times(4, 20);
    for _ in 0..rounds {
        let cuts = async {
            for cut in [Cut::BeforeCommit, Cut::AfterCommit, Cut::AfterCommit] {
                load.random.moment(50..500).await;
                proxy.cut_next_commit(cut).await;
            }
            load.random.moment(50..500).await;
            proxy.cut_everything();
            load.random.moment(300..600).await;
        };
        load.during(&[&gateway], cuts).await;
        gateway.run(&["audit"]);
    }
    for cut in [Cut::BeforeCommit, Cut::AfterCommit] {
        let happened = proxy.count(cut);
        assert!(happened >= rounds, "{cut:?} happened only {happened} times");
    }
    load.check(&gateway).await;
}
