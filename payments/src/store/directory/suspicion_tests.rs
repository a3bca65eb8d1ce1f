//! Alerts and frauds on every database that is to be had: what a payer's bank is told, and when.

use std::time::Duration;

use store::Timestamp;
use store::testing::TestDatabase;

use super::{Directory, DirectoryError, InfractionReport, NoticeKind, Suspicion};
use crate::clearing::CreditTransfer;
use crate::directory::{
    AccountNumber, Alert, AlertEffect, AlertReason, AlertRefusal, Currencies, DirectoryKeys, InfractionRefusal,
    InfractionState, InfractionStep, LookupRequest, NotAsShown, Owner, OwnerKey, OwnerKind, Proxy, Raiser,
    Registration, Subject, SuspectedName,
};
use crate::participant::ClearingCode;

const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
const DAY: Duration = Duration::from_hours(24);

fn bank(code: &str) -> ClearingCode {
    code.parse().unwrap()
}

fn account() -> AccountNumber {
    AccountNumber::parse("012-345678-001").unwrap()
}

fn register(directory: &Directory, number: &str) -> Proxy {
    let registration = Registration {
        proxy: Proxy::parse_any(number).unwrap(),
        account: account(),
        owner: Owner::new(OwnerKind::Person, Some("陳大文"), Some("CHAN Tai Man")).unwrap(),
        owner_key: Some(OwnerKey::from_bytes([1; 16])),
        currencies: Currencies::ALL,
        default: true,
    };
    directory.register(bank("012"), registration.clone(), NOW).unwrap();
    registration.proxy
}

fn on_each_database(test: impl Fn(&Directory, &Directory)) {
    for database in TestDatabase::each().unwrap() {
        let gateway = || Directory::new(database.db(), DirectoryKeys::from_master(&[5; 32]));
        test(&gateway(), &gateway());
    }
}

fn told(directory: &Directory, proxy: &Proxy, now: Timestamp) -> Suspicion {
    directory.lookup_blocking(LookupRequest::for_payment(bank("027"), proxy.clone()), now).unwrap().suspicion
}

fn paid_to_proxy(directory: &Directory, proxy: &Proxy, now: Timestamp) -> CreditTransfer {
    let request = LookupRequest::for_payment(bank("027"), proxy.clone());
    let shown = directory.lookup_blocking(request, now).unwrap();
    super::tests::payment_to("027", &shown, proxy.clone())
}

/// What a payment's own transaction hears; it is committed.
fn against(directory: &Directory, payment: &CreditTransfer, now: Timestamp) -> Option<NotAsShown> {
    let (this, payment) = (directory.clone(), payment.clone());
    directory.db().write(move |conn| this.payees_not_as_shown(conn, &[&payment], now)).unwrap()[0]
}

fn alert(subject: Subject, effect: AlertEffect, now: Timestamp) -> Alert {
    Alert { subject, reason: AlertReason::Scam, effect, expires: now + DAY }
}

fn participant(code: &str) -> Raiser {
    Raiser::Participant(bank(code))
}

#[test]
fn an_alert_on_the_number_the_account_or_the_name_warns_every_gateway_within_a_second() {
    on_each_database(|here, there| {
        let proxy = register(here, "91234567");
        assert_eq!(told(there, &proxy, NOW), Suspicion::default());
        let subjects = [
            (Subject::Proxy(proxy.clone()), "proxy"),
            (Subject::Account(bank("012"), AccountNumber::parse("012 345678 001").unwrap()), "account"),
            (Subject::Name(SuspectedName::parse("Chan Tai-man").unwrap()), "name"),
            (Subject::Name(SuspectedName::parse("陳大文").unwrap()), "name"),
        ];
        for ((subject, kind), week) in subjects.into_iter().zip(1..) {
            let now = NOW + DAY * 7 * week;
            let raised = here.raise_alert(&participant("038"), &alert(subject, AlertEffect::Warn, now), now).unwrap();
            let warnings = told(there, &proxy, now).warnings;
            assert_eq!(warnings.iter().map(|warning| warning.subject).collect::<Vec<_>>(), [kind]);
            assert!(!warnings[0].police);
            let refused = here.withdraw_alert(&participant("027"), raised.id, now);
            assert!(matches!(refused, Err(DirectoryError::NotFound)));
            if week == 1 {
                here.withdraw_alert(&participant("038"), raised.id, now).unwrap();
                assert_eq!(told(there, &proxy, now + Duration::from_secs(1)).warnings, []);
            } else {
                assert_eq!(told(there, &proxy, now + DAY).warnings, [], "it ends by itself");
            }
        }
        assert_eq!(here.alerts(bank("038"), None).unwrap().items.len(), 4);
    });
}

