//! Money: directory, QR codes, clearing and ISO 20022.
//!
//! A payment is reserved, answered by the creditor's bank, and settled:
//!
//! ```
//! use payments::clearing::{Answer, CreditTransfer, Particulars, Status, Verdict};
//! use payments::money::{Amount, Currency};
//! use payments::directory::{Directory, DirectoryKeys};
//! use payments::{Submission, Switch, SwitchSettings, TrialBalance, audit};
//! use store::{Db, Options, Timestamp};
//!
//! # let folder = tempfile::tempdir()?;
//! let db = Db::open(&format!("sqlite:{}", folder.path().join("switch.db").display()), &Options::default())?;
//! db.migrate()?;
//! let now = Timestamp::parse_rfc3339("2026-11-22T12:00:00+08:00").ok_or("a moment")?;
//! let directory = Directory::new(db.clone(), DirectoryKeys::from_master(&[7; 32]));
//! let switch = Switch::open(db.clone(), SwitchSettings::default(), std::sync::Arc::new(move || now), directory)?;
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//! # runtime.block_on(async {
//! let (banyan, seawall) = ("012".parse()?, "027".parse()?);
//! for (code, name_zh, name_en) in [(banyan, "榕樹銀行", "Banyan Bank"), (seawall, "海堤銀行", "Seawall Bank")] {
//!     let particulars = Particulars { bic: None, name_zh: name_zh.to_owned(), name_en: name_en.to_owned() };
//!     switch.add_participant("an officer", code, particulars).await?;
//! }
//! switch.fund(["an officer", "another"], banyan, Amount::parse("1000.00", Currency::Hkd)?).await?;
//!
//! let uetr = uuid::Uuid::parse_str("0b8dbd0b-2d9b-4e5b-8a58-0cb0e3c3f5d1")?;
//! let transfer = CreditTransfer {
//!     instruction_id: None,
//!     end_to_end_id: "INVOICE-1".to_owned(),
//!     transaction_id: "TX-1".to_owned(),
//!     uetr,
//!     amount: Amount::parse("250.00", Currency::Hkd)?,
//!     settlement_date: time::macros::date!(2026-11-22),
//!     accepted: now,
//!     debtor_name: "CHAN Tai Man".to_owned(),
//!     debtor_account: "012-100001-001".to_owned(),
//!     debtor_agent: banyan,
//!     creditor_agent: seawall,
//!     creditor_name: "Morning Light Stationery".to_owned(),
//!     creditor_account: "027-200001-001".to_owned(),
//!     creditor_proxy: None,
//!     lookup_reference: None,
//!     remittance_information: None,
//!     request_to_pay: None,
//! };
//! let body = b"<CdtTrfTxInf>...</CdtTrfTxInf>".to_vec(); // as the bank sent it
//! let reserved = switch.submit(banyan, vec![Submission { transfer, body }], now).await?;
//! assert_eq!(reserved[0].status, Status::InProcess);
//!
//! assert_eq!(switch.inbox(seawall, 0, 10)?.messages.len(), 1);
//! let answer = Answer { original_uetr: uetr, original_transaction_id: "TX-1".to_owned(), verdict: Verdict::Accepted };
//! let settled = switch.answer(seawall, vec![answer], now).await?.remove(0)?;
//! assert_eq!(settled.status, Status::Settled);
//!
//! assert!(audit::verify(&db)?.is_exact());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Invariants.** For every currency, all balances add up to what was funded. No participant pays more than
//! its balance, less what is reserved, plus its net debit cap. A payment that is settled, rejected or timed out
//! stays so. Nothing is reported before it is durable. The state is a fold over an append-only log whose
//! batches are chained by hash, and [`audit`] recomputes it all by other means. Everything outside `store/` is
//! pure: time, keys and randomness come in as arguments.
//!
//! **What this crate does not know:** residents, sign-in, HTTP, TLS, web pages. It never sees whose certificate
//! a connection has; it is told which participant sends.

pub mod app_link;
pub mod clearing;
pub mod directory;
mod error;
pub mod iso20022;
pub mod merchant;
pub mod money;
pub mod operator;
pub mod participant;
pub mod presented_code;
pub mod qr;
pub mod report;
pub mod request_to_pay;
pub mod web_address;

mod store;

pub use crate::store::{
    AnswerReport, Clock, Metrics, Minute, Operators, RequestError, RequestsToPay, ReturnSubmission, Submission, Switch,
    SwitchSettings, TrialBalance, archive, audit,
};
pub use directory::Directory;
pub use error::{Error, OperationError, OperatorError, SubmitError};
pub use merchant::Merchants;
