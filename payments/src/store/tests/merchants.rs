//! Merchants on every database that is to be had: onboarded, staffed, paid, refunded.

use super::books::differences;
use super::*;
use crate::clearing::tests::support::{back, say, transfer};
use crate::clearing::{BusinessDay, Status, Verdict};
use crate::directory::{AccountNumber, FpsIdLength, FpsIdRequest, FpsIdRequestId, NoticeKind, Owner, OwnerKind};
use crate::iso20022::pacs008::ParsedTransfer;
use crate::merchant::{
    Actor, Change, DayTotal, Duty, InvitationCode, Merchant, MerchantError, MerchantNames, MerchantRefusal,
    MerchantStatus, Merchants, Onboarded, Onboarding, OnboardingId, PersonId, Receipt, ReceiptQuery, RefundId,
    RefundState, Role, TillLabel,
};
use crate::store::ReturnSubmission;
use crate::store::audit::Difference;

pub(super) fn person(number: u128) -> PersonId {
    PersonId::from_uuid(uuid::Uuid::from_u128(number))
}

pub(super) fn till(label: &str) -> TillLabel {
    label.parse().unwrap()
}

/// An FPS ID of a shop at 027.
fn fps_id(world: &World, number: u128) -> crate::directory::Proxy {
    let request = FpsIdRequest {
        id: FpsIdRequestId::from_uuid(uuid::Uuid::from_u128(number)),
        length: FpsIdLength::Seven,
        account: AccountNumber::parse(&format!("027-200001-{number:03}")).unwrap(),
        owner: Owner::new(OwnerKind::Organisation, Some("晨光文具"), Some("Morning Light Stationery")).unwrap(),
        owner_key: None,
    };
    world.directory().issue_fps_id(bank("027"), &request, NOW).unwrap().entry.proxy
}

fn onboarding(world: &World, number: u128) -> Onboarding {
    Onboarding {
        request_id: OnboardingId::from_uuid(uuid::Uuid::from_u128(number)),
        names: MerchantNames::new("晨光文具", "Morning Light Stationery").unwrap(),
        category: "5943".parse().unwrap(),
        fps_id: fps_id(world, number),
        tills: vec![till("T-1"), till("T-2")],
    }
}

pub(super) fn refusal<T: std::fmt::Debug>(result: Result<T, MerchantError>) -> MerchantRefusal {
    match result.unwrap_err() {
        MerchantError::Refused(refusal) => refusal,
        other => panic!("no refusal: {other}"),
    }
}

/// A shop with an owner.
pub(super) struct Shop {
    pub(super) merchants: Merchants,
    pub(super) merchant: Merchant,
    pub(super) owner: PersonId,
    seen: i64,
}

impl Shop {
    pub(super) fn open(world: &World) -> Self {
        let merchants = Merchants::new(world.directory());
        let Onboarded { merchant, invitation } = merchants.onboard(bank("027"), &onboarding(world, 1), NOW).unwrap();
        let owner = person(1);
        merchants.accept(&invitation.unwrap(), owner, NOW).unwrap();
        Self { merchants, merchant, owner, seen: 0 }
    }

    /// Reads the log to its end.
    pub(super) fn follow(&mut self) {
        loop {
            let followed = self.merchants.follow(self.seen).unwrap();
            self.seen = followed.seen;
            if !followed.more {
                return;
            }
        }
    }

    pub(super) fn receipts(&self) -> Vec<Receipt> {
        let all = ReceiptQuery { limit: 100, ..ReceiptQuery::default() };
        self.merchants.receipts(self.merchant.id, &all).unwrap().receipts
    }

    fn totals(&self) -> Vec<(Option<String>, DayTotal)> {
        let totals = self.merchants.day_totals(self.merchant.id, BusinessDay::FIRST, BusinessDay::LAST).unwrap();
        totals.into_iter().map(|(key, total)| (key.till.map(|till| till.to_string()), total)).collect()
    }

    pub(super) fn refund(&self, payment: i64, id: u128, minor: i64) -> Result<crate::merchant::Refund, MerchantError> {
        let id = RefundId::from_uuid(uuid::Uuid::from_u128(id));
        self.merchants.instruct_refund(Actor::Person(self.owner), self.merchant.id, payment, id, hkd(minor), NOW)
    }
}

