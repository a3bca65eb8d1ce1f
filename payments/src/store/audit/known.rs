//! What the log says of a participant, to be compared with what is kept of it.

use crate::app_link::AppLink;
use crate::clearing::{Operation, Particulars};
use crate::participant::{Participant, Standing};

/// A participant without its money.
#[derive(PartialEq, Eq)]
pub(super) struct Known {
    particulars: Particulars,
    standing: Standing,
    is_offline: bool,
    app_link: Option<AppLink>,
}

impl Known {
    /// One that was just let in.
    pub(super) fn added(particulars: Particulars) -> Self {
        Self { particulars, standing: Standing::Active, is_offline: false, app_link: None }
    }

    /// One as it is kept.
    pub(super) fn stored(kept: Participant) -> Self {
        let Participant { bic, name_zh, name_en, standing, is_offline, app_link, .. } = kept;
        Self { particulars: Particulars { bic, name_zh, name_en }, standing, is_offline, app_link }
    }

    /// What an operator does to it.
    pub(super) fn take(&mut self, operation: Operation) {
        match operation {
            Operation::Suspend => self.standing = Standing::Suspended,
            Operation::Block => self.standing = Standing::Blocked,
            Operation::Resume => self.standing = Standing::Active,
            Operation::GoOffline => self.is_offline = true,
            Operation::ComeOnline => self.is_offline = false,
            Operation::SetAppLink(link) => self.app_link = link,
            _ => {}
        }
    }
}
