//! Everything that can be refused on a page, and the kind sentence for it in the resident's language.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use identity::authenticator::{PasswordRefusal, Refusal as PasskeyRefusal};
use identity::oidc::authorize::PageError as AuthorizationError;
use identity::resident::Refusal as ResidentRefusal;
use payments::merchant::MerchantRefusal;

use super::merchant;
use crate::clock;
use crate::pages::message::Link;
use crate::pages::{Lang, Page, moment};

/// Why a page is not shown.
#[derive(Debug)]
pub(super) enum PageError {
    /// Nobody is signed in; the browser is sent to sign in.
    SignInFirst,
    /// Nothing is at this address.
    NothingHere,
    /// The activation was not begun in this browser, or is over.
    ActivationOver,
    /// A form came without the token of the session it was made for.
    FormExpired,
    /// Something about a resident or an activation.
    Resident(ResidentRefusal),
    /// Something about a passkey.
    Passkey(PasskeyRefusal),
    /// A sign-in request that cannot be answered to the relying party.
    Authorization(AuthorizationError),
    /// The framework refused the request: method, size, form.
    Status(StatusCode),
    /// Something about a password.
    Password(PasswordRefusal),
    /// Something about a shop.
    Merchant(MerchantRefusal),
    /// More passwords wait to be looked at than may.
    Busy,
    /// A number that somebody claims stays as it is until that is decided.
    ProxyClaimed,
    /// Too many requests came from this address; in so many seconds there is room again.
    TooMany(u64),
    /// The database cannot be reached.
    Unavailable,
    /// A fault of ours; the cause is for the log alone.
    Failed(String),
}

/// The same, answered to a page's script.
#[derive(Debug)]
pub(super) struct ScriptError(pub(super) PageError);

/// What a page says about an error: what happened, what to do, and where to go on.
pub(super) struct Words {
    pub(super) headline: String,
    pub(super) sentences: Vec<String>,
    pub(super) link: Option<Link>,
}

impl Words {
    fn of(headline: String, link: Link) -> Self {
        Self { headline, sentences: Vec::new(), link: Some(link) }
    }
}

impl PageError {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::SignInFirst => StatusCode::SEE_OTHER,
            Self::NothingHere => StatusCode::NOT_FOUND,
            Self::TooMany(_) | Self::Password(PasswordRefusal::TooMany { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Self::FormExpired | Self::Merchant(MerchantRefusal::NotInThisRole) => StatusCode::FORBIDDEN,
            Self::ProxyClaimed | Self::Merchant(_) => StatusCode::CONFLICT,
            Self::ActivationOver
            | Self::Resident(_)
            | Self::Passkey(_)
            | Self::Password(_)
            | Self::Authorization(_) => StatusCode::BAD_REQUEST,
            Self::Status(status) => *status,
            Self::Busy | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Seconds after which trying again makes sense, where that is known.
    pub(super) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany(seconds) => Some(*seconds),
            Self::Password(PasswordRefusal::TooMany { until }) => Some(until.since(clock::now()).as_secs() + 1),
            _ => None,
        }
    }

