//! Authorization details (RFC 9396): what exactly the resident authorizes, where a scope says too little. Pure.
//!
//! One type is known, `payment_initiation`: one payment, with payee and amount. Whatever in it is not understood is
//! refused, so that nobody agrees to something that the page did not show (section 5).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::Client;
use super::error::{ErrorCode, OAuthError};
use super::parameters::Parameters;

/// The parameter, and the member of tokens and answers.
pub(crate) const NAME: &str = "authorization_details";

const fn refuse(why: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidAuthorizationDetails, why).of(NAME)
}

/// A type of authorization details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DetailType {
    /// A payment.
    PaymentInitiation,
}

impl DetailType {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::PaymentInitiation];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentInitiation => "payment_initiation",
        }
    }

    /// The type with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|detail| detail.as_str() == name)
    }
}

/// One thing that a resident authorizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AuthorizationDetail {
    /// A payment.
    PaymentInitiation(PaymentInitiation),
}

impl AuthorizationDetail {
    fn kind(&self) -> DetailType {
        match self {
            Self::PaymentInitiation(_) => DetailType::PaymentInitiation,
        }
    }
}

/// One payment, as the resident is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentInitiation {
    /// How much.
    pub instructed_amount: InstructedAmount,
    /// To whom.
    pub creditor_name: String,
    /// To which account.
    pub creditor_account: CreditorAccount,
    /// What for, in the payee's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remittance_information_unstructured: Option<String>,
}

/// An amount as text. Whether money of this currency can be paid is for the payment system to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstructedAmount {
    /// ISO 4217, three letters.
    pub currency: String,
    /// Digits, perhaps a point and two more: `1280.50`.
    pub amount: String,
}

/// An account, by one of its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum CreditorAccount {
    /// A proxy: a phone number, an e-mail address, an identifier.
    Proxy(String),
    /// An account number of whatever form.
    Other(String),
}

impl CreditorAccount {
    /// For people.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Proxy(text) | Self::Other(text) => text,
        }
    }
}

/// The details of one authorization; none, as a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuthorizationDetails(Vec<AuthorizationDetail>);

impl AuthorizationDetails {
    /// Reads the parameter of a request.
    ///
    /// # Errors
    /// `invalid_authorization_details` (section 5): not a list of known types with everything that they need and nothing
    /// else, or a type that the client is not registered for.
    pub(crate) fn read(parameters: &Parameters, client: &Client) -> Result<Self, OAuthError> {
        let Some(text) = parameters.get(NAME) else { return Ok(Self::default()) };
        let listed: Vec<Value> = serde_json::from_str(text).map_err(|_| refuse("it is not a list of JSON objects"))?;
        if listed.len() > 5 {
            return Err(refuse("at most five"));
        }
        let details: Vec<_> = listed.into_iter().map(detail).collect::<Result<_, _>>()?;
        if details.iter().any(|detail| !client.authorization_details_types.contains(&detail.kind())) {
            return Err(refuse("the client is not registered for this type"));
        }
        Ok(Self(details))
    }

    /// Whether there is nothing that is authorized in detail.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is authorized, one by one.
    pub fn iter(&self) -> impl Iterator<Item = &AuthorizationDetail> {
        self.0.iter()
    }

    /// The same, or those of them that a client asks for now (section 6).
    ///
    /// # Errors
    /// `invalid_authorization_details` for anything beyond.
    pub(crate) fn narrowed(&self, asked: &Self) -> Result<Self, OAuthError> {
        if asked.is_empty() {
            return Ok(self.clone());
        }
        let all_there = asked.0.iter().all(|detail| self.0.contains(detail));
        if all_there { Ok(asked.clone()) } else { Err(refuse("the resident did not authorize this")) }
    }
}

/// What we know to authorize in detail, a resident authorizes.
///
/// # Errors
/// `invalid_authorization_details` for a client that asks by itself.
pub(crate) fn need_a_resident(parameters: &Parameters) -> Result<(), OAuthError> {
    if parameters.get(NAME).is_some() { Err(refuse("only a resident can authorize this")) } else { Ok(()) }
}

/// Reads one object.
fn detail(value: Value) -> Result<AuthorizationDetail, OAuthError> {
    let named = value.get("type").and_then(Value::as_str).ok_or(refuse("each has a type"))?;
    DetailType::from_name(named).ok_or(refuse("this type is not known"))?;
    let shape = "payment_initiation has instructedAmount, creditorName, creditorAccount and perhaps \
                 remittanceInformationUnstructured";
    let detail = serde_json::from_value(value).map_err(|_| refuse(shape))?;
    let AuthorizationDetail::PaymentInitiation(payment) = &detail;
    payment.check()?;
    Ok(detail)
}

