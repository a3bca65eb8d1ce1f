//! Accounts by number, or by the opaque token and the proxy that stand for one.

use super::value::text;
use super::xml::{Element, Fields, Writer};
use super::{MessageError, Problem};
use crate::directory::{Proxy, ProxyKind};

/// An account as a payment names it.
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) proxy: Option<Proxy>,
}

/// Reads `CashAccount38`: the identification and the proxy; the rest is handed on.
pub(crate) fn account(element: &Element<'_>) -> Result<Account, MessageError> {
    let mut fields = Fields::of(element)?;
    let id = fields.required("Id", |element| {
        let mut fields = Fields::of(element)?;
        let id = fields.required("Othr", |element| {
            let mut fields = Fields::of(element)?;
            let id = fields.required("Id", text(34))?;
            fields.skip(&["SchmeNm", "Issr"])?;
            fields.finish()?;
            Ok(id)
        })?;
        fields.finish()?;
        Ok(id)
    })?;
    fields.skip(&["Tp", "Ccy", "Nm"])?;
    let proxy = fields.optional("Prxy", proxy)?;
    fields.finish()?;
    Ok(Account { id, proxy })
}

fn proxy(element: &Element<'_>) -> Result<Proxy, MessageError> {
    let mut fields = Fields::of(element)?;
    let kind = fields.required("Tp", |element| {
        let mut fields = Fields::of(element)?;
        let kind = fields.required("Cd", |element| {
            let known = ProxyKind::from_code(element.text()?);
            known.ok_or_else(|| MessageError::new(Problem::NotHere("a kind of proxy that cannot be paid")))
        })?;
        fields.finish()?;
        Ok(kind)
    })?;
    let proxy = fields.required("Id", |element| {
        let value = text(2048)(element)?;
        Proxy::parse_paid(kind, &value).map_err(|_| MessageError::new(Problem::Form("not a proxy of its kind")))
    })?;
    fields.finish()?;
    Ok(proxy)
}

/// Writes an account as the element `name`.
pub(crate) fn write_account(out: &mut Writer, name: &str, id: &str, proxy: Option<&Proxy>) {
    out.element(name, |w| {
        w.element("Id", |w| w.element("Othr", |w| w.leaf("Id", id)));
        if let Some(proxy) = proxy {
            w.element("Prxy", |w| {
                w.element("Tp", |w| w.leaf("Cd", proxy.kind().code()));
                w.leaf("Id", proxy.value());
            });
        }
    });
}
