//! The emergency stop, for operators.

use askama::Template;
use identity::jose::KeyState;
use store::Timestamp;

use super::{Page, moment};

/// What can be stopped. Its form posts `what` (`client:ID`, `key:ID`, or `resident` with `resident`), `step` and the
/// officer's `token` to `/stop`.
#[derive(Debug, Template)]
#[template(path = "stop.html")]
pub struct Stop {
    /// Its context.
    pub page: Page,
    /// What came of the last click.
    pub said: Option<Said>,
    /// Every relying party.
    pub clients: Vec<Client>,
    /// Every signing key.
    pub keys: Vec<Key>,
}

/// What came of a click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It was done.
    Done,
    /// There was no such thing, or it was so already.
    Nothing,
    /// Why it was not done, in the reader's words.
    Objection(String),
}

/// A relying party.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its identifier.
    pub client_id: String,
    /// Its name in Traditional Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Whether it is stopped.
    pub stopped: bool,
}

/// A signing key.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its name.
    pub kid: String,
    /// What it signs with.
    pub algorithm: &'static str,
    /// Where it stands in its life.
    pub state: KeyState,
    /// Since when.
    pub since: Timestamp,
}

impl Key {
    fn standing<'a>(&self, page: &'a Page) -> &'a str {
        match self.state {
            KeyState::Next => page.say("下一個", "signs next"),
            KeyState::Current => page.say("使用中", "signs now"),
            KeyState::Retired => page.say("已退下", "retired"),
        }
    }
}