/// Payment `number` of 100.00 to the shop, settled; `till` where it says so.
pub(super) fn pay_shop(switch: &Switch, merchant: &Merchant, number: u32, till: Option<&str>) {
    let mut sent = transfer(number, NOW);
    sent.creditor_account = merchant.account_token.to_string();
    sent.remittance_information = Some(format!("BILL-{number}"));
    let mut body = String::from_utf8(ParsedTransfer::new(sent.clone()).body).unwrap();
    if let Some(till) = till {
        let reference = format!(
            "<Strd><CdtrRefInf><Tp><CdOrPrtry><Prtry>TILL</Prtry></CdOrPrtry></Tp><Ref>{till}</Ref></CdtrRefInf></Strd></RmtInf>"
        );
        body = body.replace("</RmtInf>", &reference);
    }
    let one = Submission { transfer: sent, body: body.into_bytes() };
    wait(switch.submit(bank("012"), vec![one], NOW)).unwrap();
    let answered = wait(switch.answer(bank("027"), vec![say(number, Verdict::Accepted)], NOW)).unwrap().remove(0);
    assert_eq!(answered.unwrap().status, Status::Settled);
}

pub(super) fn send_back(switch: &Switch, id: &str, number: u32, minor: i64) {
    let request = back(id, number, minor);
    let one = ReturnSubmission { body: format!("<TxInf>{id}</TxInf>"), request };
    let report = wait(switch.return_payments(bank("027"), vec![one], NOW)).unwrap().remove(0);
    assert_eq!(report.status, Status::Settled);
}

#[test]
fn a_bank_takes_a_merchant_on_once_for_an_fps_id_of_its_own() {
    for world in World::each() {
        let merchants = Merchants::new(world.directory());
        let asked = onboarding(&world, 1);
        let made = merchants.onboard(bank("027"), &asked, NOW).unwrap();
        assert!(made.invitation.is_some());
        assert_eq!(made.merchant.tills, asked.tills);
        let again = merchants.onboard(bank("027"), &asked, NOW).unwrap();
        assert_eq!(again.merchant, made.merchant);
        assert!(again.invitation.is_none(), "an invitation is shown once");

        let other_shop = onboarding(&world, 2);
        let reused = Onboarding { request_id: asked.request_id, ..other_shop.clone() };
        assert_eq!(refusal(merchants.onboard(bank("027"), &reused, NOW)), MerchantRefusal::RequestUsed);
        let same_id = Onboarding { fps_id: asked.fps_id.clone(), ..other_shop.clone() };
        assert_eq!(refusal(merchants.onboard(bank("027"), &same_id, NOW)), MerchantRefusal::FpsIdTaken);
        assert_eq!(refusal(merchants.onboard(bank("012"), &other_shop, NOW)), MerchantRefusal::FpsIdUnknown);
        let id = made.merchant.id;
        assert_eq!(refusal(merchants.of_participant(bank("012"), id)), MerchantRefusal::Unknown);
        assert_eq!(merchants.list(Some(bank("027")), None).unwrap().items, std::slice::from_ref(&made.merchant));
        assert!(merchants.list(Some(bank("012")), None).unwrap().items.is_empty());

        let closed = Change { status: Some(MerchantStatus::Closed), ..Change::default() };
        assert_eq!(refusal(merchants.change(bank("012"), id, &closed, NOW)), MerchantRefusal::Unknown);
        let closed = merchants.change(bank("027"), id, &closed, NOW).unwrap();
        assert_eq!(closed.must_be_active(), Err(MerchantRefusal::Closed));
        let more = merchants.add_till(bank("027"), id, &till("T-3"), NOW).unwrap();
        assert_eq!(more.tills.len(), 3);
        merchants.remove_till(bank("027"), id, &till("T-3"), NOW).unwrap();
        assert_eq!(refusal(merchants.remove_till(bank("027"), id, &till("T-3"), NOW)), MerchantRefusal::UnknownTill);
        let mut acts: Vec<String> = merchants.audit_of(id).unwrap().into_iter().map(|entry| entry.act).collect();
        acts.sort_unstable(); // all of one moment
        assert_eq!(acts, ["changed", "invited", "onboarded", "till added", "till removed"]);
    }
}

