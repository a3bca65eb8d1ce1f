//! The feed of requests to pay as ISO 20022 messages: pain.013 to whom a request asks, pain.014 about what became of it,
//! in the same envelope as the inbox of payments.

use super::inbox::NAMESPACE;
use super::xml::Writer;
use super::{head001, pain013, pain014};
use crate::participant::ClearingCode;
use crate::request_to_pay::{Change, RequestToPay};

/// Writes what `to` reads. The same changes give the same bytes.
pub fn render(to: ClearingCode, changes: &[(Change, RequestToPay)], next: i64) -> String {
    let mut out = Writer::document();
    out.element_with("Inbox", &[("xmlns", NAMESPACE), ("next", &next.to_string())], |w| {
        for (change, request) in changes {
            w.element_with("Message", &[("seq", &change.sequence.to_string())], |w| write(w, to, change, request));
        }
    });
    out.finish()
}

fn write(out: &mut Writer, to: ClearingCode, change: &Change, request: &RequestToPay) {
    let asks_reader = request.asked.debtor.as_ref().is_some_and(|debtor| debtor.agent == to);
    if asks_reader && change.sequence == request.number {
        head001::write(out, to, &pain013::message_id(request), pain013::IDENTIFIER, change.at);
        pain013::write_document(out, request);
    } else {
        head001::write(out, to, &pain014::message_id(change), pain014::IDENTIFIER, change.at);
        pain014::write_document(out, change, request);
    }
}
