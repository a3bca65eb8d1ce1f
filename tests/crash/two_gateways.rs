//! Two gateways on one PostgreSQL take payments of the same banks at once, and one of them is killed.

use super::load::Load;
use super::{SETTINGS, times};
use crate::support::{Gateway, postgres};

#[tokio::test]
async fn two_gateways_keep_one_set_of_books() {
    let database = postgres();
    let first = Gateway::serve_with(&database.url, SETTINGS, &[]).await;
    let second = first.beside(SETTINGS).await;
    let load = Load::join(&first);
    for round in 0..times(4, 20) {
        let (killed, other) = if round % 2 == 0 { (&second, &first) } else { (&first, &second) };
        let kill = async {
            load.random.moment(200..900).await;
            killed.kill();
            load.random.moment(100..500).await;
            killed.restart().await;
            load.random.moment(100..500).await;
        };
        load.during(&[&first, &second], kill).await;
        other.run(&["audit"]);
    }
    load.check(&first).await;
    load.check(&second).await;
}