impl PaymentInitiation {
    fn check(&self) -> Result<(), OAuthError> {
        let InstructedAmount { currency, amount } = &self.instructed_amount;
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(refuse("currency is three capital letters"));
        }
        if !is_amount(amount) {
            return Err(refuse("amount is digits, more than nothing, with at most two after a point"));
        }
        let texts = [Some(&self.creditor_name), self.remittance_information_unstructured.as_ref()];
        // The lengths of ISO 20022: Max140Text.
        if texts.into_iter().flatten().any(|text| !is_line(text, 140)) {
            return Err(refuse("texts have 1 to 140 characters on one line"));
        }
        if is_line(self.creditor_account.as_str(), 140) { Ok(()) } else { Err(refuse("creditorAccount is too long")) }
    }
}

fn is_line(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.chars().count()) && !text.trim().is_empty() && !text.chars().any(char::is_control)
}

/// Digits, perhaps a point and one or two more; not zero.
fn is_amount(text: &str) -> bool {
    let (whole, cents) = text.split_once('.').map_or((text, None), |(whole, cents)| (whole, Some(cents)));
    let digits = |part: &str, most| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole, 12)
        && cents.is_none_or(|cents| digits(cents, 2))
        && !(whole.len() > 1 && whole.starts_with('0'))
        && text.bytes().any(|b| (b'1'..=b'9').contains(&b))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::SigningAlgorithm;
    use crate::oidc::testing::{RelyingParty, parameters};

    fn client() -> Client {
        let client = RelyingParty::new("shop", SigningAlgorithm::Es256).client();
        Client { authorization_details_types: DetailType::ALL.into(), ..client }
    }

    fn payment() -> Value {
        json!({
            "type": "payment_initiation",
            "instructedAmount": {"currency": "HKD", "amount": "1280.50"},
            "creditorName": "晨光文具",
            "creditorAccount": {"proxy": "+85291234567"},
            "remittanceInformationUnstructured": "Order 7",
        })
    }

    fn read(value: &Value, client: &Client) -> Result<AuthorizationDetails, OAuthError> {
        AuthorizationDetails::read(&parameters(&[(NAME, &value.to_string())]), client)
    }

    #[test]
    fn a_payment_is_understood_whole_and_comes_back_as_it_came() {
        let details = read(&json!([payment()]), &client()).unwrap();
        assert_eq!(json!(details), json!([payment()]));
        assert!(AuthorizationDetails::read(&parameters(&[]), &client()).unwrap().is_empty());
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let changed = |pointer: &str, value: Value| {
            let mut changed = payment();
            match changed.pointer_mut(pointer) {
                Some(place) => *place = value,
                None => drop(changed.as_object_mut().unwrap().insert(pointer[1..].to_owned(), value)),
            }
            json!([changed])
        };
        for wrong in [
            json!({}),
            json!([1]),
            json!([{}]),
            json!(vec![payment(); 6]),
            changed("/type", json!("account_information")),
            changed("/recurring", json!(true)),
            changed("/creditorName", json!("")),
            changed("/creditorName", json!("x".repeat(141))),
            changed("/creditorName", json!("a\nb")),
            changed("/creditorAccount", json!({})),
            changed("/creditorAccount", json!({"proxy": "a", "other": "b"})),
            changed("/instructedAmount/currency", json!("hkd")),
            changed("/instructedAmount/amount", json!(1280.5)),
            changed("/instructedAmount/amount", json!("0.00")),
            changed("/instructedAmount/amount", json!("-1")),
            changed("/instructedAmount/amount", json!("1.234")),
            changed("/instructedAmount/amount", json!("01")),
        ] {
            let error = read(&wrong, &client()).unwrap_err();
            assert_eq!((error.code.as_str(), error.status()), ("invalid_authorization_details", 400), "{wrong}");
            assert_eq!(error.parameter, Some(NAME));
        }
        let unregistered = Client { authorization_details_types: [].into(), ..client() };
        assert!(read(&json!([payment()]), &unregistered).is_err());
    }

    #[test]
    fn less_can_be_asked_for_later_and_never_more() {
        let mut other = payment();
        other["instructedAmount"]["amount"] = json!("9");
        let both = read(&json!([payment(), other]), &client()).unwrap();
        let one = read(&json!([payment()]), &client()).unwrap();
        assert_eq!(both.narrowed(&AuthorizationDetails::default()).unwrap(), both);
        assert_eq!(both.narrowed(&one).unwrap(), one);
        assert_eq!(one.narrowed(&both).unwrap_err().code.as_str(), "invalid_authorization_details");
    }
}
