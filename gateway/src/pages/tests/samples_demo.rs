//! The pages of the demo's banks, shop and e-service, and the operator's console, with something in each part.

use askama::Template;
use identity::jose::KeyState;
use payments::clearing::{Movement, Owed, ProposalState};
use payments::money::Currency;
use payments::participant::Standing;

use super::super::bank_brand::Brand;
use super::super::console::{Books, Console, Day, Owes, Payment, Position, State};
use super::super::proposals::{Decided, Pending, Proposals, Wish};
use super::super::ridge_chart::Minute;
use super::super::*;
use super::samples::{NOW, Sample, page};

fn banyan() -> Brand {
    Brand { theme: "bank-banyan".to_owned(), name_zh: "榕樹銀行".to_owned(), name_en: "Banyan Bank".to_owned() }
}

pub(super) fn bank(lang: Lang) -> Vec<Sample> {
    let shown = page(lang);
    let pay = |payee_problem: Option<String>, payload: &str| bank_pay::BankPay {
        page: page(lang),
        bank: banyan(),
        balance: "HK$ 8,000.00".to_owned(),
        payee: if payload.is_empty() { "9123 4567".to_owned() } else { String::new() },
        payload: payload.to_owned(),
        amount: "250.00".to_owned(),
        amount_problem: payee_problem.as_ref().map(|_| {
            shown
                .say("餘額是 HK$ 182.40，不足夠付 HK$ 250.00。", "Your balance is HK$ 182.40. That is not enough.")
                .to_owned()
        }),
        payload_problem: payee_problem
            .as_ref()
            .map(|_| shown.say("讀不到這個付款碼。", "This code cannot be read.").to_owned()),
        payee_problem,
    };
    let unknown = Some(
        shown.say("這個號碼未登記收款。核對號碼。", "This number is not registered to be paid. Check it.").to_owned(),
    );
    let link = |done: bool| bank_link::BankLink {
        page: page(lang),
        bank: banyan(),
        links: if done { vec!["+852-91234567".to_owned()] } else { vec![] },
        value: String::new(),
        problem: None,
        done,
    };
    let confirm = bank_confirm::BankConfirm {
        page: page(lang),
        bank: banyan(),
        action: "/payments/7/confirm".to_owned(),
        payee_zh: "晨*文*".to_owned(),
        payee_en: "Morning L*** S***".to_owned(),
        payee_bank_zh: "海堤銀行".to_owned(),
        payee_bank_en: "Seawall Bank".to_owned(),
        proxy: Some("shop@morninglight.example".to_owned()),
        amount: "HK$ 88.50".to_owned(),
        note: Some("ML1795000000000".to_owned()),
        problem: Some(
            shown
                .say("餘額是 HK$ 18.40，不足夠付 HK$ 88.50。", "Your balance is HK$ 18.40. That is not enough.")
                .to_owned(),
        ),
    };
    let mut rendered = vec![
        ("bank-login", login(lang).render().unwrap()),
        ("bank-home", home(lang).render().unwrap()),
        ("bank-pay", pay(None, "").render().unwrap()),
        ("bank-pay-code", pay(None, "00020101021226").render().unwrap()),
        ("bank-pay-wrong", pay(unknown, "000201").render().unwrap()),
        ("bank-confirm", confirm.render().unwrap()),
        ("bank-link", link(false).render().unwrap()),
        ("bank-link-done", link(true).render().unwrap()),
    ];
    rendered.extend(results(lang).chain(requests(lang)).chain(shown_codes(lang)));
    rendered
}

fn login(lang: Lang) -> bank_login::BankLogin {
    let choice = |account: &str, zh: &str, en: &str| bank_login::Choice {
        account: account.to_owned(),
        name_zh: zh.to_owned(),
        name_en: en.to_owned(),
    };
    let customers = vec![
        choice("012-100001-001", "陳大文", "CHAN Tai Man"),
        choice("012-100002-001", "何美儀", "HO Mei Yee"),
        choice("012-100003-001", "李志強", "LEE Chi Keung"),
    ];
    bank_login::BankLogin {
        page: page(lang),
        bank: banyan(),
        customers,
        request: Some("0123456789ABCDEFGHJK".to_owned()),
    }
}

