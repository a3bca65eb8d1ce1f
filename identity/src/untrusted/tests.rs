//! A short run of every reader: with random texts, and with the seeds of `fuzz/seeds/` and what becomes of them when
//! they are changed at random, the same in every run.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

/// A JSON value such as a stranger may put where another is expected.
fn odd() -> impl Strategy<Value = String> {
    const TEXTS: &[&str] =
        &["null", "0", "-1", "1e300", "true", "[]", "[\"a\"]", "{}", "\"\"", "\"https://a.example\"", "[[]]"];
    prop_oneof![prop::sample::select(TEXTS).prop_map(str::to_owned), any::<i64>().prop_map(|n| n.to_string())]
}

/// A JSON object with names that mean something to somebody.
fn object() -> impl Strategy<Value = String> {
    const NAMES: &[&str] = &[
        "alg",
        "typ",
        "kid",
        "jwk",
        "crit",
        "b64",
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "htm",
        "htu",
        "ath",
        "nonce",
        "cnf",
        "scope",
        "events",
        "userinfo",
        "id_token",
        "redirect_uris",
        "jwks",
        "client_id",
    ];
    let member = (prop::sample::select(NAMES), odd()).prop_map(|(name, value)| format!("\"{name}\":{value}"));
    prop::collection::vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(",")))
}

fn fuzz_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

/// What a fuzz target begins with.
fn seeds(name: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<_> =
        std::fs::read_dir(fuzz_folder().join("seeds").join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// The words of `fuzz/tokens.dict`.
fn words() -> Vec<String> {
    let dictionary = std::fs::read_to_string(fuzz_folder().join("tokens.dict")).unwrap();
    let quoted = dictionary.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    quoted.map(|word| word.replace("\\x22", "\"").replace("\\x0a", "\n")).collect()
}

/// Numbers that look random and are the same in every run (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % limit.max(1)
    }
}

/// A seed with a few bytes changed, doubled or left out, or a word put in.
fn mutated(seed: &[u8], words: &[String], numbers: &mut Numbers) -> Vec<u8> {
    let mut data = seed.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(data.len() + 1);
        let end = (at + 1 + numbers.below(12)).min(data.len());
        match numbers.below(5) {
            0 if at < data.len() => data[at] = u8::try_from(numbers.below(256)).unwrap(),
            1 => drop(data.splice(at..end.max(at), [])),
            2 => drop(data.splice(at..at, words[numbers.below(words.len())].bytes())),
            3 => drop(data.splice(at..end.max(at), words[numbers.below(words.len())].bytes())),
            _ => {
                let copy = data[at..end.max(at)].to_vec();
                data.splice(at..at, copy);
            }
        }
    }
    data
}

#[test]
fn seeds_and_what_they_become_break_nothing() {
    let rounds = if std::env::var_os("LIONROCK_LONG").is_some() { 20_000 } else { 100 };
    let words = words();
    for (name, reader) in READERS {
        let mut numbers = Numbers(0x4C69_6F6E_526F_636B);
        for seed in seeds(name) {
            reader(&seed);
            for _ in 0..rounds {
                reader(&mutated(&seed, &words, &mut numbers));
            }
        }
    }
}

fn read_by_all(data: &[u8]) {
    for (_, reader) in READERS {
        reader(data);
    }
}

#[test]
fn every_reader_has_a_fuzz_target_and_seeds() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/fuzz_targets");
    let targets: std::collections::BTreeSet<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().trim_end_matches(".rs").to_owned())
        .collect();
    assert_eq!(targets, READERS.iter().map(|(name, _)| (*name).to_owned()).collect());
    assert!(READERS.iter().all(|(name, _)| !seeds(name).is_empty()));
}

proptest! {
    #[test]
    fn random_bytes_are_refused_and_break_nothing(data in prop::collection::vec(any::<u8>(), 0..200)) {
        read_by_all(&data);
    }

    #[test]
    fn odd_tokens_break_nothing(header in object(), claims in object()) {
        let data = format!("{header}\n{claims}");
        read_by_all(data.as_bytes());
        read_by_all(claims.as_bytes());
    }

    #[test]
    fn odd_texts_break_nothing(text in r"(?s)[A-Za-z0-9_.=&%+{}\[\]:, -]{0,120}") {
        read_by_all(text.as_bytes());
    }
}
