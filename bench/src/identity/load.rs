//! A closed loop: so many connections, each sends its next call when the last one was answered. Whoever waits for answers
//! does not sleep: clients elsewhere cost a server nothing while they wait, but one that sleeps on the same machine has to be
//! woken by it, at every answer.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use super::connection::Connection;
use super::relying_party::RelyingParty;

/// What is called again and again.
#[derive(Debug, Clone)]
pub(super) enum Work {
    /// Discovery and keys: two answers a turn.
    Published,
    /// A token for the client itself.
    ClientCredentials,
    /// The whole flow, with a session's cookies.
    Flow(String),
    /// Is this token good?
    Introspection(String),
    /// Whose token is this?
    Userinfo(String),
}

impl Work {
    /// Answers that one turn counts for.
    const fn weight(&self) -> u64 {
        match self {
            Self::Published => 2,
            _ => 1,
        }
    }

    async fn turn(
        &self,
        relying_party: &RelyingParty,
        connection: &mut Connection,
        published: &[Vec<u8>; 2],
    ) -> anyhow::Result<()> {
        match self {
            Self::Published => relying_party.read_published(connection, published).await,
            Self::ClientCredentials => relying_party.client_credentials(connection).await.map(drop),
            Self::Flow(cookies) => relying_party.sign_in(connection, cookies).await.map(drop),
            Self::Introspection(token) => relying_party.introspect(connection, token).await,
            Self::Userinfo(token) => relying_party.userinfo(connection, token).await,
        }
    }
}

/// What a load came to.
pub(super) struct Outcome {
    pub(super) turns: u64,
    /// How long they took in all.
    pub(super) took: Duration,
    /// How much of that the driver had nothing to do.
    pub(super) idle: Duration,
}

/// A turn of the event loop in which nothing was to be done takes less; reading one answer takes more.
const EMPTY_TURN: Duration = Duration::from_micros(5);

/// Runs the load for `duration`.
pub(super) async fn run(
    relying_party: Rc<RelyingParty>,
    work: Work,
    connections: usize,
    duration: Duration,
) -> anyhow::Result<Outcome> {
    let tasks = LocalSet::new();
    let started = Instant::now();
    let loops: Vec<_> = (0..connections)
        .map(|_| {
            let (relying_party, work) = (Rc::clone(&relying_party), work.clone());
            tasks.spawn_local(async move {
                let mut connection = relying_party.connect().await?;
                let published = relying_party.written_published(&connection)?;
                let mut turns = 0;
                while started.elapsed() < duration {
                    work.turn(&relying_party, &mut connection, &published).await?;
                    turns += work.weight();
                }
                anyhow::Ok(turns)
            })
        })
        .collect();
    let awake = tasks.spawn_local(async move {
        let (mut idle, mut before) = (Duration::ZERO, started);
        while started.elapsed() < duration {
            tokio::task::yield_now().await;
            let turn = before.elapsed();
            before += turn;
            idle += if turn < EMPTY_TURN { turn } else { Duration::ZERO };
        }
        idle
    });
    let mut turns = 0;
    let idle = tasks
        .run_until(async {
            for one in loops {
                turns += one.await??;
            }
            anyhow::Ok(awake.await?)
        })
        .await?;
    Ok(Outcome { turns, took: started.elapsed(), idle })
}