/// The form, and a code in each of its states.
fn shown_codes(lang: Lang) -> [Sample; 5] {
    use bank_show::State;
    [
        ("bank-show", None),
        ("bank-show-code", Some(State::Waiting)),
        ("bank-show-paying", Some(State::UnderWay)),
        ("bank-show-paid", Some(State::Paid)),
        ("bank-show-over", Some(State::Over)),
    ]
    .map(|(name, state)| (name, shown_code(lang, state).render().unwrap()))
}

fn shown_code(lang: Lang, state: Option<bank_show::State>) -> bank_show::BankShow {
    let page = page(lang);
    let too_much = page.say("餘額是 HK$ 182.40，不足夠付 HK$ 500.00。", "Your balance is HK$ 182.40.").to_owned();
    let asked = |state| matches!(state, bank_show::State::UnderWay | bank_show::State::Paid);
    let code = |state| bank_show::Code {
        svg_href: "/show/7/code.svg".to_owned(),
        limit: "HK$ 500.00".to_owned(),
        expires: "19:06:07".to_owned(),
        payment: asked(state).then(|| "/payments/7".to_owned()),
        payee: asked(state).then(|| "晨光文具".to_owned()),
        amount: asked(state).then(|| "HK$ 48.00".to_owned()),
        state,
    };
    bank_show::BankShow {
        bank: banyan(),
        balance: "HK$ 182.40".to_owned(),
        typed: "500".to_owned(),
        problem: state.is_none().then_some(too_much),
        shown: state.map(code),
        page,
    }
}

fn requests(lang: Lang) -> [Sample; 2] {
    [("bank-request", true), ("bank-request-paid", false)]
        .map(|(name, can_pay)| (name, request(lang, can_pay).render().unwrap()))
}

/// A bill that can be paid in part or refused, or one that was paid.
fn request(lang: Lang, can_pay: bool) -> bank_request::BankRequest {
    let page = page(lang);
    let paid = page.say("這張單已經付了，沒有再收你的錢。", "This has been paid already.").to_owned();
    bank_request::BankRequest {
        bank: banyan(),
        action: "/requests/7".to_owned(),
        payee_zh: "水務處".to_owned(),
        payee_en: "Water Supplies Department".to_owned(),
        payee_bank_zh: "海堤銀行".to_owned(),
        payee_bank_en: "Seawall Bank".to_owned(),
        amount: "HK$ 312.60".to_owned(),
        typed: can_pay.then(|| "312.60".to_owned()),
        purpose: Some("水費 7–10/2026".to_owned()),
        bill_number: Some("2026-000123".to_owned()),
        due: Some("2026-12-01".to_owned()),
        expires: "2026-12-31 23:59".to_owned(),
        can_pay,
        can_refuse: can_pay,
        problem: (!can_pay).then_some(paid),
        page,
    }
}

fn home(lang: Lang) -> bank_home::BankHome {
    let line = |outgoing: bool, name: &str, amount: &str, state: &str| bank_home::Line {
        href: outgoing.then(|| "/payments/7".to_owned()),
        outgoing,
        name: name.to_owned(),
        amount: amount.to_owned(),
        note: outgoing.then(|| "ML1795000000000".to_owned()),
        state: state.to_owned(),
        at: "2026-11-22 15:40".to_owned(),
    };
    bank_home::BankHome {
        page: page(lang),
        bank: banyan(),
        name: "陳大文".to_owned(),
        account: "012-100001-001".to_owned(),
        balance: "HK$ 8,000.00".to_owned(),
        links: vec!["+852-91234567".to_owned()],
        asked: vec![bank_home::AskedLine {
            href: "/requests/7".to_owned(),
            name: "水務處".to_owned(),
            amount: "HK$ 312.60".to_owned(),
            note: Some("2026-000123".to_owned()),
            until: "2026-12-01".to_owned(),
        }],
        history: vec![
            line(true, "晨*文*", "HK$ 88.50", "已付"),
            line(false, "HO Mei Yee", "HK$ 1,250.00", "已收"),
            line(true, "渡*", "HK$ 12.00", "沒有付款"),
        ],
    }
}