    pub(super) fn words(&self, page: &Page) -> Words {
        let home = || Link { href: "/".to_owned(), label: page.say("返回主頁", "Back to the start").to_owned() };
        let activate = || Link {
            href: "/activate".to_owned(),
            label: page.say("重新輸入啟用碼", "Enter the code again").to_owned(),
        };
        let (headline, sentences, link): (_, &[_], _) = match self {
            Self::SignInFirst => (("請先登入", "Sign in first"), &[], home()),
            Self::NothingHere | Self::Status(StatusCode::NOT_FOUND) => (
                ("這裏沒有頁面", "There is no page here"),
                &[("網址可能打錯了，或者頁面已經移走。", "The address may be mistyped, or the page has moved.")],
                home(),
            ),
            Self::ActivationOver | Self::Resident(ResidentRefusal::ActivationOver) => (
                ("啟用程序要重新開始", "The activation has to be started again"),
                &[("啟用碼仍然可用，你的資料沒有改變。", "Your code still works and nothing was changed.")],
                activate(),
            ),
            Self::FormExpired => (
                ("這張表格已經過期", "This form has expired"),
                &[(
                    "甚麼都沒有改變。返回上一頁，重新載入後再試。",
                    "Nothing was changed. Go back, reload the page and try again.",
                )],
                home(),
            ),
            Self::Resident(refusal) => (resident_words(*refusal), &[], activate()),
            Self::Passkey(again @ PasskeyRefusal::SignInAgain) => (passkey_words(again), &[], sign_in_again(page)),
            Self::Passkey(refusal) => (passkey_words(refusal), &[], home()),
            Self::Password(PasswordRefusal::TooMany { until }) => return too_many_passwords(page, *until, home()),
            Self::Password(refusal) => return Words::of(password_words(page, *refusal), home()),
            Self::Busy => (
                ("很多人正在登入", "Many people are signing in just now"),
                &[("稍等片刻，返回上一頁再試。", "Wait a moment, go back and try again.")],
                home(),
            ),
            Self::ProxyClaimed => proxy_claimed(page),
            Self::Merchant(refusal) => (merchant::words(*refusal), &[], shops(page)),
            Self::Authorization(error) => {
                (("這次登入不能繼續", "This sign-in cannot go on"), authorization_words(*error), home())
            }
            Self::Status(status) if status.is_client_error() => (
                ("我們看不懂這個要求", "We could not understand that request"),
                &[("甚麼都沒有改變。返回上一頁再試。", "Nothing was changed. Go back and try again.")],
                home(),
            ),
            Self::TooMany(_) => (
                ("請稍等一下", "Please wait a moment"),
                &[(
                    "這個網絡在短時間內發出了太多要求。甚麼都沒有改變。幾秒後再試。",
                    "Too many requests came from this network. Nothing was changed. Try again in a few seconds.",
                )],
                home(),
            ),
            Self::Unavailable => (
                ("服務暫時未能使用", "The service is not available for the moment"),
                &[("甚麼都沒有改變。一分鐘後再試。", "Nothing was changed. Try again in a minute.")],
                home(),
            ),
            Self::Status(_) | Self::Failed(_) => (
                ("我們這邊出了問題", "Something went wrong on our side"),
                &[(
                    "你的資料沒有改變。稍後再試；求助時告訴我們下面的編號。",
                    "Nothing of yours was changed. Try again later; if you ask for help, give the number below.",
                )],
                home(),
            ),
        };
        let said = |(zh, en): (&'static str, &'static str)| page.say(zh, en).to_owned();
        Words { headline: said(headline), sentences: sentences.iter().map(|s| said(*s)).collect(), link: Some(link) }
    }
}

type Bilingual = (&'static str, &'static str);

/// Also beside the field of the activation form.
pub(super) fn resident_words(refusal: ResidentRefusal) -> Bilingual {
    match refusal {
        ResidentRefusal::CodeMistyped => (
            "啟用碼有一個字不對或漏了。對照信件再輸入一次。",
            "A character of the code is wrong or missing. Compare it with your letter.",
        ),
        ResidentRefusal::CodeUnknown => {
            ("這個啟用碼已經用過，或者已被新的取代。", "This code was used already, or replaced by a newer one.")
        }
        ResidentRefusal::CodeExpired => {
            ("這個啟用碼已經過期。索取一個新的。", "This code has expired. Ask for a new one.")
        }
        ResidentRefusal::CodeExhausted => {
            ("這個啟用碼試得太多次。索取一個新的。", "This code was tried too often. Ask for a new one.")
        }
        ResidentRefusal::Suspended => ("這個數碼身分已經停用。請聯絡我們。", "This identity is suspended. Contact us."),
        _ => ("這個要求不能完成。", "This could not be done."),
    }
}

/// Somebody tried one password after another: when the next is looked at, and what works until then.
fn too_many_passwords(page: &Page, until: store::Timestamp, link: Link) -> Words {
    let time = moment::short(until);
    let (headline, wait) = match page.lang {
        Lang::ZhHant => ("密碼試得太多次", format!("為了保護這個戶口，{time} 後才可以再試密碼。")),
        Lang::En => {
            ("Too many passwords were tried", format!("To protect the account, wait until {time} to try another."))
        }
    };
    let passkey = page.say(
        "用通行密鑰隨時都可以登入：返回上一頁。甚麼都沒有改變。",
        "A passkey works at any time: go back to the page before. Nothing was changed.",
    );
    Words { headline: headline.to_owned(), sentences: vec![wait, passkey.to_owned()], link: Some(link) }
}

/// Also beside the fields of the sign-in form.
pub(super) fn password_words(page: &Page, refusal: PasswordRefusal) -> String {
    let said = match refusal {
        PasswordRefusal::NotAllowed => ("這裏不可以用密碼登入。", "You cannot sign in with a password here."),
        _ => ("用戶名稱或密碼不對。", "The user name or the password is wrong."),
    };
    page.say(said.0, said.1).to_owned()
}

fn sign_in_again(page: &Page) -> Link {
    Link { href: "/sign-in?again=1".to_owned(), label: page.say("再次登入", "Sign in again").to_owned() }
}

