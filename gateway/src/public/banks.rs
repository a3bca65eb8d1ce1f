//! What banks are called, for pages that show people which bank something is at.

use payments::participant::{ClearingCode, Participant};

use super::refusal::PageError;
use crate::server::Gateway;

/// Every participant's names.
pub(super) struct Banks(Vec<Participant>);

impl Banks {
    /// Reads them; blocks.
    pub(super) fn of(gateway: &Gateway) -> Result<Self, PageError> {
        gateway.switch.participants().map(Self).map_err(|failed| PageError::Failed(failed.to_string()))
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Participant] {
        &self.0
    }

    /// In Chinese and in English; of a participant that is not known any more, its clearing code.
    pub(super) fn name(&self, code: ClearingCode) -> (String, String) {
        let known = self.0.iter().find(|bank| bank.clearing_code == code);
        known.map_or_else(|| (code.to_string(), code.to_string()), |bank| (bank.name_zh.clone(), bank.name_en.clone()))
    }
}
