//! The merchant console with something in each part.

use askama::Template;
use payments::request_to_pay::RequestState;

use super::super::*;
use super::samples::{Sample, page};
use merchant::{
    Download, Line, Part, Shop, Total, bills, books, codes, counter, programs, receipt, shops, staff, till,
};

fn shop(is_owner: bool) -> Shop {
    Shop {
        id: "019a0000-0000-7000-8000-000000000001".to_owned(),
        name_zh: "晨光文具".to_owned(),
        name_en: "Morning Light Stationery".to_owned(),
        is_owner,
        is_open: is_owner,
        tills: vec!["T-1".to_owned(), "T-2".to_owned()],
    }
}

fn line(payment: i64, told: bool) -> Line {
    Line {
        payment,
        amount: "HK$ 48.00".to_owned(),
        payer: "陳*文 CHAN T*** M***".to_owned(),
        at: "19:05:07".to_owned(),
        till: told.then(|| "T-1".to_owned()),
        bill: told.then(|| "ML-20261122-0007".to_owned()),
        back: told.then(|| "HK$ 8.00".to_owned()),
    }
}

fn total(till: Option<&str>) -> Total {
    Total {
        till: till.map(str::to_owned),
        count: 12,
        received: "HK$ 1,048.00".to_owned(),
        refunded: till.map(|_| "HK$ 48.00".to_owned()),
        net: "HK$ 1,000.00".to_owned(),
    }
}

pub(super) fn console(lang: Lang) -> Vec<Sample> {
    let lines = || vec![line(2, true), line(1, false)];
    let counter = |is_owner: bool| counter::Counter {
        page: page(lang),
        shop: shop(is_owner),
        part: Part::Counter,
        lines: if is_owner { lines() } else { Vec::new() },
        totals: if is_owner { vec![total(Some("T-1")), total(None)] } else { Vec::new() },
        sum: is_owner.then(|| total(None)),
    };
    let books = |bill: Option<&str>| books::Books {
        page: page(lang),
        shop: shop(true),
        part: Part::Books,
        day: "2026-11-22".to_owned(),
        bill: bill.map(str::to_owned),
        totals: vec![total(Some("T-1"))],
        sum: None,
        lines: lines(),
        next: Some("/merchant/1/books?day=2026-11-22&before=7".to_owned()),
        downloads: vec![Download {
            href: "/merchant/1/books/2026-11-22.csv".to_owned(),
            label_zh: "試算表 (CSV)".to_owned(),
            label_en: "Spreadsheet (CSV)".to_owned(),
        }],
    };
    let codes = |till: Option<&str>| codes::Codes {
        page: page(lang),
        shop: shop(true),
        part: Part::Codes,
        till: till.map(str::to_owned),
        query: String::new(),
    };
    let shops = |shops: Vec<Shop>, refusal: Option<&str>| shops::Shops {
        page: page(lang),
        shops,
        refusal: refusal.map(str::to_owned),
    };
    let mut samples = vec![
        ("merchant-shops", shops(vec![shop(true), shop(false)], None).render().unwrap()),
        ("merchant-join", shops(Vec::new(), Some("用過 Used.")).render().unwrap()),
        ("merchant-counter", counter(true).render().unwrap()),
        ("merchant-cashier", counter(false).render().unwrap()),
        ("merchant-codes", codes(None).render().unwrap()),
        ("merchant-code-of-till", codes(Some("T-1")).render().unwrap()),
        ("merchant-books", books(None).render().unwrap()),
        ("merchant-bill", books(Some("ML-7")).render().unwrap()),
        ("merchant-receipt", receipt(lang, Some("48.00")).render().unwrap()),
        ("merchant-refunded", receipt(lang, None).render().unwrap()),
        ("merchant-staff", staff(lang).render().unwrap()),
    ];
    samples.push(("merchant-bills", bills(lang, true).render().unwrap()));
    samples.push(("merchant-no-bills", bills(lang, false).render().unwrap()));
    for (name, state) in ["merchant-bill-waits", "merchant-bill-paid"].into_iter().zip(BILL_STATES) {
        samples.push((name, bill(lang, state).render().unwrap()));
    }
    samples.extend(tills(lang));
    samples.push(("merchant-programs", programs(lang, true).render().unwrap()));
    samples.push(("merchant-no-programs", programs(lang, false).render().unwrap()));
    let states = [pay::State::Waiting, pay::State::UnderWay, pay::State::Paid, pay::State::Over];
    let names = ["pay-waiting", "pay-paying", "pay-paid", "pay-over"];
    samples.extend(names.into_iter().zip(states).map(|(name, state)| (name, link(lang, state).render().unwrap())));
    samples
}

