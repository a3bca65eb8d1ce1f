//! A small seeded simulation: banks that pay, answer late, twice or never, switches that stop and start, and
//! an independent model of where the money must be.

use std::collections::BTreeMap;

use super::requests::{pay, written};
use super::*;
use crate::ReturnSubmission;
use crate::clearing::tests::support::{back, say, transfer, uetr};
use crate::clearing::{Status, Verdict};
use crate::iso20022::ReasonCode;
use crate::money::Currency;
use crate::request_to_pay::tests::request_for;
use crate::request_to_pay::{NewRequest, RequestId, RequestState};

/// A xorshift generator: the seed is the story.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

const BANKS: [&str; 3] = ["012", "027", "038"];

struct Paid {
    from: usize,
    to: usize,
    minor: i64,
    /// What came back, in minor units.
    returned: i64,
    last: Status,
    /// The request to pay that it answers.
    request: Option<RequestId>,
}

struct Story<'a> {
    world: &'a World,
    switches: Vec<Switch>,
    dice: Dice,
    paid: BTreeMap<u32, Paid>,
}

impl Story<'_> {
    fn switch(&mut self) -> Switch {
        let index = usize::try_from(self.dice.throw(self.switches.len() as u64)).unwrap();
        self.switches[index].clone()
    }

    /// What the model knows of a payment may only become final once.
    fn heard(&mut self, number: u32, status: Status) {
        let paid = self.paid.get_mut(&number).unwrap();
        assert!(!paid.last.is_final() || paid.last == status, "payment {number}: {:?}, then {status:?}", paid.last);
        paid.last = status;
    }

    fn pay(&mut self, number: u32) {
        let (from, to) = (self.dice.throw(3), self.dice.throw(3));
        let paid = Paid {
            from: usize::try_from(from).unwrap(),
            to: usize::try_from(to).unwrap(),
            minor: i64::try_from(self.dice.throw(40_000)).unwrap() + 1,
            returned: 0,
            last: Status::InProcess,
            request: None,
        };
        self.paid.insert(number, paid);
        self.send(number);
    }

    /// Somebody asks, and two or three who scan the code pay, at whatever gateways.
    fn scan(&mut self, number: u32) {
        let (from, to) = (self.dice.throw(3), self.dice.throw(3));
        let (from, to) = (usize::try_from(from).unwrap(), usize::try_from(to).unwrap());
        let minor = i64::try_from(self.dice.throw(20_000)).unwrap() + 1;
        let asking = CreditTransfer { creditor_agent: bank(BANKS[to]), amount: hkd(minor), ..transfer(number, NOW) };
        let expires = self.world.now() + Duration::from_secs(8);
        let reference = format!("R-{number}");
        let asked = NewRequest { expires, reference, ..request_for(&asking, NOW).asked };
        let request = self.world.requests().create(&asked, self.world.now()).unwrap();
        for scan in 0..self.dice.throw(2) + 2 {
            let number = 1_000 * u32::try_from(scan + 1).unwrap() + number;
            let paid = Paid { from, to, minor, returned: 0, last: Status::InProcess, request: Some(request.id) };
            self.paid.insert(number, paid);
            self.send(number);
        }
    }

    fn send(&mut self, number: u32) {
        let paid = &self.paid[&number];
        let message = CreditTransfer {
            debtor_agent: bank(BANKS[paid.from]),
            creditor_agent: bank(BANKS[paid.to]),
            amount: hkd(paid.minor),
            request_to_pay: paid.request,
            ..transfer(number, self.world.now())
        };
        let now = self.world.now();
        let told = pay(&self.switch(), written(message), now);
        self.heard(number, told);
    }

    fn answer(&mut self, number: u32) {
        let verdict = match self.dice.throw(4) {
            0 => Verdict::Rejected(ReasonCode::literal("AC04")),
            1 => Verdict::AcceptedWithoutPosting,
            _ => Verdict::Accepted,
        };
        let sender = bank(BANKS[self.paid[&number].to]);
        let now = self.world.now();
        let told = wait(self.switch().answer(sender, vec![say(number, verdict)], now)).unwrap().remove(0);
        if let Ok(told) = told {
            self.heard(number, told.status);
        }
    }

    /// The creditor agent sends some of it back, and sometimes says so twice.
    fn give_back(&mut self, step: u32, number: u32) {
        let sender = bank(BANKS[self.paid[&number].to]);
        let minor = i64::try_from(self.dice.throw(20_000)).unwrap() + 1;
        let one = ReturnSubmission { request: back(&format!("R-{step}"), number, minor), body: "<TxInf/>".to_owned() };
        let times = self.dice.throw(2) + 1;
        let told: Vec<StatusReport> = (0..times)
            .map(|_| wait(self.switch().return_payments(sender, vec![one.clone()], NOW)).unwrap().remove(0))
            .collect();
        assert!(told.iter().all(|report| *report == told[0]), "{told:?}");
        let paid = self.paid.get_mut(&number).unwrap();
        if told[0].status == Status::Settled {
            paid.returned += minor;
            assert!(paid.last == Status::Settled && paid.returned <= paid.minor, "payment {number}");
        }
    }

    fn go_on(&mut self, step: u32) {
        let any = |dice: &mut Dice| u32::try_from(dice.throw(u64::from(step) + 1)).unwrap();
        let mut number = any(&mut self.dice);
        // What was scanned is answered and sent again, too.
        number += 1_000 * u32::try_from(self.dice.throw(3)).unwrap();
        if !self.paid.contains_key(&number) {
            number %= 1_000;
        }
        match self.dice.throw(16) {
            0..5 => self.pay(step),
            5..9 if self.paid.contains_key(&number) => self.answer(number),
            9 if self.paid.contains_key(&number) => self.send(number),
            12..14 if self.paid.contains_key(&number) => self.give_back(step, number),
            14..16 => self.scan(step),
            10 => self.world.pass(Duration::from_millis(self.dice.throw(4_000))),
            11 if self.dice.throw(3) == 0 => {
                // One gateway stops; another starts.
                self.switches.remove(0);
                self.switches.push(self.world.open());
            }
            _ => {}
        }
    }

    /// Every request was paid at most once, and says so exactly when it was.
    fn assert_requests(&self) {
        let mut settled: BTreeMap<RequestId, usize> = BTreeMap::new();
        for paid in self.paid.values() {
            if let Some(id) = paid.request {
                *settled.entry(id).or_default() += usize::from(paid.last == Status::Settled);
            }
        }
        for (id, times) in settled {
            assert!(times <= 1, "{id} was paid {times} times");
            assert_eq!(self.world.state(id) == RequestState::Paid, times == 1, "{id}");
        }
    }

    /// Where the money must be, by what the banks were told.
    fn assert_books(&mut self) {
        self.world.pass(Duration::from_secs(12));
        let numbers: Vec<u32> = self.paid.keys().copied().collect();
        let mut expected = BTreeMap::from([(bank("012"), 100_000_i64), (bank("027"), 50_000)]);
        for number in numbers {
            let Paid { from, to, minor, returned, .. } = self.paid[&number];
            let debtor = bank(BANKS[from]);
            let told = wait(self.switches[0].wait_final(debtor, &format!("TX-{number}"))).unwrap().unwrap();
            assert_eq!(told.original_uetr, uetr(number));
            self.heard(number, told.status);
            if told.status == Status::Settled {
                *expected.entry(debtor).or_default() -= minor - returned;
                *expected.entry(bank(BANKS[to])).or_default() += minor - returned;
            }
        }
        self.assert_requests();
        for (code, currency, held) in self.switches[0].positions().unwrap() {
            assert_eq!(currency, Currency::Hkd);
            assert_eq!((held.balance, held.reserved), (expected.remove(&code).unwrap_or(0), 0), "{code}");
        }
        assert!(expected.values().all(|money| *money == 0), "{expected:?}");
        self.world.assert_exact();
    }
}

fn simulate(world: &World, seed: u64) {
    let switches = vec![world.funded(), world.open()];
    let mut story =
        Story { world, switches, dice: Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)), paid: BTreeMap::new() };
    for step in 0..150 {
        story.go_on(step);
    }
    story.assert_books();
}

#[test]
fn the_books_are_exact_whatever_banks_and_gateways_do() {
    for seed in 1..=4 {
        for world in World::each() {
            simulate(&world, seed);
        }
    }
}
