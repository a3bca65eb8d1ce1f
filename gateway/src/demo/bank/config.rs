//! What makes one simulated bank: its name, its customers, its way to the switch.

use std::fmt;
use std::path::PathBuf;

use identity::resident::Hkid;
use payments::directory::{OwnerKind, Proxy};
use payments::money::Amount;
use payments::participant::ClearingCode;
use url::Url;
use zeroize::Zeroizing;

use super::account::AccountNumber;
use super::behaviour::Behaviour;
use super::merchants::MerchantProfile;
use super::payment::Names;

/// What a bank is started with.
#[derive(Debug)]
pub struct BankConfig {
    /// Its clearing code at the switch.
    pub clearing_code: ClearingCode,
    /// Its names.
    pub names: Names,
    /// The class that gives its pages their colour, such as `bank-banyan`.
    pub theme: String,
    /// The folder of its books.
    pub data_dir: PathBuf,
    /// The participants' listener, such as `https://localhost:8444`.
    pub switch_url: Url,
    /// Who it is at the switch.
    pub certificate: ClientCertificate,
    /// Who certifies the switch, PEM.
    pub ca: Vec<u8>,
    /// Who banks there.
    pub customers: Vec<Customer>,
}

/// A client certificate and its key, both PEM.
pub struct ClientCertificate {
    /// The certificate, and those that lead to its authority.
    pub chain: Vec<u8>,
    /// PKCS#8.
    pub key: Zeroizing<Vec<u8>>,
}

/// Never shows the key.
impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate(…)")
    }
}

/// A customer of a bank.
#[derive(Debug, Clone)]
pub struct Customer {
    /// Their account.
    pub account: AccountNumber,
    /// Their names.
    pub names: Names,
    /// A person or an organisation.
    pub kind: OwnerKind,
    /// The identity card that a person showed: by it the directory knows them at every bank.
    pub hkid: Option<Hkid>,
    /// What is in the account when it is opened.
    pub first_money: Option<Amount>,
    /// A number or address that the bank registers for them by itself.
    pub proxy: Option<Proxy>,
    /// What makes them a merchant, if they are one.
    pub merchant: Option<MerchantProfile>,
    /// How the bank answers for this account.
    pub behaviour: Behaviour,
    /// With it, a program of theirs (a shop's till) may read what was credited.
    pub api_key: Option<ApiKey>,
}

/// A secret that a customer's program shows to its bank, as `Authorization: Bearer`.
#[derive(Clone)]
pub struct ApiKey(pub Zeroizing<String>);

/// Never shows the secret.
impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}