#[test]
fn payments_are_refused_only_when_the_police_say_so() {
    on_each_database(|here, there| {
        let proxy = register(here, "91234567");
        let refuse = alert(Subject::Proxy(proxy.clone()), AlertEffect::Refuse, NOW);
        assert!(matches!(
            here.raise_alert(&participant("038"), &refuse, NOW),
            Err(DirectoryError::Alert(AlertRefusal::OnlyPoliceRefuse))
        ));
        assert_eq!(against(there, &paid_to_proxy(there, &proxy, NOW), NOW), None);
        here.raise_alert(&Raiser::Police { actor: "operator ho".to_owned() }, &refuse, NOW).unwrap();
        let later = NOW + Duration::from_secs(1);
        let payment = paid_to_proxy(there, &proxy, later);
        assert_eq!(against(there, &payment, later), Some(NotAsShown::Suspected));
        let warning = told(there, &proxy, later).warnings[0];
        assert!(warning.police && warning.effect == AlertEffect::Refuse);
        let tomorrow = NOW + DAY;
        assert_eq!(against(there, &paid_to_proxy(there, &proxy, tomorrow), tomorrow), None);
    });
}

#[test]
fn payments_to_a_suspected_account_or_name_are_refused_or_marked_with_and_without_a_proxy() {
    on_each_database(|here, there| {
        let proxy = register(here, "91234567");
        let to_account = |number: &str, name: &str, now| CreditTransfer {
            creditor_proxy: None,
            lookup_reference: None,
            creditor_account: number.to_owned(),
            creditor_name: name.to_owned(),
            ..paid_to_proxy(there, &proxy, now)
        };
        let marks = |code: &str| {
            let notices = here.notices(bank(code), 0).unwrap();
            notices.into_iter().filter(|notice| notice.kind == NoticeKind::PayeeSuspected).count()
        };
        let subjects =
            [Subject::Account(bank("012"), account()), Subject::Name(SuspectedName::parse("Chan, Tai Man").unwrap())];
        for (subject, week) in subjects.into_iter().zip(1..) {
            let now = NOW + DAY * 7 * week;
            here.raise_alert(&participant("038"), &alert(subject.clone(), AlertEffect::Warn, now), now).unwrap();
            let known = match &subject {
                Subject::Name(_) => to_account("012 999999 001", "CHAN TAI MAN", now),
                _ => to_account("012345678001", "Somebody", now),
            };
            let (by_proxy, other) = (paid_to_proxy(there, &proxy, now), to_account("012-111111-001", "LEE Mei", now));
            assert!(there.may_be_suspected(&known, now) && !there.may_be_suspected(&other, now));
            let before = marks("012");
            for payment in [&known, &by_proxy, &other] {
                assert_eq!(against(there, payment, now), None, "a warning refuses nothing");
            }
            assert_eq!((marks("012"), marks("027")), (before + 2, before + 2), "both banks are told");
            let police = Raiser::Police { actor: "operator ho".to_owned() };
            here.raise_alert(&police, &alert(subject, AlertEffect::Refuse, now), now).unwrap();
            let later = now + Duration::from_secs(1);
            let by_proxy = paid_to_proxy(there, &proxy, later);
            for payment in [&known, &by_proxy] {
                assert_eq!(against(there, payment, later), Some(NotAsShown::Suspected));
            }
            assert_eq!(against(there, &other, later), None);
        }
    });
}

#[test]
fn a_fraud_counts_when_both_banks_agree_also_against_the_owners_other_numbers() {
    on_each_database(|here, there| {
        let (proxy, other) = (register(here, "91234567"), register(here, "61234567"));
        let report = InfractionReport {
            proxy: proxy.clone(),
            reported: bank("012"),
            reason: AlertReason::MuleAccount,
            uetr: Some(uuid::Uuid::from_u128(7)),
        };
        let reported = here.report_infraction(bank("027"), &report, NOW).unwrap();
        assert_eq!(here.notices(bank("012"), 0).unwrap()[0].kind, NoticeKind::InfractionReported);
        let step = |who, step| here.take_infraction_step(bank(who), reported.id, step, NOW);
        assert!(matches!(
            step("027", InfractionStep::Agree),
            Err(DirectoryError::Infraction(InfractionRefusal::NotYours))
        ));
        assert!(matches!(step("038", InfractionStep::Agree), Err(DirectoryError::NotFound)));
        assert_eq!(told(there, &proxy, NOW), Suspicion::default(), "a report alone counts nothing");
        assert_eq!(step("012", InfractionStep::Agree).unwrap().state, InfractionState::Agreed);
        assert_eq!(here.notices(bank("027"), 0).unwrap()[0].kind, NoticeKind::InfractionChanged);

        let later = NOW + Duration::from_secs(2);
        let (this, that) = (told(there, &proxy, later), told(there, &other, later));
        assert_eq!((this.proxy.days_3, this.owner.days_30, this.account.days_180), (1, 1, 1));
        assert_eq!((that.proxy.days_3, that.owner.days_30, that.account.days_180), (0, 1, 1), "the same owner");
        let month = NOW + DAY * 29;
        assert_eq!((told(there, &proxy, month).proxy.days_3, told(there, &proxy, month).proxy.days_30), (0, 1));
        assert_eq!(here.infractions(bank("012"), None).unwrap().items.len(), 1);
        let unknown = InfractionReport { reported: bank("038"), ..report };
        assert!(matches!(here.report_infraction(bank("027"), &unknown, NOW), Err(DirectoryError::Unknown)));
    });
}
