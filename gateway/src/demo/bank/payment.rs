//! What a bank keeps of a payment: one that a customer makes, and one that a customer is to receive.

use payments::directory::Proxy;
use payments::participant::ClearingCode;
use payments::request_to_pay::RequestId;
use store::Timestamp;

use super::ledger::{Incoming, Outgoing};

store::identifier! {
    /// A payment's UETR (UUIDv4), under which both banks and the switch know it.
    pub struct Uetr;
}

impl Uetr {
    /// A new one of these random bytes.
    pub fn random(bytes: [u8; 16]) -> Self {
        Self::from_uuid(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// The message's `TxId`, `EndToEndId` and so on: the UETR without hyphens, 32 characters of the 35 allowed.
    pub fn transaction_id(&self) -> String {
        self.as_uuid().simple().to_string()
    }
}

/// A name in Chinese and in English.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Names {
    /// In Traditional Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Names {
    /// Both in one line, as a message carries them.
    pub fn joined(&self) -> String {
        match (self.zh.is_empty(), self.en.is_empty()) {
            (false, false) if self.zh != self.en => format!("{} {}", self.zh, self.en),
            (true, _) => self.en.clone(),
            _ => self.zh.clone(),
        }
    }
}

/// How a payee was found by a number or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookUp {
    /// What the payer gave.
    pub proxy: Proxy,
    /// The proof of what the payer was shown.
    pub reference: String,
}

/// Whom a customer pays, as the switch told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payee {
    /// Their bank.
    pub bank: ClearingCode,
    /// Their bank's names.
    pub bank_names: Names,
    /// The opaque token that stands for their account.
    pub account_token: String,
    /// Their names, masked when they are a person's.
    pub names: Names,
    /// How they were found; none when the request to pay itself says whom to pay.
    pub look_up: Option<LookUp>,
}

impl Payee {
    /// The number or address that the payer gave.
    pub fn proxy(&self) -> Option<&Proxy> {
        self.look_up.as_ref().map(|look_up| &look_up.proxy)
    }

    /// The proof of what the payer was shown.
    pub fn lookup_reference(&self) -> Option<&str> {
        self.look_up.as_ref().map(|look_up| look_up.reference.as_str())
    }
}

/// A payment that a customer makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Which payment.
    pub uetr: Uetr,
    /// What the books care for: who pays, how much, where it stands.
    pub transfer: Outgoing,
    /// The payer's names, unmasked: the payee sees who paid.
    pub debtor_name: String,
    /// Who is paid.
    pub payee: Payee,
    /// What it is for, at most 140 characters.
    pub remittance_information: Option<String>,
    /// The request to pay that it answers.
    pub request_to_pay: Option<RequestId>,
    /// The payee's till, where the code named one.
    pub till: Option<String>,
    /// When the payer was shown it.
    pub created: Timestamp,
    /// When the payer confirmed it.
    pub accepted: Option<Timestamp>,
    /// When its outcome was known.
    pub finished: Option<Timestamp>,
}

/// A payment to a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedPayment {
    /// Which payment.
    pub uetr: Uetr,
    /// `TxId` of the message, to be said in the answer.
    pub transaction_id: String,
    /// What the books care for: who is paid, how much, where it stands.
    pub transfer: Incoming,
    /// Who paid.
    pub debtor_name: String,
    /// What it is for.
    pub remittance_information: Option<String>,
    /// When the bank heard of it.
    pub received: Timestamp,
}
