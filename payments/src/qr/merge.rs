//! Two codes made one: a shop that takes several schemes shows a single picture, and every wallet finds its own in it.

use super::additional::AdditionalData;
use super::error::ObjectId;
use super::hong_kong;
use super::merchant::{MerchantAccount, MerchantPayload};

/// Why two codes cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// They say different things of what must be the same: currency, country or the payee's name.
    #[error("object {0} is not the same in both codes")]
    Differs(ObjectId),
    /// Both pay in this scheme, but not to the same account.
    #[error("object {0}: both codes pay in this scheme, to different accounts")]
    SameScheme(ObjectId),
    /// No number is left for another scheme.
    #[error("no object is left for the scheme of object {0}")]
    Full(ObjectId),
}

/// One code that can be paid in the schemes of both. What they have in common is taken from the first, and from the
/// second where the first is silent.
///
/// # Errors
/// When they are not one payee's, or claim the same place for different accounts.
pub fn merge(first: &MerchantPayload, second: &MerchantPayload) -> Result<MerchantPayload, MergeError> {
    let same = |id, same: bool| if same { Ok(()) } else { Err(MergeError::Differs(ObjectId::root(id))) };
    same(53, first.currency == second.currency)?;
    same(58, first.country == second.country)?;
    let name = either(59, shown(first), shown(second))?;
    let language = match (&first.language, &second.language) {
        (Some(one), Some(other)) if one.language == other.language && one.name != other.name => {
            return Err(MergeError::Differs(ObjectId::inside(64, 1)));
        }
        (one, other) => one.clone().or_else(|| other.clone()),
    };
    let mut merged = MerchantPayload {
        initiation: first.initiation.or(second.initiation),
        name: name.or_else(|| first.name.clone()).or_else(|| second.name.clone()),
        category: first.category.clone().or_else(|| second.category.clone()),
        amount: first.amount.clone().or_else(|| second.amount.clone()),
        tip: first.tip.clone().or_else(|| second.tip.clone()),
        city: first.city.clone().or_else(|| second.city.clone()),
        postcode: first.postcode.clone().or_else(|| second.postcode.clone()),
        additional: additional(&first.additional, &second.additional),
        language,
        ..first.clone()
    };
    for account in &second.accounts {
        add_account(&mut merged.accounts, account)?;
    }
    merged.accounts.sort_by_key(MerchantAccount::id);
    for (id, value) in &second.other {
        add_other(&mut merged.other, *id, value)?;
    }
    merged.other.sort();
    Ok(merged)
}

/// The payee's name, unless the code shows none.
fn shown(payload: &MerchantPayload) -> Option<&String> {
    payload.name.as_ref().filter(|name| *name != hong_kong::NO_NAME)
}

fn either(id: u8, one: Option<&String>, other: Option<&String>) -> Result<Option<String>, MergeError> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Err(MergeError::Differs(ObjectId::root(id))),
        (one, other) => Ok(one.or(other).cloned()),
    }
}

fn additional(first: &AdditionalData, second: &AdditionalData) -> AdditionalData {
    let or = |one: &Option<String>, other: &Option<String>| one.clone().or_else(|| other.clone());
    let mut other = first.other.clone();
    other.extend(second.other.iter().filter(|(id, _)| first.other.iter().all(|(known, _)| known != id)).cloned());
    other.sort();
    AdditionalData {
        bill_number: or(&first.bill_number, &second.bill_number),
        mobile_number: or(&first.mobile_number, &second.mobile_number),
        store_label: or(&first.store_label, &second.store_label),
        loyalty_number: or(&first.loyalty_number, &second.loyalty_number),
        reference_label: or(&first.reference_label, &second.reference_label),
        customer_label: or(&first.customer_label, &second.customer_label),
        terminal_label: or(&first.terminal_label, &second.terminal_label),
        purpose: or(&first.purpose, &second.purpose),
        wanted_data: or(&first.wanted_data, &second.wanted_data),
        other,
    }
}

/// Adds one account. A template whose number is taken moves to the next free one: its unique id says what it is.
/// Template 26 to 31 belong to the city's working group, 32 to 51 to operators, and each stays in its range.
fn add_account(accounts: &mut Vec<MerchantAccount>, new: &MerchantAccount) -> Result<(), MergeError> {
    if accounts.contains(new) {
        return Ok(());
    }
    let place = ObjectId::root(new.id());
    match new {
        MerchantAccount::Primitive { id, .. } => {
            if accounts.iter().any(|known| known.id() == *id) {
                return Err(MergeError::SameScheme(place));
            }
            accounts.push(new.clone());
        }
        MerchantAccount::Template { id, unique_id, parts } => {
            if let Some(same) = accounts.iter().find(|known| is_scheme(known, unique_id.as_deref())) {
                return match same {
                    MerchantAccount::Template { parts: known, .. } if known == parts => Ok(()),
                    _ => Err(MergeError::SameScheme(place)),
                };
            }
            let last = if *id < 32 { 31 } else { 51 };
            let free = (*id..=last).find(|free| accounts.iter().all(|known| known.id() != *free));
            let id = free.ok_or(MergeError::Full(place))?;
            accounts.push(MerchantAccount::Template { id, unique_id: unique_id.clone(), parts: parts.clone() });
        }
    }
    Ok(())
}

fn is_scheme(account: &MerchantAccount, scheme: Option<&str>) -> bool {
    match (account, scheme) {
        (MerchantAccount::Template { unique_id: Some(known), .. }, Some(scheme)) => known.eq_ignore_ascii_case(scheme),
        _ => false,
    }
}

/// Adds a reserved object or an unreserved template; the latter (80 to 99) may move.
fn add_other(other: &mut Vec<(u8, String)>, id: u8, value: &str) -> Result<(), MergeError> {
    if other.iter().any(|(known, same)| *known == id && same == value) {
        return Ok(());
    }
    let last = if id < 80 { id } else { 99 };
    let free = (id..=last).find(|free| other.iter().all(|(known, _)| known != free));
    other.push((free.ok_or(MergeError::Full(ObjectId::root(id)))?, value.to_owned()));
    Ok(())
}

#[cfg(test)]
mod tests;