fn results(lang: Lang) -> impl Iterator<Item = Sample> {
    use bank_result::Outcome;
    let result = move |(name, outcome)| {
        let shown = page(lang);
        let reason = shown.say("渡輪銀行沒有回應。稍後再試。", "Ferry Bank did not answer. Try later.").to_owned();
        let result = bank_result::BankResult {
            page: shown,
            bank: banyan(),
            outcome,
            payee_zh: "晨*文*".to_owned(),
            payee_en: "Morning L*** S***".to_owned(),
            amount: "HK$ 88.50".to_owned(),
            reason: Some(reason),
            at: "2026-11-22 15:40".to_owned(),
            reference: "6b1f3c1e-8a2f-4c55-9d0b-0c3f5a1e7d42".to_owned(),
        };
        (name, result.render().unwrap())
    };
    let outcomes = [
        ("bank-result-settled", Outcome::Settled),
        ("bank-result-rejected", Outcome::Rejected),
        ("bank-result-timed-out", Outcome::TimedOut),
        ("bank-result-pending", Outcome::Pending),
    ];
    outcomes.into_iter().map(result)
}

pub(super) fn shop(lang: Lang) -> Vec<Sample> {
    let till = |bill: bool, paid: bool| till::Till {
        page: page(lang),
        name_zh: "晨光文具".to_owned(),
        name_en: "Morning Light Stationery".to_owned(),
        amount: bill.then(|| "88.50".to_owned()),
        bill: bill.then(|| "ML1795000000000".to_owned()),
        paid,
        svg_href: "/code.svg".to_owned(),
        png_href: "/code.png".to_owned(),
        received: (0..50)
            .map(|id| till::Payment {
                id,
                amount: "88.50".to_owned(),
                payer: "CHAN Tai Man".to_owned(),
                note: Some("ML1795000000000".to_owned()),
                at: "15:40:12".to_owned(),
            })
            .take(if paid { 50 } else { 2 })
            .collect(),
        problem: (!bill).then(|| "-".to_owned()),
    };
    vec![
        ("till-any", till(false, false).render().unwrap()),
        ("till-bill", till(true, false).render().unwrap()),
        ("till-paid", till(true, true).render().unwrap()),
    ]
}

pub(super) fn operator(lang: Lang) -> Vec<Sample> {
    let mut quiet = console(lang);
    quiet.minutes.clear();
    quiet.positions.clear();
    quiet.payments.clear();
    quiet.paused = true;
    let mut off = console(lang);
    off.books = Books::Off { difference: "-12.00".to_owned() };
    off.filter = Some(State::TimedOut);
    vec![
        ("console", console(lang).render().unwrap()),
        ("console-quiet", quiet.render().unwrap()),
        ("console-off", off.render().unwrap()),
        ("stop", emergency_stop(lang).render().unwrap()),
        ("proposals", proposals(lang).render().unwrap()),
    ]
}

fn emergency_stop(lang: Lang) -> stop::Stop {
    let client = |stopped: bool| stop::Client {
        client_id: "transport-department".to_owned(),
        name_zh: "運輸署".to_owned(),
        name_en: "Transport Department".to_owned(),
        stopped,
    };
    let key = |state: KeyState| stop::Key {
        kid: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs".to_owned(),
        algorithm: "ES256",
        state,
        since: NOW,
    };
    stop::Stop {
        page: page(lang),
        said: Some(stop::Said::Done),
        clients: vec![client(false), client(true)],
        keys: [KeyState::Next, KeyState::Current, KeyState::Retired].map(key).into(),
    }
}