#[test]
fn an_invitation_works_once_and_somebody_always_runs_the_merchant() {
    for world in World::each() {
        let merchants = Merchants::new(world.directory());
        let made = merchants.onboard(bank("027"), &onboarding(&world, 1), NOW).unwrap();
        let (id, code) = (made.merchant.id, made.invitation.unwrap());
        let (owner, cashier, stranger) = (person(1), person(2), person(3));
        let late = NOW + InvitationCode::lasts(Role::Owner);
        assert_eq!(refusal(merchants.accept(&code, owner, late)), MerchantRefusal::InvitationOver);
        assert_eq!(merchants.accept(&code, owner, NOW).unwrap().role, Role::Owner);
        assert_eq!(refusal(merchants.accept(&code, stranger, NOW)), MerchantRefusal::InvitationOver);

        let invited = merchants.invite_cashier(owner, id, NOW).unwrap();
        assert_eq!(merchants.accept(&invited, cashier, NOW).unwrap().role, Role::Cashier);
        let own = merchants.invite_cashier(owner, id, NOW).unwrap();
        assert_eq!(merchants.accept(&own, owner, NOW).unwrap().role, Role::Owner, "nobody is demoted by a code");
        assert_eq!(refusal(merchants.invite_cashier(cashier, id, NOW)), MerchantRefusal::NotInThisRole);
        assert_eq!(refusal(merchants.invite_cashier(stranger, id, NOW)), MerchantRefusal::Unknown);
        assert_eq!(refusal(merchants.on_duty(cashier, id, Duty::Refund)), MerchantRefusal::NotInThisRole);
        assert_eq!(merchants.on_duty(cashier, id, Duty::SeeToday).unwrap().role, Role::Cashier);
        assert_eq!(merchants.memberships(cashier).unwrap().len(), 1);

        assert_eq!(refusal(merchants.remove_member(cashier, id, owner, NOW)), MerchantRefusal::NotInThisRole);
        assert_eq!(refusal(merchants.remove_member(owner, id, owner, NOW)), MerchantRefusal::LastOwner);
        merchants.remove_member(owner, id, cashier, NOW).unwrap();
        assert_eq!(refusal(merchants.on_duty(cashier, id, Duty::SeeToday)), MerchantRefusal::Unknown);

        let _unused = merchants.invite_cashier(owner, id, NOW).unwrap();
        assert_eq!(merchants.forget_invitations(NOW).unwrap(), 0);
        assert_eq!(merchants.forget_invitations(NOW + InvitationCode::lasts(Role::Cashier)).unwrap(), 1);

        let lost = merchants.invite_owner(bank("027"), id, NOW).unwrap();
        let found = merchants.invite_owner(bank("027"), id, NOW).unwrap();
        assert_eq!(refusal(merchants.accept(&lost, cashier, NOW)), MerchantRefusal::InvitationOver);
        assert_eq!(merchants.accept(&found, cashier, NOW).unwrap().role, Role::Owner);
        merchants.remove_member(owner, id, owner, NOW).unwrap();
        assert_eq!(merchants.members(id).unwrap().len(), 1);
    }
}

