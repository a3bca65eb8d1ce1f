//! admi.004.001.02, the system event notification: what the switch tells a participant without being asked.

use store::Timestamp;

use super::value::{date_time, text};
use super::xml::{Element, Fields, ISO_20022, Writer};
use super::{MessageError, Problem};
use crate::clearing::LowLiquidity;
use crate::money::format_minor;

/// The message's identifier, as `MsgDefIdr` and the namespace carry it.
pub const IDENTIFIER: &str = "admi.004.001.02";
/// `EvtCd` of a liquidity that is low. Event codes are each system's own.
pub const LOW_LIQUIDITY: &str = "LIQL";

/// An event, as a participant is told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemEvent {
    /// `EvtCd`, such as [`LOW_LIQUIDITY`].
    pub code: String,
    /// `EvtParam`. Of low liquidity: the currency, and what is available as a decimal number.
    pub parameters: Vec<String>,
    /// `EvtDesc`: the same for people.
    pub description: Option<String>,
    /// `EvtTm`.
    pub time: Option<Timestamp>,
}

/// Most parameters that are read.
const PARAMETERS: usize = 16;

impl SystemEvent {
    /// Low liquidity, as it was recorded at `time`.
    pub(crate) fn low_liquidity(low: &LowLiquidity, time: Timestamp) -> Self {
        let available = format_minor(low.available, low.currency);
        Self {
            code: LOW_LIQUIDITY.to_owned(),
            parameters: vec![low.currency.to_string(), available.clone()],
            description: Some(format!(
                "Low liquidity: {} {available} is available. Payments are refused (AM04) once it is used up.",
                low.currency
            )),
            time: Some(time),
        }
    }
}

/// Writes the element `Document`.
pub(crate) fn write_document(out: &mut Writer, event: &SystemEvent) {
    let namespace = format!("{ISO_20022}{IDENTIFIER}");
    out.element_with("Document", &[("xmlns", &namespace)], |w| {
        w.element("SysEvtNtfctn", |w| {
            w.element("EvtInf", |w| {
                w.leaf("EvtCd", &event.code);
                for parameter in &event.parameters {
                    w.leaf("EvtParam", parameter);
                }
                if let Some(description) = &event.description {
                    w.leaf("EvtDesc", description);
                }
                if let Some(time) = event.time {
                    w.leaf("EvtTm", &time.to_string());
                }
            });
        });
    });
}

/// Reads the element `Document`.
pub(crate) fn read_document(document: &Element<'_>) -> Result<SystemEvent, MessageError> {
    if document.name != "Document" || document.namespace.strip_prefix(ISO_20022) != Some(IDENTIFIER) {
        return Err(MessageError::new(Problem::OtherMessage(IDENTIFIER)));
    }
    let mut fields = Fields::of(document)?;
    let event = fields.required("SysEvtNtfctn", |element| {
        let mut fields = Fields::of(element)?;
        let event = fields.required("EvtInf", |element| {
            let mut fields = Fields::of(element)?;
            let code = fields.required("EvtCd", text(4))?;
            let parameters = fields.repeated("EvtParam", PARAMETERS, text(35))?;
            let description = fields.optional("EvtDesc", text(1_000))?;
            let time = fields.optional("EvtTm", date_time)?;
            fields.finish()?;
            Ok(SystemEvent { code, parameters, description, time })
        })?;
        fields.finish()?;
        Ok(event)
    })?;
    fields.finish()?;
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::super::inbox::{self, Message};
    use super::super::tests::{assert_valid, bank};
    use super::*;
    use crate::clearing::{Inbox, InboxItem, InboxMessage};
    use crate::money::Currency;

    #[test]
    fn a_warning_is_valid_and_reads_as_it_was_written() {
        let recorded = Timestamp::from_seconds(1_795_000_000);
        let low = LowLiquidity { currency: Currency::Cny, available: -1_250 };
        let event = SystemEvent::low_liquidity(&low, recorded);
        let mut out = Writer::document();
        write_document(&mut out, &event);
        assert_valid(IDENTIFIER, &out.finish());
        let item = InboxItem { sequence: 7, recorded, message: InboxMessage::LowLiquidity(low) };
        let text = inbox::render(bank("012"), &Inbox { messages: vec![item], next: 7 });
        let read = inbox::parse(text.as_bytes()).unwrap().messages.remove(0);
        assert_eq!((read.sequence, read.message), (7, Message::SystemEvent(event.clone())));
        assert_eq!(event.parameters, ["CNY", "-12.50"]);
    }
}
