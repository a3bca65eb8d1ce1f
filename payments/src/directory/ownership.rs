//! Whose a proxy is: what a bank may register, and what it must claim.
//!
//! Whoever has proven possession of a number may link it at as many banks as they like. The directory knows an owner
//! by a keyed hash of an identifier that stays the same at every bank; where a bank gave none, nobody is taken for
//! the same owner.

use super::{ClaimKind, EntryStatus, OwnerKey, ProxyKind};
use crate::participant::ClearingCode;

/// An entry of a proxy, as far as these rules look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Who registered it.
    pub participant: ClearingCode,
    /// Whose it is, when that is known.
    pub owner: Option<OwnerKey>,
    /// How far it may be relied on.
    pub status: EntryStatus,
    /// Whether payers who name no bank reach it.
    pub default: bool,
}

/// Who wants to register a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// For which bank.
    pub participant: ClearingCode,
    /// Whose it would be.
    pub owner: Option<OwnerKey>,
    /// Whether the bank answers for its customers' possession of what they link, so that nothing needs proof.
    pub asserted: bool,
}

/// Why a registration is not taken, by descending precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRegistered {
    /// A claim on the proxy is open.
    #[error("a claim on this proxy is open")]
    Locked,
    /// It is another bank's: open a claim of this kind.
    #[error("this proxy is registered for somebody else; open a claim")]
    ClaimNeeded(ClaimKind),
}

/// What a registration begins as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody is paid by it until possession is proven.
    ToBeProven,
    /// Proven: the bank answers for it, or the same owner has proven it at another bank.
    Proven,
}

/// Whether `wish` may be registered beside the entries that the proxy has, and as what.
///
/// # Errors
/// The first [`NotRegistered`] that applies.
pub fn may_register(kind: ProxyKind, held: &[Held], wish: Wish) -> Result<Standing, NotRegistered> {
    if held.iter().any(|entry| entry.status == EntryStatus::Locked) {
        return Err(NotRegistered::Locked);
    }
    let proven = |entry: &&Held| entry.status.is_payable();
    let mut others = held.iter().filter(|entry| entry.participant != wish.participant).filter(proven);
    if kind.is_exclusive() && others.clone().next().is_some() {
        return Err(NotRegistered::ClaimNeeded(ClaimKind::Portability));
    }
    if others.clone().any(|entry| !same(entry.owner, wish.owner)) {
        return Err(NotRegistered::ClaimNeeded(ClaimKind::Ownership));
    }
    // An FPS ID was given to the account by the directory itself: there is nothing to prove.
    if wish.asserted || kind.is_exclusive() || others.next().is_some() {
        return Ok(Standing::Proven);
    }
    let own = held.iter().find(|entry| entry.participant == wish.participant).filter(proven);
    // The bank's own entry: who stays its owner, known or not, has proven possession before.
    Ok(if own.is_some_and(|entry| entry.owner == wish.owner) { Standing::Proven } else { Standing::ToBeProven })
}

/// Why a claim cannot be opened, by descending precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoClaim {
    /// A claim on the proxy is open already.
    #[error("a claim on this proxy is open already")]
    Locked,
    /// Nobody else has it: register it.
    #[error("nobody else has this proxy; register it")]
    Free,
    /// Only its owner can take an FPS ID to another bank.
    #[error("only its owner can take this proxy to another bank")]
    AnotherOwner,
}

/// Which claim `wish` needs, and against whom: the bank with the default entry, or else any that has the proxy.
///
/// # Errors
/// The first [`NoClaim`] that applies.
pub fn may_claim(kind: ProxyKind, held: &[Held], wish: Wish) -> Result<(ClaimKind, ClearingCode), NoClaim> {
    let needed = match may_register(kind, held, wish) {
        Err(NotRegistered::Locked) => return Err(NoClaim::Locked),
        Err(NotRegistered::ClaimNeeded(needed)) => needed,
        Ok(_) => return Err(NoClaim::Free),
    };
    let mut others = held.iter().filter(|entry| entry.participant != wish.participant && entry.status.is_payable());
    let first = others.clone().map(|entry| entry.participant).min();
    let default = others.clone().find(|entry| entry.default).map(|entry| entry.participant);
    if needed == ClaimKind::Portability && !others.all(|entry| same(entry.owner, wish.owner)) {
        return Err(NoClaim::AnotherOwner);
    }
    default.or(first).map(|donor| (needed, donor)).ok_or(NoClaim::Free)
}