#[test]
fn what_settles_to_a_merchant_is_read_from_the_log_once_also_by_two_gateways_and_after_a_restart() {
    for world in World::each() {
        let switch = world.funded();
        let mut shop = Shop::open(&world);
        pay_shop(&switch, &shop.merchant, 1, Some("t-2"));
        submit(&switch, transfer(2, NOW), NOW); // to another account, and under way
        pay_shop(&switch, &shop.merchant, 3, None);
        shop.follow();
        let receipts = shop.receipts();
        let told: Vec<_> = receipts.iter().map(|one| (one.bill_number.as_deref(), one.till.clone())).collect();
        assert_eq!(told, [(Some("BILL-3"), None), (Some("BILL-1"), Some(till("T-2")))]);
        assert_eq!((receipts[0].amount, receipts[0].payer.as_str()), (hkd(10_000), "CHAN T*** M***"));

        let mut elsewhere = Merchants::new(world.directory()).follow(0).unwrap();
        assert!(elsewhere.merchants.is_empty(), "nothing new for a gateway that has just started");
        pay_shop(&switch, &shop.merchant, 4, Some("T-2"));
        shop.follow();
        elsewhere = shop.merchants.follow(elsewhere.seen).unwrap();
        assert!(elsewhere.merchants.contains(&shop.merchant.id), "what one gateway found is news at the other");
        assert_eq!(shop.receipts().len(), 3);
        let by_bill = ReceiptQuery { bill_number: Some("BILL-4".to_owned()), limit: 10, ..ReceiptQuery::default() };
        assert_eq!(shop.merchants.receipts(shop.merchant.id, &by_bill).unwrap().receipts.len(), 1);
        let one = DayTotal { count: 1, received: 10_000, ..DayTotal::default() };
        assert_eq!(shop.totals(), [(None, one), (Some("T-2".to_owned()), one.plus(one))]);
        let page = ReceiptQuery { limit: 2, ..ReceiptQuery::default() };
        let first = shop.merchants.receipts(shop.merchant.id, &page).unwrap();
        let rest = ReceiptQuery { before: first.next, ..page };
        let rest = shop.merchants.receipts(shop.merchant.id, &rest).unwrap();
        assert_eq!((first.receipts.len(), rest.receipts.len(), rest.next), (2, 1, None));
    }
}

#[test]
fn refunds_stay_within_what_was_received_and_end_when_the_money_has_gone_back() {
    for world in World::each() {
        let switch = world.funded();
        let mut shop = Shop::open(&world);
        pay_shop(&switch, &shop.merchant, 1, Some("T-1"));
        shop.follow();
        let payment = shop.receipts()[0].payment;
        assert_eq!(refusal(shop.refund(payment, 1, 10_001)), MerchantRefusal::MoreThanReceived);
        assert_eq!(refusal(shop.refund(payment + 1, 1, 1)), MerchantRefusal::UnknownReceipt);
        let refund = shop.refund(payment, 2, 4_000).unwrap();
        assert_eq!(shop.refund(payment, 2, 4_000).unwrap(), refund, "the same again");
        assert_eq!(refusal(shop.refund(payment, 2, 4_001)), MerchantRefusal::RequestUsed);
        assert_eq!(refusal(shop.refund(payment, 3, 6_001)), MerchantRefusal::MoreThanReceived);
        let notices = world.directory().notices(bank("027"), 0).unwrap();
        let told = notices.iter().filter(|notice| notice.kind == NoticeKind::RefundInstructed);
        assert_eq!(told.map(|notice| notice.subject).collect::<Vec<_>>(), [*refund.id.as_uuid()]);
        let (told, original) = shop.merchants.refund_of_participant(bank("027"), refund.id).unwrap();
        assert_eq!((told.state, original.transaction_id.as_str()), (RefundState::Instructed, "TX-1"));
        assert_eq!(
            refusal(shop.merchants.refund_of_participant(bank("012"), refund.id)),
            MerchantRefusal::UnknownRefund
        );

        send_back(&switch, &refund.id.return_id(), 1, 4_000);
        shop.follow();
        let receipt = shop.receipts().remove(0);
        assert_eq!((receipt.refunded, receipt.refunding, receipt.refundable()), (4_000, 0, 6_000));
        assert_eq!(refusal(shop.merchants.refuse_refund(bank("027"), refund.id, NOW)), MerchantRefusal::RefundOver);

        let unwanted = shop.refund(payment, 4, 6_000).unwrap();
        shop.merchants.refuse_refund(bank("027"), unwanted.id, NOW).unwrap();
        send_back(&switch, "BY-THE-BANK", 1, 1_000);
        shop.follow();
        let receipt = shop.receipts().remove(0);
        assert_eq!((receipt.refunded, receipt.refunding), (5_000, 0));
        let states: Vec<RefundState> =
            shop.merchants.refunds(shop.merchant.id, payment).unwrap().iter().map(|one| one.state).collect();
        assert_eq!(states.iter().filter(|state| **state == RefundState::Returned).count(), 2);
        let back = shop.merchants.returned_on(shop.merchant.id, BusinessDay::of(NOW)).unwrap();
        assert_eq!(back.iter().map(|(one, _)| one.amount.minor()).sum::<i64>(), 5_000);
        let day = DayTotal { count: 1, received: 10_000, refund_count: 2, refunded: 5_000 };
        assert_eq!(shop.totals(), [(Some("T-1".to_owned()), day)]);
        world.assert_exact();
    }
}

