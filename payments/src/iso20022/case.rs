//! What camt.056 and camt.029 share: who assigns a case to whom.

use store::Timestamp;

use super::agent::{agent, write_agent};
use super::value::{date_time, text};
use super::xml::{Element, Fields, Writer};
use super::{MessageError, Problem};
use crate::participant::ClearingCode;

/// `CaseAssignment5`: from one agent to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// `Id`, at most 35 characters.
    pub id: String,
    /// `Assgnr/Agt`: who sends the message.
    pub assigner: ClearingCode,
    /// `Assgne/Agt`: whom it is for.
    pub assignee: ClearingCode,
    /// `CreDtTm`.
    pub created: Timestamp,
}

pub(super) fn read_assignment(element: &Element<'_>) -> Result<Assignment, MessageError> {
    let mut fields = Fields::of(element)?;
    let id = fields.required("Id", text(35))?;
    let assigner = fields.required("Assgnr", party)?;
    let assignee = fields.required("Assgne", party)?;
    let created = fields.required("CreDtTm", date_time)?;
    fields.finish()?;
    Ok(Assignment { id, assigner, assignee, created })
}

fn party(element: &Element<'_>) -> Result<ClearingCode, MessageError> {
    let mut fields = Fields::of(element)?;
    let code = fields.required("Agt", agent)?;
    fields.finish()?;
    Ok(code)
}

pub(super) fn write_assignment(out: &mut Writer, assignment: &Assignment) {
    out.element("Assgnmt", |w| {
        w.leaf("Id", &assignment.id);
        w.element("Assgnr", |w| write_agent(w, "Agt", assignment.assigner));
        w.element("Assgne", |w| write_agent(w, "Agt", assignment.assignee));
        w.leaf("CreDtTm", &assignment.created.to_string());
    });
}

/// `Case5`: its id.
pub(super) fn case_id(element: &Element<'_>) -> Result<String, MessageError> {
    let mut fields = Fields::of(element)?;
    let id = fields.required("Id", text(35))?;
    fields.skip(&["Cretr", "ReopCaseIndctn"])?;
    fields.finish()?;
    Ok(id)
}

/// The only one of several that a message may carry: a case is one transaction's.
pub(super) fn only<T>(mut many: Vec<T>, name: &str) -> Result<T, MessageError> {
    match (many.pop(), many.is_empty()) {
        (Some(one), true) => Ok(one),
        (None, _) => Err(MessageError::new(Problem::Missing).within(name)),
        (Some(_), false) => Err(MessageError::new(Problem::NotHere("one transaction a message")).within(name)),
    }
}
