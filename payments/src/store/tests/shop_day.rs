//! A shop's day that has ended, against its bank's statement of that day, read as the shop's bookkeeper would read it.

use std::collections::BTreeMap;

use super::days::{A_DAY, until_closed};
use super::merchants::{Shop, pay_shop, send_back};
use super::*;
use crate::clearing::BusinessDay;
use crate::iso20022::camt053;
use crate::merchant::RefundId;
use crate::money::{Amount, Currency};

/// One `Ntry` of the statement that is no funding: the payment's `TxId`, and what it moved, in minor units.
fn entries(xml: &str) -> Vec<(String, i64)> {
    let between = |text: &str, before: &str, after: &str| {
        let (_, rest) = text.split_once(before)?;
        rest.split_once(after).map(|(found, _)| found.to_owned())
    };
    let entry = |text: &str| {
        let minor = Amount::parse(&between(text, "<Amt Ccy=\"HKD\">", "</Amt>")?, Currency::Hkd).unwrap().minor();
        let is_credit = between(text, "<CdtDbtInd>", "</CdtDbtInd>")? == "CRDT";
        Some((between(text, "<TxId>", "</TxId>")?, if is_credit { minor } else { -minor }))
    };
    xml.split("<Ntry>").skip(1).filter_map(entry).collect()
}

#[test]
fn a_closed_day_s_totals_are_what_the_bank_s_statement_of_that_day_says() {
    for world in World::each() {
        let switch = world.funded();
        let mut shop = Shop::open(&world);
        let tills = ["T-1", "T-2"];
        for number in 1..=9 {
            pay_shop(&switch, &shop.merchant, number, Some(tills[usize::try_from(number).unwrap() % 2]));
        }
        shop.follow();
        let asked_back = shop.receipts()[0].payment;
        shop.refund(asked_back, 1, 2_500).unwrap();
        let return_id = RefundId::from_uuid(uuid::Uuid::from_u128(1)).return_id();
        send_back(&switch, &return_id, 9, 2_500);
        send_back(&switch, "BY-THE-BANK", 2, 1_000);
        let day = BusinessDay::of(NOW);
        world.pass(A_DAY);
        until_closed(&switch, day);
        shop.follow();

        let detailed = switch.detailed_statement(day, bank("027"), Currency::Hkd, 0, camt053::MAX_ENTRIES);
        let statement = camt053::render(&detailed.unwrap().unwrap(), 1);
        let mut by_till: BTreeMap<Option<String>, i64> = BTreeMap::new();
        let receipts = shop.receipts();
        for (transaction_id, minor) in entries(&statement) {
            let receipt = receipts.iter().find(|one| one.transaction_id == transaction_id).unwrap();
            *by_till.entry(receipt.till.as_ref().map(ToString::to_string)).or_default() += minor;
        }
        let totals = shop.merchants.day_totals(shop.merchant.id, day, day).unwrap();
        let told: BTreeMap<Option<String>, i64> = totals
            .into_iter()
            .map(|(key, total)| (key.till.map(|till| till.to_string()), total.received - total.refunded))
            .collect();
        assert_eq!(by_till, told, "till by till");
        assert_eq!(by_till.values().sum::<i64>(), 9 * 10_000 - 3_500);
        let closing = |kind: &str| {
            let balance = statement.split("<Bal>").find(|balance| balance.contains(kind)).unwrap();
            let amount = balance.split_once("<Amt Ccy=\"HKD\">").unwrap().1.split_once("</Amt>").unwrap().0;
            Amount::parse(amount, Currency::Hkd).unwrap().minor()
        };
        assert_eq!(
            closing("<Cd>CLBD</Cd>"),
            50_000 + by_till.values().sum::<i64>(),
            "beside what the bank was funded with"
        );
        world.assert_exact();
    }
}
