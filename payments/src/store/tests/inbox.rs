//! What participants read.

use super::*;
use crate::clearing::tests::support::{rejected, say, transfer};
use crate::clearing::{InboxItem, InboxMessage, Status, Verdict};

fn told(item: &InboxItem) -> (String, Option<Status>) {
    match &item.message {
        InboxMessage::Payment(payment) => (String::from_utf8(payment.body.to_vec()).unwrap(), None),
        InboxMessage::LowLiquidity(low) => (low.currency.to_string(), None),
        InboxMessage::Recall(recall) => (recall.body.clone(), None),
        InboxMessage::Return(back) => (back.body.clone(), None),
        InboxMessage::Report(report) => (report.original_transaction_id.clone(), Some(report.status)),
    }
}

#[test]
fn each_reader_gets_what_concerns_it_in_order() {
    for world in World::each() {
        let switch = world.funded();
        submit(&switch, transfer(1, NOW), NOW);
        submit(&switch, CreditTransfer { amount: hkd(99_999_999), ..transfer(2, NOW) }, NOW);
        wait(switch.answer(bank("027"), vec![say(1, Verdict::Accepted)], NOW)).unwrap();
        let read = |code: &str| {
            let page = switch.inbox(bank(code), 0, 100).unwrap();
            assert_eq!(page.next, *switch.head().borrow());
            page.messages.iter().map(told).collect::<Vec<_>>()
        };
        let settled = ("TX-1".to_owned(), Some(Status::Settled));
        let refused = ("TX-2".to_owned(), Some(rejected("AM04")));
        assert_eq!(read("012"), [refused, settled.clone()]);
        assert_eq!(read("027"), [("<CdtTrfTxInf>TX-1</CdtTrfTxInf>".to_owned(), None), settled]);
        assert_eq!(read("038"), []);
    }
}

#[test]
fn pages_neither_skip_nor_repeat() {
    for world in World::each() {
        let switch = world.funded();
        let many = (0..10).map(|number| submission(transfer(number, NOW))).collect();
        wait(switch.submit(bank("012"), many, NOW)).unwrap();
        let answers = (0..10).map(|number| say(number, Verdict::Accepted)).collect();
        wait(switch.answer(bank("027"), answers, NOW)).unwrap();
        let whole = switch.inbox(bank("027"), 0, 100).unwrap();
        assert_eq!(whole.messages.len(), 20);
        for size in [1, 3, 20] {
            let (mut cursor, mut read) = (0, Vec::new());
            loop {
                let page = switch.inbox(bank("027"), cursor, size).unwrap();
                assert!(page.messages.len() <= size);
                if page.messages.is_empty() {
                    break;
                }
                cursor = page.next;
                read.extend(page.messages);
            }
            assert_eq!(read, whole.messages, "pages of {size}");
        }
    }
}

#[test]
fn a_cursor_beyond_the_log_waits_for_it() {
    for world in World::each() {
        let switch = world.funded();
        let head = *switch.head().borrow();
        let page = switch.inbox(bank("027"), head + 1_000, 10).unwrap();
        assert_eq!((page.messages.len(), page.next), (0, head));
    }
}

#[test]
fn a_reader_is_woken_also_by_what_another_gateway_records() {
    for world in World::each() {
        let (here, mut there) = (world.funded(), world.open().head());
        // The second handle was dropped and with it its sequencer: its receiver says so.
        assert!(wait(there.changed()).is_err());
        let other = world.open();
        let mut head = other.head();
        head.mark_unchanged();
        submit(&here, transfer(1, NOW), NOW);
        wait(async { tokio::time::timeout(Duration::from_secs(5), head.changed()).await }).unwrap().unwrap();
        assert_eq!(other.inbox(bank("027"), 0, 10).unwrap().messages.len(), 1);
    }
}
