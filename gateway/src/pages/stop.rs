//! The emergency stop, for operators.

use askama::Template;
use identity::jose::KeyState;
use store::Timestamp;

use super::{Page, moment};

/// What can be stopped. Its forms post `kind`, `step` and `id` to `/stop`.
#[derive(Debug, Template)]
#[template(path = "stop.html")]
pub struct Stop {
    /// Its context.
    pub page: Page,
    /// What came of the last click.
    pub outcome: Option<Outcome>,
    /// Every relying party.
    pub clients: Vec<Client>,
    /// Every signing key.
    pub keys: Vec<Key>,
}

/// What came of a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// There was no such thing, or it was so already.
    Nothing,
}

impl Outcome {
    /// As the address says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Nothing => "nothing",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Done, Self::Nothing].into_iter().find(|outcome| outcome.as_str() == text)
    }
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
