//! The common QR code: payloads read and written a second on one core, and PNG pictures beside npm's `qrcode` and PyPI's
//! `segno`, which draw the same payloads at the same size in the same run.

mod others;

use std::hint::black_box;
use std::time::{Duration, Instant};

use payments::directory::Proxy;
use payments::money::{Amount, Currency};
use payments::qr::render::{Picture, Purpose};
use payments::qr::{self, AdditionalData, Asked, HongKongCode, Payee};
use store::Timestamp;

use crate::measure::{Figure, Report, median};
use others::Library;

/// Payloads that take turns, so that nothing is drawn twice in a row.
const PAYLOADS: u32 = 64;

/// How codes are measured.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How long each of them is measured
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Turns; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Takes turns, and prints the medians.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let now = Timestamp::from_seconds(1_795_000_000);
    let codes: Vec<HongKongCode> = (0..PAYLOADS).map(code).collect::<anyhow::Result<_>>()?;
    let payloads: Vec<String> = codes.iter().map(HongKongCode::write).collect::<Result<_, _>>()?;
    for payload in &payloads {
        anyhow::ensure!(qr::parse(payload, now)?.hong_kong.is_some(), "a payload is not read as it was written");
    }
    let libraries = [Library::qrcode()?, Library::segno()?];
    let lasting = Duration::from_secs(options.seconds);
    let mut turns: [Vec<u64>; 5] = Default::default();
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        let [parses, encodes, pictures, ..] = &mut turns;
        parses.push(a_second(lasting, &payloads, |payload| drop(black_box(qr::parse(black_box(payload), now)))));
        encodes.push(a_second(lasting, &codes, |code| drop(black_box(black_box(code).write()))));
        pictures.push(a_second(lasting, &payloads, |payload| {
            drop(black_box(Picture::of(black_box(payload), Purpose::Screen).and_then(|picture| picture.png())));
        }));
        for (library, turns) in libraries.iter().zip(&mut turns[3..]) {
            turns.push(library.pictures_a_second(&payloads, options.seconds)?);
        }
    }
    let [parses, encodes, pictures, npm, pypi] = turns.map(|mut turns| median(&mut turns));
    let report = Report {
        value: Figure::new("PNG pictures", pictures, "a second").beside(npm),
        baseline: "PNG pictures by npm qrcode",
        figures: vec![
            Figure::new("PNG pictures beside PyPI segno", pictures, "a second").beside(pypi),
            Figure::new("payloads read", parses, "a second"),
            Figure::new("payloads written", encodes, "a second"),
        ],
    };
    report.print(options.json);
    Ok(())
}

/// A shop's code for one bill, as tills make them.
fn code(number: u32) -> anyhow::Result<HongKongCode> {
    Ok(HongKongCode {
        payee: Payee::Proxy { proxy: Proxy::parse_any("91234567")?, clearing_code: Some("027".parse()?) },
        asked: Asked::Amount(Amount::parse(&format!("{number}.50"), Currency::Hkd)?),
        one_time: true,
        may_change_amount: None,
        valid_until: None,
        category: 5943,
        name: Some("Morning Light".to_owned()),
        name_zh: Some("晨光文具".to_owned()),
        additional: AdditionalData { bill_number: Some(format!("INV-{number}")), ..AdditionalData::default() },
    })
}

/// How often a second something is done, on this one thread.
fn a_second<T>(lasting: Duration, things: &[T], mut act: impl FnMut(&T)) -> u64 {
    let began = Instant::now();
    let mut done = 0_u64;
    while began.elapsed() < lasting {
        things.iter().for_each(&mut act);
        done += things.len() as u64;
    }
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    done * 1_000_000 / micros.max(1)
}
