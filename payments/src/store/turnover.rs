//! What moved a position since the last cut-over, as columns of the position.

use diesel::prelude::*;

use super::schema::position;
use crate::clearing::{Total, Turnover};

/// Part of table `position`.
#[derive(Debug, Clone, Copy, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = position)]
pub(super) struct TurnoverColumns {
    pub(super) payments_out_count: i64,
    pub(super) payments_out: i64,
    pub(super) payments_in_count: i64,
    pub(super) payments_in: i64,
    pub(super) returns_out_count: i64,
    pub(super) returns_out: i64,
    pub(super) returns_in_count: i64,
    pub(super) returns_in: i64,
    pub(super) funding_count: i64,
    pub(super) funding: i64,
    pub(super) withdrawals_count: i64,
    pub(super) withdrawals: i64,
}

impl TurnoverColumns {
    pub(super) const fn of(moved: &Turnover) -> Self {
        Self {
            payments_out_count: moved.payments_out.count,
            payments_out: moved.payments_out.sum,
            payments_in_count: moved.payments_in.count,
            payments_in: moved.payments_in.sum,
            returns_out_count: moved.returns_out.count,
            returns_out: moved.returns_out.sum,
            returns_in_count: moved.returns_in.count,
            returns_in: moved.returns_in.sum,
            funding_count: moved.funding.count,
            funding: moved.funding.sum,
            withdrawals_count: moved.withdrawals.count,
            withdrawals: moved.withdrawals.sum,
        }
    }

    pub(super) const fn turnover(&self) -> Turnover {
        Turnover {
            payments_out: Total { count: self.payments_out_count, sum: self.payments_out },
            payments_in: Total { count: self.payments_in_count, sum: self.payments_in },
            returns_out: Total { count: self.returns_out_count, sum: self.returns_out },
            returns_in: Total { count: self.returns_in_count, sum: self.returns_in },
            funding: Total { count: self.funding_count, sum: self.funding },
            withdrawals: Total { count: self.withdrawals_count, sum: self.withdrawals },
        }
    }
}
