//! What this system adds to a pacs.008, where the standard leaves room for it: `SplmtryData/Envlp`.

use super::value::text;
use super::xml::{Element, Fields, Writer};
use super::{MessageError, Problem};
use crate::request_to_pay::RequestId;

/// The namespace of a look-up's proof.
const LOOKUP: &str = "urn:lionrock:lookup:1";
const LOOKUP_REFERENCE: &str = "LookupReference";
/// The namespace of the id of the request to pay that a payment answers.
pub(super) const REQUEST: &str = "urn:lionrock:request-to-pay:1";
const REQUEST_TO_PAY: &str = "RequestToPay";

/// What one envelope holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Supplement {
    /// Proves what the payer was shown.
    LookupReference(String),
    /// The request to pay that is answered.
    RequestToPay(RequestId),
    /// Something that is between the two banks: it is handed on.
    Other,
}

impl Supplement {
    pub(super) fn lookup_reference(&self) -> Option<String> {
        if let Self::LookupReference(reference) = self { Some(reference.clone()) } else { None }
    }

    pub(super) const fn request_to_pay(&self) -> Option<RequestId> {
        if let Self::RequestToPay(id) = self { Some(*id) } else { None }
    }
}

/// Reads one `SplmtryData`.
pub(super) fn read(element: &Element<'_>) -> Result<Supplement, MessageError> {
    let mut fields = Fields::of(element)?;
    fields.skip(&["PlcAndNm"])?;
    let supplement = fields.required("Envlp", |element| {
        let mut fields = Fields::of(element)?;
        let content = fields.any()?.ok_or_else(|| MessageError::new(Problem::Missing))?;
        fields.finish()?;
        match (&*content.namespace, content.name) {
            (LOOKUP, LOOKUP_REFERENCE) => {
                text(256)(content).map(Supplement::LookupReference).map_err(|error| error.within(LOOKUP_REFERENCE))
            }
            (REQUEST, REQUEST_TO_PAY) => request(content).map_err(|error| error.within(REQUEST_TO_PAY)),
            _ => Ok(Supplement::Other),
        }
    })?;
    fields.finish()?;
    Ok(supplement)
}

fn request(element: &Element<'_>) -> Result<Supplement, MessageError> {
    let id = text(35)(element)?.parse().map_err(|_| {
        MessageError::new(Problem::Form("the id of a request to pay is twenty digits and capital letters"))
    })?;
    Ok(Supplement::RequestToPay(id))
}

/// Writes a `SplmtryData` with the proof of a look-up.
pub(super) fn write_lookup(out: &mut Writer, reference: &str) {
    write(out, LOOKUP_REFERENCE, LOOKUP, reference);
}

/// Writes a `SplmtryData` with the id of a request to pay.
pub(super) fn write_request(out: &mut Writer, request: &RequestId) {
    write(out, REQUEST_TO_PAY, REQUEST, request.as_str());
}

fn write(out: &mut Writer, name: &'static str, namespace: &str, content: &str) {
    out.element("SplmtryData", |w| {
        w.element("Envlp", |w| w.element_with(name, &[("xmlns", namespace)], |w| w.text(content)));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clearing::CreditTransfer;
    use crate::clearing::tests::support::{NOW, transfer};
    use crate::iso20022::pacs008::{self, ParsedTransfer};

    #[test]
    fn the_request_that_a_payment_carries_is_found_in_its_body_alone() {
        let id = RequestId::from_random(&[3; 13]);
        let mut carrying = CreditTransfer { request_to_pay: Some(id), ..transfer(1, NOW) };
        assert_eq!(pacs008::request_to_pay(&ParsedTransfer::new(carrying.clone()).body), Some(id));
        // What a payer writes is not mistaken for it.
        carrying.request_to_pay = None;
        carrying.remittance_information = Some(format!("<RequestToPay xmlns=\"{REQUEST}\">{id}</RequestToPay>"));
        assert_eq!(pacs008::request_to_pay(&ParsedTransfer::new(carrying).body), None);
    }
}