#[test]
fn the_audit_names_the_first_receipt_that_is_not_as_the_log_says() {
    for world in World::each() {
        let switch = world.funded();
        let mut shop = Shop::open(&world);
        world.pass(Duration::from_secs(1));
        for number in 1..=3 {
            pay_shop(&switch, &shop.merchant, number, Some("T-1"));
        }
        shop.follow();
        let [last, second, first] = &shop.receipts()[..] else { panic!("three receipts") };
        shop.refund(second.payment, 1, 2_500).unwrap();
        let by_request = RefundId::from_uuid(uuid::Uuid::from_u128(1));
        send_back(&switch, &by_request.return_id(), 2, 2_500);
        send_back(&switch, "BY-THE-BANK", 2, 1_000);
        pay_shop(&switch, &shop.merchant, 4, None);
        switch.stop();
        world.assert_exact();
        shop.follow();
        world.assert_exact();

        let receipt = |of: &Receipt| Some(Difference::Receipt(of.payment));
        let refunds = Some(Difference::Refunds(second.payment));
        for (statement, found) in [
            ("UPDATE merchant_receipt SET amount = amount + 1", receipt(first)),
            ("UPDATE merchant_receipt SET till = 'T-2' WHERE transaction_id = 'TX-2'", receipt(second)),
            (
                "UPDATE merchant_receipt SET business_day = business_day + 1 WHERE transaction_id = 'TX-3'",
                receipt(last),
            ),
            ("UPDATE merchant_receipt SET payer = 'somebody'", receipt(first)),
            ("UPDATE merchant_receipt SET payment = payment + 1000 WHERE transaction_id = 'TX-3'", receipt(last)),
            ("DELETE FROM merchant_receipt WHERE transaction_id = 'TX-3'", receipt(last)),
            ("UPDATE merchant_receipt SET refunded = refunded + 1 WHERE transaction_id = 'TX-2'", refunds.clone()),
            (
                "UPDATE merchant_receipt SET refunded = 1 WHERE transaction_id = 'TX-1'",
                Some(Difference::Refunds(first.payment)),
            ),
            ("UPDATE merchant_refund SET amount = amount - 1", refunds.clone()),
            ("DELETE FROM merchant_refund", refunds),
        ] {
            assert_eq!(differences(&world, statement).into_iter().next(), found, "{statement}");
        }
    }
}

#[test]
fn the_audit_adds_up_what_each_till_took_on_each_day() {
    for world in World::each() {
        let switch = world.funded();
        let mut shop = Shop::open(&world);
        world.pass(Duration::from_secs(1));
        for (number, till) in [(1, Some("T-1")), (2, Some("T-2")), (3, None)] {
            pay_shop(&switch, &shop.merchant, number, till);
        }
        shop.follow();
        send_back(&switch, "BY-THE-BANK", 2, 1_000);
        switch.stop();
        shop.follow();
        world.assert_exact();
        for statement in [
            "UPDATE merchant_day_total SET received = received + 1 WHERE till = 'T-1'",
            "UPDATE merchant_day_total SET count = 2 WHERE till = ''",
            "UPDATE merchant_day_total SET refunded = 0 WHERE till = 'T-2'",
            "UPDATE merchant_day_total SET refund_count = 2 WHERE till = 'T-2'",
            "UPDATE merchant_day_total SET till = 'T-3' WHERE till = 'T-2'",
            "UPDATE merchant_day_total SET business_day = business_day + 1 WHERE till = 'T-1'",
            "DELETE FROM merchant_day_total WHERE till = ''",
        ] {
            let found = differences(&world, statement);
            let named = found.iter().all(|one| matches!(one, Difference::MerchantTotal { .. }));
            assert!(named && !found.is_empty(), "{statement}: {found:?}");
        }
        let said = differences(&world, "DELETE FROM merchant_day_total WHERE till = 'T-2'")[0].to_string();
        assert!(said.contains("till T-2 in HKD: stored 0 received, 0.00, and 0 refunded, 0.00;"), "{said}");
        assert!(said.ends_with("by the log 1 received, 100.00, and 1 refunded, 10.00"), "{said}");
    }
}
