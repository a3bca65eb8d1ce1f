//! How a request to pay is opened in a bank's app: a universal link, which a phone with the app opens in the app and any
//! other browser as a page of the bank.

use std::fmt;
use std::str::FromStr;

use crate::participant::{ClearingCode, Participant, Standing};
use crate::request_to_pay::RequestId;
use crate::web_address::{self, NotAWebAddress};

/// Where the request's identifier stands.
const PLACEHOLDER: &str = "{request_id}";

/// A participant's link, such as `https://pay.bank.example/requests/{request_id}`: an address of at most 500 characters
/// with one place for the request, behind the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppLink(String);

/// Why a text is no bank's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAppLink {
    /// It would be no address.
    #[error(transparent)]
    Address(#[from] NotAWebAddress),
    /// It does not say, once and behind the host, where the request's identifier stands.
    #[error("a link says once, behind the host, where the request stands: {{request_id}}")]
    Placeholder,
}

impl AppLink {
    /// As the operator wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address that opens this request.
    pub fn opening(&self, request: RequestId) -> String {
        self.0.replace(PLACEHOLDER, request.as_str())
    }
}

/// The banks at which a payer can open `request`, each with the address that does it.
///
/// They are the same whomever it asks: otherwise a printed bill would say which bank its debtor has.
pub fn banks_that_open(
    participants: &[Participant],
    request: RequestId,
) -> impl Iterator<Item = (&Participant, String)> {
    participants.iter().filter_map(move |bank| Some((bank, opening_at(bank, request)?)))
}

/// The address that opens `request` at `agent`, the bank of the customer whom it asks.
pub fn opened_at(participants: &[Participant], agent: ClearingCode, request: RequestId) -> Option<String> {
    opening_at(participants.iter().find(|bank| bank.clearing_code == agent)?, request)
}

/// Where a bank that may pay, and has an app, opens it.
fn opening_at(bank: &Participant, request: RequestId) -> Option<String> {
    let link = bank.app_link.as_ref().filter(|_| bank.standing == Standing::Active)?;
    Some(link.opening(request))
}

impl FromStr for AppLink {
    type Err = NotAnAppLink;

    fn from_str(text: &str) -> Result<Self, NotAnAppLink> {
        if text.len() > web_address::MAX_LENGTH {
            return Err(NotAWebAddress::TooLong.into());
        }
        let (before, behind) = text.split_once(PLACEHOLDER).ok_or(NotAnAppLink::Placeholder)?;
        // The host is another's to name neither by accident nor on purpose.
        let host_is_over = before.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?']));
        if !host_is_over || behind.contains(PLACEHOLDER) {
            return Err(NotAnAppLink::Placeholder);
        }
        web_address::for_browsers(&format!("{before}{behind}"))?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for AppLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_opens_one_request() {
        let request: RequestId = "0123456789ABCDEFGHJK".parse().unwrap();
        let open = |link: &str| link.parse::<AppLink>().unwrap().opening(request);
        assert_eq!(open("https://bank.example/r/{request_id}"), "https://bank.example/r/0123456789ABCDEFGHJK");
        assert_eq!(
            open("https://bank.example?id={request_id}&a=b"),
            "https://bank.example?id=0123456789ABCDEFGHJK&a=b"
        );
    }

    #[test]
    fn what_does_not_open_one_request_at_one_bank_is_no_link() {
        for wrong in [
            "https://bank.example/",
            "https://bank.example/{request_id}/{request_id}",
            "https://{request_id}.bank.example/",
            "https://bank.example:{request_id}/",
            "{request_id}",
        ] {
            assert_eq!(wrong.parse::<AppLink>(), Err(NotAnAppLink::Placeholder), "{wrong}");
        }
        let scheme = "http://bank.example/{request_id}".parse::<AppLink>();
        assert_eq!(scheme, Err(NotAnAppLink::Address(NotAWebAddress::Scheme)));
        let long = format!("https://bank.example/{}{{request_id}}", "a".repeat(480));
        assert_eq!(long.parse::<AppLink>(), Err(NotAnAppLink::Address(NotAWebAddress::TooLong)));
    }

    #[test]
    fn a_request_is_opened_at_banks_that_could_pay_it() {
        let bank = |code: &str, standing, link: Option<&str>| Participant {
            clearing_code: code.parse().unwrap(),
            bic: None,
            name_zh: "銀行".to_owned(),
            name_en: "Bank".to_owned(),
            standing,
            is_offline: false,
            app_link: link.map(|link| link.parse().unwrap()),
            added: store::Timestamp::from_seconds(0),
        };
        let link = Some("https://bank.example/{request_id}");
        let banks = [
            bank("012", Standing::Active, link),
            bank("027", Standing::Active, link),
            bank("038", Standing::Suspended, link),
            bank("041", Standing::Active, None),
            bank("055", Standing::Active, link),
        ];
        let request = RequestId::from_random(&[7; 13]);
        let offered = banks_that_open(&banks, request);
        let codes: Vec<_> = offered.map(|(bank, _)| bank.clearing_code.to_string()).collect();
        assert_eq!(codes, ["012", "027", "055"]);
        let at = |index: usize| opened_at(&banks, banks[index].clearing_code, request);
        assert_eq!(at(0), Some(format!("https://bank.example/{request}")));
        assert_eq!((at(2), at(3)), (None, None), "it may not pay, or has no app");
    }

    proptest! {
        #[test]
        fn whatever_the_request_the_host_stays(random: [u8; 13], path in "[a-z/?&=]{0,12}") {
            let link: AppLink = format!("https://bank.example/{path}{{request_id}}").parse().unwrap();
            let opened = url::Url::parse(&link.opening(RequestId::from_random(&random))).unwrap();
            prop_assert_eq!(opened.host_str(), Some("bank.example"));
        }
    }
}
