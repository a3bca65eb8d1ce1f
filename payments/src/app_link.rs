//! How a request to pay is opened in a bank's app: a universal link, which a phone with the app opens in the app and any
//! other browser as a page of the bank.

use std::fmt;
use std::str::FromStr;

use crate::participant::{Participant, Standing};
use crate::request_to_pay::{RequestId, RequestToPay};
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
/// A request that asks somebody is opened at that customer's bank.
pub fn banks_that_open<'a>(
    participants: &'a [Participant],
    request: &RequestToPay,
) -> impl Iterator<Item = (&'a Participant, String)> {
    let id = request.id;
    let asked = request.asked.debtor.as_ref().map(|debtor| debtor.agent);
    let may_pay = move |bank: &Participant| {
        let code = bank.clearing_code;
        bank.standing == Standing::Active && asked.is_none_or(|agent| agent == code)
    };
    let opens = move |bank: &'a Participant| Some((bank, bank.app_link.as_ref()?.opening(id)));
    participants.iter().filter(move |bank| may_pay(bank)).filter_map(opens)
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
    use crate::clearing::tests::support::{NOW, transfer};
    use crate::request_to_pay::Debtor;
    use crate::request_to_pay::tests::request_for;

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
        let codes = |request: &RequestToPay| {
            let offered = banks_that_open(&banks, request);
            offered.map(|(bank, _)| bank.clearing_code.to_string()).collect::<Vec<_>>()
        };
        let mut request = request_for(&transfer(1, NOW), NOW);
        assert_eq!(codes(&request), ["012", "027", "055"]);
        request.asked.debtor = Some(Debtor { agent: banks[0].clearing_code, account: "1".to_owned() });
        assert_eq!(codes(&request), ["012"]);
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
