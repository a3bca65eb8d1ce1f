//! What falls due without anybody asking: time-outs, participants that have stopped answering, and positions
//! that have crossed their threshold. All of it becomes commands, decided like any other.

use std::collections::BTreeSet;

use store::Timestamp;

use super::presence;
use super::sequencer::Sequencer;
use crate::clearing::liquidity::{self, SWITCH};
use crate::clearing::{Command, Operation, timeout};
use crate::participant::ClearingCode;

impl Sequencer {
    /// At most about `limit` commands.
    pub(super) fn due(&self, now: Timestamp, limit: usize) -> Vec<Command> {
        let late = timeout::due(&self.state, now, self.queue.oldest(), limit);
        let mut commands: Vec<Command> = self.absent(&late, now).into_iter().map(goes_offline).collect();
        commands.extend(late.into_iter().map(|payment| Command::TimeOut { payment }));
        commands.extend(liquidity::due(&self.state));
        commands
    }

    /// The creditor agents of payments that went unanswered, of whom no gateway has heard in a while.
    fn absent(&self, late: &[i64], now: Timestamp) -> BTreeSet<ClearingCode> {
        let creditor_agent = |payment: &i64| Some(self.state.payment(*payment)?.creditor_agent);
        let is_online = |code: &ClearingCode| self.state.participant(*code).is_some_and(|known| !known.is_offline);
        let asked: BTreeSet<_> = late.iter().filter_map(creditor_agent).filter(is_online).collect();
        let before = now - self.settings.offline_after;
        let mut silent = self.presence.silent_since(asked, before);
        if !silent.is_empty() {
            let elsewhere = self.db.read(|conn| presence::heard_elsewhere(conn, &silent, before));
            match elsewhere {
                Ok(heard) => heard.iter().for_each(|code| _ = silent.remove(code)),
                // Nobody is called absent for what could not be read.
                Err(_) => silent.clear(),
            }
        }
        silent
    }
}

fn goes_offline(participant: ClearingCode) -> Command {
    Command::Operate { actor: SWITCH.to_owned(), participant, operation: Operation::GoOffline }
}