fn proposals(lang: Lang) -> Proposals {
    let proposal = |id: i64, movement| Pending {
        id,
        clearing_code: "012".to_owned(),
        movement,
        amount: "HKD 1,000,000.00".to_owned(),
        proposed_by: "operator cheung".to_owned(),
        proposed: NOW,
    };
    let decided = |id: i64, state| Decided {
        proposal: proposal(id, Movement::Withdrawal),
        state,
        by: (state != ProposalState::Expired).then(|| "operator leung".to_owned()),
    };
    Proposals {
        page: page(lang),
        key: "0123".to_owned(),
        wish: Wish { clearing_code: "027".to_owned(), amount: "10.00".to_owned(), ..Wish::default() },
        objection: Some(page(lang).say("規則不容許這樣做。", "The rules are against it.").to_owned()),
        pending: vec![proposal(7, Movement::Funding), proposal(8, Movement::Withdrawal)],
        decided: [ProposalState::Approved, ProposalState::Refused, ProposalState::Expired]
            .into_iter()
            .zip(1..)
            .map(|(state, id)| decided(id, state))
            .collect(),
    }
}

fn console(lang: Lang) -> Console {
    let minute = |number: i64| Minute {
        began: store::Timestamp::from_seconds(NOW.seconds() - 3600 + number * 60),
        payments: u64::try_from(400 + (number * 37) % 130 + if (20..40).contains(&number) { 300 } else { 0 }).unwrap(),
        settled: 390,
        rejected: 3,
        timed_out: u64::from(number % 17 == 0),
    };
    let position = |code: &str, zh: &str, en: &str, percent: u16| Position {
        clearing_code: code.to_owned(),
        name_zh: zh.to_owned(),
        name_en: en.to_owned(),
        standing: if code == "038" { Standing::Suspended } else { Standing::Active },
        offline: code == "027",
        warned: code == "038",
        funded: "400,000,000.00".to_owned(),
        balance: "412,806,214.50".to_owned(),
        reserved: "602,340.00".to_owned(),
        available: "412,203,874.50".to_owned(),
        percent: Some(percent),
    };
    let states = [State::Reserved, State::Settled, State::Rejected, State::TimedOut];
    let reasons = [None, None, Some("AM04".to_owned()), Some("AB05".to_owned())];
    let payment = |number: usize| Payment {
        sequence: i64::try_from(90_000 - number).unwrap(),
        recorded: NOW,
        debtor_agent: "012".to_owned(),
        creditor_agent: "027".to_owned(),
        amount: "1,284.00".to_owned(),
        currency: "HKD".to_owned(),
        state: states[number % 4],
        reason: reasons[number % 4].clone(),
        took_ms: (!number.is_multiple_of(4)).then_some(82),
        uetr: "6b1f3c1e-8a2f-4c55-9d0b-0c3f5a1e7d42".to_owned(),
    };
    Console {
        today: Some("2026-11-22".to_owned()),
        days: vec![Day { date: "2026-11-21".to_owned(), ended: NOW }],
        page: page(lang),
        now: NOW,
        running: true,
        minutes: (0..60).map(minute).collect(),
        open: 7,
        currency: Currency::Hkd,
        overdue: [Owed::Return, Owed::Posting]
            .map(|owed| Owes { payment: 7, owed, clearing_code: "027".to_owned(), since: NOW })
            .to_vec(),
        positions: vec![
            position("012", "榕樹銀行", "Banyan Bank", 103),
            position("027", "海堤銀行", "Seawall Bank", 131),
            position("038", "渡輪銀行", "Ferry Bank", 62),
        ],
        books: Books::Balanced { total: "900,000,000.00".to_owned() },
        payments: (0..50).map(payment).collect(),
        filter: None,
        id: None,
        older: Some(89_950),
        paused: false,
    }
}
