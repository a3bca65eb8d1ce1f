//! Additional data (object 62): what the payee wants to find again with the money.

use super::error::{Deviating, Deviation, ObjectId, QrError, Refusal};
use super::tlv::{self, Object};

/// The template's own number.
pub(crate) const ID: u8 = 62;
/// Characters of each part.
const MAX: usize = 25;

/// Parts of the additional data. The value `***` asks the payer to fill it in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdditionalData {
    /// 01: the number of the bill or invoice.
    pub bill_number: Option<String>,
    /// 02: a mobile number, of the payer or to be charged.
    pub mobile_number: Option<String>,
    /// 03: which shop.
    pub store_label: Option<String>,
    /// 04: a loyalty card's number.
    pub loyalty_number: Option<String>,
    /// 05: the payee's reference of this payment.
    pub reference_label: Option<String>,
    /// 06: which customer.
    pub customer_label: Option<String>,
    /// 07: which till.
    pub terminal_label: Option<String>,
    /// 08: what the payment is for.
    pub purpose: Option<String>,
    /// 09: what the payee asks of the payer: A address, M mobile number, E e-mail address.
    pub wanted_data: Option<String>,
    /// 10 to 99, reserved or a payment system's own: kept as they are.
    pub other: Vec<(u8, String)>,
}

impl AdditionalData {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn part(&mut self, id: u8) -> Option<&mut Option<String>> {
        match id {
            1 => Some(&mut self.bill_number),
            2 => Some(&mut self.mobile_number),
            3 => Some(&mut self.store_label),
            4 => Some(&mut self.loyalty_number),
            5 => Some(&mut self.reference_label),
            6 => Some(&mut self.customer_label),
            7 => Some(&mut self.terminal_label),
            8 => Some(&mut self.purpose),
            9 => Some(&mut self.wanted_data),
            _ => None,
        }
    }

    fn parts(&self) -> [(u8, Option<&String>); 9] {
        [
            (1, self.bill_number.as_ref()),
            (2, self.mobile_number.as_ref()),
            (3, self.store_label.as_ref()),
            (4, self.loyalty_number.as_ref()),
            (5, self.reference_label.as_ref()),
            (6, self.customer_label.as_ref()),
            (7, self.terminal_label.as_ref()),
            (8, self.purpose.as_ref()),
            (9, self.wanted_data.as_ref()),
        ]
    }

    pub(crate) fn read(object: &Object<'_>, deviations: &mut Vec<Deviation>) -> Result<Self, QrError> {
        let mut data = Self::default();
        for inner in tlv::read(object.value, Some(ID), object.value_position())? {
            let id = ObjectId::inside(ID, inner.id);
            let Some(part) = data.part(inner.id) else {
                data.other.push((inner.id, inner.value.to_owned()));
                continue;
            };
            if part.is_some() {
                return Err(QrError::new(Some(id), inner.position, Refusal::Repeated));
            }
            *part = Some(inner.value.to_owned());
            if inner.value.chars().count() > MAX {
                deviations.push(Deviation { object: id, deviating: Deviating::TooLong });
            }
        }
        Ok(data)
    }

    pub(crate) fn write(&self) -> Result<String, QrError> {
        let mut out = String::new();
        for (id, part) in self.parts() {
            let Some(part) = part else { continue };
            let object = ObjectId::inside(ID, id);
            if part.is_empty() || part.chars().count() > MAX || part.chars().any(char::is_control) {
                return Err(QrError::new(Some(object), 0, Refusal::Form("between 1 and 25 characters of one line")));
            }
            let wanted = part.len() <= 3 && part.chars().all(|c| "AME".contains(c));
            if id == 9 && !wanted {
                return Err(QrError::new(Some(object), 0, Refusal::Form("the letters A, M and E")));
            }
            tlv::write(&mut out, object, part)?;
        }
        for (id, value) in &self.other {
            tlv::write(&mut out, ObjectId::inside(ID, *id), value)?;
        }
        Ok(out)
    }
}