const BILL_STATES: [RequestState; 2] = [RequestState::Waiting, RequestState::Paid];

fn bill_line(state: RequestState) -> bills::BillLine {
    bills::BillLine {
        id: "0123456789ABCDEFGHJK".to_owned(),
        amount: "HK$ 1,240.00".to_owned(),
        number: Some("RV-2026-000123".to_owned()),
        purpose: Some("差餉及地租 Rates and rent".to_owned()),
        due: Some("2026-12-31".to_owned()),
        state,
    }
}

fn bills(lang: Lang, good: bool) -> bills::Bills {
    let mut form = bills::Form { reference: "0".repeat(32), ..bills::Form::default() };
    form.wrong = (!good).then(|| ("debtor", "沒有人 Nobody".to_owned()));
    let bills = if good { RequestState::ALL.into_iter().map(bill_line).collect() } else { Vec::new() };
    let next = good.then(|| "/merchant/1/bills?before=7".to_owned());
    bills::Bills { page: page(lang), shop: shop(true), part: Part::Bills, bills, next, form }
}

fn bill(lang: Lang, state: RequestState) -> bills::Bill {
    bills::Bill {
        page: page(lang),
        shop: shop(true),
        part: Part::Bills,
        line: bill_line(state),
        is_sent: true,
        created: "2026-11-22 19:05".to_owned(),
        expires: "2027-02-20 19:05".to_owned(),
        paid: None,
        link: "https://id.example/pay/0123456789ABCDEFGHJK".to_owned(),
        receipt: (state == RequestState::Paid).then_some(7),
    }
}

fn receipt(lang: Lang, refundable: Option<&str>) -> receipt::Receipt {
    let refund = |state| receipt::Refund { amount: "HK$ 8.00".to_owned(), at: "2026-11-22 19:05".to_owned(), state };
    receipt::Receipt {
        page: page(lang),
        shop: shop(true),
        line: line(2, true),
        moment: "2026-11-22 19:05".to_owned(),
        bank_zh: "榕樹銀行".to_owned(),
        bank_en: "Banyan Bank".to_owned(),
        uetr: "0b8dbd0b-2d9b-4e5b-8a58-0cb0e3c3f5d1".to_owned(),
        refunds: [receipt::State::UnderWay, receipt::State::Done, receipt::State::Refused].map(refund).to_vec(),
        refundable: refundable.map(str::to_owned),
        sign: "HK$",
        refund_id: "019a0000-0000-7000-8000-000000000002".to_owned(),
        refusal: refundable.map(|_| "退款太多 Too much.".to_owned()),
    }
}

fn staff(lang: Lang) -> staff::Staff {
    let person = |name_zh: Option<&str>, is_owner: bool| staff::Person {
        id: "019a0000-0000-7000-8000-000000000003".to_owned(),
        name_zh: name_zh.map(str::to_owned),
        name_en: "CHAN Tai Man".to_owned(),
        is_owner,
        is_self: is_owner,
        since: "2026-11-22 19:05".to_owned(),
    };
    staff::Staff {
        page: page(lang),
        shop: shop(true),
        part: Part::Staff,
        people: vec![person(Some("陳大文"), true), person(None, false)],
        invitation: Some("6GTK-6GTK-6GTK-6GTK-6GTK-6GTK".to_owned()),
        refusal: Some("最後一位 The last one.".to_owned()),
    }
}