fn shops(page: &Page) -> Link {
    Link { href: "/merchant".to_owned(), label: page.say("返回你的商店", "Back to your shops").to_owned() }
}

fn proxy_claimed(page: &Page) -> (Bilingual, &'static [Bilingual], Link) {
    let label = page.say("返回收款號碼", "Back to your numbers").to_owned();
    (
        ("這個號碼暫時不能改動", "This number cannot be changed just now"),
        &[(
            "有人說號碼已屬於他。銀行會問你；有結果後可以再改。",
            "Somebody says that it is theirs. Your bank will ask you; you can change it when that is decided.",
        )],
        Link { href: "/me/proxies".to_owned(), label },
    )
}

fn passkey_words(refusal: &PasskeyRefusal) -> Bilingual {
    match refusal {
        PasskeyRefusal::CeremonyOver => {
            ("時間太長，或者已經用過。再試一次。", "That took too long or was used already. Try again.")
        }
        PasskeyRefusal::UnknownCredential => (
            "這裏不認識這個通行密鑰。試試另一個，或重新啟用。",
            "This passkey is not known here. Try another one, or activate again.",
        ),
        PasskeyRefusal::Registered => ("這部裝置已經有你的通行密鑰。", "This device already holds a passkey of yours."),
        PasskeyRefusal::UnknownPasskey => ("這個通行密鑰已經移除。", "This passkey is removed already."),
        PasskeyRefusal::LastPasskey => (
            "這是你唯一的通行密鑰。先加入另一個，才可移除。",
            "This is your only passkey. Add another one before you remove it.",
        ),
        PasskeyRefusal::SignInAgain => (
            "改動通行密鑰前，請再次登入。甚麼都沒有改變。",
            "Sign in again before you change your passkeys. Nothing was changed.",
        ),
        PasskeyRefusal::TooMany => {
            ("通行密鑰已達上限。先移除一個。", "You have as many passkeys as there can be. Remove one first.")
        }
        PasskeyRefusal::Label => ("名稱最多六十個字。", "A name has 1 to 60 characters."),
        _ => ("這個通行密鑰未能核對。再試一次。", "The passkey could not be verified. Try again."),
    }
}

fn authorization_words(error: AuthorizationError) -> &'static [Bilingual] {
    match error {
        AuthorizationError::Client => &[(
            "帶你來的服務沒有在獅子山登記。沒有資料交給它。",
            "The service that sent you here is not registered. Nothing was given to it.",
        )],
        AuthorizationError::RedirectUri => &[(
            "服務要求我們把你送到未登記的網址，我們沒有照做。",
            "The service asked us to send you to an address that is not registered, so we did not.",
        )],
        AuthorizationError::RequestUri | AuthorizationError::Interaction => &[(
            "它已經完成或者過時了。回到該服務，再按一次登入。",
            "It was finished already or took too long. Go back to the service and sign in again.",
        )],
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(cause) => f.write_str(cause),
            other => write!(f, "{other:?}"),
        }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The middleware [`super::page::kind_errors`] writes the answer; it knows the language.
impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Failed(cause) = self {
            tracing::error!(cause, "page failed");
        }
        HttpResponse::new(self.status())
    }
}

impl ResponseError for ScriptError {
    fn status_code(&self) -> StatusCode {
        match &self.0 {
            PageError::SignInFirst => StatusCode::UNAUTHORIZED,
            other => other.status(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        self.0.error_response()
    }
}

impl From<identity::Error> for PageError {
    fn from(error: identity::Error) -> Self {
        match error {
            identity::Error::Resident(refusal) => Self::Resident(refusal),
            identity::Error::Passkey(refusal) => Self::Passkey(refusal),
            identity::Error::Password(refusal) => Self::Password(refusal),
            identity::Error::Store(store::Error::Unavailable(_)) => Self::Unavailable,
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<identity::oidc::Error> for PageError {
    fn from(error: identity::oidc::Error) -> Self {
        match error {
            identity::oidc::Error::Refused(_) => Self::Status(StatusCode::BAD_REQUEST),
            identity::oidc::Error::Failed(failed) => failed.into(),
        }
    }
}

impl From<AuthorizationError> for PageError {
    fn from(error: AuthorizationError) -> Self {
        Self::Authorization(error)
    }
}

impl From<actix_web::error::BlockingError> for PageError {
    fn from(_: actix_web::error::BlockingError) -> Self {
        Self::Unavailable
    }
}

impl<E: Into<PageError>> From<E> for ScriptError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}
