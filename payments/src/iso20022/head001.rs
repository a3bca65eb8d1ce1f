//! head.001.001.02, the business application header: who sends which message to whom.

use store::Timestamp;

use super::agent::write_agent;
use super::xml::{ISO_20022, Writer};
use crate::participant::ClearingCode;

const IDENTIFIER: &str = "head.001.001.02";

/// Writes the header of a message that the switch sends to a participant.
pub(crate) fn write(out: &mut Writer, to: ClearingCode, message_id: &str, definition: &str, created: Timestamp) {
    let namespace = format!("{ISO_20022}{IDENTIFIER}");
    out.element_with("AppHdr", &[("xmlns", &namespace)], |w| {
        // The switch is no participant and has no clearing code: it is an organisation with a name.
        w.element("Fr", |w| w.element("OrgId", |w| w.leaf("Nm", "Lionrock")));
        w.element("To", |w| write_agent(w, "FIId", to));
        w.leaf("BizMsgIdr", message_id);
        w.leaf("MsgDefIdr", definition);
        w.leaf("CreDt", &created.to_string());
    });
}
