//! What an operator types, and what it leads to.

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use payments::money::Currency;
use payments::participant::{ClearingCode, Standing};

use super::{ConfigPath, Installation, audit, day, operator, participant, proposal, qr};

#[derive(Parser)]
enum Line {
    Participant(participant::Participant),
    Operator(operator::Operator),
    Proposal(proposal::Proposal),
    Qr(qr::Qr),
    Audit(audit::Audit),
    Day(day::Day),
}

fn run(line: &[&str]) -> anyhow::Result<ExitCode> {
    match Line::try_parse_from([&["lionrock"], line].concat())? {
        Line::Participant(command) => participant::run(command),
        Line::Operator(command) => operator::run(command),
        Line::Proposal(command) => proposal::run(command),
        Line::Qr(command) => qr::run(command),
        Line::Audit(command) => audit::run(command),
        Line::Day(command) => day::run(command),
    }
}

/// An installation in a folder of its own.
struct City {
    folder: tempfile::TempDir,
}

impl City {
    fn new() -> Self {
        let city = Self { folder: tempfile::tempdir().unwrap() };
        let config =
            "[database]\nurl = 'sqlite:city.db'\n[public]\nlisten = '127.0.0.1:0'\nissuer = 'http://localhost'\n";
        std::fs::write(city.path("lionrock.toml"), config).unwrap();
        city.installation().db.migrate().unwrap();
        city
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn installation(&self) -> Installation {
        Installation::open_unmigrated(&ConfigPath { path: self.folder.path().join("lionrock.toml") }).unwrap()
    }

    /// Runs a command with `--config` at its end, as people write it.
    fn run(&self, line: &[&str]) -> anyhow::Result<ExitCode> {
        run(&[line, &["--config", &self.path("lionrock.toml")]].concat())
    }

    /// Registers two officers. Returns the files of their tokens.
    fn officers(&self) -> [String; 2] {
        ["cheung", "leung"].map(|name| {
            let file = self.path(&format!("{name}.token"));
            assert!(succeeded(self.run(&["operator", "add", "--name", name, "--out", &file])));
            file
        })
    }

    /// Adds Banyan Bank with a certificate for a fresh key.
    fn add_banyan(&self) {
        let key = rcgen::KeyPair::generate().unwrap();
        let request = rcgen::CertificateParams::default().serialize_request(&key).unwrap();
        std::fs::write(self.path("bank.csr"), request.pem().unwrap()).unwrap();
        let add = ["participant", "add", "--clearing-code", "012", "--name-zh", "榕樹銀行", "--name-en", "Banyan Bank"];
        let (csr, out) = (self.path("bank.csr"), self.path("bank.pem"));
        assert!(succeeded(self.run(&[&add[..], &["--csr", &csr, "--out", &out]].concat())));
    }
}

fn succeeded(done: anyhow::Result<ExitCode>) -> bool {
    done.unwrap() == ExitCode::SUCCESS
}

fn banyan() -> ClearingCode {
    "012".parse().unwrap()
}

#[test]
fn a_participant_is_added_certified_and_funded() {
    let city = City::new();
    city.add_banyan();
    let [cheung, leung] = city.officers();
    let fund = ["participant", "fund", "012", "--amount", "1000000.00"];
    assert!(city.run(&fund).unwrap_err().to_string().contains("--token-file"), "who is it?");
    assert!(succeeded(city.run(&[&fund[..], &["--token-file", &cheung]].concat())));
    let proposal = city.installation().switch().unwrap().proposals(1).unwrap().remove(0).id.to_string();
    assert!(city.run(&["proposal", "approve", &proposal, "--token-file", &cheung]).is_err(), "one's own");
    assert!(succeeded(city.run(&["proposal", "approve", &proposal, "--token-file", &leung])));
    assert!(succeeded(city.run(&["proposal", "list", "--json"])));
    assert!(succeeded(city.run(&["participant", "list", "--json"])));

    let switch = city.installation().switch().unwrap();
    let certificate = std::fs::read(city.path("bank.pem")).unwrap();
    let (chain, _) = pem(&certificate);
    let thumbprint = payments::participant::Thumbprint::new(crate::http::tls::Thumbprint::of(&chain).0);
    assert_eq!(switch.participant_of_certificate(&thumbprint).unwrap(), Some(banyan()));
    let (code, currency, position) = switch.positions().unwrap()[0];
    assert_eq!((code, currency, position.balance), (banyan(), Currency::Hkd, 100_000_000));

    assert!(succeeded(city.run(&["participant", "revoke", "012", &thumbprint.to_string()])));
    assert_eq!(switch.participant_of_certificate(&thumbprint).unwrap(), None, "beside a running switch");
    assert!(succeeded(city.run(&["audit"])), "the books are exact");
}

fn pem(bytes: &[u8]) -> (rustls::pki_types::CertificateDer<'static>, usize) {
    use rustls::pki_types::pem::PemObject;
    let all: Vec<_> = rustls::pki_types::CertificateDer::pem_slice_iter(bytes).map(Result::unwrap).collect();
    (all[0].clone(), all.len())
}

#[test]
fn a_day_that_has_ended_is_shown_written_signed_and_kept() {
    let city = City::new();
    city.add_banyan();
    assert!(succeeded(city.run(&["participant", "cap", "012", "--amount", "500.00"])));
    assert!(succeeded(city.run(&["day", "list"])), "none has ended");
    let day = end_day(&city.installation());
    let (csv, xml, jws, folder) = (city.path("s.csv"), city.path("s.xml"), city.path("day.jws"), city.path("old"));
    for line in [
        &["day", "list", "--json"][..],
        &["day", "show", &day],
        &["day", "settlement", &day, "--format", "csv", "--out", &csv],
        &["day", "settlement", &day, "--out", &xml],
        &["day", "statement", &day, "--clearing-code", "012", "--out", &folder],
        &["day", "archive", "--older-than", "3", "--out", &folder],
        &["audit", "checkpoint", "--day", &day, "--out", &jws],
        &["audit", "--checkpoint", &jws],
    ] {
        assert!(succeeded(city.run(line)), "{line:?}");
    }
    assert!(std::fs::read_to_string(csv).unwrap().contains(&format!("{day},HKD,012,0.00")));
    let statement = format!("{folder}/camt.053-{day}-HKD-012-00001.xml");
    assert!(std::fs::read_to_string(statement).unwrap().contains("<LastPgInd>true</LastPgInd>"));
    assert!(city.run(&["day", "show", "2026-01-01"]).is_err(), "it was no day");
    assert!(city.run(&["day", "archive", "--older-than", "1", "--out", &folder]).is_err(), "too young");
}

/// Ends the business day by a clock that is a day ahead. Returns the day.
fn end_day(installation: &Installation) -> String {
    let ahead = || crate::clock::now() + std::time::Duration::from_hours(24);
    let settings = payments::SwitchSettings::default();
    let (db, directory) = (installation.db.clone(), installation.directory());
    let switch = payments::Switch::open(db, settings, std::sync::Arc::new(ahead), directory).unwrap();
    for _ in 0..500 {
        if let Some(ended) = switch.closed_days(None, 1).unwrap().first() {
            return ended.business_day.to_string();
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the day never ends");
}

#[test]
fn a_checkpoint_is_found_again_and_a_foreign_one_is_not() {
    let (city, other) = (City::new(), City::new());
    assert!(city.run(&["audit", "checkpoint", "--out", &city.path("none.jws")]).is_err(), "nothing to sign yet");
    city.add_banyan();
    other.add_banyan();
    let (file, key) = (city.path("now.jws"), city.path("key.json"));
    assert!(succeeded(city.run(&["audit", "checkpoint", "--out", &file])));
    assert!(succeeded(city.run(&["participant", "suspend", "012"])));
    assert!(succeeded(city.run(&["audit", "--checkpoint", &file])), "the log has grown and still contains it");
    assert!(other.run(&["audit", "--checkpoint", &file]).is_err(), "signed by another city");
    let jwk = city.installation().keys.checkpoint_key().unwrap().public().to_jwk();
    std::fs::write(&key, serde_json::to_string(&jwk).unwrap()).unwrap();
    assert!(!succeeded(other.run(&["audit", "--checkpoint", &file, "--key", &key])), "not of that log");
}

#[test]
fn a_suspension_is_seen_by_a_running_switch() {
    let city = City::new();
    city.add_banyan();
    let switch = city.installation().switch().unwrap();
    assert!(succeeded(city.run(&["participant", "suspend", "012"])));
    assert_eq!(switch.participants().unwrap()[0].standing, Standing::Suspended);
    assert!(succeeded(city.run(&["participant", "resume", "012"])));
    assert_eq!(switch.participants().unwrap()[0].standing, Standing::Active);
}

#[test]
fn limits_that_are_not_named_stay() {
    let city = City::new();
    city.add_banyan();
    let limits = |line: &[&str]| city.run(&[&["participant", "limits", "012"], line].concat());
    assert!(succeeded(limits(&["--payment-maximum", "100.00", "--daily-maximum", "500.00"])));
    assert!(succeeded(limits(&["--payment-maximum", "none", "--low-liquidity", "50.00"])));
    assert!(limits(&["--daily-maximum", "lots"]).is_err());
    let (.., position) = city.installation().switch().unwrap().positions().unwrap()[0];
    let (expected, held) = ((None, Some(50_000), Some(5_000)), position.limits);
    assert_eq!((held.payment_maximum, held.daily_maximum, held.low_liquidity), expected);
    for word in ["block", "offline", "online", "resume"] {
        assert!(succeeded(city.run(&["participant", word, "012"])), "{word}");
    }
    assert!(succeeded(city.run(&["participant", "list"])));
    assert!(succeeded(city.run(&["audit"])));
}

#[test]
fn an_operator_comes_and_goes() {
    let city = City::new();
    let [cheung, leung] = city.officers();
    let add = ["operator", "add", "--name", "ho", "--role", "auditor", "--out"];
    let ho = city.path("ho.token");
    assert!(succeeded(city.run(&[&add[..], &[&ho, "--token-file", &cheung]].concat())));
    assert!(std::fs::read_to_string(&ho).unwrap().starts_with("lro_"));
    assert!(succeeded(city.run(&["operator", "remove", "leung", "--token-file", &cheung])));
    assert!(city.run(&["proposal", "approve", "1", "--token-file", &leung]).is_err(), "no operator any more");
    assert!(city.run(&["proposal", "approve", "1", "--token-file", &ho]).is_err(), "an auditor");
    assert!(succeeded(city.run(&["operator", "list"])));
}

#[test]
fn what_cannot_be_done_is_said() {
    let city = City::new();
    let [cheung, _] = city.officers();
    let refused = city.run(&["participant", "fund", "012", "--amount", "1.00", "--token-file", &cheung]).unwrap_err();
    assert!(refused.to_string().contains("no participant"), "{refused}");
    city.add_banyan();
    for line in [
        &["participant", "fund", "012", "--token-file", &cheung, "--amount", "-5"][..],
        &["participant", "fund", "012", "--token-file", &cheung, "--amount", "1.00", "--currency", "USD"],
        &["participant", "fund", "12", "--token-file", &cheung, "--amount", "1.00"],
        &["operator", "add", "--name", "ho", "--out", &city.path("ho.token")],
        &["operator", "remove", "nobody"],
        &["participant", "certify", "012"],
        &["participant", "certify", "012", "--csr", "bank.csr"],
        &["participant", "certify", "012", "--certificate", "/nowhere/bank.pem"],
    ] {
        assert!(city.run(line).is_err(), "{line:?}");
    }
    assert!(succeeded(city.run(&["audit"])), "nothing was moved");
}

#[test]
fn a_code_that_was_made_is_read_and_a_changed_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (svg, png) = (folder.path().join("code.svg"), folder.path().join("code.png"));
    let make = ["qr", "make", "--email", "shop@morninglight.example", "--clearing-code", "027", "--amount", "38.50"];
    let files = ["--svg", text(&svg), "--png", text(&png)];
    assert!(succeeded(run(&[&make[..], &files].concat())));
    assert!(std::fs::read_to_string(&svg).unwrap().contains("<svg"));
    let payload = payments::qr::scan::read(&std::fs::read(&png).unwrap()).unwrap().remove(0);
    assert!(succeeded(run(&["qr", "parse", &payload, "--json"])));
    let changed = payload.replace("38.50", "88.50");
    assert!(!succeeded(run(&["qr", "parse", &changed])), "its checksum is another");
    assert!(run(&["qr", "make", "--amount", "38.50"]).is_err(), "nobody to pay");
    assert!(succeeded(run(&["qr", "scan", text(&png)])));
    assert!(run(&["qr", "scan", text(&svg)]).is_err(), "no PNG or JPEG");
}

#[test]
fn a_merged_code_is_paid_in_both_schemes_and_two_payees_are_not_merged() {
    let folder = tempfile::tempdir().unwrap();
    let png = folder.path().join("code.png");
    let fps = code(&["--fps-id", "1234567", "--name", "Morning Light"]);
    // QRIS and FPS have nothing in common but their form.
    let foreign = "00020101021126400014ID.CO.QRIS.WWW01189360001412345678905204599953033605802ID5913TEST MERCHANT\
                   6007JAKARTA630403AF";
    assert!(run(&["qr", "merge", &fps, foreign]).is_err(), "another country");
    assert!(succeeded(run(&["qr", "merge", &fps, &fps, "--png", text(&png)])));
    assert_eq!(payments::qr::scan::read(&std::fs::read(&png).unwrap()).unwrap(), std::slice::from_ref(&fps));
    let other = code(&["--fps-id", "7654321", "--name", "Morning Light"]);
    assert!(run(&["qr", "merge", &fps, &other]).is_err(), "two accounts in one scheme");
}

/// The text of a code made by these arguments.
fn code(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let png = folder.path().join("code.png");
    assert!(succeeded(run(&[&["qr", "make", "--png", text(&png)], arguments].concat())));
    payments::qr::scan::read(&std::fs::read(&png).unwrap()).unwrap().remove(0)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
