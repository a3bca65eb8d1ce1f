//! A server that may lose a commit when the power fails is refused at start, wherever the setting comes from.

use std::time::Duration;

use crate::support::postgres::Cluster;
use crate::support::{Gateway, said};

/// The setting, a statement that makes it unsafe, and one that takes that back.
const UNSAFE: [(&str, &str, &str); 5] = [
    ("fsync", "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM RESET fsync"),
    ("full_page_writes", "ALTER SYSTEM SET full_page_writes = off", "ALTER SYSTEM RESET full_page_writes"),
    ("synchronous_commit", "ALTER SYSTEM SET synchronous_commit = off", "ALTER SYSTEM RESET synchronous_commit"),
    (
        "synchronous_commit",
        "ALTER ROLE lionrock SET synchronous_commit = off",
        "ALTER ROLE lionrock RESET synchronous_commit",
    ),
    (
        "synchronous_commit",
        "ALTER DATABASE postgres SET synchronous_commit = off",
        "ALTER DATABASE postgres RESET synchronous_commit",
    ),
];

#[tokio::test]
async fn a_server_that_may_lose_a_commit_is_refused_whoever_set_it_so() {
    let cluster = Cluster::start();
    let gateway = Gateway::serve(&cluster.url()).await;
    gateway.kill();
    for (setting, statement, undo) in UNSAFE {
        change(&cluster, statement).await;
        // Every command opens the database as the server does, and this one ends by itself.
        let refused = gateway.try_run(&["audit"]);
        let words = said(&refused);
        assert!(!refused.status.success() && words.contains(&format!("PostgreSQL {setting} is off")), "{words}");
        change(&cluster, undo).await;
    }
    gateway.restart().await;
}

async fn change(cluster: &Cluster, statement: &str) {
    cluster.execute(statement);
    cluster.execute("SELECT pg_reload_conf()");
    // The server reads its settings again in its own time.
    tokio::time::sleep(Duration::from_millis(500)).await;
}