fn programs(lang: Lang, some: bool) -> programs::Programs {
    let client_id = "merchant-019a0000-0000-7000-8000-000000000004".to_owned();
    let program = programs::Program {
        client_id: client_id.clone(),
        since: "2026-11-22 19:05".to_owned(),
        returns: "https://shop.example/done".to_owned(),
        wrong: Some("每行一個網址 One a line.".to_owned()),
    };
    programs::Programs {
        page: page(lang),
        shop: shop(true),
        part: Part::Programs,
        programs: if some { vec![program] } else { Vec::new() },
        made: some.then(|| programs::Made { client_id, secret: "shown-once".to_owned() }),
        takes_certificates: true,
        server: some.then(|| "https://shop.example/hook".to_owned()),
        wrong: some.then(|| "寫成 https://…".to_owned()),
        told: [true, false].map(told).to_vec(),
    }
}

fn told(is_delivered: bool) -> programs::Told {
    programs::Told {
        id: "019a0000-0000-7000-8000-000000000005".to_owned(),
        kind: "payment_request.paid".to_owned(),
        at: "2026-11-22 19:05".to_owned(),
        attempts: 2,
        is_delivered,
        failure: (!is_delivered).then(|| "the server answered with status 500".to_owned()),
    }
}

fn link(lang: Lang, state: pay::State) -> pay::Pay {
    pay::Pay {
        page: page(lang),
        id: "0123456789ABCDEFGHJK".to_owned(),
        name_zh: "晨光文具".to_owned(),
        name_en: "Morning Light Stationery".to_owned(),
        amount: "HK$ 48.00".to_owned(),
        purpose: Some("筆記簿 Notebooks".to_owned()),
        bill: Some("ML-7".to_owned()),
        due: Some("2026-11-30".to_owned()),
        expires: "2026-11-22 20:05".to_owned(),
        state,
        banks: vec![pay::PayersBank {
            name_zh: "榕樹銀行".to_owned(),
            name_en: "Banyan Bank".to_owned(),
            link: "https://bank.example/requests/0123456789ABCDEFGHJK".to_owned(),
        }],
        code: "00020101021226330012hk.com.hkicl".to_owned(),
    }
}

fn tills(lang: Lang) -> Vec<Sample> {
    let till = |state: Option<till::State>, problem: bool| till::Till {
        page: page(lang),
        shop: shop(true),
        label: "T-1".to_owned(),
        asked: state.map(|state| till::Asked {
            id: "0123456789ABCDEFGHJK".to_owned(),
            amount: "48.00".to_owned(),
            bill: Some("ML-7".to_owned()),
            is_shown: !problem,
            state,
            at: "19:05:07".to_owned(),
        }),
        form: till::Form {
            amount: "48".to_owned(),
            bill: "ML-7".to_owned(),
            amount_problem: problem.then(|| "金額寫成 250 或 250.50。".to_owned()),
            bill_problem: problem.then(|| "單號最多二十五個字。".to_owned()),
            code_problem: problem.then(|| "這個付款碼已過期，每個有效一分鐘。".to_owned()),
        },
    };
    vec![
        ("merchant-till", till(None, true).render().unwrap()),
        ("merchant-till-waiting", till(Some(till::State::Waiting), false).render().unwrap()),
        ("merchant-till-asked", till(Some(till::State::Waiting), true).render().unwrap()),
        ("merchant-till-paying", till(Some(till::State::UnderWay), false).render().unwrap()),
        ("merchant-till-paid", till(Some(till::State::Paid), false).render().unwrap()),
        ("merchant-till-over", till(Some(till::State::Over), false).render().unwrap()),
    ]
}
