//! Where a payer goes when a web shop's payment request is over: an address that the shop registered, and no other.

use std::fmt;
use std::str::FromStr;

use crate::request_to_pay::{RequestId, RequestState};
use crate::web_address::{self, NotAWebAddress};

/// A page of a shop's own, registered with one of its programs: https, or http to this machine itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnAddress(String);

impl ReturnAddress {
    /// The most that a program registers.
    pub const MOST: usize = 10;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address with what became of a request, behind the parameters that it already has. What it says is for the
    /// payer's eyes: the shop believes the API and its webhooks.
    pub fn after(&self, request: RequestId, state: RequestState) -> String {
        let separator = if self.0.contains('?') { '&' } else { '?' };
        format!("{}{separator}payment_request_id={request}&state={}", self.0, state.name())
    }
}

impl FromStr for ReturnAddress {
    type Err = NotAWebAddress;

    fn from_str(text: &str) -> Result<Self, NotAWebAddress> {
        web_address::for_browsers(text).map(|_| Self(text.to_owned()))
    }
}

impl fmt::Display for ReturnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_request_stands_behind_what_is_there() {
        let request: RequestId = "0123456789ABCDEFGHJK".parse().unwrap();
        for (address, after) in [
            (
                "https://shop.example/done",
                "https://shop.example/done?payment_request_id=0123456789ABCDEFGHJK&state=paid",
            ),
            (
                "https://shop.example/?a=b",
                "https://shop.example/?a=b&payment_request_id=0123456789ABCDEFGHJK&state=paid",
            ),
        ] {
            let address: ReturnAddress = address.parse().unwrap();
            assert_eq!(address.after(request, RequestState::Paid), after);
        }
    }
}
