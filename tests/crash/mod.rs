//! What happens to the program while it works: it is killed, and so is its database; connections are cut; the
//! disk is full; the power fails. After each, the books are exact, whatever was acknowledged is there with its outcome, and nothing is paid twice.
//!
//! What happens when is decided by a seed, which is printed: `LIONROCK_SEED=… tests/run crash` plays it again, as
//! far as a running program lets itself be repeated. `LIONROCK_LONG=1` (`tests/run --long`) makes it happen many
//! times over.

mod connection_cut;
mod database_killed;
mod disk_full;
mod gateway_killed;
mod import_killed;
mod load;
mod power_loss;
mod proxy;
mod random;
mod two_gateways;
mod unsafe_settings;

/// For gateways under test: payments that nobody answers end soon.
const SETTINGS: &str = "[clearing]\nanswer_timeout_seconds = 3\n";

/// How often something happens: `few` times in the ordinary run, `many` in the long one.
fn times(few: u64, many: u64) -> u64 {
    if std::env::var_os("LIONROCK_LONG").is_some() { many } else { few }
}
