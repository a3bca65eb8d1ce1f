//! Who works for a merchant, and what each may do.

store::identifier! {
    /// Somebody who works for a merchant. Who that is, only the caller knows.
    pub struct PersonId;
}

/// In what role somebody works for a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Runs it.
    Owner,
    /// Works at a till.
    Cashier,
}

/// Something to do for a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Show and print codes, work at a till.
    ShowCodes,
    /// See what came in today.
    SeeToday,
    /// See what came in on other days, download it, see totals.
    SeeAll,
    /// Send bills, take them back, see how they stand.
    SendBills,
    /// Send money back.
    Refund,
    /// Say who works here.
    ManageMembers,
    /// Let programs act for the merchant, and say whom to tell of payments.
    ManagePrograms,
}

impl Duty {
    /// Every duty.
    pub const ALL: [Self; 7] = [
        Self::ShowCodes,
        Self::SeeToday,
        Self::SeeAll,
        Self::SendBills,
        Self::Refund,
        Self::ManageMembers,
        Self::ManagePrograms,
    ];
}

impl Role {
    /// Whether somebody in this role may do it.
    pub const fn may(self, duty: Duty) -> bool {
        match self {
            Self::Owner => true,
            Self::Cashier => matches!(duty, Duty::ShowCodes | Duty::SeeToday),
        }
    }

    /// Its name for programs: `owner`, `cashier`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Cashier => "cashier",
        }
    }

    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::Owner => 1,
            Self::Cashier => 2,
        }
    }

    /// What nobody knows may do the least.
    pub(crate) const fn from_number(number: i16) -> Self {
        if number == 1 { Self::Owner } else { Self::Cashier }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cashier_shows_codes_and_sees_today_and_no_more() {
        let may: Vec<Duty> = Duty::ALL.into_iter().filter(|duty| Role::Cashier.may(*duty)).collect();
        assert_eq!(may, [Duty::ShowCodes, Duty::SeeToday]);
        assert!(Duty::ALL.into_iter().all(|duty| Role::Owner.may(duty)));
    }
}
