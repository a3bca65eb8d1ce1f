//! Who asked for what, and is told.

use tokio::sync::oneshot;

use super::queue::{Ask, Job};
use crate::clearing::{Command, Reply, StatusReport};

/// Who asked, and how many of the replies are theirs.
pub(super) enum Asked {
    Decided(usize, oneshot::Sender<Vec<Reply>>),
    Final(oneshot::Sender<Option<StatusReport>>),
    /// What falls due by itself: nobody waits for a reply.
    ByTime(usize),
}

impl Asked {
    /// How many commands are theirs.
    pub(super) fn commands(&self) -> usize {
        match self {
            Self::Decided(count, _) | Self::ByTime(count) => *count,
            Self::Final(_) => 1,
        }
    }
}

/// The commands of jobs and what is due, in order, and who asked for them.
pub(super) fn opened(day_is_over: bool, jobs: Vec<Job>, due: Vec<Command>) -> (Vec<Asked>, Vec<Command>) {
    let (mut asked, mut commands) = (Vec::with_capacity(jobs.len() + 2), Vec::new());
    if day_is_over {
        // First in its batch: so a day has whole batches, and what is decided now belongs to the new one.
        commands.push(Command::CutOver);
        asked.push(Asked::ByTime(1));
    }
    for job in jobs {
        match job.ask {
            Ask::Decide { commands: more, reply } => {
                asked.push(Asked::Decided(more.len(), reply));
                commands.extend(more);
            }
            Ask::WaitFinal { debtor_agent, transaction_id, reply } => {
                asked.push(Asked::Final(reply));
                commands.push(Command::Enquire { debtor_agent, transaction_id });
            }
        }
    }
    if !due.is_empty() {
        asked.push(Asked::ByTime(due.len()));
        commands.extend(due);
    }
    (asked, commands)
}
