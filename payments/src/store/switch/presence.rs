//! Whether participants are there.

use tokio::sync::oneshot;

use super::super::presence;
use super::{Ask, Command, Job, Room, Switch};
use crate::clearing::Operation;
use crate::error::{Error, OperationError};
use crate::participant::{ClearingCode, Participant, Standing};

impl Switch {
    /// Notes that a participant reads its inbox. Whether the database must learn of it, by [`Switch::hear_from`];
    /// mostly it need not.
    pub fn hear(&self, participant: ClearingCode) -> bool {
        self.0.presence.hear(participant, (self.0.clock)()) || self.is_offline(participant)
    }

    /// Notes that a participant reads its inbox, which brings it back when it was offline. Blocks on the
    /// database now and then.
    pub fn hear_from(&self, participant: ClearingCode) -> Result<(), Error> {
        let now = (self.0.clock)();
        let is_offline = self.is_offline(participant);
        if self.0.presence.hear(participant, now) || is_offline {
            self.0.presence.tell(participant, now);
            self.0.db.write(move |conn| presence::share(conn, participant, now))?;
        }
        if is_offline {
            self.come_back(participant);
        }
        Ok(())
    }

    /// The participant says itself whether payments to it are of any use now. Offline, they are refused at once;
    /// it comes back by saying so, or by reading its inbox.
    pub async fn declare_presence(&self, participant: ClearingCode, online: bool) -> Result<i64, OperationError> {
        let operation = if online { Operation::ComeOnline } else { Operation::GoOffline };
        self.operate(&format!("participant {participant}"), participant, operation).await
    }

    /// A participant as this gateway knows it, without asking the database: for the length of a batch, another
    /// gateway may know better.
    pub fn known_participant(&self, participant: ClearingCode) -> Option<Participant> {
        self.0.presence.participant(participant)
    }

    /// Whether a participant is blocked: it may read, and nothing else.
    pub fn may_only_read(&self, participant: ClearingCode) -> bool {
        self.known_participant(participant).is_some_and(|known| known.standing == Standing::Blocked)
    }

    fn is_offline(&self, participant: ClearingCode) -> bool {
        self.known_participant(participant).is_some_and(|known| known.is_offline)
    }

    /// Nobody waits for this. If there is no room for it now, the next reading asks again.
    fn come_back(&self, participant: ClearingCode) {
        let actor = format!("participant {participant}");
        let commands = vec![Command::Operate { actor, participant, operation: Operation::ComeOnline }];
        let ask = Ask::Decide { commands, reply: oneshot::channel().0 };
        let _ = self.0.push(Job { arrived: (self.0.clock)(), ask }, Room::Reserve(Some(participant)));
    }
}