/// Known on both sides, and one.
fn same(one: Option<OwnerKey>, other: Option<OwnerKey>) -> bool {
    one.is_some() && one == other
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bank(number: u8) -> ClearingCode {
        format!("{number:03}").parse().unwrap()
    }

    fn owner(byte: u8) -> Option<OwnerKey> {
        (byte > 0).then(|| OwnerKey::from_bytes([byte; 16]))
    }

    fn held(participant: u8, owner_byte: u8, status: EntryStatus, default: bool) -> Held {
        Held { participant: bank(participant), owner: owner(owner_byte), status, default }
    }

    fn wish(participant: u8, owner_byte: u8) -> Wish {
        Wish { participant: bank(participant), owner: owner(owner_byte), asserted: false }
    }

    #[test]
    fn the_same_proven_owner_adds_banks_and_another_one_must_claim() {
        let theirs = [held(12, 1, EntryStatus::Proven, true)];
        let mobile = ProxyKind::Mobile;
        assert_eq!(may_register(mobile, &theirs, wish(27, 1)), Ok(Standing::Proven));
        let claim = NotRegistered::ClaimNeeded(ClaimKind::Ownership);
        assert_eq!(may_register(mobile, &theirs, wish(27, 2)), Err(claim));
        assert_eq!(may_register(mobile, &theirs, wish(27, 0)), Err(claim), "nobody knows who that is");
        let unknown = [held(12, 0, EntryStatus::Proven, true)];
        assert_eq!(may_register(mobile, &unknown, wish(27, 0)), Err(claim), "two unknown owners are not one");
        let asserted = Wish { asserted: true, ..wish(27, 2) };
        assert_eq!(may_register(mobile, &theirs, asserted), Err(claim), "no bank's word takes a number away");
        assert_eq!(may_claim(mobile, &theirs, wish(27, 2)), Ok((ClaimKind::Ownership, bank(12))));
        assert_eq!(may_claim(mobile, &theirs, wish(27, 1)), Err(NoClaim::Free));
    }

    #[test]
    fn what_nobody_has_proven_keeps_nobody_out() {
        let pending = [held(12, 1, EntryStatus::Pending, true)];
        assert_eq!(may_register(ProxyKind::Mobile, &pending, wish(27, 2)), Ok(Standing::ToBeProven));
        assert_eq!(may_register(ProxyKind::Mobile, &[], wish(27, 2)), Ok(Standing::ToBeProven));
        let asserted = Wish { asserted: true, ..wish(27, 2) };
        assert_eq!(may_register(ProxyKind::Mobile, &pending, asserted), Ok(Standing::Proven));
    }

    #[test]
    fn a_bank_that_changes_the_owner_of_its_own_entry_must_prove_it_anew() {
        let own = [held(12, 1, EntryStatus::Proven, true)];
        assert_eq!(may_register(ProxyKind::Mobile, &own, wish(12, 1)), Ok(Standing::Proven));
        assert_eq!(may_register(ProxyKind::Mobile, &own, wish(12, 2)), Ok(Standing::ToBeProven));
    }

    #[test]
    fn an_fps_id_moves_with_its_owner_only() {
        let theirs = [held(12, 1, EntryStatus::Proven, true)];
        let needed = NotRegistered::ClaimNeeded(ClaimKind::Portability);
        assert_eq!(may_register(ProxyKind::FpsId, &theirs, wish(27, 1)), Err(needed));
        assert_eq!(may_claim(ProxyKind::FpsId, &theirs, wish(27, 1)), Ok((ClaimKind::Portability, bank(12))));
        assert_eq!(may_claim(ProxyKind::FpsId, &theirs, wish(27, 2)), Err(NoClaim::AnotherOwner));
        let unknown = [held(12, 0, EntryStatus::Proven, true)];
        assert_eq!(may_claim(ProxyKind::FpsId, &unknown, wish(27, 0)), Err(NoClaim::AnotherOwner));
    }

    #[test]
    fn the_donor_is_the_default_bank() {
        let theirs = [held(12, 1, EntryStatus::Proven, false), held(38, 1, EntryStatus::Proven, true)];
        assert_eq!(may_claim(ProxyKind::Email, &theirs, wish(27, 2)), Ok((ClaimKind::Ownership, bank(38))));
    }

    proptest! {
        /// Whatever there is: nobody pays a stranger because of a registration, and a locked proxy stays as it is.
        #[test]
        fn no_registration_takes_a_proven_proxy_from_another_owner(
            entries in proptest::collection::vec((1..5_u8, 0..3_u8, 0..3_u8, any::<bool>()), 0..5),
            participant in 1..5_u8, owner_byte in 0..3_u8, asserted in any::<bool>(), kind in 0..3_usize,
        ) {
            let status = |n| [EntryStatus::Pending, EntryStatus::Proven, EntryStatus::Locked][usize::from(n)];
            let entries: Vec<Held> = entries.iter().map(|(p, o, s, d)| held(*p, *o, status(*s), *d)).collect();
            let wish = Wish { asserted, ..wish(participant, owner_byte) };
            let kind = ProxyKind::ALL[kind];
            let taken = may_register(kind, &entries, wish);
            if taken.is_ok() {
                for entry in &entries {
                    prop_assert_ne!(entry.status, EntryStatus::Locked);
                    let anothers = entry.status == EntryStatus::Proven && entry.participant != wish.participant;
                    prop_assert!(!anothers || (entry.owner.is_some() && entry.owner == wish.owner));
                }
            } else {
                prop_assert_ne!(may_claim(kind, &entries, wish), Err(NoClaim::Free));
            }
        }
    }
}
