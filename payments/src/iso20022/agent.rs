//! Agents: participants, known by their clearing code under the clearing system `HKNCC`.

use super::value::{exactly, text};
use super::xml::{Element, Fields, Writer};
use super::{MessageError, Problem};
use crate::participant::ClearingCode;

/// The ISO external clearing system code of Hong Kong's national clearing codes.
const HONG_KONG: &str = "HKNCC";

/// Reads `BranchAndFinancialInstitutionIdentification6`: the clearing code is needed, the rest is handed on.
pub(crate) fn agent(element: &Element<'_>) -> Result<ClearingCode, MessageError> {
    let mut fields = Fields::of(element)?;
    let code = fields.required("FinInstnId", institution)?;
    fields.skip(&["BrnchId"])?;
    fields.finish()?;
    Ok(code)
}

fn institution(element: &Element<'_>) -> Result<ClearingCode, MessageError> {
    let mut fields = Fields::of(element)?;
    fields.skip(&["BICFI"])?;
    let code = fields.required("ClrSysMmbId", member)?;
    fields.skip(&["LEI", "Nm", "PstlAdr", "Othr"])?;
    fields.finish()?;
    Ok(code)
}

fn member(element: &Element<'_>) -> Result<ClearingCode, MessageError> {
    let mut fields = Fields::of(element)?;
    fields.required("ClrSysId", |element| {
        let mut fields = Fields::of(element)?;
        fields.required("Cd", exactly(HONG_KONG, "participants are identified under HKNCC"))?;
        fields.finish()
    })?;
    let code = fields.required("MmbId", |element| {
        let code = text(35)(element)?;
        code.parse().map_err(|_| MessageError::new(Problem::Form("a clearing code is three digits")))
    })?;
    fields.finish()?;
    Ok(code)
}

/// Writes an agent as the element `name`.
pub(crate) fn write_agent(out: &mut Writer, name: &str, code: ClearingCode) {
    out.element(name, |w| {
        w.element("FinInstnId", |w| {
            w.element("ClrSysMmbId", |w| {
                w.element("ClrSysId", |w| w.leaf("Cd", HONG_KONG));
                w.leaf("MmbId", &code.to_string());
            });
        });
    });
}
