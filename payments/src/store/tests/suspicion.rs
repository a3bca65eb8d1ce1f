//! Payments to accounts and names that the police suspect, decided ahead of what is recorded like all others.

use super::*;
use crate::clearing::Status;
use crate::clearing::tests::support::{rejected, transfer};
use crate::directory::{AccountNumber, Alert, AlertEffect, AlertReason, NoticeKind, Raiser, Subject, SuspectedName};

fn police() -> Raiser {
    Raiser::Police { actor: "an officer".to_owned() }
}

#[test]
fn a_payment_to_a_suspected_account_is_refused_and_one_to_a_name_that_is_warned_of_is_marked() {
    for world in World::each() {
        let (switch, directory) = (world.funded(), world.directory());
        assert_eq!(submit(&switch, transfer(1, NOW), NOW).status, Status::InProcess);
        let account = Subject::Account(bank("027"), AccountNumber::parse("027 200001 001").unwrap());
        let expires = NOW + Duration::from_hours(24);
        let alert = |subject, effect| Alert { subject, reason: AlertReason::MuleAccount, effect, expires };
        let raised = directory.raise_alert(&police(), &alert(account, AlertEffect::Refuse), NOW).unwrap();
        world.pass(Duration::from_secs(1));
        let now = world.now();
        let refused = submit(&switch, transfer(2, now), now);
        assert_eq!(refused.status, rejected("FRAD"));
        let elsewhere = CreditTransfer { creditor_account: "027-200002-001".to_owned(), ..transfer(3, now) };
        assert_eq!(submit(&switch, elsewhere, now).status, Status::InProcess, "others go on");

        directory.withdraw_alert(&police(), raised.id, now).unwrap();
        let name = Subject::Name(SuspectedName::parse("MORNING LIGHT STATIONERY").unwrap());
        directory.raise_alert(&police(), &alert(name, AlertEffect::Warn), now).unwrap();
        world.pass(Duration::from_secs(1));
        let now = world.now();
        let marked = submit(&switch, transfer(4, now), now);
        assert_eq!(marked.status, Status::InProcess);
        for code in ["012", "027"] {
            let notices = directory.notices(bank(code), 0).unwrap();
            let told: Vec<_> = notices.iter().map(|notice| (notice.kind, notice.subject)).collect();
            assert_eq!(told, [(NoticeKind::PayeeSuspected, marked.original_uetr)]);
        }
        world.assert_exact();
    }
}
